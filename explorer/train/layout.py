"""Cards, headlines and scrolling columns: how every page of the training workspace is built."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget


def head_row(text: str, *more: QWidget) -> QHBoxLayout:
    """A headline with small buttons at its right."""
    row = QHBoxLayout()
    row.addWidget(titled(text))
    row.addStretch(1)
    for each in more:
        row.addWidget(each)
    return row


def card(content: QWidget, margins: tuple[int, int, int, int] = (14, 12, 14, 12)) -> QFrame:
    """A raised panel around a widget."""
    made = QFrame()
    made.setObjectName("card")
    row = QVBoxLayout(made)
    row.setContentsMargins(*margins)
    row.addWidget(content)
    return made


def scrolling(content: QWidget) -> QScrollArea:
    """A widget that scrolls down where the window is low."""
    made = QScrollArea()
    made.setWidget(content)
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def titled(text: str) -> QLabel:
    """A headline inside a card."""
    made = QLabel(text)
    made.setProperty("role", "title")
    return made
