"""Bindings at work: what a knob brings, as the numbers of the controls that it is bound to."""

from collections.abc import Callable, Iterator, Sequence

from explorer.remote.bindings import Binding
from explorer.remote.control import ON, Control, Kind, number
from explorer.remote.learning import finer
from explorer.remote.message import Message

Find = Callable[[str], Control | None]
Step = tuple[Control, Sequence[object]]
SEVEN, FOURTEEN = 127, 16383  # the highest number of so many bits


class Translating:
    """Remembers what it must of the messages before: the coarse half of a number, whether a button is down."""

    def __init__(self) -> None:
        self._bound: dict[str, list[Binding]] = {}
        self._coarse: dict[str, int] = {}  # by the address of the finer half
        self._down: dict[tuple[str, str], bool] = {}

    def take(self, bindings: Sequence[Binding], find: Find) -> frozenset[str]:
        """Uses these from now on; returns the addresses of which each message counts, because a button is there."""
        self._bound, every = {}, set()
        for binding in bindings:
            source = finer(binding.source) if binding.fine else binding.source
            self._bound.setdefault(source, []).append(binding)
            if binding.fine:
                self._bound.setdefault(binding.source, [])
            control = find(binding.control)
            if control is None or control.kind is not Kind.VALUE:
                every.add(source)
        return frozenset(every)

    def has(self, address: str) -> bool:
        """Whether messages of an address are spoken for."""
        return address in self._bound

    def steps(self, message: Message, find: Find) -> Iterator[Step]:
        """What a message moves, and the numbers for it; nothing where it brings none."""
        self._coarse_half(message)
        for binding in self._bound.get(message.address, ()):
            control, part = find(binding.control), self._part(message, binding)
            if control is None or part is None:
                continue
            numbers = self._numbers(message, binding, control, 1 - part if binding.invert else part)
            if numbers is not None:
                yield control, numbers

    def _coarse_half(self, message: Message) -> None:
        if message.is_midi and finer(message.address) and isinstance(message.arguments[0], int):
            self._coarse[finer(message.address)] = message.arguments[0]

    def _part(self, message: Message, binding: Binding) -> float | None:
        """How far up the knob is, 0 to 1."""
        if not message.is_midi:
            try:
                return min(max(number(message.arguments[0]), 0.0), 1.0) if message.arguments else 1.0
            except ValueError:
                return None
        value = message.arguments[0]
        assert isinstance(value, int)
        if message.address.startswith("note "):
            return 1.0
        if binding.fine:
            return (128 * self._coarse.get(message.address, 0) + value) / FOURTEEN
        return value / (FOURTEEN if message.address.startswith("bend ") else SEVEN)

    def _numbers(self, message: Message, binding: Binding, control: Control, part: float) -> Sequence[object] | None:
        key, down = (binding.source, binding.control), part >= ON
        is_button = message.address.startswith("note ") or not message.arguments
        before, self._down[key] = self._down.get(key, False), down and not is_button
        if control.kind in (Kind.VALUE, Kind.CHOICE):
            values = [control.at(part, binding.low, binding.high)]
            return values if control.kind is Kind.VALUE or (down and not before) else None
        if control.kind is Kind.SWITCH:
            return [] if is_button else [int(down)]
        return [] if down and not before else None
