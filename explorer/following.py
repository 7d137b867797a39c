"""Following a run in Explore: its newest snapshot takes the shown one's place while it trains."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from explorer.background import Background
from explorer.documents import Documents
from explorer.explore.growing import GrowingPanel, snapshots
from explorer.session import Session

PATIENCE = 1000  # milliseconds between two looks whether a newer snapshot may be shown


class Following(QObject):
    """Shows newer snapshots only where nobody is interrupted: no other file is opened, no dialog is at work."""

    def __init__(
        self, window: QWidget, session: Session, documents: Documents, growing: GrowingPanel, disk: Background
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._documents, self._growing = window, session, documents, growing
        self._disk = disk
        self._live = ""  # the folder of snapshots whose newest one is shown
        self._newer = ""  # one that is to be shown as soon as it may
        self._wait = QTimer(self, interval=PATIENCE)
        self._wait.timeout.connect(self._show_newer)
        growing.snapshot_wanted.connect(self._open_snapshot)
        session.model_changed.connect(lambda _: self._find_snapshots())

    def explore(self, path: str) -> None:
        """Opens the newest snapshot of a run and follows it."""
        self._live = str(Path(path).parent)
        self._documents.open(path)

    def take(self, path: str) -> None:
        """A run has written a snapshot: that of the network that is shown, or of another."""
        if Path(self._session.model_path).parent != Path(path).parent:
            return
        if str(Path(path).parent) == self._live:
            self._newer = path
            self._wait.start()
            self._show_newer()
        else:
            self._find_snapshots()

    def close(self) -> None:
        """Shows nothing newer any more."""
        self._wait.stop()

    def _show_newer(self) -> None:
        if str(Path(self._session.model_path).parent) != self._live:  # another network was opened meanwhile
            self._wait.stop()
        elif not (self._documents.opening or self._busy()):
            self._wait.stop()
            self._documents.follow(self._newer)

    def _busy(self) -> bool:
        """Whether a dialog is at work on the network that is shown; a hand that drags goes on with the newer one."""
        return any(each.isVisible() for each in self._window.findChildren(QDialog))

    def _open_snapshot(self, path: str) -> None:
        """A snapshot of the run that is explored: the same recipe with that network; the newest one is followed."""
        self._live = str(Path(path).parent) if self._growing.follows else ""
        self._documents.open(path)

    def _find_snapshots(self) -> None:
        model = Path(self._session.model_path)
        self._disk.do(lambda: snapshots(model), self._growing.show_snapshots)
