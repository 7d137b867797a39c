"""Finding by place: which numbers of the style space change one part of a picture and hardly anything else.

"StyleSpace Analysis" (Wu, Lischinski and Shechtman 2021, section 4) looks for locally active channels by the gradient
of the picture with respect to each number, summed over regions that a segmentation network has found. Here a person
points at the place, and sums of squares over all pixels of it are estimated for every number at once: with random
signs v on the pixels of the place and J the derivative of the picture, the mean of (Jᵀv)² is the sum of the squares of
J over that place (Hutchinson 1989), and Jᵀv is one way back through the network. The most promising numbers are then
really drawn, one after the other, and what is told of them is measured on those pictures.
"""

import itertools
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.drawing.drawings import Stage
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.model import Model
from stylegan_core.recipe import Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.steps import retold, run_through
from stylegan_core.style_space import style_sigmas

PROBES, TRIED = 16, 48  # ways back for the place and as many for the rest; numbers that are really drawn
LARGE, FEWER = 512, (8, 24)  # side of a picture from which on a way back takes seconds on a CPU, and the same there
AT_ONCE = 1 << 22  # pixels of the ways back that are gone together: at 1024² each holds some 130 megabytes
REACH = 3.0  # sigma either way at which they are
VISIBLE = 8.0  # of 255, the change inside that counts half: what one sees at a glance counts most
LEAST = 1.0  # of 255, below which nobody sees it
SEED = 0

Progress = tuple[int, int]
Doubles = npt.NDArray[np.float64]
N = TypeVar("N", float, Doubles)


def find_channels(model: Model, recipe: Recipe, region: Region, count: int = 8) -> tuple[LocalChannel, ...]:
    """The up to ``count`` numbers of the style space that change a place of the picture most and the rest least.

    The best one comes first. Raises ValueError where the network has no styles, or the place is the whole picture.
    """
    return run_through(channel_search(renderer_of(model), recipe, region, count))


