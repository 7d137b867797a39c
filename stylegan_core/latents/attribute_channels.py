"""Finding by attribute: which numbers of the style space change one attribute of faces and hardly any other.

The second method of "StyleSpace Analysis" (Wu, Lischinski and Shechtman 2021, section 5), with slopes in the place of
examples (attribute_slopes.py). The most promising numbers are really moved on a few faces, the best of these on many
others, and what is told of them is measured there: how far the attribute changes, and how far all others do. What may
be chance over these faces is left out.
"""

import hashlib
import itertools
import json
import logging
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from stylegan_core.confidence import of_mean
from stylegan_core.files.places import place
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.latents.attribute_slopes import Slopes, attribute_slopes
from stylegan_core.latents.channel_effect import ChannelEffect, purity_of
from stylegan_core.latents.meter import Meter, spreads_of
from stylegan_core.latents.way_back import Doubles
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.steps import retold, run_through

VERSION = 1  # of what is kept
REACH = 3.0  # sigma either way at which numbers are tried
HALF = 0.1  # standard deviations per sigma, the effect that counts half: what one sees at a glance counts most
LEAST = 0.02  # the same, below which nobody sees it
SPREAD_FACES = 32  # seeds from 0 at psi 1, as sweeps and entanglement take them
FIRST = 1000  # the first seed of those that are tried, so that seeds people look at come new to what was found
LARGE = 512  # side of a picture from which on all takes many times as long
PSI = 0.7
Progress = tuple[int, int]
Place = tuple[int, int]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Effort:
    """Faces that slopes are taken of; numbers that are tried, on how many; faces that the best ones are told of."""

    slopes: int = 8
    tried: int = 32
    few: int = 3
    told: int = 12


MUCH, LITTLE = Effort(), Effort(slopes=2, tried=12, few=2, told=4)


def find_by_attribute(
    model: Model, attribute: str, meter: Meter | None = None, count: int = 8
) -> tuple[ChannelEffect, ...]:
    """The up to ``count`` numbers of the style space that change an attribute of faces most and others least.

    The best one comes first. Raises ValueError where the network has no styles, or its faces no such attribute.
    """
    return run_through(attribute_search(renderer_of(model), Recipe(), attribute, meter or Meter(), count))


def attribute_search(
    renderer: Renderer, recipe: Recipe, attribute: str, meter: Meter, count: int = 8
) -> Generator[Progress, None, tuple[ChannelEffect, ...]]:
    """:func:`find_by_attribute` in small steps: yields (step, steps). Of ``recipe`` class and growth are taken.

    What was found is kept on the disk: asked again, it is there without a step.
    """
    search = _Search(renderer, recipe, meter)
    if reason := renderer.styles.model.info.why_not("styles"):
        raise ValueError(reason)
    if attribute not in meter.names:
        raise ValueError(f"There is no attribute {attribute!r}; there are {', '.join(meter.names)}.")
    path = _cache(search.key, attribute, count)
    kept = _read(path)
    if kept is None:
        kept = yield from search.run(attribute, count)
        _write(path, kept)
    return kept


