"""Session: the current recipe and model, and every step back; knows neither torch nor widgets."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

LONGEST_UNDO = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of undo: a recipe and the model it was drawn with."""

    model_hash: str
    model_path: str
    recipe: Recipe


class Session(QObject):
    """What is being looked at. ``edit`` on every move of a hand, ``commit`` when the hand rests: one step of undo."""

    recipe_changed = Signal(object)  # Recipe, on every edit
    committed = Signal(object)  # Recipe, once per gesture, also after undo and redo
    model_changed = Signal(object)  # ModelInfo
    model_wanted = Signal(str)  # undo or redo needs this model file loaded
    steps_changed = Signal()  # can_undo or can_redo may have changed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._info: ModelInfo | None = None
        self._path = ""
        self._done: list[Entry] = []  # the last one is the committed state
        self._undone: list[Entry] = []
        self._awaited: Entry | None = None

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
        self.recipe_changed.emit(recipe)
        self.steps_changed.emit()

    def commit(self) -> None:
        """Ends the gesture: what changed since the last commit becomes one step of undo."""
        if not self._uncommitted():
            return
        self._done.append(Entry(self._hash(), self._path, self._recipe))
        del self._done[:-LONGEST_UNDO]
        self._undone.clear()
        self.committed.emit(self._recipe)
        self.steps_changed.emit()

    def apply(self, recipe: Recipe) -> None:
        """Replaces the recipe as one finished gesture: a click on a thumbnail, a pasted recipe."""
        self.commit()
        self.edit_recipe(recipe)
        self.commit()

    def undo(self) -> None:
        """One step back, across models too; a gesture that is not yet committed is taken back first."""
        if self._uncommitted():
            self.commit()
        if len(self._done) > 1:
            self._undone.append(self._done.pop())
            self._show(self._done[-1])

    def redo(self) -> None:
        """One step forward again."""
        if self._undone and not self._uncommitted():
            self._done.append(self._undone.pop())
            self._show(self._done[-1])

    def set_model(self, info: ModelInfo, path: str, recipe: Recipe | None = None) -> None:
        """A model has been loaded: with ``recipe``, or the one an undo waits for, or the current one.

        The change of model is itself one step of undo.
        """
        if self._info is not None:
            self.commit()
        self._info, self._path = info, str(Path(path))
        self.model_changed.emit(info)
        if self._awaited is not None and self._awaited.model_path == self._path:
            awaited, self._awaited = self._awaited, None
            self._show(awaited)
            return
        self._awaited = None
        if recipe is not None and recipe != self._recipe:
            self._recipe = recipe
            self.recipe_changed.emit(recipe)
        self._done.append(Entry(info.hash, self._path, self._recipe))
        self._undone.clear()
        self.committed.emit(self._recipe)
        self.steps_changed.emit()

    def _show(self, entry: Entry) -> None:
        if entry.model_hash != self._hash():
            self._awaited = entry
            self.model_wanted.emit(entry.model_path)
        else:
            self._recipe = entry.recipe
            self.recipe_changed.emit(entry.recipe)
            self.committed.emit(entry.recipe)
        self.steps_changed.emit()

    def _hash(self) -> str:
        return self._info.hash if self._info else ""

    def _uncommitted(self) -> bool:
        return bool(self._done) and self._recipe != self._done[-1].recipe
