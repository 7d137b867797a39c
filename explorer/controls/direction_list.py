"""The rows of the directions on show: made one in each turn of the event loop, so that the window never waits."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.controls.direction_row import DirectionRow
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry


class DirectionList(QWidget):
    """``rows`` holds what is there already; ``row_made`` tells of each new one, which shows its entry only."""

    row_made = Signal(object)  # DirectionRow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[DirectionRow] = []
        self._wanted: tuple[Entry, ...] = ()
        self._info: ModelInfo | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._growing = QTimer(self, interval=0)
        self._growing.timeout.connect(self._make_one)

    def show_entries(self, entries: Sequence[Entry], info: ModelInfo) -> None:
        """Shows these entries in their order; one new row is there at once, more of them soon.

        Rows that stay are kept, so that a hand on one is not lost.
        """
        self._wanted, self._info = tuple(entries), info
        wanted = {entry.key for entry in self._wanted}
        for row in [row for row in self.rows if row.entry.key not in wanted]:
            self._drop(row)
        for entry in self._wanted:
            there = self.row_of(entry)
            if there is not None:
                there.show_entry(entry)
        self._arrange()
        self._growing.start()
        self._make_one()

    def clear(self) -> None:
        """Takes every row away."""
        self._growing.stop()
        self._wanted = ()
        for row in list(self.rows):
            self._drop(row)

    @property
    def growing(self) -> bool:
        """Whether rows are still to be made."""
        return self._growing.isActive()

    def row_of(self, entry: Entry) -> DirectionRow | None:
        """The row of an entry, if it is made."""
        return next((row for row in self.rows if row.entry.key == entry.key), None)

    def _make_one(self) -> None:
        missing = next((entry for entry in self._wanted if self.row_of(entry) is None), None)
        if missing is None or self._info is None:
            self._growing.stop()
            return
        row = DirectionRow(missing, self._info)
        self.rows.append(row)
        self._arrange()
        self.row_made.emit(row)
        if len(self.rows) == len(self._wanted):
            self._growing.stop()

    def _arrange(self) -> None:
        order = {entry.key: place for place, entry in enumerate(self._wanted)}
        self.rows.sort(key=lambda row: order[row.entry.key])
        for place, row in enumerate(self.rows):
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)

    def _drop(self, row: DirectionRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
