"""Layouts with no room around them unless it is asked for: nearly every part of the window is laid out in these."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

Edges = tuple[int, int, int, int]
"""Pixels of room at the left, above, at the right and below."""
NONE: Edges = (0, 0, 0, 0)


class Across(QHBoxLayout):
    """Side by side, ``spacing`` pixels apart; ``inside`` a widget, or in another layout."""

    def __init__(self, inside: QWidget | None = None, spacing: int = -1, edges: Edges = NONE) -> None:
        super().__init__(inside)  # type: ignore[arg-type]
        self.setContentsMargins(*edges)
        self.setSpacing(spacing)


class Down(QVBoxLayout):
    """One below the other, as :class:`Across`."""

    def __init__(self, inside: QWidget | None = None, spacing: int = -1, edges: Edges = NONE) -> None:
        super().__init__(inside)  # type: ignore[arg-type]
        self.setContentsMargins(*edges)
        self.setSpacing(spacing)
