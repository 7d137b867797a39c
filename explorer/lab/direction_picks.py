"""Which directions are measured: a list to tick, with the layers each of them acts on."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from explorer.controls.items import UP_AND_DOWN, TakesFewKeys, make_plain
from stylegan_core.latents.library import Entry

FIRST = 10  # that are ticked where nobody has chosen


class DirectionPicks(TakesFewKeys, QListWidget):
    """``changed`` comes where others are ticked."""

    taken = UP_AND_DOWN | {Qt.Key.Key_Space}

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._touched = False
        make_plain(self)
        self.setAccessibleName("Directions to measure")
        self.setToolTip("Tick the directions that are measured, by mouse or with the space key.")
        self.itemChanged.connect(self._tick)

    @property
    def chosen(self) -> tuple[Entry, ...]:
        """The ticked ones, in their order."""
        return tuple(entry for at, entry in enumerate(self._entries) if self._is_ticked(at))

    def offer(self, entries: Sequence[Entry]) -> None:
        """The directions there are; those that were ticked stay so, the first ten where nobody has chosen.

        Where none of them was there before they are those of another network, and nobody has.
        """
        if tuple(entries) == self._entries:
            return
        kept = {entry.key for entry in self.chosen}
        self._touched &= not {entry.key for entry in entries}.isdisjoint(entry.key for entry in self._entries)
        self._entries = tuple(entries)
        self.blockSignals(True)
        self.clear()
        for at, entry in enumerate(entries):
            item = QListWidgetItem(entry.direction.name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            ticked = entry.key in kept if self._touched else at < FIRST
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            self.addItem(item)
        self.blockSignals(False)
        self.changed.emit()

    def tick(self, count: int) -> None:
        """Ticks the first so many, and no others."""
        self._touched = True
        self.blockSignals(True)
        for at in range(self.count()):
            self.item(at).setCheckState(Qt.CheckState.Checked if at < count else Qt.CheckState.Unchecked)
        self.blockSignals(False)
        self.changed.emit()

    def _is_ticked(self, at: int) -> bool:
        item = self.item(at)
        return item is not None and item.checkState() == Qt.CheckState.Checked

    def _tick(self) -> None:
        self._touched = True
        self.changed.emit()
