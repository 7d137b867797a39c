"""The numbers of a run as a table: every tick of the log, also those that the curves leave out."""

from itertools import chain
from pathlib import Path

from explorer.train.record import COLUMNS, RunRecord
from stylegan_core.files.table import lines_of, write_table
from stylegan_core.rundir import EventReader, RunDir

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
