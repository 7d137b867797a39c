"""Reel: the film a person is making, and every step of it taken back; knows neither torch nor widgets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from stylegan_core.film.film import LONGEST, Film, Key
from stylegan_core.recipe import Recipe

LONGEST_UNDO = 200


class Reel(QObject):
    """The film; ``changed`` after every step. A change of nothing is no step."""

    changed = Signal(object)  # Film

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._film = Film()
        self._before: list[Film] = []
        self._after: list[Film] = []

    @property
    def film(self) -> Film:
        """The film as it is now."""
        return self._film

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back can be taken again."""
        return bool(self._after)

    @property
    def put_away(self) -> Film:
        """The film that this one took the place of, with none of its pictures; empty where there is none."""
        here = {id(key.recipe) for key in self._film.keys}
        others = (each for each in reversed(self._before) if each.keys)
        return next((each for each in others if not here & {id(key.recipe) for key in each.keys}), Film())

    def restore(self, film: Film, put_away: Film) -> None:
        """What was kept from before, and the film before that: no steps, but behind the first one there is."""
        kept = [each for each in (put_away, film) if each.keys]
        if self._film.keys or self._before:
            self._before[:0] = kept
        else:
            self._before = kept[:-1] if film.keys else kept
            self._set(film)

    def change(self, film: Film) -> None:
        """Another film in the place of this one, as one step."""
        if film != self._film:
            self._before.append(self._film)
            del self._before[:-LONGEST_UNDO]
            self._after.clear()
            self._set(film)

    def undo(self) -> None:
        """Takes the last step back."""
        if self._before:
            self._after.append(self._film)
            self._set(self._before.pop())

    def redo(self) -> None:
        """Takes the step again that was taken back last."""
        if self._after:
            self._before.append(self._film)
            self._set(self._after.pop())

    def note(self, **changes: Any) -> None:
        """Changes what is remembered of the film and no step of it: how it was saved last."""
        if replace(self._film, **changes) != self._film:
            self._set(replace(self._film, **changes))

    def set(self, **changes: Any) -> None:
        """Changes fields of the film: ``set(loop=False)``."""
        self.change(replace(self._film, **changes))

    def insert(self, at: int, recipes: Sequence[Recipe], model: tuple[str, str]) -> None:
        """New keys before the one at ``at``; ``model`` is name and hash of the network they are seen in."""
        keys = list(self._film.keys)
        keys[at:at] = [Key(recipe) for recipe in recipes]
        name, digest = model
        self.set(keys=tuple(keys), model_name=name, model_hash=digest)

    def replace(self, at: int, recipe: Recipe) -> None:
        """Another picture in the place of a key; its seconds stay."""
        self._edit(at, recipe=recipe)

    def remove(self, at: int) -> None:
        """The film without one key."""
        self.set(keys=self._film.keys[:at] + self._film.keys[at + 1 :])

    def put_back(self, at: int, key: Key) -> None:
        """A key that was taken out, unless it is back already: at its place or, in a shorter film, at the end."""
        keys = list(self._film.keys)
        if any(each is key for each in keys):
            return
        keys.insert(at, key)
        self.set(keys=tuple(keys))

    def hold(self, at: int) -> None:
        """A key once more: from the one to the other nothing moves."""
        self.set(keys=self._film.keys[: at + 1] + self._film.keys[at:])

    def move(self, at: int, to: int) -> None:
        """Puts a key before the one that is now at ``to``."""
        keys = list(self._film.keys)
        key = keys.pop(at)
        keys.insert(to - (to > at), key)
        self.set(keys=tuple(keys))

    def set_seconds(self, at: int, seconds: float) -> None:
        """How long it takes from a key to the next."""
        self._edit(at, seconds=min(max(seconds, 0.0), LONGEST))

    def set_total(self, seconds: float) -> None:
        """Makes the film faster or slower as a whole."""
        self.change(self._film.with_seconds(max(seconds, 0.0)))

    def _edit(self, at: int, **changes: Any) -> None:
        keys = list(self._film.keys)
        keys[at] = replace(keys[at], **changes)
        self.set(keys=tuple(keys))

    def _set(self, film: Film) -> None:
        self._film = film
        self.changed.emit(film)
