"""The history and the films are kept: read once at the start, then every change is written as it comes."""

import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.explore.history import HistoryStrip
from explorer.film.reel import Reel
from explorer.history.history_file import Entry, HistoryFile
from explorer.problem import Problem
from explorer.work.background import Background
from stylegan_core.files.places import home, is_there
from stylegan_core.film.film import Film

AGAIN = 5000  # milliseconds after which a disk that was full is tried once more


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier window has left: entries, oldest first, the film it made, and the one put away before that.

    ``last`` is what was on screen last, or the newest entry, of those whose network is still there.
    """

    file: HistoryFile
    entries: list[Entry]
    film: Film
    put_away: Film
    last: Entry | None


def read_kept() -> Kept:
    """The history that no other window holds. Raises OSError where none can be had."""
    file = HistoryFile.acquire()
    entries = file.read()
    shown = [entry for entry in entries if entry.key == file.shown]
    last = next((each for each in (*shown, *reversed(entries)) if _is_file(Path(each.model_path))), None)
    return Kept(file, entries, *file.read_films(), last)


def _is_file(path: Path) -> bool:
    return is_there(path) and path.is_file()


class Keeping(QObject):
    """Writes what ``history`` and ``reel`` tell, one change after the other, beside the window's thread."""

    said = Signal(object, str)  # Problem, tone
    saved = Signal(float)  # when it was last written, in seconds since 1970

    def __init__(self, history: HistoryStrip, reel: Reel, disk: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._history, self._reel, self._disk = history, reel, disk
        self._file: HistoryFile | None = None
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.write_again)
        history.added.connect(lambda entry: self._write(lambda file: file.add(entry)))
        history.came_back.connect(lambda key: self._write(lambda file: file.tell_shown(key)))
        history.pictured.connect(lambda key, data: self._write(lambda file: file.tell_thumbnail(key, data)))
        history.starred.connect(lambda key, on: self._write(lambda file: file.tell_favourite(key, on)))
        history.renamed.connect(lambda key, name: self._write(lambda file: file.tell_name(key, name)))
        history.removed.connect(lambda key, gone: self._write(lambda file: file.tell_removed(key, gone)))
        reel.changed.connect(lambda _: self._keep_film())

    def take(self, kept: Kept) -> None:
        """Shows what was kept, and from now on writes to the same place."""
        self._reel.restore(kept.film, kept.put_away)
        self._file = kept.file
        if self._reel.film != kept.film:  # one was begun before this was read
            self._keep_film()
        self._history.restore(kept.entries)

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        owes = self._file is not None and self._file.owes
        return ["the part of the history that could not be written"] if owes else []

    def write_again(self) -> None:
        """Tries once more what could not be written, without a word where it still cannot."""
        if self._file is not None and self._file.owes:
            again = self._file.write_what_is_owed
            self._disk.do(again, lambda _: self.saved.emit(time.time()), lambda _: self._again.start())

    def end(self) -> None:
        """Has the last try; whoever ends the disk's thread comes next."""
        self.write_again()
        self._again.stop()

    def close(self) -> None:
        """Lets another window have this history, when everything is written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _keep_film(self) -> None:
        film, put_away = self._reel.film, self._reel.put_away
        self._write(lambda file: file.write_films(film, put_away))

    def _write(self, change: Callable[[HistoryFile], None]) -> None:
        file, entries = self._file, tuple(self._history.entries)
        films = self._reel.film, self._reel.put_away

        def write(file: HistoryFile) -> None:
            file.stay(entries, films)
            change(file)

        if file is not None:
            self._disk.do(lambda: write(file), lambda _: self.saved.emit(time.time()), self._not_written)

    def _not_written(self, error: Exception) -> None:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else str(error)
        full = number is None or number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        cure = "free some space on the disk" if full else f"make {home() / 'history'} a folder that can be written"
        self.said.emit(Problem(f"The history cannot be written ({reason}): {cure}."), "warning")
        self._again.start()