def channel_search(
    renderer: Renderer, recipe: Recipe, region: Region, count: int = 8
) -> Generator[Progress, None, tuple[LocalChannel, ...]]:
    """:func:`find_channels` in small steps: yields (step, steps), which go on as evenly as time does.

    A stage forward and one on a way back are a step each; a picture that is tried is half of its stages, for it is
    drawn from the one on whose channel is moved.
    """
    model = renderer.styles.model
    if reason := model.info.why_not("styles"):
        raise ValueError(reason)
    stages, done = len(renderer.stages(recipe)), itertools.count(1)
    probes, most = FEWER if 4 << renderer.state(recipe)[0] >= LARGE else (PROBES, TRIED)
    to_try, picture = stages + (stages + 1) * 2 * probes, max(1, stages // 2)
    steps, drawn = to_try + 2 * most * picture, itertools.count(to_try + 1, picture)
    found = yield from retold(slope_energies(renderer, recipe, region, probes), lambda _: (next(done), steps))
    trying = try_channels(renderer, recipe, region, found.best(most))
    tried = yield from retold(trying, lambda _: (next(drawn), steps))
    seen = [each for each in tried if each.effect >= LEAST]
    return tuple(sorted(seen, key=lambda each: -score(each.inside, each.effect))[:count])


def try_channels(
    renderer: Renderer, recipe: Recipe, region: Region, places: Sequence[tuple[int, int]]
) -> Generator[None, None, tuple[LocalChannel, ...]]:
    """What numbers (layer, channel) do when they are moved REACH sigma either way; yields before each picture."""
    base, tried = _drawn(renderer, recipe), []
    for layer, channel in places:
        changes = []
        for side in (-1, 1):
            yield
            strength = recipe.strength_of(layer, channel) + side * REACH
            changes.append(_drawn(renderer, recipe.with_channel(layer, channel, strength)) - base)
        tried.append(measured(layer, channel, np.stack(changes), region))
    return tuple(tried)


@dataclass(frozen=True, slots=True)
class Energies:
    """Sums of squared slopes of the picture (0 to 255) for each number, one array [C] a style layer, times its sigma².

    ``inside`` over the pixels of a place (``pixels`` of them, three colours each), ``outside`` over all others.
    """

    inside: tuple[Doubles, ...]
    outside: tuple[Doubles, ...]
    pixels: int

    def best(self, count: int) -> list[tuple[int, int]]:
        """Layer and channel of the ``count`` most promising numbers."""
        places, scores = list[tuple[int, int]](), list[float]()
        for layer, (inside, outside) in enumerate(zip(self.inside, self.outside, strict=True)):
            share = inside / np.maximum(inside + outside, 1e-30)
            scores += score(share, REACH * np.sqrt(inside / (3 * self.pixels))).tolist()
            places += [(layer, channel) for channel in range(len(inside))]
        order = np.argsort(-np.asarray(scores), kind="stable")[:count]
        return [places[at] for at in order if scores[at] > 0]


def score(inside: N, effect: N) -> N:
    """What a number is worth: how much of its change falls inside, which counts twice, and whether one sees it."""
    return inside * inside * effect / (effect + VISIBLE)


def measured(layer: int, channel: int, changes: Doubles, region: Region) -> LocalChannel:
    """What a number did: ``changes`` [2, R, R, 3] are the differences of its pictures from the one it began with."""
    squares = np.square(changes).sum(axis=(0, 3))
    mask = region.mask(len(squares))
    inside, whole = float(squares[mask].sum()), float(squares.sum())
    effect = float(np.sqrt(inside / (changes.shape[0] * 3 * mask.sum())))
    return LocalChannel(layer, channel, inside / whole if whole else 0.0, effect)


def _drawn(renderer: Renderer, recipe: Recipe) -> Doubles:
    return renderer.render(recipe, keep=False).astype(np.float64)


def slope_energies(
    renderer: Renderer, recipe: Recipe, region: Region, probes: int = PROBES
) -> Generator[None, None, Energies]:
    """The energies of every number at once, yielding after each stage forward and after each way back through it.

    It goes back stage by stage, each computed anew for its slopes, so that no more is held than what every stage
    handed on and what two of them are asked for.
    """
    back = _WayBack(renderer, recipe)
    yield from back.forward()
    image = renderer.picture(recipe, back.made)
    mask = torch.from_numpy(region.mask(image.shape[-1])).to(image.device)
    signs = _signs(image, mask, probes)
    few, ways = max(2, AT_ONCE // image.shape[-1] ** 2), []
    for at in range(0, len(signs), few):
        ways.append((yield from back.slopes(signs[at : at + few])))
    sigmas = [each.double().cpu().numpy() for each in style_sigmas(renderer.styles.model)]
    moved = [np.concatenate(each) * 127.5 * sigma for each, sigma in zip(zip(*ways, strict=True), sigmas, strict=True)]
    inside, outside = (tuple(np.square(each[at::2]).mean(axis=0) for each in moved) for at in (0, 1))
    return Energies(inside, outside, int(mask.sum()))


def _signs(image: Tensor, mask: Tensor, probes: int) -> list[Tensor]:
    """Random signs [1, 3, r, r] on the pixels of the place, then on the others, and so on; the same on every device.

    Where a picture is white or black beyond its ends nothing is seen of a slope.
    """
    random = torch.Generator().manual_seed(SEED)
    seen = image.abs() <= 1
    made = []
    for _ in range(probes):
        signs = torch.randint(0, 2, image.shape, generator=random).to(image) * 2 - 1
        made += [signs * (mask & seen), signs * (~mask & seen)]
    return made


class _WayBack:
    """From the picture of a recipe back to its styles, one stage at a time."""

    def __init__(self, renderer: Renderer, recipe: Recipe) -> None:
        self.renderer, self.recipe = renderer, recipe
        self.stages: Sequence[Stage] = renderer.stages(recipe)
        self.ws = renderer.styles.ws(recipe)
        self.made: list[Tensor] = []

    def forward(self) -> Generator[None, None, None]:
        """What each stage hands on, kept as numbers that may be differentiated."""
        for _, activation in self.renderer.stage_by_stage(self.recipe):
            self.made.append(activation.clone())
            yield

    def slopes(self, signs: Sequence[Tensor]) -> Generator[None, None, list[Doubles]]:
        """The slopes [signs, C] of the sums of each ``signs`` · picture, for the numbers of every style layer."""
        slopes = [np.zeros((len(signs), count)) for count in self.renderer.styles.model.info.style_channels]
        asked: list[list[Tensor | None]] = [[None] * len(signs) for _ in self.made]
        leaves = self._leaves(len(self.made))
        with torch.enable_grad():
            picture = self.renderer.picture(self.recipe, leaves)
        for probe, sign in enumerate(signs):
            found = torch.autograd.grad(picture, leaves, sign, retain_graph=True, allow_unused=True)
            _add_up(asked, probe, found)
            yield
        for at in reversed(range(len(self.stages))):
            row = None if self.stages[at].makes_picture else self.stages[at].row
            yield from self._through(at, asked.pop(), asked, None if row is None else slopes[row])
        return slopes

    def _through(
        self, at: int, wanted: Sequence[Tensor | None], asked: list[list[Tensor | None]], slopes: Doubles | None
    ) -> Generator[None, None, None]:
        """One stage: what it is asked for by each way back, and what it asks of those before and of its numbers."""
        stage, leaves = self.stages[at], self._leaves(at)
        now = self.renderer.styles.offset(stage, self.recipe)
        offset = torch.zeros(0 if slopes is None else slopes.shape[1], device=self.ws.device) if now is None else now
        offset = offset.clone().requires_grad_()
        with torch.enable_grad():
            made = stage(leaves, self.ws[:, stage.row or 0], self._noise(stage), offset if len(offset) else None)
        for probe, slope in enumerate(wanted):
            if slope is not None and made.requires_grad:
                inputs = [*leaves, offset]
                found = torch.autograd.grad(made, inputs, slope, retain_graph=True, allow_unused=True)
                _add_up(asked, probe, found[:-1])
                if slopes is not None and found[-1] is not None:
                    slopes[probe] = found[-1].double().cpu().numpy()
            yield

    def _leaves(self, count: int) -> list[Tensor]:
        return [each.detach().requires_grad_() for each in self.made[:count]]

    def _noise(self, stage: Stage) -> Tensor | None:
        if stage.noise is None:
            return None
        found = self.renderer.styles.noise_map(stage.noise, self.recipe.noise_layer(stage.noise))
        return None if found is None else found.clone()


def _add_up(asked: list[list[Tensor | None]], probe: int, found: Sequence[Tensor | None]) -> None:
    """What one way back asks of the stages before, added to what later stages have asked of them."""
    for at, slope in enumerate(found):
        before = asked[at][probe]
        asked[at][probe] = slope if before is None else before if slope is None else before + slope
