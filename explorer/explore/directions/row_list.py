"""The rows of the directions on show: made one in each turn of the event loop, so that the window never waits."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down, discard
from explorer.explore.directions.row import DirectionRow
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Vector

Key = tuple[str, Vector]


class DirectionList(QWidget):
    """``row_made`` tells of each new row, which shows its entry only."""

    row_made = Signal(object)  # DirectionRow
    complete = Signal()  # every row that was asked for is there

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[Key, DirectionRow] = {}  # by the key of their entry
        self._wanted: dict[Key, Entry] = {}
        self._info: ModelInfo | None = None
        self._column = Down(self, 2)
        self._growing = QTimer(self, interval=0)
        self._growing.timeout.connect(self._make_one)

    @property
    def rows(self) -> list[DirectionRow]:
        """The rows that are made, in their order."""
        return [self._rows[key] for key in self._wanted if key in self._rows]

    @property
    def pitch(self) -> int:
        """Pixels from one row to the next; 0 without rows."""
        return self.rows[0].sizeHint().height() + self._column.spacing() if self._rows else 0

    @property
    def growing(self) -> bool:
        """Whether rows are still to be made."""
        return self._growing.isActive()

    def show_entries(self, entries: Sequence[Entry], info: ModelInfo) -> None:
        """Shows these entries in their order; one new row is there at once, more of them soon.

        Rows that stay are kept, so that a hand on one is not lost.
        """
        self._wanted, self._info = {entry.key: entry for entry in entries}, info
        for key in self._rows.keys() - self._wanted.keys():
            self._drop(key)
        for key, row in self._rows.items():
            row.show_entry(self._wanted[key])
        self._arrange()
        self._growing.start()
        self._make_one()

    def clear(self) -> None:
        """Takes every row away."""
        self._growing.stop()
        self._wanted = {}
        for key in list(self._rows):
            self._drop(key)

    def _make_one(self) -> None:
        key = next((key for key in self._wanted if key not in self._rows), None)
        if key is None or self._info is None:
            self._growing.stop()
            self.complete.emit()
            return
        row = self._rows[key] = DirectionRow(self._wanted[key], self._info)
        self._arrange()
        self.row_made.emit(row)

    def _arrange(self) -> None:
        for place, row in enumerate(self.rows):
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)

    def _drop(self, key: Key) -> None:
        discard(self._rows.pop(key))
