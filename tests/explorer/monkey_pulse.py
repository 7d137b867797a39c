"""Whether the game was held up as a whole: who measures may stop it for minutes, and that is no slow window."""

import math
import threading
import time
from collections.abc import Callable

BEAT = 0.05  # seconds
STANDSTILL = 0.5  # seconds: a sleep that is late by more was no lack of a core for a moment


class Pulse:
    """A thread beside the monkey's that only sleeps; where it wakes up late, the window had no time either."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._before, self._late = [math.inf], [0.0]  # how it was before this began, nobody knows
        self._begun = clock()
        self._ends = False
        self._thread = threading.Thread(target=self._live, name="pulse", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._begun = self._clock()
        self._thread.start()

    def close(self) -> None:
        """Watches no more."""
        self._ends = True
        self._thread.join()

    def beat(self) -> None:
        """One sleep."""
        self._sleep(BEAT)
        ended = self._clock()
        self._late.append(ended - self._begun - BEAT)
        self._begun = ended

    def lost(self) -> float:
        """Seconds that were lost since this was asked the time before last; endless the first time.

        A window that was held up while it answered says so in its next answer. Standstills count together: one that
        follows another at once is one for a window that had no time between them.
        """
        late, self._late = [*self._late, self._clock() - self._begun - BEAT], []  # also of a sleep that goes on
        every, self._before = [*self._before, *late], late
        return max(sum(each for each in every if each > STANDSTILL), *every)

    def _live(self) -> None:
        while not self._ends:
            self.beat()