class _Search:
    """One network, class and state of growth, looked at with one meter."""

    def __init__(self, renderer: Renderer, recipe: Recipe, meter: Meter) -> None:
        self.renderer, self.meter, self.model = renderer, meter, renderer.styles.model
        self.base = Recipe(psi=PSI, label=recipe.label, level=recipe.level, alpha=recipe.alpha)
        self.effort = LITTLE if 4 << renderer.state(recipe)[0] >= LARGE else MUCH

    @property
    def key(self) -> str:
        """Of everything that decides what is found, but for the attribute."""
        base = self.base
        return f"{VERSION} {self.model.info.hash} {self.meter.key} {base.label} {base.level} {base.alpha} {self.effort}"

    def faces(self, first: int, count: int) -> list[Recipe]:
        """Recipes of so many seeds."""
        return [replace(self.base, latent=Latent(FIRST + first + at)) for at in range(count)]

    def run(self, attribute: str, count: int) -> Generator[Progress, None, tuple[ChannelEffect, ...]]:
        """All steps from the faces to what is told of the best numbers."""
        effort, stages = self.effort, len(self.renderer.stages(self.base))
        ways = effort.slopes * (stages + (stages + 2) * len(self.meter.names))
        draws = 2 * (effort.tried * effort.few + count * effort.told)
        total, done = SPREAD_FACES + ways + draws, itertools.count(1)
        slopes = self.model.derived.get(self._slopes_key)
        if not isinstance(slopes, Slopes):
            slopes = yield from retold(self._slopes(), lambda _: (next(done), total))
            self.model.derived[self._slopes_key] = slopes
        if attribute not in slopes.names:
            raise ValueError(f"The faces of this network hardly differ in {attribute}: choose another attribute.")
        done = itertools.count(total - draws + 1)
        places = slopes.best(attribute, effort.tried)
        faces = self.faces(effort.slopes, effort.few)
        tried = yield from retold(self.tried(slopes, attribute, places, faces), lambda _: (next(done), total))
        best = [(each.layer, each.channel) for each in in_order(tried)[:count]]
        faces = self.faces(effort.slopes + effort.few, effort.told)
        told = yield from retold(self.tried(slopes, attribute, best, faces), lambda _: (next(done), total))
        return tuple(each for each in in_order(told) if abs(each.effect) >= max(LEAST, each.confidence))

    @property
    def _slopes_key(self) -> str:
        return f"slopes of attributes {self.key}"

    def _slopes(self) -> Generator[None, None, Slopes]:
        whole = []
        for seed in range(SPREAD_FACES):
            yield
            whole.append(self.meter(self._drawn(replace(self.base, latent=Latent(seed), psi=1.0))))
        faces = self.faces(0, self.effort.slopes)
        return (yield from attribute_slopes(self.renderer, faces, self.meter, spreads_of(whole)))

    def tried(
        self, slopes: Slopes, attribute: str, places: Sequence[Place], faces: Sequence[Recipe]
    ) -> Generator[None, None, tuple[ChannelEffect, ...]]:
        """What numbers (layer, channel) do to faces; yields before each picture."""
        found = []
        for layer, channel in places:
            changes = []
            for face in faces:
                ends = []
                for side in (-1, 1):
                    yield
                    seen = self.meter(self._drawn(face.with_channel(layer, channel, side * REACH)))
                    ends.append([seen[name] for name in slopes.names])
                changes.append(np.subtract(ends[1], ends[0]) / (2 * REACH) / slopes.spreads)
            found.append(effect_of(layer, channel, attribute, slopes.names, np.stack(changes)))
        return tuple(found)

    def _drawn(self, recipe: Recipe) -> np.ndarray:
        return self.renderer.render(recipe, keep=False)


def effect_of(layer: int, channel: int, attribute: str, names: Sequence[str], slopes: Doubles) -> ChannelEffect:
    """What a number did: ``slopes`` [faces, names] of every attribute, standard deviations per sigma."""
    effects, at = slopes.mean(axis=0), list(names).index(attribute)
    sizes, (purity, half) = np.abs(effects), purity_of(slopes, at)
    most = int(np.argmax(np.where(np.arange(len(names)) == at, -1.0, sizes)))
    leak = (names[most], float(effects[most])) if len(names) > 1 else ("", 0.0)
    confidence = float(of_mean(slopes[:, at])) if len(slopes) > 1 else np.inf
    effect = float(effects[at])
    return ChannelEffect(layer, channel, attribute, effect, confidence, purity, *leak, len(slopes), REACH, half)


def in_order(found: Sequence[ChannelEffect]) -> list[ChannelEffect]:
    """The best first: how pure the change is, which counts twice, and whether one sees it."""
    return sorted(found, key=lambda each: -(each.purity**2) * abs(each.effect) / (abs(each.effect) + HALF))


def _cache(key: str, attribute: str, count: int) -> Path:
    digest = hashlib.sha256(f"{key} {attribute} {count}".encode()).hexdigest()
    return place("caches") / f"channels-{digest[:32]}.json"


def _read(path: Path) -> tuple[ChannelEffect, ...] | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        return tuple(ChannelEffect(**each) for each in read_json(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, found: Sequence[ChannelEffect]) -> None:
    """Keeps what was found; a full disk costs only the next search some seconds, so it is noted and no more."""
    try:
        write_whole(path, json.dumps([asdict(each) for each in found]).encode())
    except OSError as error:
        log.warning("The channels that were found are not kept: %s", error)
