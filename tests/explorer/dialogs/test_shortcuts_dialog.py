"""The list of keys: once closed, nothing of it stays."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.actions import GESTURES, make_actions
from explorer.dialogs.shortcuts_dialog import ShortcutsDialog


def test_nothing_of_it_stays(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = list(make_actions(window).values())
    for _ in range(3):
        dialog = ShortcutsDialog(actions, GESTURES, window)
        dialog.open()
        dialog.accept()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(ShortcutsDialog) == []
