"""The film and the rest of the window; and its writing, by the core in a process of its own, while one works on."""

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background import Background
from explorer.command import CoreCommand
from explorer.controls.below import Below
from explorer.controls.film_dialog import FilmDialog, FilmWish
from explorer.explore.film import FilmStrip
from explorer.explore.history import HistoryStrip
from explorer.jobs import Frame, Problem
from explorer.session import Session, fitting
from explorer.settings import SettingsKeeper
from explorer.time_left import TimeLeft
from stylegan_core.places import place
from stylegan_core.recipe import Recipe
from stylegan_core.saved_picture import read_picture
from stylegan_core.whole_file import part_of, write_whole

FILM = 1  # its place in the switch below the picture
AGAIN = "Drop it on the window to go on with the film."
FRAMES = "Every frame carries its recipe."


class Filming(QObject):
    """Brings pictures into the film from wherever they are, and has one film at a time written."""

    said = Signal(object, str)  # Problem, tone
    shown = Signal()  # the film is to be seen

    def __init__(
        self,
        session: Session,
        strip: FilmStrip,
        below: Below,
        history: HistoryStrip,
        settings: SettingsKeeper,
        disk: Background,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._strip, self._below, self._history = session, strip, below, history
        self._settings, self._disk = settings, disk
        self._command = CoreCommand(as_json=False, parent=self)
        self._out, self._left, self._words = Path(), TimeLeft(), ""
        self._wanted = False  # whether a film is being written, or about to be
        self._seconds = 0.0  # that the last exact picture took
        strip.filled.connect(lambda count: below.count(FILM, count))
        strip.picture_dropped.connect(self._put_in)
        strip.favourites_wanted.connect(self.add_favourites)
        history.film_wanted.connect(lambda recipe: self.add((recipe,)))
        strip.save_wanted.connect(self.ask)
        strip.cancel_wanted.connect(self.cancel)
        self._command.progress.connect(self._advance)
        self._command.answered.connect(lambda _: self._saved())
        self._command.failed.connect(lambda why: self._end(why, "bad"))

    def show(self) -> None:
        """Shows the film below the picture."""
        self._below.show_strip(FILM)
        self.shown.emit()

    def add(self, recipes: tuple[Recipe, ...] = ()) -> None:
        """Adds pictures, or the one that is shown; the first one shows where they go."""
        if self._lacks_model():
            return
        if not self._strip.reel.film.keys:
            self.show()
        self._strip.add(recipes)

    def add_favourites(self) -> None:
        """Adds every starred picture of the open network."""
        if favourites := self._history.favourites():
            self.add(favourites)
        else:
            self.said.emit(Problem("No picture of this network is starred yet: star some with Ctrl+D."), "warning")

    def play(self) -> None:
        """Plays the film, or stops it."""
        if self._lacks_model():
            return
        self.show()
        if not self._strip.reel.film.sections:
            self.said.emit(Problem("A film needs at least two pictures: add the one that is shown with K."), "warning")
        self._strip.play()

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return [f"the film {self._words}"] if self._wanted else []

    def show_frame(self, frame: Frame) -> None:
        """Learns how long an exact picture takes."""
        if frame.precision == "exact" and frame.seconds > 0:
            self._seconds = frame.seconds

    def ask(self) -> None:
        """Asks as what, how large and where to."""
        info, film = self._session.info, self._strip.reel.film
        if self._lacks_model() or info is None:
            return
        if not film.sections or self._wanted:
            self.said.emit(Problem(self._strip.view.save.toolTip()), "warning")
            return
        folder = self._settings.value.save_folder
        dialog = FilmDialog(film, info.resolution, info.name, folder, self._seconds, self._strip.window())
        dialog.asked.connect(self.write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, wish: FilmWish) -> None:
        """Has a film written; the end comes as a sentence."""
        info = self._session.info
        assert info is not None
        self._out = Path(wish.path)
        self._settings.change(save_folder=str(self._out.parent))
        self._strip.reel.set(fps=wish.film.fps)
        if self._out.suffix.lower() == ".json":
            self._write_keys(wish.film.to_json().encode())
            return
        keys = tuple(replace(key, recipe=fitting(key.recipe, info)) for key in wish.film.keys)
        text, arguments = replace(wish.film, keys=keys).to_json().encode(), self._arguments(wish)
        self._left, self._wanted = TimeLeft(), True
        self._advance(0, wish.film.frames)
        self._disk.do(
            lambda: write_whole(self._keys_file(), text),
            lambda _: self._command.ask(*arguments) if self._wanted else None,
            lambda error: self._end(str(error), "bad"),
        )

    def cancel(self) -> None:
        """Gives up what is being written; nothing is left of it."""
        if self._wanted:
            self._drop()
            self._end(f"The film was given up; {self._out.name} is not written.", "warning")

    def close(self) -> None:
        """Gives it up without a word."""
        self._drop()

    def _lacks_model(self) -> bool:
        """Whether there is nothing to draw with, which is then said."""
        if self._session.info is None:
            self.said.emit(Problem("There is no picture yet: open a model with Ctrl+O."), "warning")
        return self._session.info is None

    def _arguments(self, wish: FilmWish) -> list[str]:
        """The command that writes it."""
        model = str(Path(self._session.model_path).absolute())
        made = ["film", model, str(self._keys_file()), "--out", wish.path, "--progress"]
        if wish.side:
            made += ["--overwrite", "--side", str(wish.side)]  # the dialog has asked whether it may be replaced
            made += ["--smooth"] if wish.smooth else []
        return made

    def _write_keys(self, text: bytes) -> None:
        self._disk.do(
            lambda: write_whole(self._out, text),
            lambda _: self.said.emit(Problem(f"Saved {self._out}. {AGAIN}"), "good"),
            lambda error: self.said.emit(Problem(str(error)), "bad"),
        )

    def _put_in(self, at: int, path: str) -> None:
        """Makes a saved picture a picture of the film, or says why it cannot be."""
        self._disk.do(
            lambda: read_picture(Path(path)).recipe,
            lambda recipe: self._strip.insert(at, (recipe,)),
            lambda error: self.said.emit(Problem(str(error)), "bad"),
        )

    def _drop(self) -> None:
        """Ends the process, which then cannot clear away what it has begun."""
        self._wanted = False
        if not self._command.busy:
            return
        part = part_of(self._out, self._command.process_id)
        self._command.drop()
        shutil.rmtree(part, ignore_errors=True)
        with contextlib.suppress(OSError):
            part.unlink()

    def _keys_file(self) -> Path:
        """Where the process finds the keys; a window has its own."""
        return place("caches") / f"film-{os.getpid()}.json"

    def _advance(self, done: int, total: int) -> None:
        self._words = f"{self._out.name} ({done} of {total} frames)"
        left = self._left.clause(done, total)
        words = f"{100 * done // max(total, 1)} %{left}"
        self._strip.show_saving(words, f"{self._out.name}: {done} of {total} frames are drawn{left}.")

    def _saved(self) -> None:
        self._end(f"Saved {self._out}. {AGAIN if self._out.suffix else FRAMES}", "good")

    def _end(self, sentence: str, tone: str) -> None:
        self._wanted = False
        self._strip.show_saving("")
        with contextlib.suppress(OSError):
            self._keys_file().unlink(missing_ok=True)
        self.said.emit(Problem(sentence), tone)
