"""The list of keys: once closed, nothing of it stays."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.actions import FACE, FILES, FILM, GESTURES, PRESENTING, WINDOW, make_actions
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


def test_every_key_stands_below_the_head_of_what_it_is_about(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = make_actions(window)
    of_a_panel = QAction("New face", window)
    of_a_panel.setShortcut("N")
    dialog = ShortcutsDialog([*actions.values(), of_a_panel], GESTURES, window)
    under, seen = "", dict[str, str]()
    for label in dialog.findChildren(QLabel):
        if label.property("role") == "title":
            under = label.text()
        elif label.property("role") != "headline":
            seen[label.text()] = under
    assert list(dict.fromkeys(seen.values()))[:4] == [FACE, FILM, FILES, WINDOW]
    assert seen["New face"] == seen["Undo"] == FACE
    assert seen["Play the film"] == FILM and seen["Blend models"] == FILES and seen["Present"] == WINDOW
    assert seen["Blacken the picture; leave"] == PRESENTING
    keyed = [each for each in actions.values() if not each.shortcut().isEmpty()]
    assert {each.text().rstrip("…") for each in keyed} <= seen.keys()
    dialog.reject()
