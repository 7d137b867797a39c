"""Projection: the code whose picture is nearest to any given one, by descent (Karras et al. 2020, appendix D).

Other than there it begins at the nearest of some hundred seeds instead of the mean, and so without noise on w, which
would lead away from there. It moves in units of W's spread and gives every layer a w of its own after the first third
("w+"). It leaves the stored noise of the layers alone, so that what is found is a recipe. What each of these is worth
was measured: docs/guide/projection.md.
"""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from stylegan_core.data.pictures import Pixels
from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.latents.likeness import Likeness, has_eye
from stylegan_core.latents.nearness import Nearness
from stylegan_core.latents.starts import Start, batches, try_seeds, unlike_all
from stylegan_core.model import Model
from stylegan_core.recipe import Recipe
from stylegan_core.render import render

SPACES = ("w", "w+")
STEPS = 300
JOINT = 1 / 3  # of all steps with one w for every layer
RATE = 0.1  # of Adam, in units of W's spread
RISE, FALL = 0.05, 0.25  # parts of the way in which the rate rises and falls (appendix D)
LOOKED = 10  # steps between two looks at how near it is
BETAS = (0.9, 0.999)


@dataclass(frozen=True, slots=True)
class Wish:
    """How to look: so many steps, in which space, with which chance, for which class.

    ``label`` None takes the class of the nearest picture. ``eye`` None uses the feature network where it is installed.
    """

    steps: int = STEPS
    space: str = "w+"
    seed: int = 0
    label: int | None = None
    eye: bool | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How far it is: ``done`` of ``total`` parts, the nearest picture so far and its mean difference, 0..255."""

    done: int
    total: int
    recipe: Recipe
    difference: float


@dataclass(frozen=True, slots=True)
class Found:
    """The nearest picture, drawn exactly, uint8 [R, R, 3], its recipe, and how near it came."""

    recipe: Recipe
    pixels: Pixels = field(repr=False, compare=False)
    nearness: Nearness


def project(model: Model, target: Pixels, wish: Wish | None = None) -> Generator[Look, None, Found]:
    """Looks for the recipe whose picture is nearest to ``target``, uint8 [R, R, 3]; yields after every part.

    The recipe has a stored latent, psi 1 and nothing else, so that ``render`` draws what was found. The same wish finds
    the same on the same machine. Whoever stops asking gives it up; the last :class:`Look` has the nearest so far.
    Raises ValueError where the wish does not fit.
    """
    wish = wish or Wish()
    _check(model, wish)
    likeness = Likeness(target, 4 << model.level, model.device, has_eye() if wish.eye is None else wish.eye)
    begun = len(batches(model, wish.seed))
    total = begun + wish.steps
    starts: list[Start] = []
    for done, tried in enumerate(try_seeds(model, wish.label, likeness, wish.seed), 1):
        starts += tried
        first = min(starts, key=lambda start: start.distance)
        yield Look(done, total, recipe_at(first.space, first.x), first.difference)
    nearest = _Nearest(likeness, first)
    for done, _ in enumerate(_descend(first.space, likeness, first.x, wish, nearest), begun + 1):
        yield Look(done, total, nearest.recipe, nearest.difference)
    pixels = render(model, nearest.recipe)
    difference = float(np.abs(pixels.astype(np.float32) - target).mean())
    random = float(np.mean([start.difference for start in starts]))
    spread = float(np.mean([start.apart for start in starts]))
    return Found(nearest.recipe, pixels, Nearness(difference, first.difference, random, spread, unlike_all(starts)))


def _check(model: Model, wish: Wish) -> None:
    if wish.space not in SPACES or wish.steps < 1:
        raise ValueError(
            f"A projection takes one step or more in {' or '.join(SPACES)}, not {wish.steps} in {wish.space!r}."
        )
    if wish.label is not None and not 0 <= wish.label < max(len(model.classes), 1):
        raise ValueError(f"This model has no class {wish.label}: it has {len(model.classes)}, counted from 0.")


def recipe_at(space: CodeSpace, x: Tensor) -> Recipe:
    """The recipe of a place [1, 1 or num_layers, width]."""
    return Recipe(space.latent(x), psi=1.0, label=space.label)


class _Nearest:
    """The nearest place that was looked at."""

    def __init__(self, likeness: Likeness, start: Start) -> None:
        self._space, self._likeness = start.space, likeness
        self._distance, self.difference = start.distance, start.difference
        self.recipe = recipe_at(start.space, start.x)

    @torch.no_grad()
    def look(self, x: Tensor) -> None:
        """Keeps the place [1, 1 or num_layers, width] if nothing was nearer."""
        picture = self._space.draw(x)
        distance = float(self._likeness(picture))
        if distance < self._distance:
            self._distance = distance
            self.difference = float(self._likeness.difference(picture))
            self.recipe = recipe_at(self._space, x)


def _descend(space: CodeSpace, likeness: Likeness, x: Tensor, wish: Wish, nearest: _Nearest) -> Iterator[None]:
    """All steps from a place [1, 1, width]: with one w for every layer, then layer by layer."""
    joint = round(JOINT * wish.steps)
    layered = wish.space == "w+" and space.has_styles
    adam = _Adam(x)
    for step in range(wish.steps):
        if step == joint and layered:
            nearest.look(adam.x)
            adam = _Adam(space.per_layer(adam.x))
        adam.step(likeness(space.draw(adam.x)).sum(), RATE * _ramp(step / wish.steps))
        if step % LOOKED == LOOKED - 1 or step == wish.steps - 1:
            nearest.look(adam.x)
        yield


class _Adam:
    """Adam (Kingma and Ba 2015) for one tensor; torch's own would take a second to load what compiles it."""

    def __init__(self, x: Tensor) -> None:
        self.x = x.detach().clone().requires_grad_(True)
        self._mean, self._square, self._steps = torch.zeros_like(x), torch.zeros_like(x), 0

    def step(self, loss: Tensor, rate: float) -> None:
        """Moves x against the gradient of ``loss``."""
        (slope,) = torch.autograd.grad(loss, self.x)
        self._steps += 1
        self._mean.lerp_(slope, 1 - BETAS[0])
        self._square.lerp_(slope.square(), 1 - BETAS[1])
        mean, square = (
            value / (1 - beta**self._steps) for value, beta in zip((self._mean, self._square), BETAS, strict=True)
        )
        with torch.no_grad():
            self.x -= rate * mean / (square.sqrt() + 1e-8)


def _ramp(way: float) -> float:
    """The part of the rate at ``way``, 0..1: up in a straight line, at the end down in a cosine (appendix D)."""
    falling = 0.5 - 0.5 * math.cos(math.pi * min(1.0, (1 - way) / FALL))
    return falling * min(1.0, way / RISE + 0.02)
