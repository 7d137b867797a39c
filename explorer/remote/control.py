"""What can be steered from afar: one control of the window, the numbers it takes, and why it takes none."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

ON = 0.5  # of a switch's 0..1
DECIMALS = 5  # OSC's 0.7 has 32 bits and is 0.69999999, which is not the default


class Kind(Enum):
    """What a control takes."""

    VALUE = "value"  # as many numbers as it has units
    SWITCH = "switch"  # 1 or 0; nothing switches it over
    PRESS = "press"  # nothing, or a number: 0 is a key that is let go
    CHOICE = "choice"  # a whole number from 1 up, each time it comes; 0 is a key that is let go


@dataclass(frozen=True, slots=True)
class Control:
    """``do`` gets the numbers of a value, True, False or None of a switch, nothing of a press.

    ``group`` and ``label`` name it in lists, ``low`` to ``high`` is its range: what comes from beyond stops at its
    ends. ``why_not`` says why it means nothing now, or nothing. ``rests``: its moves are a gesture, which is one step
    of undo after some rest.
    """

    address: str
    group: str
    label: str
    kind: Kind
    do: Callable[..., object]
    why_not: Callable[[], str] = str
    low: float = 0.0
    high: float = 1.0
    numbers: int = 1
    whole: bool = False
    unit: str = ""
    rests: bool = True

    def take(self, arguments: Sequence[object]) -> str:
        """Does what a message asks; returns that in a few words. Raises ValueError with the reason why not."""
        numbers = [number(each) for each in arguments]
        if self.kind in (Kind.PRESS, Kind.CHOICE) and numbers == [0]:
            return ""  # a key that is let go
        if self.kind is Kind.VALUE or self.kind is Kind.CHOICE:
            return self._set(numbers)
        if len(numbers) > 1:
            raise ValueError(f"{self.address} takes one number, or none.")
        self._check()
        if self.kind is Kind.PRESS:
            self.do()
            return self.label
        on = numbers[0] >= ON if numbers else None
        self.do(on)
        return self.label if on is None else f"{self.label} {'on' if on else 'off'}"

    def at(self, part: float, low: float | None = None, high: float | None = None) -> float:
        """The value at a part, 0 to 1, of its range or of another one."""
        begin, end = self.low if low is None else low, self.high if high is None else high
        part = min(max(part, 0.0), 1.0)
        return (1 - part) * begin + part * end

    def _set(self, numbers: list[float]) -> str:
        if len(numbers) != self.numbers:
            wanted = "one number" if self.numbers == 1 else f"{self.numbers} numbers"
            raise ValueError(f"{self.address} takes {wanted}.")
        self._check()
        values = [round(min(max(each, self.low), self.high), DECIMALS) for each in numbers]
        if self.whole:
            self.do(*(round(each) for each in values))
            told = " ".join(f"{each:.0f}" for each in values)
        else:
            self.do(*values)
            told = " ".join(f"{each:.2f}" for each in values)
        limited = any(not self.low <= each <= self.high for each in numbers)
        return f"{self.label} {told}{self.unit}{', the end of its range' * limited}"

    def _check(self) -> None:
        if reason := self.why_not():
            raise ValueError(reason)


def number(argument: object) -> float:
    """An argument as a finite number. Raises ValueError on anything else."""
    if isinstance(argument, bool | int | float) and math.isfinite(argument):
        return float(argument)
    told = argument if isinstance(argument, str | float) else type(argument).__name__
    raise ValueError(f"{str(told)[:40]!r} is no number.")


def name_in_address(name: str) -> str:
    """A name as a part of an address: "Warm background" is warm_background."""
    letters = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return "_".join(letters.split())
