"""Where a projection begins: at the seeds whose pictures are nearest."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.latents.likeness import Likeness, difference, kind_apart
from stylegan_core.model import Model

BATCH, FEWEST_AT_ONCE = 8, 2  # pictures that are drawn at once, and above MOST_AT, where eight would take gigabytes
MOST, MOST_AT = 200, 128  # seeds at resolutions up to this one
FEWEST = 24  # above it, where drawing many would take longer than what follows
# The nearest of 24 seeds is 1.1 times as far to the eye as that of 200 (tools/measure_projection).
FEWER_IS_FARTHER = 0.045


@dataclass(frozen=True, slots=True)
class Start:
    """A seed as a place [1, 1, width], its distance from the target, and their mean difference, 0..255.

    ``apart`` is the mean difference of its picture from that of another seed; ``unlike`` and ``unlike_apart`` are the
    distances of what the eye sees from the target and from another seed (``likeness.kind_apart``).
    """

    space: CodeSpace
    x: Tensor
    distance: float
    difference: float
    apart: float
    unlike: float
    unlike_apart: float


def batches(model: Model, chance: int) -> list[range]:
    """The seeds that are tried, a few at a time; another ``chance`` tries others."""
    count = max(FEWEST, min(MOST, MOST * MOST_AT**2 // model.resolution**2))
    at_once = BATCH if model.resolution <= MOST_AT else FEWEST_AT_ONCE
    return [range(at, at + at_once) for at in range(chance * MOST, chance * MOST + count, at_once)]


def try_seeds(model: Model, label: int | None, likeness: Likeness, chance: int) -> Iterator[list[Start]]:
    """Draws each of :func:`batches`: of the class ``label``, or without one of every class in turn."""
    every = range(len(model.classes)) if model.classes and label is None else (label,)
    spaces = [CodeSpace(model, each) for each in every]
    for number, seeds in enumerate(batches(model, chance)):
        space = spaces[number % len(spaces)]
        x = space.of_seeds(seeds)
        with torch.no_grad():
            pictures = space.draw(x)
            seen = likeness.look(pictures)
            measured = (
                likeness(pictures, seen), likeness.difference(pictures), difference(pictures, pictures.roll(1, 0)),
                kind_apart(seen, likeness.seen, len(x)), kind_apart(seen, [each.roll(1, 0) for each in seen], len(x)),
            )  # fmt: skip
        numbers = zip(*(each.tolist() for each in measured), strict=True)
        yield [Start(space, x[at : at + 1], *five) for at, five in enumerate(numbers)]


def unlike_all(starts: Sequence[Start]) -> float | None:
    """How far the target is from the most alike seed, to the eye, in parts of how far seeds are from each other.

    Told as for :data:`MOST` seeds, however few were tried; None without an eye.
    """
    apart = sum(start.unlike_apart for start in starts) / len(starts)
    if not math.isfinite(apart):
        return None
    fewer: float = (MOST / len(starts)) ** FEWER_IS_FARTHER
    return min(start.unlike for start in starts) / max(apart, 1e-12) / fewer
