"""The menus of the header and of the picture, filled anew each time they open."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from explorer.bundled import bundled_models, bundled_sets, network_name
from explorer.controls.literal import in_menu, literal, literal_tip
from explorer.documents.documents import Documents
from explorer.session import Session
from explorer.settings import SettingsKeeper
from stylegan_core.files.places import is_there

PICTURE = ("drag", "copy", "copy_recipe", "paste_recipe", "save", "star", "film_add")
MORE = (
    ("copy", "copy_recipe", "paste_recipe", "star", "reset"),
    ("drag", "photo", "sheet", "save_favourites", "wipe", "difference"),
    ("film", "film_music", "film_save"),
    ("present", "remote", "smooth", "theme", "full_screen"),
    ("open", "open_run", "shortcuts", "hint", "quit"),
)


class Menus:
    """Makes the menus; they know the actions by their keys."""

    def __init__(
        self,
        window: QWidget,
        actions: Mapping[str, QAction],
        session: Session,
        settings: SettingsKeeper,
        documents: Documents,
    ) -> None:
        self._window, self._actions, self._session = window, actions, session
        self._settings, self._documents = settings, documents

    def models(self) -> QMenu:
        """The models in the box, those opened before, and the dialogs for others."""
        return self._menu(self._fill_models)

    def more(self) -> QMenu:
        """Everything that has no button of its own."""
        return self._menu(self._fill_more)

    def picture(self) -> QMenu:
        """What can be done with the picture under the mouse."""
        menu = QMenu(self._window)
        menu.addActions([self._actions[key] for key in PICTURE])
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _fill_models(self, menu: QMenu) -> None:
        bundled = [str(path) for path in bundled_models()]
        sets = {name: [str(path) for path in paths] for name, paths in bundled_sets().items()}
        known = {*bundled, *(path for paths in sets.values() for path in paths)}
        recent = [path for path in self._settings.value.recent if path not in known and is_there(Path(path))]
        if known:
            menu.addAction("In the box").setEnabled(False)
        for path in bundled:
            self._add_model(menu, path)
        for name, paths in sets.items():
            self._add_set(menu, name, paths)
        if recent:
            menu.addAction("Opened before").setEnabled(False)
        for path in recent:
            self._add_model(menu, path)
        menu.addSeparator()
        menu.addActions([self._actions[key] for key in ("next_model", "previous_model")])
        menu.addSeparator()
        menu.addActions([self._actions[key] for key in ("blend", "about", "open", "open_run")])

    def _add_set(self, menu: QMenu, name: str, paths: list[str]) -> None:
        """A set of networks in a menu of its own, marked where one of them is shown."""
        own = QMenu(literal(name), menu)
        menu.addMenu(own)
        own.setToolTipsVisible(True)
        own.menuAction().setCheckable(True)
        own.menuAction().setChecked(self._session.model_path in paths)
        for path in paths:
            self._add_model(own, path)

    def _add_model(self, menu: QMenu, path: str) -> None:
        entry = menu.addAction(in_menu(menu, network_name(Path(path))))
        entry.setToolTip(literal_tip(path))
        entry.setCheckable(True)
        entry.setChecked(path == self._session.model_path)
        entry.triggered.connect(lambda _=False: self._documents.open(path, ask=False))

    def _fill_more(self, menu: QMenu) -> None:
        for keys in MORE:
            menu.addActions([self._actions[key] for key in keys])
            menu.addSeparator()

    def _menu(self, fill: Callable[[QMenu], None]) -> QMenu:
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)

        def refill() -> None:
            for own in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
                own.deleteLater()  # clear() takes its entry away and leaves itself there, with all its actions
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(refill)
        return menu
