"""The scrolling column: its content is equally wide with and without the bar, so no height drives it out again."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.scrolling import ScrollDown, _show_need


class Square(QWidget):
    """As high as it is wide, like the pictures of a run."""

    widths: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.widths = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.widths.append(event.size().width())
        self.setFixedHeight(event.size().width())


@pytest.mark.parametrize("height", range(294, 306))
def test_pictures_as_high_as_wide_come_to_rest(qtbot: QtBot, height: int) -> None:
    content, square = QWidget(), Square()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(square)
    area = ScrollDown(content)
    qtbot.addWidget(area)
    area.resize(300, height)
    area.show()
    qtbot.waitExposed(area)
    assert len(set(square.widths)) <= 2  # before and after it was shown
    assert area.verticalScrollBar().isEnabled() == (square.height() > area.viewport().height())


def test_the_keyboard_reaches_what_has_a_name_and_something_to_scroll_and_the_bar_shows_it(
    qapp: QApplication, qtbot: QtBot
) -> None:
    """Where there was nothing to scroll the focus went there all the same, and was seen nowhere."""
    theme.apply(qapp, "dark")
    content = QWidget()
    areas = [ScrollDown(content, name="Curves"), ScrollDown(QWidget())]
    for area in areas:
        qtbot.addWidget(area)
        area.resize(200, 100)
        area.show()
        qtbot.waitExposed(area)
        assert area.focusPolicy() == Qt.FocusPolicy.NoFocus
        area.widget().setMinimumHeight(400)
    named, other = areas
    qtbot.waitUntil(lambda: all(each.verticalScrollBar().maximum() > 0 for each in areas))
    assert (named.focusPolicy(), other.focusPolicy()) == (Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.NoFocus)
    bar = named.verticalScrollBar()
    before = bar.grab().toImage()
    named.activateWindow()
    named.setFocus()
    qtbot.waitUntil(lambda: bar.grab().toImage() != before)
    named.clearFocus()
    qtbot.waitUntil(lambda: bar.grab().toImage() == before)


def test_what_scrolls_may_be_taken_down_with_the_focus(qapp: QApplication, qtbot: QtBot) -> None:
    """It gives the focus away as it dies, when it has no style any more: the program was gone."""
    theme.apply(qapp, "dark")
    window, content = QWidget(), QWidget()
    content.setMinimumHeight(400)
    area = ScrollDown(content, window, name="Curves")
    area.resize(200, 100)
    window.show()
    qtbot.waitUntil(lambda: area.focusPolicy() == Qt.FocusPolicy.StrongFocus)
    window.activateWindow()
    area.setFocus()
    qtbot.waitUntil(area.hasFocus)
    shiboken6.delete(window)
    qtbot.wait(2)
    assert not shiboken6.isValid(area)


def test_a_range_that_changes_while_the_bar_is_gone_is_no_error(qtbot: QtBot) -> None:
    area = ScrollDown(QWidget())
    qtbot.addWidget(area)
    bar = area.verticalScrollBar()
    area.setVerticalScrollBar(QScrollBar())  # deletes the first
    _show_need(bar, 0, 1)
