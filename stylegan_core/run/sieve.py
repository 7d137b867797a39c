"""Which lines of a long log are worth decoding: an even share of what comes often, and everything else."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FREQUENT = (b"ti", b"he")  # ticks and heartbeats: no other kind begins so
TELLING = (2, 9, 10)  # places of the k and of the first two letters of KIND in {"kind":"KIND",...
NEWLINE = 10

Line = tuple[int, int, bytes]  # its number among all lines, its number among those of its kind, its text


@dataclass(slots=True)
class Share:
    """Every ``step``-th line whose kind begins with ``start``, and the newest; ``step`` doubles as the log grows."""

    start: bytes
    count: int = 0
    step: int = 1
    kept: list[Line] = field(default_factory=list)
    newest: Line | None = None

    def thin(self, most: int) -> None:
        """Lets go of every second line until at most twice ``most`` are left."""
        while len(self.kept) > 2 * most:
            self.step *= 2
            self.kept = [line for line in self.kept if line[1] % self.step == 0]

    def lines(self) -> list[Line]:
        """What is kept; the newest always is, for it says where a run is now."""
        newest = [self.newest] if self.newest is not None and self.newest[1] % self.step else []
        return self.kept + newest


class Sieve:
    """Takes blocks of whole lines; of ticks and heartbeats it keeps between ``most`` and twice as many each.

    Lines are found with numpy, a block at a time: half a gigabyte takes a third of a second, and the interpreter stays
    free for the window meanwhile.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lines = 0
        self._others: list[Line] = []
        self._shares = [Share(start) for start in FREQUENT]

    @property
    def dropped(self) -> int:
        """How many lines were let go."""
        return sum(share.count - len(share.lines()) for share in self._shares)

    def take(self, block: bytes | bytearray, length: int) -> None:
        """Looks at the lines in the first ``length`` bytes; the last one must end with its newline too."""
        letters = np.frombuffer(block, np.uint8, length)
        ends = np.flatnonzero(letters == NEWLINE)
        starts = np.concatenate([[0], ends[:-1] + 1])
        rest = np.ones(len(ends), bool)
        for share in self._shares:
            found = rest & _of_kind(letters, starts, share.start)
            rest &= ~found
            self._share(share, block, starts, ends, np.flatnonzero(found))
        self._others += self._cut(block, starts, ends, np.flatnonzero(rest), 0, 1)
        self._lines += len(ends)

    def _share(
        self,
        share: Share,
        block: bytes | bytearray,
        starts: NDArray[np.intp],
        ends: NDArray[np.intp],
        found: NDArray[np.intp],
    ) -> None:
        if not len(found):
            return
        first = -share.count % share.step
        share.kept += self._cut(block, starts, ends, found[first :: share.step], share.count + first, share.step)
        share.newest = self._cut(block, starts, ends, found[-1:], share.count + len(found) - 1, 1)[0]
        share.count += len(found)
        share.thin(self.most)

    def _cut(
        self,
        block: bytes | bytearray,
        starts: NDArray[np.intp],
        ends: NDArray[np.intp],
        at: NDArray[np.intp],
        serial: int,
        step: int,
    ) -> list[Line]:
        """Lines ``at`` these places, numbered within their kind from ``serial`` in steps."""
        places = zip(at.tolist(), starts[at].tolist(), ends[at].tolist(), strict=True)
        return [
            (self._lines + index, serial + count * step, bytes(block[start:end]))
            for count, (index, start, end) in enumerate(places)
        ]

    def lines(self) -> list[bytes]:
        """All that was kept, in the order of the log."""
        kept = [*self._others, *(line for share in self._shares for line in share.lines())]
        return [text for _, _, text in sorted(kept)]


def _of_kind(letters: NDArray[np.uint8], starts: NDArray[np.intp], first: bytes) -> NDArray[np.bool_]:
    """Which of the lines say a kind that begins with these two letters; looks at three letters a line."""
    key, one, two = (letters[np.minimum(starts + at, len(letters) - 1)] for at in TELLING)
    found: NDArray[np.bool_] = (one == first[0]) & (two == first[1]) & (key == ord("k"))
    return found
