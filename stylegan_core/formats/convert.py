"""Foreign weight file -> this project's Model: reads, converts by layout, builds."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch

from stylegan_core.formats.build import discriminator_of, generator_of
from stylegan_core.formats.layouts import OWN
from stylegan_core.formats.limits import Budget, Cancelled, Progress, RefusedFile
from stylegan_core.formats.reader import convert_file, mapped, read_weight_file
from stylegan_core.formats.safetensors_reader import read_safetensors
from stylegan_core.model import FORMAT, Model, load_discriminator, load_model
from stylegan_core.networks.discriminator import Discriminator

READING = 0.3
"""The share of the progress bar that reading takes; the rest is converting."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Everything an import yields: the drawing model, the discriminator where there is one, and the file's format."""

    model: Model
    discriminator: Discriminator | None
    origin: str


def import_file(
    path: str | PathLike[str], device: str | torch.device = "cpu", progress: Progress | None = None
) -> Foreign:
    """Reads and converts any supported file with its discriminator; runs nothing in it.

    Raises OSError, or ValueError with one sentence naming the file; `progress` returning False cancels.
    """
    path = Path(path)
    if _is_own(path):
        model = load_model(path, device)
        return Foreign(model, load_discriminator(path, device), OWN)
    return _imported(path, device, progress, with_discriminator=True)


def _is_own(path: Path) -> bool:
    """A run directory, or a safetensors file that says it is this project's; others say so when they are read."""
    if path.is_dir():
        return True
    try:
        data = mapped(path)
        if bytes(data[8:9]) != b"{":
            return False
        _, metadata = read_safetensors(data, Budget(len(data)))
    except RefusedFile:
        return False
    return metadata.get("format") == FORMAT


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
    return Foreign(model, judge.to(torch.device(device)) if judge is not None else None, file.format)
