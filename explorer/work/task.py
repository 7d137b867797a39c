"""Long work in a thread of its own: how far it is, how it ends, a way to give it up, and nobody waits for it."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from explorer.problem import sentence_of

log = logging.getLogger(__name__)

Report = Callable[[int, int], None]
"""Told in the thread how much of how much is done; raises :class:`Stopped` where nobody wants the rest."""


class Stopped(Exception):
    """The work is given up: whoever sees it pass leaves nothing half-made behind."""


class Task(QObject):
    """One piece of work at a time; all methods return at once.

    ``progress`` brings how much of how much is done, then one of ``done`` with the result, ``failed`` with one
    sentence and ``cancelled`` ends it. A newer piece gives up the older one, of whose end nothing is told.
    """

    progress = Signal(int, int)
    done = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    _told = Signal(object, str, object)  # from the thread: which piece of work, which signal, and what it carries

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._stop: threading.Event | None = None
        self._closed = False
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """True until the end of the work is told."""
        return self._stop is not None

    def begin(self, work: Callable[[Report], object]) -> None:
        """Runs ``work``, which may fail with a ValueError or OSError of one sentence."""
        self._give_up()
        self._stop = threading.Event()
        threading.Thread(target=self._run, args=(work, self._stop), name=self._name).start()

    def cancel(self) -> None:
        """Gives the work up; ``cancelled`` follows, unless it is done already."""
        if self._stop is not None:
            self._stop.set()

    def close(self) -> None:
        """Gives the work up without a word; its thread ends as soon as it notices."""
        self._closed = True
        self._give_up()

    def _give_up(self) -> None:
        self.cancel()
        self._stop = None

    def _run(self, work: Callable[[Report], object], stop: threading.Event) -> None:
        said = (-1, -1)

        def report(done: int, total: int) -> None:
            nonlocal said
            if stop.is_set():
                raise Stopped
            if said != (done, total):
                said = done, total
                self._tell(stop, "progress", said)

        try:
            result = work(report)
        except Stopped:
            self._tell(stop, "cancelled", None)
        except (ValueError, OSError) as error:
            log.info("%s: %s", self._name, error)
            self._tell(stop, "failed", str(error))
        except Exception as error:
            log.exception("%s failed", self._name)
            self._tell(stop, "failed", sentence_of(error))
        else:
            self._tell(stop, "done", result)

    def _tell(self, stop: threading.Event, kind: str, value: object) -> None:
        if not self._closed:  # afterwards nobody listens, and there may be nothing left to speak with
            self._told.emit(stop, kind, value)

    def _hear(self, stop: threading.Event, kind: str, value: Any) -> None:
        if stop is not self._stop:  # of work that was given up for a newer one
            return
        if kind == "progress":
            if not stop.is_set():
                self.progress.emit(*value)
            return
        self._stop = None
        if kind == "done":
            self.done.emit(value)
        elif kind == "failed":
            self.failed.emit(value)
        else:
            self.cancelled.emit()
