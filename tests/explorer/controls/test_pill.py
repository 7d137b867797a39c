"""Pills that are buttons are pressed by mouse and keyboard, the others by neither."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.controls.pill import Pill


@pytest.mark.parametrize("clickable", [True, False])
def test_a_pill_that_is_a_button_obeys_mouse_and_keyboard(qtbot: QtBot, qapp: QApplication, clickable: bool) -> None:
    pill, heard = Pill("A/B"), []
    qtbot.addWidget(pill)
    pill.set_clickable(clickable)
    pill.clicked.connect(lambda: heard.append("pressed"))
    pill.show()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(pill, key)
    qtbot.keyClick(pill, Qt.Key.Key_A)
    qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert len(heard) == (4 if clickable else 0)
    assert bool(pill.focusPolicy() & Qt.FocusPolicy.TabFocus) == clickable
