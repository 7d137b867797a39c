"""A page of the Lab on screen, by itself."""

from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from explorer.lab.base import LabBase


def open_page(page: LabBase, qtbot: QtBot, visible: bool = True) -> QAction:
    """Gives a page its ways on, and shows it in front; the command for another face."""
    qtbot.addWidget(page)
    face = QAction("New face", page)
    page.offer([QAction("Open…", page), QAction("Train a model…", page)], face)
    page.resize(1280, 646)
    if visible:
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
    return face
