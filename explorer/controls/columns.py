"""The side columns of a page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Down
from explorer.controls.scrolling import BAR, ScrollDown


class SideColumn(QFrame):
    """Panels one below the other, as wide as they were designed, scrolling where the window is low.

    They come last, into what already hangs together: Qt applies the style sheet to all of a branch again whenever it
    is hung up elsewhere, and for the first time when an area to scroll takes it in.
    """

    def __init__(self, edge: str, width: int, panels: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setProperty("edge", edge)
        self.setFixedWidth(width)
        body = QWidget()
        self._column = Down(body, 14, edges=(14, 10, 14 - BAR, 12))
        scroll = self._scroll = ScrollDown(body, self)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.verticalScrollBar().setSingleStep(16)
        outer = Down(self)
        outer.addWidget(scroll)
        self._column.add(*panels, None)

    @property
    def spare(self) -> int:
        """Pixels left below the last panel; below 0 those that it lacks."""
        column, room = self._column, self._scroll.viewport()
        tall = column.hasHeightForWidth()
        wanted = column.totalHeightForWidth(room.width()) if tall else column.totalSizeHint().height()
        return room.height() - wanted
