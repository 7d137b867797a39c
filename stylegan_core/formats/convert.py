"""Foreign weight file -> this project's Model: reads, converts by layout, builds."""

import importlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch

from stylegan_core.formats import layouts
from stylegan_core.formats.build import discriminator_of, generator_of
from stylegan_core.formats.converted import Converted
from stylegan_core.formats.limits import Budget, Cancelled, Progress, RefusedFile
from stylegan_core.formats.reader import read_weight_file
from stylegan_core.formats.weight_file import WeightFile
from stylegan_core.model import Model
from stylegan_core.networks.discriminator import Discriminator

MODULES = {
    layouts.STYLEGAN1_TF: "stylegan1_tf",
    layouts.STYLEGAN2_TF: "stylegan2_tf",
    layouts.PROGAN_TF: "progan_tf",
    layouts.STYLEGAN2_ADA: "stylegan2_ada",
    layouts.ROSINALITY1: "rosinality1",
    layouts.ROSINALITY2: "rosinality2",
    layouts.HUANGZH13: "huangzh13",
    layouts.GENFORCE: "genforce",
    layouts.LUCIDRAINS: "lucidrains",
}
READING = 0.3
"""The share of the progress bar that reading takes; the rest is converting."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Everything an import yields: the drawing model, the discriminator where there is one, and the file's facts."""

    model: Model
    discriminator: Discriminator | None
    file: WeightFile


def convert_file(file: WeightFile, path: str | PathLike[str]) -> Converted:
    """The networks of a file that was read, in this project's terms; raises RefusedFile naming `path`."""
    module = importlib.import_module(f"stylegan_core.formats.{MODULES[file.format]}")
    try:
        found: Converted = module.convert(file)
    except RefusedFile as error:
        raise RefusedFile(f"{path}: {error}.") from None
    return found


def import_file(
    path: str | PathLike[str], device: str | torch.device = "cpu", progress: Progress | None = None
) -> Foreign:
    """Reads and converts a foreign file with its discriminator; runs nothing in it.

    Raises OSError, or ValueError with one sentence naming the file; `progress` returning False cancels.
    """
    return _imported(Path(path), device, progress, with_discriminator=True)


def load_foreign(
    path: str | PathLike[str], device: str | torch.device = "cpu", progress: Progress | None = None
) -> Model:
    """The drawing model of a foreign file, without its discriminator; raises as `import_file`."""
    return _imported(Path(path), device, progress, with_discriminator=False).model


def _imported(
    path: Path, device: str | torch.device, progress: Progress | None, *, with_discriminator: bool
) -> Foreign:
    def first(fraction: float) -> bool | None:
        return progress(READING * fraction) if progress else None

    def second(fraction: float) -> bool | None:
        return progress(READING + (1 - READING) * fraction) if progress else None

    file = read_weight_file(path, first)
    found = convert_file(file, path)
    budget = Budget(file.size, second)
    try:
        generator = generator_of(found, budget).to(torch.device(device))
        judge = discriminator_of(found, budget) if with_discriminator else None
    except Cancelled:
        raise Cancelled(f"{path}: reading was cancelled.") from None
    except RefusedFile as error:
        raise RefusedFile(f"{path}: {error}.") from None
    model = Model(
        generator,
        name=path.stem,
        level=found.level,
        alpha=found.alpha,
        origin=f"Imported from {file.format} ({path.name}).",
        notes=tuple(found.notes),
        path=path,
    )
    return Foreign(model, judge.to(torch.device(device)) if judge is not None else None, file)
