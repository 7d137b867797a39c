"""Documents: opening whatever a person gives, the model and history to start with, and saving pictures."""

import logging
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.bundled import bundled_models, first_face, neighbour, network_name
from explorer.documents.keeping import Keeping, Kept, read_kept
from explorer.documents.saving import Saving
from explorer.engine import Engine
from explorer.explore.history import HistoryStrip
from explorer.film.reel import Reel
from explorer.opening import Opened, look, nearest
from explorer.problem import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.work.background import Background
from stylegan_core.files.places import is_there
from stylegan_core.film.film import Film
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe
from stylegan_core.run.stems import kimg_words

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """A weight file that was asked for last: what is shown with it, and how.

    ``instead_of`` is the file that was asked for where that one is gone. ``follows`` a run that trains: no step of
    undo. ``shows`` the picture when it is there, whatever page is open. ``doubt`` is said where it is not the network
    of the hash ``drawn_by``.
    """

    path: str
    recipe: Recipe | None = None
    instead_of: str = ""
    follows: bool = False
    shows: bool = False
    drawn_by: str = ""
    doubt: str = ""

    @property
    def asked(self) -> str:
        """The file that was asked for, there or not."""
        return self.instead_of or self.path


class Documents(QObject):
    """Everything that comes from or goes to files, except training."""

    said = Signal(object, str)  # Problem, tone
    nothing_to_show = Signal(str)  # a sentence for the empty page
    run_opened = Signal(str, str)  # folder of a run, and its newest network, or nothing
    picture_wanted = Signal()  # what somebody opened is there, and is to be seen
    foreign_met = Signal(str)  # a weight file of another program: its card is shown before it is opened
    film_opened = Signal(object)  # Film
    sound_met = Signal(str)  # the path of a sound file
    photo_met = Signal(str)  # a picture that carries no recipe
    saved = Signal(float)  # when the history was last written, in seconds since 1970

    def __init__(
        self,
        session: Session,
        engine: Engine,
        history: HistoryStrip,
        reel: Reel,
        settings: SettingsKeeper,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._engine, self._settings = session, engine, settings
        self._disk = Background(self)
        self.saving = Saving(session, engine, settings, self)
        self.saving.said.connect(self.said)
        self._keeping = Keeping(history, reel, self._disk, self)
        self._pending: Pending | None = None  # of several that were asked for the last one
        self._stepped: Path | None = None  # the network last stepped to, until one is shown
        engine.loaded.connect(self._loaded)
        engine.refused.connect(self._refused)
        engine.load_cancelled.connect(self._given_up)
        history.model_wanted.connect(lambda path, recipe: self.open(path, recipe, ask=False))
        self._keeping.said.connect(self.said)
        self._keeping.saved.connect(self.saved)
        session.model_wanted.connect(self._bring_back)
        session.model_unwanted.connect(engine.cancel_load)

    def start(self, argument: str, ask: bool = True) -> None:
        """Takes the history and opens ``argument``, or what was last looked at, or the model in the box."""
        self._disk.do(read_kept, lambda kept: self._start_with(kept, argument), self._start_without)
        if argument:
            self.open(argument, ask=ask, shows=False)

    def open(self, path: str, recipe: Recipe | None = None, ask: bool = True, shows: bool = True) -> None:
        """Opens whatever lies there: a weight file, a run, a saved picture; ``recipe`` is shown with a model.

        A weight file of another program shows its card first, unless ``ask`` is off. ``shows`` the picture when it is
        there, whatever page is open.
        """

        def opened(seen: tuple[Path, Opened]) -> None:
            there, found = seen
            moved = "" if there == Path(path) else path
            self._opened(found, Pending(found.model, recipe, instead_of=moved, shows=shows), ask)

        self._disk.do(lambda: _look(Path(path)), opened, self._not_opened)

    def load(self, path: str, shows: bool = True) -> None:
        """Opens a weight file that was looked at; ``shows`` its picture when it is there."""
        self._load(Pending(path, shows=shows))

    def follow(self, path: str) -> None:
        """Shows what is seen in a newer snapshot of the same network."""
        self._load(Pending(path, follows=True))

    @property
    def opening(self) -> bool:
        """Whether a weight file was asked for that is not there yet."""
        return self._pending is not None

    def step(self, places: int) -> None:
        """Shows the present recipe in the network so many places on in the set that is shown, or in the box.

        Asked again before that one was there, or where it could not be opened, it goes on from it.
        """
        other = neighbour(self._stepped or Path(self._session.model_path), places)
        if other is not None:
            self._stepped = other
            self._load(Pending(str(other)))

    def leave(self, path: str) -> None:
        """A weight file is not opened after all: what was shown stays, and where nothing was, there is a model."""
        if self._session.info is None and self._pending is None:
            self._open_bundled(but=path)

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return self._keeping.unfinished

    def close(self) -> None:
        """Waits until everything is written and lets the history go."""
        self.saving.close()
        self._keeping.end()
        self._disk.close()
        self._keeping.close()

    def _opened(self, found: Opened, pending: Pending, ask: bool) -> None:
        if found.run:
            self.run_opened.emit(found.run, found.model)
        elif found.recipe is not None:
            self._open_recipe(found, found.recipe)
        elif found.film is not None:
            self._open_film(found.film)
        elif found.photo or found.sound:
            (self.photo_met if found.photo else self.sound_met).emit(found.photo or found.sound)
            self.leave("")
        elif found.foreign and ask:
            self.foreign_met.emit(found.model)
        else:
            self._load(pending)

    def _bring_back(self, path: str) -> None:
        """The network of a step of undo or redo, or where it is gone the nearest snapshot of its run."""

        def load(found: Path) -> None:
            self._load(Pending(str(found), instead_of="" if found == Path(path) else path))

        self._disk.do(lambda: nearest(Path(path)), load)

    def _load(self, pending: Pending) -> None:
        before, self._pending = self._pending, pending
        if before is not None and before.asked != pending.asked:
            self._session.model_refused(before.asked)
        self._engine.load(pending.path)

    def _open_recipe(self, found: Opened, recipe: Recipe, what: str = "picture") -> None:
        """A saved picture: with its own model where that is known, else with a warning."""
        info = self._session.info
        if info is not None and found.model_hash in ("", info.hash):
            if left_out := self._session.take(recipe):
                self.said.emit(Problem(left_out), "warning")
            return
        known = self._settings.value.models.get(found.model_hash, "")
        if known and is_there(Path(known)):
            self._load(Pending(known, recipe, shows=True))
            return
        left_out = self._session.take(recipe) if info is not None else ""
        name = found.model_name or "a model that was never opened here"
        sentence = f"This {what} was drawn by {name}, another model than the one shown, so it looks different here."
        cure = f"Open that model and drop the {what} again."
        doubt = " ".join(filter(None, (sentence, left_out, cure)))
        if info is None:
            self._open_bundled(recipe, drawn_by=(found.model_name, found.model_hash), doubt=doubt)
        else:
            self.said.emit(Problem(doubt), "warning")

    def _open_film(self, film: Film) -> None:
        """A film, beginning with its first picture: with its own model where that is known, else with a warning."""
        if not film.keys:
            self.said.emit(
                Problem("This film has no pictures: open another, or add pictures to a new one with K."), "warning"
            )
            return
        self.film_opened.emit(film)
        found = Opened(model_name=film.model_name, model_hash=film.model_hash)
        self._open_recipe(found, film.keys[0].recipe, "film")

    def _not_opened(self, error: Exception) -> None:
        self.said.emit(Problem(str(error)), "bad")
        self.leave("")

    def _open_bundled(
        self, recipe: Recipe | None = None, but: str = "", drawn_by: tuple[str, str] = ("", ""), doubt: str = ""
    ) -> None:
        """A model of the box: of the name that the recipe was ``drawn_by`` where there is one, else the first."""
        models = [path for path in bundled_models() if str(path) != but]
        named = [path for path in models if network_name(path) == drawn_by[0]]
        if models:
            first = (named or models)[0]
            self._load(Pending(str(first), recipe or first_face(first), drawn_by=drawn_by[1], doubt=doubt))
        else:
            self.nothing_to_show.emit("There is no model yet. Open one, or train one from your own pictures.")

    def _loaded(self, info: ModelInfo, path: str) -> None:
        self._stepped = None
        pending = self._answer_to(path) or Pending(path)
        if pending.follows:
            self._session.set_newer(info, path)
            self._settings.take(self._settings.value.with_seen(path, info.hash))
            return
        self._session.set_model(info, path, pending.recipe, pending.instead_of)
        self._settings.take(self._settings.value.with_opened(path, info.hash))
        if pending.asked != path:
            gone, here = kimg_words(Path(pending.asked)), kimg_words(Path(path))
            self.said.emit(Problem(f"The trainer has not kept the snapshot at {gone}: this is {here}."), "warning")
        if pending.doubt and pending.drawn_by != info.hash:
            self.said.emit(Problem(pending.doubt), "warning")
        if pending.shows:
            self.picture_wanted.emit()

    def _refused(self, path: str, problem: Problem) -> None:
        pending = self._answer_to(path)
        if pending is None or pending.follows:  # the next snapshot comes soon
            return
        self._session.model_refused(pending.asked, gone=not is_there(Path(path)))
        self.said.emit(problem, "bad")
        self.leave(path)

    def _given_up(self, path: str) -> None:
        pending = self._answer_to(path)
        if pending is not None:
            self._session.model_refused(pending.asked)
            self.leave(path)

    def _answer_to(self, path: str) -> Pending | None:
        """The wish that the engine has answered; None where it was another than the last one."""
        pending = self._pending
        if pending is None or pending.path != path:
            return None
        self._pending = None
        return pending

    def _start_with(self, kept: Kept, argument: str) -> None:
        self._keeping.take(kept)
        if argument or self._pending is not None or self._session.info is not None:
            return
        if kept.last is None:
            self._open_bundled()
        else:
            self._load(Pending(kept.last.model_path, kept.last.recipe))

    def _start_without(self, error: Exception) -> None:
        self.said.emit(Problem(str(error)), "warning")
        self.leave("")


def _look(path: Path) -> tuple[Path, Opened]:
    there = nearest(path)
    return there, look(there)
