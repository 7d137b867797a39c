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
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.latents.way_back import Doubles, WayBack
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Recipe
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
OTHERS = 2000  # the first seed of the faces that are looked at beside the one that is shown

Progress = tuple[int, int]
N = TypeVar("N", float, Doubles)


def find_channels(
    model: Model, recipe: Recipe, region: Region, count: int = 8, faces: int = 1
) -> tuple[LocalChannel, ...]:
    """The up to ``count`` numbers of the style space that change a place of the picture most and the rest least.

    The best one comes first. With more than one of ``faces`` others are looked at as well, and what is told of a number
    is that of all of them. Raises ValueError where the network has no styles, or the place is the whole picture.
    """
    return run_through(channel_search(renderer_of(model), recipe, region, count, faces))


def faces_of(recipe: Recipe, count: int) -> tuple[Recipe, ...]:
    """The face of a recipe, and others that have all else in common with it."""
    return (recipe, *(replace(recipe, latent=Latent(OTHERS + at)) for at in range(count - 1)))


def channel_search(
    renderer: Renderer, recipe: Recipe, region: Region, count: int = 8, faces: int = 1
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
    to_try, picture = faces * (stages + (stages + 1) * 2 * probes), max(1, stages // 2)
    steps, drawn = to_try + faces * 2 * most * picture, itertools.count(to_try + 1, picture)
    found = list[Energies]()
    for face in faces_of(recipe, faces):
        looking = slope_energies(renderer, face, region, probes)
        found.append((yield from retold(looking, lambda _: (next(done), steps))))
    trying = try_channels(renderer, recipe, region, together(found).best(most), faces)
    tried = yield from retold(trying, lambda _: (next(drawn), steps))
    seen = [each for each in tried if each.effect >= LEAST]
    return tuple(sorted(seen, key=lambda each: -score(each.inside, each.effect))[:count])


def try_channels(
    renderer: Renderer, recipe: Recipe, region: Region, places: Sequence[tuple[int, int]], faces: int = 1
) -> Generator[None, None, tuple[LocalChannel, ...]]:
    """What numbers (layer, channel) do when they are moved REACH sigma either way; yields before each picture."""
    every = [(face, _drawn(renderer, face)) for face in faces_of(recipe, faces)]
    tried = []
    for layer, channel in places:
        changes = []
        for face, base in every:
            for side in (-1, 1):
                yield
                strength = face.strength_of(layer, channel) + side * REACH
                changes.append(_drawn(renderer, face.with_channel(layer, channel, strength)) - base)
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


def together(found: Sequence[Energies]) -> Energies:
    """The means of those of several faces, each of the same place."""
    inside, outside = (
        tuple(np.mean(each, axis=0) for each in zip(*sides, strict=True))
        for sides in ([each.inside for each in found], [each.outside for each in found])
    )
    return Energies(inside, outside, found[0].pixels)


def score(inside: N, effect: N) -> N:
    """What a number is worth: how much of its change falls inside, which counts twice, and whether one sees it."""
    return inside * inside * effect / (effect + VISIBLE)


def measured(layer: int, channel: int, changes: Doubles, region: Region) -> LocalChannel:
    """What a number did: ``changes`` [n, R, R, 3] are the differences of its pictures from those it began with."""
    squares = np.square(changes).sum(axis=(0, 3))
    mask = region.mask(len(squares))
    inside, whole = float(squares[mask].sum()), float(squares.sum())
    effect = float(np.sqrt(inside / (changes.shape[0] * 3 * mask.sum())))
    return LocalChannel(layer, channel, inside / whole if whole else 0.0, effect, max(len(changes) // 2, 1))


def _drawn(renderer: Renderer, recipe: Recipe) -> Doubles:
    return renderer.render(recipe, keep=False).astype(np.float64)


def slope_energies(
    renderer: Renderer, recipe: Recipe, region: Region, probes: int = PROBES
) -> Generator[None, None, Energies]:
    """The energies of every number at once, yielding after each stage forward and after each way back through it.

    It goes back stage by stage, each computed anew for its slopes, so that no more is held than what every stage
    handed on and what two of them are asked for.
    """
    back = WayBack(renderer, recipe)
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
