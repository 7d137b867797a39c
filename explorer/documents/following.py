"""Following a run in Explore: its newest snapshot takes the shown one's place while it trains."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from explorer.documents.documents import Documents
from explorer.explore.growing import GrowingPanel, snapshots
from explorer.session import Session
from explorer.work.background import Background

PATIENCE = 1000  # milliseconds between two looks whether a newer snapshot may be shown


class Following(QObject):
    """Shows newer snapshots only where nobody is interrupted: no other file is opened, no dialog is at work."""

    def __init__(
        self, window: QWidget, session: Session, documents: Documents, growing: GrowingPanel, disk: Background
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._documents, self._growing = window, session, documents, growing
        self._disk = disk
        self._newest = ""  # the newest known snapshot of the run that is explored
        self._asked = ""  # one that was asked for, until something is shown
        self._followed = ""  # the shown one, where a newer one may take its place
        self._wait = QTimer(self, interval=PATIENCE)
        self._wait.timeout.connect(self._show_newer)
        growing.snapshot_wanted.connect(self._open_snapshot)
        session.model_changed.connect(lambda _: self._model_changed())

    def explore(self, path: str) -> None:
        """Opens the newest snapshot of a run and follows it."""
        self._newest = self._asked = _resolved(path)
        self._followed = ""
        self._documents.open(path)

    def take(self, path: str) -> None:
        """A run has written a snapshot: that of the network that is shown, or of another."""
        path = _resolved(path)
        if _run(path) == _run(self._newest):
            self._newest = path
            if self._followed:
                self._wait.start()
                self._show_newer()
                return
        if _run(path) == _run(_resolved(self._session.model_path)):
            self._find_snapshots()

    def close(self) -> None:
        """Shows nothing newer any more."""
        self._wait.stop()

    def _show_newer(self) -> None:
        if not self._followed:  # another network was opened meanwhile
            self._wait.stop()
        elif not (self._documents.opening or self._busy()):
            self._wait.stop()
            self._asked = self._newest
            self._documents.follow(self._newest)

    def _model_changed(self) -> None:
        """Goes on only from the newest snapshot: an older one that somebody brought back stays."""
        shown = _resolved(self._session.model_path)
        if shown in (self._asked, self._newest):
            self._followed = shown
        elif shown != self._followed:
            self._followed = ""
        self._asked = ""
        self._find_snapshots()

    def _busy(self) -> bool:
        """Whether a dialog is at work on the network that is shown; a hand that drags goes on with the newer one."""
        return any(each.isVisible() for each in self._window.findChildren(QDialog))

    def _open_snapshot(self, path: str) -> None:
        """A snapshot of the run that is explored: the same recipe with that network; the newest one is followed."""
        if self._growing.follows:
            self._newest = self._asked = _resolved(path)
        self._documents.open(path)

    def _find_snapshots(self) -> None:
        model = Path(self._session.model_path)
        self._disk.do(lambda: snapshots(model), self._growing.show_snapshots)


def _resolved(path: str) -> str:
    """The path without links, by which snapshots are compared."""
    return str(Path(path).resolve()) if path else ""


def _run(snapshot: str) -> str:
    """The folder of snapshots that a resolved one lies in; empty where there is none."""
    return str(Path(snapshot).parent) if snapshot else ""
