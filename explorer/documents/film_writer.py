"""Has a film drawn and written by the core, in a process of its own, so that the picture can be bent on meanwhile."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.documents.film_dialog import FilmWish
from explorer.work.command import CoreCommand
from explorer.work.time_left import TimeLeft
from stylegan_core.files.whole_file import part_of
from stylegan_core.film.film import Film

AGAIN = "Drop it on the window to go on with the film."
FRAMES = "Every frame carries its recipe."


@dataclass(frozen=True, slots=True)
class _Writing:
    """A film that is being written."""

    wish: FilmWish
    left: TimeLeft


class FilmWriter(QObject):
    """One film at a time; ``advanced`` says how far it is in a few words and in a sentence, ``ended`` how it ended."""

    advanced = Signal(str, str)
    ended = Signal(str, str)  # a sentence and its tone

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._writing: _Writing | None = None
        self._words, self._process = "", 0
        self._command = CoreCommand(as_json=False, parent=self)
        self._command.progress.connect(self._advance)
        self._command.answered.connect(lambda _: self._saved())
        self._command.failed.connect(lambda why: self._end(why, "bad"))

    @property
    def unfinished(self) -> list[str]:
        """What is being written, in a few words."""
        return [f"the film {self._words}"] if self._writing is not None else []

    def write(self, wish: FilmWish, film: Film, model: Path, each: float = 0.0) -> None:
        """Has ``film``, whose keys the network can draw, written as it is wished; the end comes as a signal.

        ``each`` is how many seconds one of its pictures may take, 0 where nobody knows.
        """
        self._writing = _Writing(wish, TimeLeft(foreseen=each * film.frames))
        self._advance(0, film.frames)
        told = film.to_json().encode()
        self._command.ask("film", str(model), "-", *wish.arguments, "--progress", "--beside", told=told)
        self._process = self._command.process_id

    def cancel(self) -> None:
        """Gives up what is being written; nothing is left of it."""
        if self._writing is not None:
            self._end(f"The film was given up; {Path(self._writing.wish.path).name} is not written.", "good")

    def close(self) -> None:
        """Gives it up without a word."""
        self._drop()

    def _advance(self, done: int, total: int) -> None:
        if self._writing is None:
            return
        name, left = Path(self._writing.wish.path).name, self._writing.left.clause(done, total)
        self._words = f"{name} ({done} of {total} frames)"
        self.advanced.emit(
            f"{100 * done // max(total, 1)} %{left}", f"{name}: {done} of {total} frames are drawn{left}."
        )

    def _saved(self) -> None:
        if self._writing is not None:
            wish = self._writing.wish
            self._end(f"Saved {wish.path}. {AGAIN if wish.ending else FRAMES}", "good")

    def _end(self, sentence: str, tone: str) -> None:
        """The process is gone, or will be: it ended, or was dropped."""
        self._drop()
        self.advanced.emit("", "")
        self.ended.emit(sentence, tone)

    def _drop(self) -> None:
        """Ends the process where there still is one, and then takes away what one that was killed has left."""
        writing, self._writing = self._writing, None
        if writing is not None:
            part = part_of(Path(writing.wish.path), self._process)
            self._command.drop(lambda: _take_away(part))


def _take_away(part: Path) -> None:
    """A file or a folder that is not whole."""
    shutil.rmtree(part, ignore_errors=True)
    with contextlib.suppress(OSError):
        part.unlink()
