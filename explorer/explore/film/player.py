"""The clock of a film that is played: which second is to be shown next."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

FRAME = 33  # milliseconds between two pictures while it plays
LONGEST_STEP = 0.25  # seconds: where the window was held up, the film waits rather than jumps


class FilmPlayer(QObject):
    """``reached`` carries the second to show, ``ended`` comes behind the last one, ``switched`` whether it plays."""

    reached = Signal(float)
    ended = Signal()
    switched = Signal(bool)

    def __init__(self, parent: QObject, lead: Callable[[float], float]) -> None:
        """``lead`` makes of the second that the clock says the one that is to be shown."""
        super().__init__(parent)
        self._lead = lead
        self._total, self._loop = 0.0, True
        self._seconds = self._stepped = 0.0
        self._timer = QTimer(self, interval=FRAME)
        self._timer.timeout.connect(self.step)

    @property
    def playing(self) -> bool:
        """Whether the clock goes."""
        return self._timer.isActive()

    @property
    def seconds(self) -> float:
        """Where the clock is."""
        return self._seconds

    def set_film(self, total: float, loop: bool) -> None:
        """How long the film is now, and whether it begins again."""
        self._total, self._loop = total, loop

    def begin(self, seconds: float) -> None:
        """Goes on from there; a film that is over and does not loop begins anew."""
        self._seconds = 0.0 if not self._loop and seconds >= self._total else seconds
        self._stepped = time.perf_counter()
        self._timer.start()
        self.switched.emit(True)

    def halt(self) -> None:
        """Stands still."""
        if self.playing:
            self._timer.stop()
            self.switched.emit(False)

    def step(self) -> None:
        """What time has passed is shown."""
        now = time.perf_counter()
        self._seconds = self._lead(self._seconds + min(now - self._stepped, LONGEST_STEP))
        self._stepped = now
        if self._seconds >= self._total and not self._loop:
            self.reached.emit(self._total)
            self.ended.emit()
        else:
            self._seconds %= self._total
            self.reached.emit(self._seconds)
