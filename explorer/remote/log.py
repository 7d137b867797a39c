"""The last messages and what they did: one row an address, so that a stream of them can be read."""

from dataclasses import dataclass

MOST = 40


@dataclass(slots=True)
class Row:
    """A message, what it did or why it did nothing, and how many came to its address."""

    words: str
    effect: str
    tone: str  # "good", or "warning" where it did nothing
    times: int = 0


class MessageLog:
    """Keeps the addresses that were heard last; a row stays where it is while more come to its address."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._order: list[str] = []  # as shown, the newest first
        self.unknown = 0
        self.changes = 0  # counts what was added, for whoever looks now and then

    @property
    def rows(self) -> list[Row]:
        """The newest address first."""
        return [self._rows[address] for address in self._order]

    def add(self, address: str, words: str, effect: str, did: bool) -> None:
        """A message has come."""
        row = self._rows.pop(address, None) or Row("", "", "")
        row.words, row.effect, row.tone = words, effect, "good" if did else "warning"
        row.times += 1
        if address not in self._order:
            self._order.insert(0, address)
        self._rows[address] = row  # behind all others: the first is the one not heard of for longest
        if len(self._rows) > MOST:
            oldest = next(iter(self._rows))
            del self._rows[oldest]
            self._order.remove(oldest)
        self.changes += 1

    def clear(self) -> None:
        """Forgets everything."""
        self._rows.clear()
        self._order.clear()
        self.unknown = 0
        self.changes += 1
