"""The menus of the header, which are filled anew each time they open."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.controls.literal import WIDEST, in_menu
from tests.explorer.fake_backend import WEIGHTS
from tests.explorer.whole_window import Make


def test_a_name_in_a_menu_takes_one_line_of_its_width(qtbot: QtBot) -> None:
    """A long one made the menu as wide as the screen."""
    menu = QMenu()
    qtbot.addWidget(menu)
    for name, shown in (("a\n\n&b", "a·&&b"), (240 * "W", "")):
        words = in_menu(menu, name)
        assert words == shown or (not shown and "…" in words)
        assert menu.fontMetrics().horizontalAdvance(words) <= WIDEST + 10


def test_the_menus_of_sets_are_gone_when_the_models_are_listed_anew(start: Make, window_home: Path) -> None:
    """Each time the menu opened, one more stayed with all its entries."""
    together = window_home / "box" / "together"
    together.mkdir()
    for name in ("first", "second"):
        (together / f"{name}.safetensors").write_bytes(WEIGHTS)
    menu = start().menus.models()
    for _ in range(3):
        menu.aboutToShow.emit()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        (own,) = menu.findChildren(QMenu)
        assert own.title() == "together" and own.menuAction() in menu.actions()
        assert [entry.text() for entry in own.actions()] == ["first", "second"]
