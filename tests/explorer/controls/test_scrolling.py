"""The scrolling column: its content is equally wide with and without the bar, so no height drives it out again."""

import pytest
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

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


def test_a_range_that_changes_while_the_bar_is_gone_is_no_error(qtbot: QtBot) -> None:
    area = ScrollDown(QWidget())
    qtbot.addWidget(area)
    bar = area.verticalScrollBar()
    area.setVerticalScrollBar(QScrollBar())  # deletes the first
    _show_need(bar, 0, 1)
