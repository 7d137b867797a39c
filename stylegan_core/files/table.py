"""Tables that spreadsheets and scripts read: CSV in UTF-8, with the mark that tells a spreadsheet so."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from stylegan_core.files.whole_file import write_whole

# With a byte order mark: without it Excel takes the file for one of an old code page and shows "Ã¼" for "ü".
ENCODING = "utf-8-sig"


def lines_of(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Each row as a line of CSV."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def as_text(name: str) -> str:
    """A name in a table, with an apostrophe where a spreadsheet would take it for a formula and run it."""
    return f"'{name}" if name.lstrip().startswith(("=", "+", "-", "@")) or name.startswith(("\t", "\r")) else name


def write_table(path: Path, lines: Iterable[str]) -> None:
    """Writes a table, given as its lines or as whole texts of lines. Raises OSError with one sentence."""

    def write(file: IO[bytes]) -> None:
        encode = codecs.getincrementalencoder(ENCODING)().encode  # the mark once, before the first line
        file.writelines(map(encode, lines))

    write_whole(path, write)


def read_table(path: Path) -> str:
    """The text of a table, with its mark or without. Raises OSError, or ValueError where it is no text."""
    try:
        return path.read_text(ENCODING)
    except UnicodeDecodeError:
        raise ValueError("it is not text") from None
