"""Fields give the keyboard back: undo and the keys of one letter are the window's again once a value is taken."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.slider import LabelledSlider
from stylegan_core.recipe import Recipe, knob

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Window(QWidget):
    """A slider, and a window with shortcuts around it."""

    def __init__(self) -> None:
        super().__init__()
        self.slider = LabelledSlider("psi", knob(Recipe, "psi"), 0.7)
        self.number = self.slider.number
        QVBoxLayout(self).addWidget(self.slider)
        self.heard: list[str] = []
        for keys in ("Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+C", "N"):
            action = QAction(keys, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, keys=keys: self.heard.append(keys))
            self.addAction(action)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.number.setFocus()
    made.number.selectAll()
    return made


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key for whatever has the focus."""
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key, modifier)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
def test_after_a_number_every_key_is_the_windows_and_the_tracks(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    qtbot.keyClicks(window.number, "1.2")
    press(qtbot, key)
    assert window.slider.value == (0.7 if key == Qt.Key.Key_Escape else 1.2)
    assert QApplication.focusWidget() is window.slider.track
    press(qtbot, Qt.Key.Key_Z, CTRL)
    press(qtbot, Qt.Key.Key_C, CTRL)
    press(qtbot, Qt.Key.Key_N)
    assert window.heard == ["Ctrl+Z", "Ctrl+C", "N"]


def test_undo_and_redo_are_the_windows_until_something_is_typed(qtbot: QtBot, window: Window) -> None:
    press(qtbot, Qt.Key.Key_Z, CTRL)
    press(qtbot, Qt.Key.Key_Z, CTRL | SHIFT)
    assert window.heard == ["Ctrl+Z", "Ctrl+Shift+Z"]
    qtbot.keyClicks(window.number, "1")
    assert window.number.text() == "1"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.heard == ["Ctrl+Z", "Ctrl+Shift+Z"] and window.number.text() == "0.70"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.heard[-1] == "Ctrl+Z" and len(window.heard) == 3


@pytest.mark.parametrize("clicks", [1, 2])
@pytest.mark.parametrize("reason", [Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason])
def test_what_is_typed_after_a_click_into_a_number_stands_for_all_of_it(
    qtbot: QtBot, window: Window, clicks: int, reason: Qt.FocusReason
) -> None:
    window.slider.track.setFocus()
    window.number.setFocus(reason)  # as a press gives it, before the press comes
    qtbot.mouseClick(window.number, Qt.MouseButton.LeftButton)
    if clicks == 2:
        qtbot.mouseDClick(window.number, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(window.number, "0.25")
    press(qtbot, Qt.Key.Key_Return)
    assert window.slider.value == 0.25
