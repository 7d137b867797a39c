"""Presenting: the picture alone on the whole screen, steered by keys, and everything as it was when it is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from explorer.controls.below import Below
from explorer.controls.text import text_label
from explorer.documents.documents import Documents
from explorer.engine import Engine
from explorer.explore.film.strip import FilmStrip
from explorer.explore.history import HistoryStrip
from explorer.main_window import MainWindow
from explorer.picture.view import PictureView
from explorer.present.commentary import Commentary
from explorer.present.stage import Stage
from explorer.session import Session
from explorer.settings import SettingsKeeper
from stylegan_core.recipe import Recipe

# What asks or shows something else is not among them: nothing opens before an audience.
ACTIONS = (
    "present", "quit", "undo", "redo", "reset", "star", "film_add", "film_play", "wipe", "difference", "next_model",
    "previous_model",
)  # fmt: skip
AWAY = "The picture is being presented: Escape or F5 brings it back."
NINE = 9  # favourites that have a key
Key = Qt.Key


@dataclass(frozen=True, slots=True)
class _Before:
    """What was in the window and is again when the stage is left."""

    workspace: int
    strip: int
    focus: QWidget | None
    hint: bool


class Presenting(QObject):
    """Moves the picture to the stage and back; ``panels`` are the parts whose keys work there as well.

    The window stays behind the stage as it is. So its panels are neither hidden, which would end a walk or a film,
    nor resized, and what the stage does not show is up to date when it is left.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        picture: PictureView,
        history: HistoryStrip,
        film: FilmStrip,
        below: Below,
        actions: Mapping[str, QAction],
        panels: Sequence[QWidget],
        hint: QWidget,
        settings: SettingsKeeper,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._session, self._picture, self._entries = window, session, picture, history.entries
        self._below, self._actions, self._panels, self._hint = below, actions, panels, hint
        self.stage = Stage(window)
        self.commentary = Commentary(self.stage, session, picture, history, film, window.banner, settings, self)
        self._place = text_label(AWAY, "muted")
        self._before: _Before | None = None
        self._shown: Recipe | None = None  # the picture last gone to
        self._set_up()

    @property
    def on(self) -> bool:
        """Whether the picture is on the stage."""
        return self._before is not None

    def follow(self, engine: Engine, documents: Documents) -> None:
        """Says what is being loaded, and opens what is dropped; no card of a foreign file comes between."""
        self.commentary.follow(engine)
        self.stage.dropped.connect(lambda path: documents.open(path, ask=False))

    def toggle(self) -> None:
        """Goes on the stage, or leaves it."""
        if self.on:
            self.leave()
        else:
            self.begin()

    def begin(self) -> None:
        """Shows the picture alone, if there is one."""
        if self.on or self._picture.image is None:
            return
        window = self._window
        self._before = _Before(
            window.workspaces.index, self._below.index, window.focusWidget(), self._hint.isVisibleTo(self._picture)
        )
        window.show_workspace(0)  # the panels of a page that is hidden stop what they do
        self._hint.hide()
        self._exchange(self._picture, self._place)
        self._picture.set_bare(True)
        self._take_actions()
        self._shown = None
        self.commentary.begin()
        self.stage.open(self._picture, window.windowTitle())

    def leave(self) -> None:
        """Everything is where it was."""
        before, self._before = self._before, None
        if before is None:
            return
        self.commentary.end()
        self.stage.close_down()
        for action in self.stage.actions():
            self.stage.removeAction(action)
        self._exchange(self._place, self._picture)
        self._place.setParent(None)
        self._picture.set_bare(False)
        self._hint.setVisible(before.hint)
        if self._below.index != before.strip:
            self._below.show_strip(before.strip)
        self._window.show_workspace(before.workspace)
        self._window.activateWindow()
        if before.focus is not None and shiboken6.isValid(before.focus):  # what it was on may be gone meanwhile
            before.focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, places: int) -> None:
        """Goes so many pictures on among the favourites or, where there are none, in the history; it ends at its end.

        A favourite that was changed is gone on from, and gone back to by a step beyond the end. A step that leads
        nowhere ends no gesture.
        """
        series, here = self._series(), self._session.recipe
        known = here if here in series else self._shown
        if known in series:
            self._go(series, len(series) - 1 - series[::-1].index(known) + places)
        else:
            self._go(series, 0 if places > 0 else len(series) - 1)

    def go_to_favourite(self, number: int) -> None:
        """A favourite, counted from 0, if there are so many."""
        favourites = self._entries.favourites()
        if number < len(favourites):
            self._go(favourites, number)

    def _go(self, series: Sequence[Recipe], at: int) -> None:
        if series:
            self._shown = series[min(max(at, 0), len(series) - 1)]
            if self._shown != self._session.recipe:
                self._session.apply(self._shown)

    def _series(self) -> tuple[Recipe, ...]:
        """What is stepped through, oldest first; at the end of the history stands what a gesture has come to."""
        here, past = self._session.recipe, self._entries.recipes()
        return self._entries.favourites() or (past if here in past else (*past, here))

    @staticmethod
    def _exchange(old: QWidget, new: QWidget) -> None:
        """Puts one widget in the place of another."""
        page = old.parentWidget()
        layout = page.layout() if page is not None else None
        assert layout is not None
        layout.replaceWidget(old, new)
        new.show()

    def _set_up(self) -> None:
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place.setSizePolicy(self._picture.sizePolicy())
        self._show_action()
        self._picture.marked.connect(self._show_action)
        self._window.installEventFilter(self)
        self.stage.held.connect(self._picture.compare)
        self.stage.closed.connect(self._window.close)
        self.stage.keys = {
            Key.Key_Left: lambda: self.step(-1),
            Key.Key_PageUp: lambda: self.step(-1),
            Key.Key_Right: lambda: self.step(1),
            Key.Key_PageDown: lambda: self.step(1),
            Key.Key_Home: lambda: self._go(self._series(), 0),
            Key.Key_C: self.commentary.switch_caption,
            Key.Key_F1: self.commentary.switch_help,
            Key.Key_Escape: self._escape,
        }
        for number in range(NINE):
            self.stage.keys[Key.Key_1 + number] = partial(self.go_to_favourite, number)

    def _show_action(self) -> None:
        """Without a picture there is nothing to present."""
        self._actions["present"].setVisible(self._picture.image is not None)

    def _take_actions(self) -> None:
        """An action has its key wherever it was added to a window that is seen."""
        self.stage.addActions([self._actions[key] for key in ACTIONS])
        for panel in self._panels:
            self.stage.addActions([action for action in panel.actions() if not action.shortcut().isEmpty()])

    def _escape(self) -> None:
        """A sentence goes first, then the stage."""
        if not self.commentary.put_sentence_away():
            self.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window is not to ask or be closed behind the stage, nor to take the keys where it cannot be seen."""
        if self.on and event.type() == QEvent.Type.Close:
            self.leave()
        elif self.on and event.type() == QEvent.Type.WindowActivate and self.stage.screen() is self._window.screen():
            self.stage.activateWindow()
        return False
