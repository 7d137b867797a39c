"""What a weight file may cost to read, and how its refusal is said; every reader here spends from one budget."""

from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[float], bool | None]
"""Called with the fraction read, 0 to 1; returning False cancels."""

MAX_OPCODES = 500_000
"""A training checkpoint with both optimizers has about 100,000; each opcode makes one small object at most."""

TELL_EVERY = 2048
"""Objects walked over between two reports of progress."""

MAX_TEXT = 64 << 20
MAX_DEPTH = 200
MAX_DIMENSIONS = 8


class RefusedFile(ValueError):
    """A file that is broken, hostile or of a kind this project does not read; the text is one sentence."""


class Cancelled(RefusedFile):
    """The person asked to stop."""


@dataclass(slots=True)
class Budget:
    """Counts down what one file may still use, nested streams included, so that nothing grows by repetition."""

    file_size: int
    progress: Progress | None = None
    opcodes: int = MAX_OPCODES
    text: int = MAX_TEXT
    raw: int = field(init=False)
    tensor: int = field(init=False)
    fraction: float = field(init=False, default=0.0)
    visited: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.raw = 3 * self.file_size + (1 << 20)  # a long line is searched, decoded and encoded again
        self.tensor = 4 * self.file_size + (1 << 20)

    def spend_steps(self, count: int) -> None:
        """Takes from the number of small objects the file may still make; raises RefusedFile when it is spent."""
        self.opcodes -= count
        if self.opcodes < 0:
            raise RefusedFile(f"it takes more than {MAX_OPCODES:,} steps to read, more than any network needs")

    def visit(self, steps: int = 1) -> None:
        """Pays for walking to an object that was read, which a file may share as often as it likes.

        Raises RefusedFile when the steps are spent, and Cancelled as `report` does.
        """
        self.spend_steps(steps)
        self.visited += steps
        if self.visited >= TELL_EVERY:
            self.visited = 0
            self.report(self.fraction)

    def spend_text(self, count: int) -> None:
        """Takes from the characters of text the file may still hold."""
        self.text -= count
        if self.text < 0:
            raise RefusedFile(f"it holds more than {MAX_TEXT >> 20} MB of text, more than any network needs")

    def spend_raw(self, count: int) -> None:
        """Takes from the bytes that may be copied while decoding."""
        self.raw -= count
        if self.raw < 0:
            raise RefusedFile("it unpacks into far more data than it holds, so it is not a real network")

    def spend_tensor(self, count: int) -> None:
        """Takes from the bytes all tensors together may cover."""
        self.tensor -= count
        if self.tensor < 0:
            raise RefusedFile("its tensors claim far more data than it holds, so it is not a real network")

    def report(self, fraction: float) -> None:
        """Tells the progress callback; raises Cancelled where that says stop."""
        self.fraction = min(max(fraction, 0.0), 1.0)
        if self.progress is not None and self.progress(self.fraction) is False:
            raise Cancelled("reading was cancelled")
