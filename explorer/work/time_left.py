"""How much is left of something that takes long, in words."""

import time
from collections.abc import Callable

from stylegan_core.amounts import duration

WORTH_SAYING = 10.0  # seconds in all from which people are told how long is left


class TimeLeft:
    """Foresees the end of work whose parts take equally long; it begins when this is made.

    ``foreseen`` is how many seconds all of it may take, and counts until a part is done; 0 where nobody knows.
    """

    def __init__(self, clock: Callable[[], float] | None = None, foreseen: float = 0.0) -> None:
        self._clock = clock or time.monotonic
        self._begun = self._clock()
        self._foreseen = foreseen

    def words(self, done: int, total: int) -> str:
        """ "about 12 s left" after ``done`` of ``total`` parts; empty where all of it takes less than ten seconds."""
        spent = self._clock() - self._begun
        if done == 0 and spent < self._foreseen >= WORTH_SAYING:
            return f"about {duration(self._foreseen - spent)} left"
        if not 0 < done < total or spent * total / done < WORTH_SAYING:
            return ""
        return f"about {duration(spent * (total - done) / done)} left"

    def clause(self, done: int, total: int, otherwise: str = "") -> str:
        """The same to go on a sentence with: ", about 12 s left", or ``otherwise`` where there is nothing to say."""
        left = self.words(done, total)
        return f", {left}" if left else otherwise
