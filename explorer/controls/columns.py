"""The side columns of a page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import Segments
from explorer.controls.scrolling import BAR, ScrollDown
from explorer.controls.text import restyle

ROOM_ABOVE = 8  # pixels above a switch between columns


class SideColumn(QFrame):
    """Panels one below the other, as wide as they were designed, scrolling where the window is low.

    They come last, into what already hangs together: Qt applies the style sheet to all of a branch again whenever it
    is hung up elsewhere, and for the first time when an area to scroll takes it in.
    """

    def __init__(self, edge: str, width: int, panels: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch: Segments
        self.setObjectName("side")
        self.setProperty("edge", edge)
        self.setFixedWidth(width)
        body = QWidget()
        self._column = Down(body, 14, edges=(14, 10, 14 - BAR, 12))
        scroll = self._scroll = ScrollDown(body, self)
        scroll.verticalScrollBar().setSingleStep(16)
        self._outer = Down(self)
        self._outer.addWidget(scroll)
        self._column.add(*panels, None)

    def add_switch(self, names: Sequence[str], tips: Sequence[str]) -> Segments:
        """A switch above the panels, hidden at first, for columns that share one side of a page."""
        self.switch = Segments(names, tips)
        self._outer.insertWidget(0, self.switch, 0, Qt.AlignmentFlag.AlignHCenter)
        self.switch.hide()
        return self.switch

    def show_switch(self, shown: bool) -> None:
        """Shows the switch with some room above it, or no longer."""
        self.switch.setVisible(shown)
        self._outer.setContentsMargins(0, ROOM_ABOVE if shown else 0, 0, 0)

    def set_edge(self, edge: str) -> None:
        """At which side of the page it stands."""
        restyle(self, "edge", edge)

    @property
    def spare(self) -> int:
        """Pixels left below the last panel; below 0 those that it lacks."""
        column, room = self._column, self._scroll.viewport()
        tall = column.hasHeightForWidth()
        wanted = column.totalHeightForWidth(room.width()) if tall else column.totalSizeHint().height()
        return room.height() - wanted
