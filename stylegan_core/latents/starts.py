"""Where a projection begins: at the seeds whose pictures are nearest."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.latents.likeness import Likeness, difference
from stylegan_core.model import Model

BATCH = 8
MOST, MOST_AT = 200, 128  # seeds at resolutions up to this one
FEWEST = 24  # above it, where drawing many would take longer than what follows


@dataclass(frozen=True, slots=True)
class Start:
    """A seed as a place [1, 1, width], its distance from the target, and their mean difference, 0..255.

    ``apart`` is the mean difference of its picture from that of another seed.
    """

    space: CodeSpace
    x: Tensor
    distance: float
    difference: float
    apart: float


def batches(model: Model, chance: int) -> list[range]:
    """The seeds that are tried, a few at a time; another ``chance`` tries others."""
    count = max(FEWEST, min(MOST, MOST * MOST_AT**2 // model.resolution**2))
    return [range(at, at + BATCH) for at in range(chance * MOST, chance * MOST + count, BATCH)]


def try_seeds(model: Model, label: int | None, likeness: Likeness, chance: int) -> Iterator[list[Start]]:
    """Draws each of :func:`batches`: of the class ``label``, or without one of every class in turn."""
    every = range(len(model.classes)) if model.classes and label is None else (label,)
    spaces = [CodeSpace(model, each) for each in every]
    for number, seeds in enumerate(batches(model, chance)):
        space = spaces[number % len(spaces)]
        x = space.of_seeds(seeds)
        with torch.no_grad():
            pictures = space.draw(x)
            measured = likeness(pictures), likeness.difference(pictures), difference(pictures, pictures.roll(1, 0))
        numbers = zip(*(each.tolist() for each in measured), strict=True)
        yield [Start(space, x[at : at + 1], *three) for at, three in enumerate(numbers)]
