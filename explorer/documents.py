"""Documents: opening whatever a person gives, the model and history to start with, and saving pictures."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background import Background
from explorer.engine import Engine
from explorer.explore.history import HistoryStrip
from explorer.history_file import Entry, HistoryFile
from explorer.jobs import Answer, Done, Failed, Problem, Save
from explorer.opening import Opened, bundled_models, first_face, look, neighbour
from explorer.session import Session
from explorer.settings import SettingsKeeper
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

SAVE = "save "  # owners of saving jobs: this and a number, so that no save drops another


class Documents(QObject):
    """Everything that comes from or goes to files, except training."""

    said = Signal(object, str)  # Problem, tone
    nothing_to_show = Signal(str)  # a sentence for the empty page
    run_opened = Signal(str)  # folder of a run
    foreign_met = Signal(str)  # a weight file of another program: its card is shown before it is opened
    saved = Signal(float)  # when the history was last written, in seconds since 1970

    def __init__(
        self, session: Session, engine: Engine, history: HistoryStrip, settings: SettingsKeeper, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._engine, self._history, self._settings = session, engine, history, settings
        self._disk = Background(self)
        self._file: HistoryFile | None = None
        self._with_recipe: dict[str, Recipe] = {}  # recipes that wait for their model's file to be loaded
        self._stepped: Path | None = None  # the network last stepped to, until one is shown
        engine.loaded.connect(self._loaded)
        engine.refused.connect(self._refused)
        engine.load_cancelled.connect(self._given_up)
        engine.answered.connect(self._answered)
        history.added.connect(lambda entry: self._write(lambda file: file.add(entry)))
        history.pictured.connect(lambda key, data: self._write(lambda file: file.tell_thumbnail(key, data)))
        history.starred.connect(lambda key, on: self._write(lambda file: file.tell_favourite(key, on)))
        history.removed.connect(lambda key: self._write(lambda file: file.tell_removed(key)))
        history.model_wanted.connect(lambda path, recipe: self.open(path, recipe, ask=False))

    def start(self, argument: str, ask: bool = True) -> None:
        """Takes the history and opens ``argument``, or what was last looked at, or the model in the box."""
        self._disk.do(_acquire, lambda found: self._start_with(*found, argument), self._start_without)
        if argument:
            self.open(argument, ask=ask)

    def open(self, path: str, recipe: Recipe | None = None, ask: bool = True) -> None:
        """Opens whatever lies there: a weight file, a run, a saved picture; ``recipe`` is shown with a model.

        A weight file of another program shows its card first, unless ``ask`` is off.
        """
        self._disk.do(lambda: look(Path(path)), lambda found: self._opened(found, recipe, ask), self._not_opened)

    def load(self, path: str) -> None:
        """Opens a weight file that was looked at."""
        self._load(path)

    def step(self, places: int) -> None:
        """Shows the present recipe in the network so many places on in the set that is shown, or in the box.

        Asked again before that one was there, or where it could not be opened, it goes on from it.
        """
        other = neighbour(self._stepped or Path(self._session.model_path), places)
        if other is not None:
            self._stepped = other
            self._load(str(other))

    def leave(self, path: str) -> None:
        """A weight file is not opened after all: what was shown stays, and where nothing was, there is a model."""
        self._with_recipe.pop(path, None)
        if self._session.info is None:
            self._open_bundled(but=path)

    def save(self, path: str) -> None:
        """Draws the current recipe exactly and writes it, with its recipe inside, where pictures are drawn."""
        self._session.commit()
        self._settings.change(save_folder=str(Path(path).parent))
        self._engine.run(Save(f"{SAVE}{time.monotonic_ns()}", self._session.recipe, path))

    def close(self) -> None:
        """Waits until everything is written and lets the history go."""
        self._disk.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self, found: Opened, recipe: Recipe | None, ask: bool) -> None:
        if found.run:
            self.run_opened.emit(found.run)
        elif found.recipe is not None:
            self._open_recipe(found, found.recipe)
        elif found.foreign and ask:
            self.foreign_met.emit(found.model)
        else:
            self._load(found.model, recipe)

    def _load(self, path: str, recipe: Recipe | None = None) -> None:
        if recipe is not None:
            self._with_recipe[path] = recipe
        self._engine.load(path)

    def _open_recipe(self, found: Opened, recipe: Recipe) -> None:
        """A saved picture: with its own model where that is known, else with a warning."""
        info = self._session.info
        if info is not None and found.model_hash in ("", info.hash):
            self._session.apply(recipe)
            return
        known = self._settings.value.models.get(found.model_hash, "")
        if known and Path(known).exists():
            self._load(known, recipe)
            return
        if info is None:
            self._open_bundled(recipe)
        else:
            self._session.apply(recipe)
        name = found.model_name or "a model that was never opened here"
        sentence = f"This picture was drawn by {name}, another model than the one shown, so it looks different here."
        self.said.emit(Problem(f"{sentence} Open that model and drop the picture again."), "warning")

    def _not_opened(self, error: Exception) -> None:
        self.said.emit(Problem(str(error)), "bad")
        if self._session.info is None:
            self._open_bundled()

    def _open_bundled(self, recipe: Recipe | None = None, but: str = "") -> None:
        first = next((path for path in bundled_models() if str(path) != but), None)
        if first is not None:
            self._load(str(first), recipe or first_face(first))
        else:
            self.nothing_to_show.emit("There is no model yet. Open one, or train one from your own pictures.")

    def _loaded(self, info: ModelInfo, path: str) -> None:
        self._stepped = None
        self._session.set_model(info, path, self._with_recipe.pop(path, None))
        self._settings.take(self._settings.value.with_opened(path, info.hash))

    def _refused(self, path: str, problem: Problem) -> None:
        self._session.model_refused(path)
        self.said.emit(problem, "bad")
        self.leave(path)

    def _given_up(self, path: str) -> None:
        self._session.model_refused(path)
        self.leave(path)

    def _start_with(self, file: HistoryFile, entries: list[Entry], argument: str) -> None:
        self._file = file
        self._history.restore(entries)
        last = next((entry for entry in reversed(entries) if Path(entry.model_path).is_file()), None)
        if argument:
            return
        if last is None:
            self._open_bundled()
        else:
            self._load(last.model_path, last.recipe)

    def _start_without(self, error: Exception) -> None:
        self.said.emit(Problem(str(error)), "warning")
        if self._session.info is None:
            self._open_bundled()

    def _answered(self, answer: Answer) -> None:
        if not isinstance(answer.request, Save):
            return
        if isinstance(answer, Done):
            self.said.emit(Problem(f"Saved {answer.value}. Drop it on the window to come back to it."), "good")
        elif isinstance(answer, Failed):
            self.said.emit(Problem(answer.reason), "bad")

    def _write(self, change: Callable[[HistoryFile], None]) -> None:
        file = self._file
        if file is not None:
            self._disk.do(lambda: change(file), lambda _: self.saved.emit(time.time()), self._not_written)

    def _not_written(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.said.emit(Problem(f"The history cannot be written ({reason}): free some space on the disk."), "warning")


def _acquire() -> tuple[HistoryFile, list[Entry]]:
    file = HistoryFile.acquire()
    return file, file.read()
