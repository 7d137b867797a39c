"""Cards, headlines and scrolling columns: how every page of the training workspace is built."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.controls.scrolling import BAR, ScrollDown
from explorer.controls.text import text_label


def head_row(text: str, *more: QWidget) -> QHBoxLayout:
    """A headline with small buttons at its right."""
    row = QHBoxLayout()
    row.addWidget(text_label(text, "title"))
    row.addStretch(1)
    for each in more:
        row.addWidget(each)
    return row


def card(content: QWidget, margins: tuple[int, int, int, int] = (14, 12, 14, 12)) -> QFrame:
    """A raised panel around a widget; the bar of one that scrolls lies in the right margin."""
    made = QFrame()
    made.setObjectName("card")
    row = QVBoxLayout(made)
    left, top, right, bottom = margins
    row.setContentsMargins(left, top, right - BAR if isinstance(content, ScrollDown) else right, bottom)
    row.addWidget(content)
    return made


def scrolling(content: QWidget) -> ScrollDown:
    """A widget that scrolls down where the window is low."""
    return ScrollDown(content)
