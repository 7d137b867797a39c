"""Whether the game was held up as a whole: who measures may stop it for minutes, and that is no slow window."""

import math
import threading
import time
from collections.abc import Callable

BEAT = 0.05  # seconds


class Pulse:
    """A thread beside the monkey's that only sleeps; where it wakes up late, the window had no time either."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._before, self._lost = math.inf, 0.0  # how it was before this began, nobody knows
        self._ends = False
        self._thread = threading.Thread(target=self._live, name="pulse", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def close(self) -> None:
        """Watches no more."""
        self._ends = True
        self._thread.join()

    def beat(self) -> None:
        """One sleep."""
        before = self._clock()
        self._sleep(BEAT)
        self._lost = max(self._lost, self._clock() - before - BEAT)

    def lost(self) -> float:
        """Seconds that were lost at once at most since this was asked the time before last; endless the first time.

        A window that was held up while it answered says so in its next answer.
        """
        lost = max(self._before, self._lost)
        self._before, self._lost = self._lost, 0.0
        return lost

    def _live(self) -> None:
        while not self._ends:
            self.beat()
