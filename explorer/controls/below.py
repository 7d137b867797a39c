"""What lies below the picture: one of a few strips, with a switch between them in the head of the one that is seen."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import Segments


class Strip(Protocol):
    """What may lie below the picture; it is a widget, too."""

    def set_compact(self, compact: bool) -> None:
        """Makes room for the picture."""

    def set_narrow(self, narrow: bool) -> None:
        """Does without what can be had elsewhere: there is little room beside one another."""

    def take_switch(self, switch: QWidget) -> None:
        """Takes the switch into its head."""


class Below(QWidget):
    """Shows one strip; only that one takes room."""

    shown = Signal(int)

    def __init__(self, names: Sequence[str], tips: Sequence[str], strips: Sequence[Strip]) -> None:
        super().__init__()
        self._names, self._strips = names, strips
        self.switch = Segments(names, tips)
        self.switch.chosen.connect(self.show_strip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = Down(self)
        for strip in strips:
            assert isinstance(strip, QWidget)
            column.addWidget(strip)
        self.show_strip(0)

    @property
    def index(self) -> int:
        """Which strip is seen."""
        return self.switch.index

    def show_strip(self, index: int) -> None:
        """Shows one strip instead of the other."""
        had_focus = self.switch.isAncestorOf(self.focusWidget() or self)
        self.switch.select(index)
        self._strips[index].take_switch(self.switch)
        for at, strip in enumerate(self._strips):
            assert isinstance(strip, QWidget)
            strip.setVisible(at == index)
        if had_focus:
            self.switch.focus_chosen()
        self.shown.emit(index)

    def set_compact(self, compact: bool) -> None:
        """Makes room for the picture."""
        for strip in self._strips:
            strip.set_compact(compact)

    def set_narrow(self, narrow: bool) -> None:
        """There is little room beside one another."""
        for strip in self._strips:
            strip.set_narrow(narrow)

    def count(self, index: int, number: int) -> None:
        """Says beside the name of a strip how much is in it."""
        self.switch.set_text(index, f"{self._names[index]} {number}" if number else self._names[index])
