"""The film and the rest of the window: where its pictures come from, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.controls.below import Below
from explorer.controls.slider import REST
from explorer.documents.film_dialog import FilmDialog, FilmWish
from explorer.documents.film_writer import AGAIN, FilmWriter
from explorer.documents.music_dialog import MusicDialog
from explorer.explore.film.strip import FilmStrip
from explorer.explore.history import HistoryStrip
from explorer.fitting import fitting
from explorer.history.history_file import Entry
from explorer.problem import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.work.background import Background
from explorer.work.pace import Pace
from stylegan_core.files.whole_file import write_whole
from stylegan_core.film.film import Film
from stylegan_core.pictures.saved_picture import SavedPicture, read_picture
from stylegan_core.recipe import Recipe

FILM = 1  # its place in the switch below the picture


class Filming(QObject):
    """Brings pictures into the film from wherever they are, and has it saved."""

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
        pace: Pace,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._strip, self._below, self._entries = session, strip, below, history.entries
        self._settings, self._disk, self._pace = settings, disk, pace
        self.writer = FilmWriter(self)
        strip.filled.connect(lambda count: below.count(FILM, count))
        strip.picture_dropped.connect(self._put_in_file)
        strip.favourites_wanted.connect(self.add_favourites)
        strip.view.play.clicked.connect(self.play)
        strip.view.save.clicked.connect(self.ask)
        strip.view.music.clicked.connect(lambda: self.ask_music())
        strip.loudness_wanted.connect(self._set_loudness)
        strip.set_loudness(settings.value.mute, settings.value.volume)
        self._loudness = QTimer(self, singleShot=True, interval=REST)  # a hand on the slider is no reason to write
        self._loudness.timeout.connect(self._keep_loudness)
        strip.view.cancel.clicked.connect(self.writer.cancel)
        history.film_wanted.connect(self._add_entry)
        self.writer.advanced.connect(strip.show_saving)
        self.writer.ended.connect(lambda sentence, tone: self.said.emit(Problem(sentence), tone))

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return self.writer.unfinished

    def show(self) -> None:
        """Shows the film below the picture."""
        self._below.show_strip(FILM)
        self.shown.emit()

    def open(self, film: Film) -> None:
        """Shows a film in the place of the one that is there."""
        self._strip.open(film)
        self.show()

    def add(self, recipes: tuple[Recipe, ...] = ()) -> None:
        """Adds pictures, or the one that is shown; the first one shows where they go."""
        if self._lacks_model():
            return
        if not self._strip.reel.film.keys:
            self.show()
        self._strip.add(recipes)

    def add_favourites(self) -> None:
        """Adds every starred picture of the open network."""
        if favourites := self._entries.favourites():
            self.add(favourites)
        else:
            self.said.emit(Problem("No picture of this model is starred yet: star some with Ctrl+D."), "warning")

    def play(self) -> None:
        """Plays the film, or stops it; says why it cannot."""
        if self._lacks_model():
            return
        self.show()
        button = self._strip.view.play
        if button.isEnabled():
            self._strip.play()
        else:
            self.said.emit(Problem(button.toolTip()), "warning")

    def ask(self) -> None:
        """Asks as what, how large and where to."""
        info, film = self._session.info, self._strip.reel.film
        if self._lacks_model() or info is None:
            return
        button = self._strip.view.save
        if not button.isEnabled():
            self.said.emit(Problem(button.toolTip()), "warning")
            return
        folder = self._settings.value.save_folder
        dialog = FilmDialog(film, info.resolution, info.name, folder, self._pace.exact, self._strip.window())
        dialog.asked.connect(self.save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_music(self, path: str = "") -> None:
        """Asks how the film is set to music, to this sound file if there is one."""
        if self._lacks_model():
            return
        self.show()
        folder, each = self._settings.value.save_folder, self._pace.exact
        dialog = MusicDialog(self._strip.reel.film, self._session.recipe, folder, each, self._strip.window())
        dialog.asked.connect(self._set_to_music)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        if path:
            dialog.hear(path)

    def save(self, wish: FilmWish) -> None:
        """Has a film written; the end comes as a sentence."""
        info, path = self._session.info, Path(wish.path)
        assert info is not None
        self._settings.change(save_folder=str(path.parent))
        self._strip.reel.note(fps=wish.film.fps)
        if wish.ending == ".json":
            self._write_keys(wish.film, path)
            return
        keys = tuple(replace(key, recipe=fitting(key.recipe, info)) for key in wish.film.keys)
        film, model = replace(wish.film, keys=keys), Path(self._session.model_path).absolute()
        self.writer.write(wish, film, model, self._pace.exact)
        self.show()  # where it says how far it is, and can be given up

    def close(self) -> None:
        """Gives up what is being written, without a word; nothing is heard any more."""
        self.writer.close()
        if self._loudness.isActive():
            self._keep_loudness()
        self._strip.screening.sound.close()

    def _set_loudness(self, muted: bool, volume: int) -> None:
        self._strip.set_loudness(muted, volume)
        self._loudness.start()

    def _keep_loudness(self) -> None:
        sound = self._strip.screening.sound
        self._settings.change(mute=sound.muted, volume=sound.volume)

    def _set_to_music(self, film: Film) -> None:
        info = self._session.info
        if info is not None:
            self._strip.reel.change(replace(film, model_name=info.name, model_hash=info.hash))

    def _lacks_model(self) -> bool:
        """Whether there is nothing to draw with, which is then said."""
        if self._session.info is None:
            self.said.emit(Problem("There is no picture yet: open a model with Ctrl+O."), "warning")
        return self._session.info is None

    def _write_keys(self, film: Film, path: Path) -> None:
        self._disk.do(
            lambda: write_whole(path, film.to_json().encode()),
            lambda _: self.said.emit(Problem(f"Saved {path}. {AGAIN}"), "good"),
            lambda error: self.said.emit(Problem(str(error)), "bad"),
        )

    def _add_entry(self, entry: Entry) -> None:
        self._take(entry.model_hash, Path(entry.model_path).stem, lambda: self.add((entry.recipe,)))

    def _put_in_file(self, at: int, path: str) -> None:
        """Makes a saved picture a picture of the film, or says why it cannot be."""

        def put(saved: SavedPicture) -> None:
            self._take(saved.model_hash, saved.model_name, lambda: self._strip.insert(at, (saved.recipe,)))

        self._disk.do(lambda: read_picture(Path(path)), put, lambda error: self.said.emit(Problem(str(error)), "bad"))

    def _take(self, model_hash: str, name: str, put: Callable[[], None]) -> None:
        """Takes a picture, and says where it is another face here than it was."""
        put()
        info = self._session.info
        if info is not None and model_hash not in ("", info.hash):
            sentence = f"That picture was drawn by {name or 'another model'}: in this one it is another face."
            self.said.emit(Problem(sentence), "warning")
