"""The menus of the header, which are filled anew each time they open."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMenu

from tests.explorer.fake_backend import WEIGHTS
from tests.explorer.whole_window import Make


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
