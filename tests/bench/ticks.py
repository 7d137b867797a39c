"""How long the window's thread was away: a timer that should come every millisecond, and what kept it."""

import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BUSY = 0.1  # share of its time a thread may wait for a core before wall time says more about others


class Ticks(QObject):
    """Gaps between ticks in seconds, without the time in which other programs had the core.

    What the interpreter's lock, the disk or the thread's own work take is counted in full.
    """

    def __init__(self) -> None:
        super().__init__()
        self.worst = 0.0
        self.over: list[float] = []  # gaps above 30 ms
        self._stat = Path(f"/proc/self/task/{os.getpid()}/schedstat")  # of the main thread
        self._began, self._began_waiting = time.perf_counter(), self._waited()
        self._last, self._last_waiting = self._began, self._began_waiting
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    @property
    def waiting(self) -> float:
        """The share of its time this thread has waited for a core; 0 where the system does not say."""
        whole = time.perf_counter() - self._began
        return (self._waited() - self._began_waiting) / max(whole, 1e-9)

    def take(self) -> float:
        """The longest gap since the last call, in seconds."""
        self._tick()
        worst, self.worst = self.worst, 0.0
        return worst

    def stop(self) -> None:
        """Ticks no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now, waited = time.perf_counter(), self._waited()
        gap = now - self._last - (waited - self._last_waiting)
        self._last, self._last_waiting = now, waited
        self.worst = max(self.worst, gap)
        if gap > 0.03:
            self.over.append(gap)

    def _waited(self) -> float:
        """Seconds this thread was ready to run and had no core (Linux: sched-stats, second field)."""
        return int(self._stat.read_text().split()[1]) / 1e9 if self._stat.exists() else 0.0
