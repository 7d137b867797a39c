"""A film as the open network can draw it: its keys and, once their styles are known, every moment between them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate

from explorer.fitting import fitting
from stylegan_core.film.film import Film
from stylegan_core.film.timeline import Timeline
from stylegan_core.info import ModelInfo
from stylegan_core.interpolation import Floats
from stylegan_core.recipe import Recipe, Vector


class DrawnFilm:
    """``timeline`` is None without a network, without a way to go, and while the styles of a key are not known."""

    def __init__(self) -> None:
        self.film = Film()
        self.keys: tuple[Recipe, ...] = ()  # as this network can draw them
        self.timeline: Timeline | None = None
        self._info: ModelInfo | None = None
        self._styles: dict[Recipe, Floats] = {}

    def show(self, film: Film, info: ModelInfo | None) -> None:
        """Another film, or the same after a change, in a network."""
        self.film, self._info = film, info
        self.keys = tuple(fitting(key.recipe, info) for key in film.keys) if info is not None else ()
        self._time()

    def forget_styles(self) -> None:
        """Those that are known are of another network."""
        self._styles.clear()

    @property
    def missing(self) -> tuple[Recipe, ...]:
        """The keys whose styles are not known yet, each of them once."""
        return tuple(dict.fromkeys(recipe for recipe in self.keys if recipe not in self._styles))

    def take(self, recipes: Iterable[Recipe], styles: Iterable[Vector]) -> None:
        """The styles of some keys, [num_layers, w_dim] each, are known now."""
        self._styles.update(zip(recipes, (ws.array for ws in styles), strict=True))
        self._time()

    @property
    def times(self) -> tuple[float, ...]:
        """The second at which each section begins, and the end; as the keys say until the way between them is known."""
        told = (self.film.keys[first].seconds for first, _ in self.film.sections)
        return self.timeline.times if self.timeline is not None else tuple(accumulate(told, initial=0.0))

    @property
    def own(self) -> tuple[bool, ...]:
        """Whether each section lasts as long as its key says, and not as long as its share of the way."""
        eased = self.film.pace == "eased"
        return self.timeline.own if self.timeline is not None else (eased,) * len(self.film.sections)

    def _time(self) -> None:
        film, info = self.film, self._info
        if info is None or not film.sections or self.missing:
            self.timeline = None
            return
        keys = tuple(replace(key, recipe=recipe) for key, recipe in zip(film.keys, self.keys, strict=True))
        self.timeline = Timeline(replace(film, keys=keys), [self._styles[key] for key in self.keys], info)


def same_key(before: Film, at: int | None, film: Film) -> int | None:
    """Where the key is now that was at ``at`` before; None where it is gone."""
    if at is None or at >= len(before.keys):
        return None
    places = [index for index, key in enumerate(film.keys) if key is before.keys[at]]
    if places:
        return min(places, key=lambda index: abs(index - at))
    return at if len(film.keys) == len(before.keys) else None
