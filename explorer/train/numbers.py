"""The numbers of a run as a table: every tick of the log, also those that the curves leave out."""

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.train.record import COLUMNS, RunRecord
from stylegan_core.files.table import lines_of, write_table
from stylegan_core.rundir import EventReader, RunDir

log = logging.getLogger(__name__)
EVERY = 1 << 62  # ticks


def write_csv(run: Path, path: Path) -> int:
    """Every tick as one row, NaN as an empty cell; returns how many. Raises OSError if it cannot be written."""
    record = RunRecord()
    reader = EventReader(RunDir(run), most_ticks=EVERY)
    reader.poll()
    record.restart(reader.events)
    columns = [record.ticks.column(name).tolist() for name in COLUMNS]
    rows = (["" if value != value else repr(value) for value in row] for row in zip(*columns, strict=True))
    write_table(path, lines_of(chain([COLUMNS], rows)))
    return len(record.ticks)


class NumbersWriter(QObject):
    """Writes tables beside the window's thread."""

    written = Signal(object, int)
    failed = Signal(str, str)

    def __init__(self, run: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._closed = False
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="numbers")

    def write(self, path: Path) -> None:
        """Begins; the end comes as a signal."""
        self._pool.submit(self._write, path)

    def _write(self, path: Path) -> None:
        try:
            count = write_csv(self._run, path)
        except OSError as error:
            log.info("%s", error)
            if not self._closed:
                self.failed.emit(str(error), "")
        else:
            if not self._closed:
                self.written.emit(path, count)

    def close(self) -> None:
        """Nobody waits for what is being written, but it is written to its end."""
        self._closed = True
        self._pool.shutdown(wait=False)
