"""Cards, headlines and scrolling columns: how every page of the training workspace is built."""

from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.scrolling import BAR, ScrollDown
from explorer.controls.text import text_label


def head_row(text: str, *more: QWidget) -> Across:
    """A headline with small buttons at its right."""
    row = Across()
    row.add(text_label(text, "title"), None)
    for each in more:
        row.addWidget(each)
    return row


def card(content: QWidget, margins: tuple[int, int, int, int] = (14, 12, 14, 12)) -> QFrame:
    """A raised panel around a widget; the bar of one that scrolls lies in the right margin."""
    made = QFrame()
    made.setObjectName("card")
    left, top, right, bottom = margins
    edges = (left, top, right - BAR if isinstance(content, ScrollDown) else right, bottom)
    Down(made, edges=edges).addWidget(content)
    return made
