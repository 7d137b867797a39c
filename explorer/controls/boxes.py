"""Layouts with no room around them unless it is asked for: nearly every part of the window is laid out in these."""

from PySide6.QtWidgets import QBoxLayout, QLayout, QLineEdit, QWidget

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


def discard(widget: QWidget) -> None:
    """Takes a widget out of its layout and has it deleted with the next turn of the event loop.

    Where Qt takes it out as it dies, what PySide has of the layout's item stays, though the item is gone; a widget that
    later comes to lie at the same address takes the program down when it goes.

    What is half typed in it is taken by nobody: a field that is hidden gives the focus away and says what was typed,
    but whoever hears of it has something else in its place already.
    """
    for field in widget.findChildren(QLineEdit):
        field.blockSignals(True)
    widget.hide()
    if (parent := widget.parentWidget()) is not None:
        _take_out(parent.layout(), widget)
    widget.deleteLater()


def _take_out(layout: QLayout | None, widget: QWidget) -> None:
    if layout is not None:
        layout.removeWidget(widget)
        for each in layout.children():
            if isinstance(each, QLayout):
                _take_out(each, widget)
