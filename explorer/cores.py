"""Sharing the machine: while a local trainer lives, the window draws with the cores it leaves."""

import logging
import socket
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.runs import trainer_threads
from explorer.work.background import Background
from stylegan_core.cores import all_cores
from stylegan_core.run.locks import named_in
from stylegan_core.rundir import RunDir

log = logging.getLogger(__name__)

LOOK = 3000  # milliseconds between two looks at the locks of the runs


class Cores(QObject):
    """Follows the runs that were watched; two programs on the same cores slow each other many times over."""

    threads_changed = Signal(int)

    def __init__(self, disk: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = disk
        self._runs: tuple[Path, ...] = ()
        self._threads = all_cores()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)

    def follow(self, run: Path) -> None:
        """Looks after this run too, from now on."""
        if run not in self._runs:
            self._runs += (run,)
        self._timer.start()
        self._look()

    def close(self) -> None:
        """Looks after no run any more."""
        self._timer.stop()

    def _look(self) -> None:
        runs = self._runs
        self._disk.do(lambda: any(trained_here(run) for run in runs), self._share)

    def _share(self, training: bool) -> None:
        threads = max(1, all_cores() - trainer_threads()) if training else all_cores()
        if threads != self._threads:
            self._threads = threads
            self.threads_changed.emit(threads)


def trained_here(run: Path) -> bool:
    """True while a trainer of this machine holds the run."""
    found = RunDir(run)
    host, _ = named_in(found.lock_file)
    return host == socket.gethostname() and found.holder() is not None
