"""Which directions and channels are measured: a list to tick."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from explorer.controls.items import UP_AND_DOWN, TakesFewKeys, make_plain
from stylegan_core.lab.sweep_plan import EntanglementPlan
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedChannel, Recipe

FIRST = 10  # that are ticked where nobody has chosen


class DirectionPicks(TakesFewKeys, QListWidget):
    """``changed`` comes where others are ticked."""

    taken = UP_AND_DOWN | {Qt.Key.Key_Space}

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._channels: tuple[AppliedChannel, ...] = ()  # they stand below the directions
        self._touched = False
        make_plain(self)
        self.setAccessibleName("Directions and channels to measure")
        self.setToolTip("Tick the directions and channels that are measured, by mouse or with the space key.")
        self.itemChanged.connect(self._tick)

    @property
    def chosen(self) -> tuple[Entry, ...]:
        """The ticked ones, in their order."""
        return tuple(entry for at, entry in enumerate(self._entries) if self._is_ticked(at))

    @property
    def chosen_channels(self) -> tuple[AppliedChannel, ...]:
        """The ticked channels, in their order."""
        first = len(self._entries)
        return tuple(channel for at, channel in enumerate(self._channels) if self._is_ticked(first + at))

    @property
    def has_channels(self) -> bool:
        """Whether there are channels to tick."""
        return bool(self._channels)

    def offer(self, entries: Sequence[Entry]) -> None:
        """The directions there are; those that were ticked stay so, the first ten where nobody has chosen.

        Where none of them was there before they are those of another network, and nobody has.
        """
        if tuple(entries) == self._entries:
            return
        kept = {entry.key for entry in self.chosen}
        self._touched &= not {entry.key for entry in entries}.isdisjoint(entry.key for entry in self._entries)
        ticked = [entry.key in kept if self._touched else at < FIRST for at, entry in enumerate(entries)]
        self._fill(entries, self._channels, [*ticked, *self._ticks(self._channels)])

    def offer_channels(self, channels: Sequence[AppliedChannel]) -> None:
        """The channels that have sliders; those that were ticked stay so."""
        if tuple(channels) != self._channels:
            self._fill(
                self._entries, channels, [*map(self._is_ticked, range(len(self._entries))), *self._ticks(channels)]
            )

    def tick(self, count: int) -> None:
        """Ticks the first so many directions, and nothing else."""
        self._touched = True
        self._set(lambda at: at < min(count, len(self._entries)))
        self.scrollToTop()

    def tick_channels(self) -> None:
        """Ticks every channel, too, and shows them: they stand below all directions."""
        self._touched = True
        self._set(lambda at: at >= len(self._entries) or self._is_ticked(at))
        if self._channels:
            self.scrollToItem(self.item(len(self._entries)), self.ScrollHint.PositionAtTop)

    def _ticks(self, channels: Sequence[AppliedChannel]) -> list[bool]:
        """Which channels are ticked where these are shown: those that are."""
        kept = {(each.layer, each.channel) for each in self.chosen_channels}
        return [(each.layer, each.channel) in kept for each in channels]

    def _fill(self, entries: Sequence[Entry], channels: Sequence[AppliedChannel], ticked: Sequence[bool]) -> None:
        self._entries, self._channels = tuple(entries), tuple(channels)
        of_channels = EntanglementPlan(Recipe(), (), (), channels=self._channels).names
        self.blockSignals(True)
        self.clear()
        for name, on in zip([*(entry.direction.name for entry in entries), *of_channels], ticked, strict=True):
            item = QListWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.addItem(item)
        self.blockSignals(False)
        self.changed.emit()

    def _set(self, ticked: Callable[[int], bool]) -> None:
        self.blockSignals(True)
        for at in range(self.count()):
            self.item(at).setCheckState(Qt.CheckState.Checked if ticked(at) else Qt.CheckState.Unchecked)
        self.blockSignals(False)
        self.changed.emit()

    def _is_ticked(self, at: int) -> bool:
        item = self.item(at)
        return item is not None and item.checkState() == Qt.CheckState.Checked

    def _tick(self) -> None:
        self._touched = True
        self.changed.emit()
