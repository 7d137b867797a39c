"""Foreign weight file -> networks: reads, converts by layout, builds."""

from collections.abc import Generator as Steps
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from stylegan_core.formats.build import check_memory, discriminator_of, generator_of
from stylegan_core.formats.limits import Cancelled, Progress
from stylegan_core.formats.reader import convert_file, read_weight_file
from stylegan_core.formats.sentences import naming
from stylegan_core.formats.weight_file import WeightFile
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import Generator
from stylegan_core.steps import retold, run_through

T = TypeVar("T")

READING = 0.3
"""The share of the progress bar that reading takes; the rest is converting."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What the file ``path`` of another program's ``format`` holds, and how far its generator has grown."""

    path: Path
    format: str
    generator: Generator
    discriminator: Discriminator | None
    level: int | None
    alpha: float
    notes: tuple[str, ...]


def read_foreign(path: Path, progress: Progress | None = None) -> Foreign:
    """Reads and converts a foreign file, without its discriminator; runs nothing in it.

    Raises OSError, or ValueError with one sentence naming the file; ``progress`` returning False cancels.
    """
    file = read_weight_file(path, (lambda fraction: progress(READING * fraction)) if progress else None)

    def hear(fraction: float) -> None:
        if progress is not None and progress(fraction) is False:
            raise Cancelled(f"{path}: reading was cancelled.")

    return run_through(_building(file, path, with_discriminator=False), hear)


def foreign_steps(path: Path) -> Steps[float, None, Foreign]:
    """The same with the discriminator, in steps of at most one tensor's work; yields the fraction done."""
    yield 0.0
    file = read_weight_file(path)
    yield READING
    return (yield from _building(file, path, with_discriminator=True))


def _building(file: WeightFile, path: Path, *, with_discriminator: bool) -> Steps[float, None, Foreign]:
    """The networks of a file that was read; yields READING to 1."""
    found = convert_file(file, path)
    parts = 2 if with_discriminator and found.discriminator is not None else 1
    with naming(path):
        check_memory(found, with_discriminator=with_discriminator)
        generator = yield from _share(generator_of(found), 0, parts)
        judge = (yield from _share(discriminator_of(found), 1, parts)) if parts == 2 else None
    return Foreign(path, file.format, generator, judge, found.level, found.alpha, tuple(found.notes))


def _share(steps: Steps[float, None, T], part: int, parts: int) -> Steps[float, None, T]:
    """The steps as part number `part` of what follows reading."""
    return retold(steps, lambda fraction: READING + (1 - READING) * (part + fraction) / parts)
