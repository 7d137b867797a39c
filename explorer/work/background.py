"""Work that takes the disk's time: done in a thread, its result handed back in the window's thread."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

log = logging.getLogger(__name__)
T = TypeVar("T")


class Background(QObject):
    """One thread, one thing after the other; ``do`` never blocks."""

    _finished = Signal(object)
    _ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="disk")
        self._last: Future[None] | None = None
        self._closed = self._left = False
        self._finished.connect(self._hand_back, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._let_go, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is being done or waits."""
        return self._last is not None and not self._last.done()

    def do(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None] | None = None
    ) -> None:
        """Runs ``work`` in the thread, then ``then`` with its result, or ``failed`` with a ValueError or OSError."""

        def run() -> None:
            if self._left:
                return
            try:
                result = work()
            except (ValueError, OSError) as error:
                log.info("%s", error)
                if failed is not None:
                    self._finished.emit((failed, error))
            except Exception:
                log.exception("Background work failed")
            else:
                self._finished.emit((then, result))

        if not self._closed:
            self._last = self._pool.submit(run)

    def close(self) -> None:
        """Ends the thread after what it has begun and what waits; results that come then are not handed back."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def leave(self) -> None:
        """Ends without waiting, for who only reads: what is being done goes on to its end, what waits is not done.

        Nothing is handed back, and this lives on without its parent until the thread has ended.
        """
        if not self._closed:
            self._closed = self._left = True
            self.setParent(None)
            _leaving.add(self)
            self._pool.submit(self._ended.emit)
            self._pool.shutdown(wait=False)

    def end(self) -> None:
        """Waits for the thread of one that was left."""
        self._pool.shutdown(wait=True)
        self.deleteLater()

    def _let_go(self) -> None:
        _leaving.discard(self)
        self.deleteLater()

    def _hand_back(self, call: tuple[Callable[[object], None], object]) -> None:
        receiver, value = call
        if not self._closed:
            receiver(value)


_leaving: set[Background] = set()


def wait_for_left() -> None:
    """Waits until what was left in the middle of something has done it: where the window closes, no thread stays."""
    while _leaving:
        _leaving.pop().end()
