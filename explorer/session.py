"""Session: the current recipe and model, and every step back; knows neither torch nor widgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.fitting import fitted, fitting
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

LONGEST_UNDO = 1000


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """One step of undo: a recipe and the model it was drawn with."""

    model_hash: str
    model_path: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class _Step:
    """Undo or redo: ``entry`` is what will be the last one done when the newest of ``source`` lies on ``target``."""

    entry: UndoEntry
    source: list[UndoEntry]
    target: list[UndoEntry]

    def take(self) -> None:
        self.target.append(self.source.pop())


class Session(QObject):
    """What is being looked at. ``edit`` on every move of a hand, ``commit`` when the hand rests: one step of undo."""

    recipe_changed = Signal(object)  # Recipe, on every edit
    committed = Signal(object)  # Recipe, once per gesture, also after undo and redo
    model_changed = Signal(object)  # ModelInfo
    model_wanted = Signal(str)  # undo or redo needs this model file loaded
    model_unwanted = Signal()  # a gesture has come before that file: the step is not taken
    moves_itself = Signal(object)  # who moves the picture by itself from now on: a walk, a film; all others stop
    steps_changed = Signal()  # can_undo or can_redo may have changed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._info: ModelInfo | None = None
        self._path = ""
        self._done: list[UndoEntry] = []  # the last one is the committed state
        self._undone: list[UndoEntry] = []
        self._awaited: _Step | None = None  # undo or redo, taken when its model is there
        self._holds = self._untold = False  # whether edits are told later, and whether there are some

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now, committed or not."""
        return self._recipe

    @property
    def info(self) -> ModelInfo | None:
        """Facts about the model; None until one is loaded."""
        return self._info

    @property
    def model_path(self) -> str:
        """The file the model was loaded from."""
        return self._path

    @property
    def committed_recipe(self) -> Recipe:
        """The recipe of the last finished gesture."""
        return self._done[-1].recipe if self._done else self._recipe

    @property
    def previous_recipe(self) -> Recipe | None:
        """The recipe one step of undo back, if it belongs to the same model: the other side of A/B."""
        if self._uncommitted():
            return self._done[-1].recipe
        same = len(self._done) > 1 and self._done[-2].model_hash == self._done[-1].model_hash
        return self._done[-2].recipe if same else None

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return len(self._done) > 1 or self._uncommitted()

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return bool(self._undone)

    def edit(self, **changes: Any) -> None:
        """Changes fields of the recipe: ``edit(psi=0.5)``; emits only if the recipe differs."""
        self.edit_recipe(replace(self._recipe, **changes))

    def edit_recipe(self, recipe: Recipe) -> None:
        """Replaces the recipe as a whole; emits only if it differs."""
        if recipe == self._recipe:
            return
        self._recipe = recipe
        self._untold = True
        if not self._holds:
            self._tell_edits()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Edits of several fields that are told as one: every panel shows a recipe anew each time one is told."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
            self._tell_edits()

    def commit(self) -> None:
        """Ends the gesture: what changed since the last commit becomes one step of undo."""
        self._tell_edits()
        if not self._uncommitted():
            return
        if self._awaited is not None:
            self._awaited = None
            self.model_unwanted.emit()
        self._done.append(UndoEntry(self._hash(), self._path, self._recipe))
        del self._done[:-LONGEST_UNDO]
        self._undone.clear()
        self.committed.emit(self._recipe)
        self.steps_changed.emit()

    def apply(self, recipe: Recipe) -> None:
        """Replaces the recipe as one finished gesture: a click on a thumbnail, a pasted recipe."""
        self.commit()
        self.edit_recipe(recipe)
        self.commit()

    def take(self, recipe: Recipe) -> str:
        """Applies as much of a recipe from outside as this network can draw; a sentence about the rest, or nothing.

        Where there is no network yet the whole recipe waits for one.
        """
        kept, left_out = (recipe, "") if self._info is None else fitted(recipe, self._info)
        self.apply(kept)
        return left_out

    def undo(self) -> None:
        """One step back, across models too; a gesture that is not yet committed is taken back first."""
        if self._uncommitted():
            self.commit()
        if len(self._done) > 1 and self._awaited is None:
            self._step(_Step(self._done[-2], self._done, self._undone))

    def redo(self) -> None:
        """One step forward again."""
        if self._undone and not self._uncommitted() and self._awaited is None:
            self._step(_Step(self._undone[-1], self._undone, self._done))

    def model_refused(self, path: str, gone: bool = False) -> None:
        """The file that undo or redo waits for is not loaded: the step is not taken, and left out if it is ``gone``."""
        step = self._awaited
        if step is None or step.entry.model_path != path:
            return
        self._awaited = None
        if gone:
            step.source.remove(step.entry)
        self.steps_changed.emit()

    def set_model(self, info: ModelInfo, path: str, recipe: Recipe | None = None, instead_of: str = "") -> None:
        """A model has been loaded: with ``recipe``, or the one an undo waits for, or as much of the current as fits.

        The change of model is itself one step of undo. ``instead_of`` names the file that was asked for if it is gone.
        """
        step, self._awaited = self._awaited, None
        if step is not None and step.entry.model_path == (instead_of or path):
            # The file may have changed since; then this is the nearest there is to what was seen.
            step.take()
            self._info, self._path, self._recipe = info, path, fitting(step.entry.recipe, info)
            self._done[-1] = UndoEntry(info.hash, path, self._recipe)
        else:
            if self._info is not None:
                self.commit()
            self._info, self._path = info, path
            self._recipe = fitting(self._recipe if recipe is None else recipe, info)
            self._done.append(UndoEntry(info.hash, path, self._recipe))
            self._undone.clear()
        self.model_changed.emit(info)
        self.recipe_changed.emit(self._recipe)
        self.committed.emit(self._recipe)
        self.steps_changed.emit()

    def set_newer(self, info: ModelInfo, path: str) -> None:
        """The shown network has learned on: it takes the older one's place in every step, and is none itself."""
        old = self._hash()
        for pile in (self._done, self._undone):
            pile[:] = [
                UndoEntry(info.hash, path, fitting(entry.recipe, info)) if entry.model_hash == old else entry
                for entry in pile
            ]
        self._info, self._path, self._recipe = info, path, fitting(self._recipe, info)
        self.model_changed.emit(info)
        self.recipe_changed.emit(self._recipe)
        self.steps_changed.emit()

    def _tell_edits(self) -> None:
        """Says that the recipe is another one, if that was not yet said."""
        if self._untold:
            self._untold = False
            self.recipe_changed.emit(self._recipe)
            self.steps_changed.emit()

    def _step(self, step: _Step) -> None:
        """Takes a step, as soon as its model is there."""
        if step.entry.model_hash != self._hash():
            self._awaited = step
            self.model_wanted.emit(step.entry.model_path)
            return
        step.take()
        self._recipe = step.entry.recipe
        self.recipe_changed.emit(self._recipe)
        self.committed.emit(self._recipe)
        self.steps_changed.emit()

    def _hash(self) -> str:
        return self._info.hash if self._info else ""

    def _uncommitted(self) -> bool:
        return bool(self._done) and self._recipe != self._done[-1].recipe
