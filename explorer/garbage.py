"""Python's garbage is collected in the window's thread alone: what belongs to Qt may not be destroyed in another."""

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 500


class Garbage(QObject):
    """Takes over from Python's own collector, which runs in whatever thread happens to allocate.

    Widgets, plots and their timers live in cycles. A cycle that is found while a picture is read in a thread of the
    pool would die there, with timers of the window's thread still running, which ends in a crash much later.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(collect_due)
        self._taken = False

    def take_over(self) -> None:
        """From now on nothing is collected but here."""
        self._taken = self._taken or gc.isenabled()
        gc.disable()
        self._timer.start()

    def close(self) -> None:
        """Gives the work back to Python, if it was Python's."""
        self._timer.stop()
        if self._taken:
            gc.enable()


def collect_due() -> None:
    """Collects the oldest generation that is due by Python's own thresholds; the younger ones go with it."""
    for generation, (count, threshold) in reversed(
        list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))
    ):
        if threshold and count > threshold:
            gc.collect(generation)
            return
