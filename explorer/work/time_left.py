"""How much is left of something that takes long, in words."""

import time
from collections.abc import Callable

from stylegan_core.amounts import duration

WORTH_SAYING = 10.0  # seconds in all from which people are told how long is left


class TimeLeft:
    """Foresees the end of work whose parts take equally long; it begins when this is made.

    The time to the first part that is heard of counts only until there is a second one: a program was started then, and
    a network read and prepared. ``foreseen`` is how many seconds all parts may take, 0 where nobody knows.
    """

    def __init__(self, clock: Callable[[], float] | None = None, foreseen: float = 0.0) -> None:
        self._clock = clock or time.monotonic
        self._begun = self._clock()
        self._foreseen = foreseen
        self._first: tuple[int, float] | None = None  # parts that were done when any were, and when that was

    def words(self, done: int, total: int) -> str:
        """ "about 12 s left" after ``done`` of ``total`` parts; empty where all of it takes less than ten seconds."""
        now = self._clock()
        if not 0 <= done < total:
            return ""
        if self._first is not None and done < self._first[0]:  # some of what was done is done anew
            self._first = None
            self._begun = now if not done else self._begun
        if done and self._first is None:
            self._first = done, now
        left = self._left(done, total, now)
        return f"about {duration(left)} left" if left > 0 else ""

    def clause(self, done: int, total: int, otherwise: str = "") -> str:
        """The same to go on a sentence with: ", about 12 s left", or ``otherwise`` where there is nothing to say."""
        left = self.words(done, total)
        return f", {left}" if left else otherwise

    def _left(self, done: int, total: int, now: float) -> float:
        """Seconds; 0 where nobody knows, or where all of it takes less than is worth saying."""
        spent, known = now - self._begun, self._foreseen / total
        if self._first is None:
            return self._foreseen - spent if spent < self._foreseen >= WORTH_SAYING else 0.0
        first, then = self._first
        each = (now - then) / (done - first) if done > first and now > then else known or spent / done
        return each * (total - done) if each * total >= WORTH_SAYING else 0.0
