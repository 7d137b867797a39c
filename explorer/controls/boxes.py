"""Layouts with no room around them unless it is asked for: nearly every part of the window is laid out in these."""

from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

Edges = tuple[int, int, int, int]
"""Pixels of room at the left, above, at the right and below."""
NONE: Edges = (0, 0, 0, 0)


class Box(QBoxLayout):
    """A row or a column with ``spacing`` pixels between its parts; of a widget, or to be put into another layout."""

    way: QBoxLayout.Direction

    def __init__(self, inside: QWidget | None = None, spacing: int = -1, edges: Edges = NONE) -> None:
        super().__init__(self.way, inside)
        self.setContentsMargins(*edges)
        self.setSpacing(spacing)

    def add(self, *parts: QWidget | QLayout | None) -> None:
        """Adds one after the other; None is room that grows."""
        for part in parts:
            if part is None:
                self.addStretch(1)
            elif isinstance(part, QWidget):
                self.addWidget(part)
            else:
                self.addLayout(part)


class Across(Box):
    """Side by side."""

    way = QBoxLayout.Direction.LeftToRight


class Down(Box):
    """One below the other."""

    way = QBoxLayout.Direction.TopToBottom
