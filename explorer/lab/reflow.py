"""The two columns of a page of the Lab, side by side where there is room, else one above the other."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.controls.boxes import Across
from explorer.controls.text import restyle
from explorer.lab.head import WIDTH

SIDE_BY_SIDE = 880  # pixels of a page that are enough for both columns of every page of the Lab
NO_LIMIT = (1 << 24) - 1  # Qt's QWIDGETSIZE_MAX
TALL, LIST = 320, 232  # pixels that what is shown, and a list of what is asked, are high at least where it scrolls


class LabColumns(QWidget):
    """Left what is asked, right what is shown of it; on a narrow page the page scrolls down from one to the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = Across(self, 0)
        self._sides: tuple[QWidget, QWidget, QWidget | None] | None = None
        self._stacked = False

    @property
    def stacked(self) -> bool:
        """Whether one column lies above the other."""
        return self._stacked

    def hold(self, left: QWidget, right: QWidget, growing: QWidget | None) -> None:
        """Takes the columns; ``growing`` is what has the room in the left one that the rest leaves."""
        self._sides = left, right, growing
        left.setObjectName("side")
        self._row.addWidget(left)
        self._row.addWidget(right, 1)
        self._stack(False)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one above the other is: else the page would scroll sideways instead."""
        least = super().minimumSizeHint()
        if self._sides is None:
            return least
        left, right, _ = self._sides
        width = max(left.minimumSizeHint().width(), right.minimumSizeHint().width())
        return QSize(width, self._height_of(left) + self._height_of(right) if self._stacked else least.height())

    def _height_of(self, side: QWidget) -> int:
        """What it takes in a column: Qt lets nothing shrink there that has sentences broken into lines."""
        layout = side.layout()
        tall = layout.totalHeightForWidth(self.width()) if layout is not None and layout.hasHeightForWidth() else 0
        return max(tall, side.minimumSizeHint().height(), side.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (stacked := event.size().width() < SIDE_BY_SIDE) != self._stacked:
            self._stack(stacked)

    def _stack(self, stacked: bool) -> None:
        assert self._sides is not None
        left, right, growing = self._sides
        self._stacked = stacked
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
        left.setMinimumWidth(0 if stacked else WIDTH)
        left.setMaximumWidth(NO_LIMIT if stacked else WIDTH)
        right.setMinimumHeight(TALL if stacked else 0)
        if growing is not None:
            growing.setMinimumHeight(LIST if stacked else 0)
        restyle(left, "edge", "top" if stacked else "left")
