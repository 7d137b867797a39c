"""What came in and was not yet done: the newest message of each control, in order, filled by any thread."""

import threading
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from explorer.remote.message import Message

MOST = 256  # messages that wait for one frame
KEYS = 16  # of them those that each count


class Inbox(QObject):
    """``filled`` is said once until :meth:`take` has been called, however many messages come meanwhile."""

    filled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: dict[object, Message] = {}
        self._keys = self._number = 0
        self._told = False
        self.every = frozenset[str]()  # addresses of which each message counts, beside those that say so themselves
        self.came = self.unread = self.dropped = 0

    @property
    def waits(self) -> bool:
        """Whether something has come that was not taken yet."""
        return bool(self._waiting)

    def put(self, messages: Iterable[Message], unread: int = 0, dropped: int = 0) -> None:
        """Keeps messages until they are taken: what comes later to the same control takes the earlier one's place."""
        with self._lock:
            self.unread += unread
            self.dropped += dropped
            for message in messages:
                self.came += 1
                self._keep(message)
            tell, self._told = not self._told, True
        if tell:
            self.filled.emit()

    def take(self) -> list[Message]:
        """What waits, in the order in which the newest of each came; then nothing waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            self._keys, self._told = 0, False
        return list(waiting.values())

    def _keep(self, message: Message) -> None:
        counts = message.counts or message.address in self.every
        key: object = message.address
        if counts:
            self._number += 1
            key = self._number
        else:
            self._waiting.pop(key, None)
        if len(self._waiting) >= MOST or (counts and self._keys >= KEYS):
            self.dropped += 1
            return
        self._keys += counts
        self._waiting[key] = message
