"""How long something takes, in words, and how much of it is left."""

import time
from collections.abc import Callable

WORTH_SAYING = 10.0  # seconds in all from which people are told how long is left


def duration(seconds: float) -> str:
    """A length of time the way people say it: "40 s", "6 min", "7 h 40 min", "3 d 4 h"."""
    if seconds < 59.5:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


class TimeLeft:
    """Foresees the end of work whose parts take equally long; it begins when this is made."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or time.monotonic
        self._begun = self._clock()

    def words(self, done: int, total: int) -> str:
        """ "about 12 s left" after ``done`` of ``total`` parts; empty where all of it takes less than ten seconds."""
        spent = self._clock() - self._begun
        if not 0 < done < total or spent * total / done < WORTH_SAYING:
            return ""
        return f"about {duration(spent * (total - done) / done)} left"

    def clause(self, done: int, total: int, otherwise: str = "") -> str:
        """The same to go on a sentence with: ", about 12 s left", or ``otherwise`` where there is nothing to say."""
        left = self.words(done, total)
        return f", {left}" if left else otherwise
