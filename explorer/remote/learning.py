"""Learning: which knob a person has moved, out of what came in a short while."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.remote.bindings import Binding
from explorer.remote.message import Message

LISTEN = 250  # milliseconds after the first message: some controllers send the touch of a fader before its move
PAIRED = 32  # MIDI 1.0: controllers 0 to 31 may have their 7 finer bits 32 above


class Learning(QObject):
    """Waits for a knob to move; ``learned`` brings the Binding, ``changed`` says that it began or ended."""

    learned = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control = ""  # the address of the control that waits for a knob, or nothing
        self._heard: Counter[str] = Counter()
        self._timer = QTimer(self, singleShot=True, interval=LISTEN)
        self._timer.timeout.connect(self._decide)

    def begin(self, control: str) -> None:
        """Waits for the knob that is to move a control; an earlier wait is given up."""
        self._timer.stop()
        self._heard.clear()
        self.control = control
        self.changed.emit()

    def stop(self) -> None:
        """Waits no more."""
        if self.control:
            self.begin("")

    def hear(self, messages: Sequence[Message]) -> None:
        """Looks at messages; those it waits for move nothing."""
        if messages and not self._heard:
            self._timer.start()
        self._heard.update(message.address for message in messages)

    def _decide(self) -> None:
        """What moved most; a key where nothing else did."""
        control, heard = self.control, self._heard
        self.control = ""
        source = max(heard, key=lambda each: (not each.startswith("note "), heard[each]))
        coarser = next((each for each in heard if finer(each) == source), source)
        fine = finer(coarser) in heard
        self.changed.emit()
        self.learned.emit(Binding(coarser, control, fine=fine))


def finer(source: str) -> str:
    """The address of the controller that has the 7 finer bits of another, or nothing."""
    kind, *numbers = source.split(" ")
    if kind != "cc" or len(numbers) != 2 or not numbers[1].isdecimal() or int(numbers[1]) >= PAIRED:
        return ""
    return f"cc {numbers[0]} {int(numbers[1]) + PAIRED}"
