"""Foreign weight file -> this project's Model: reads, converts by layout, builds."""

from collections.abc import Generator as Steps
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeVar

import torch

from stylegan_core.files.whole_file import check_writable
from stylegan_core.formats.build import check_memory, discriminator_of, generator_of
from stylegan_core.formats.layouts import OWN
from stylegan_core.formats.limits import Budget, Cancelled, Progress, RefusedFile
from stylegan_core.formats.own_file import FORMAT
from stylegan_core.formats.reader import convert_file, mapped, read_weight_file
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.formats.sentences import naming
from stylegan_core.formats.weight_file import WeightFile
from stylegan_core.model import Model, load_discriminator, load_model, save_model
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.steps import retold, run_through

T = TypeVar("T")

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


def convert_steps(path: str | PathLike[str], target: str | PathLike[str]) -> Steps[float, None, Path]:
    """Converts a foreign file with its discriminator into safetensors at `target`, which appears whole or not at all.

    Yields the fraction done, at most one tensor's work at a time; whoever stops asking has cancelled. Raises OSError,
    or ValueError with one sentence naming the file.
    """
    path, target = Path(path), Path(target)
    if target.exists() and target.samefile(path):
        raise ValueError(f"{target} is the file that is to be converted; choose another name.")
    check_writable(target)
    yield 0.0
    file = read_weight_file(path)
    yield READING
    found = yield from _building(file, path, "cpu", with_discriminator=True)
    save_model(target, found.model, discriminator=found.discriminator)
    return target


def _is_own(path: Path) -> bool:
    """A run directory, or a safetensors file that says it is this project's; others say so when they are read."""
    if path.is_dir():
        return True
    try:
        data = mapped(path)
        if bytes(data[8:9]) != b"{":
            return False
        _, metadata = view_safetensors(data, Budget(len(data)))
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
    file = read_weight_file(path, (lambda fraction: progress(READING * fraction)) if progress else None)

    def hear(fraction: float) -> None:
        if progress is not None and progress(fraction) is False:
            raise Cancelled(f"{path}: reading was cancelled.")

    return run_through(_building(file, path, device, with_discriminator=with_discriminator), hear)


def _building(
    file: WeightFile, path: Path, device: str | torch.device, *, with_discriminator: bool
) -> Steps[float, None, Foreign]:
    """The networks of a file that was read; yields READING to 1."""
    found = convert_file(file, path)
    parts = 2 if with_discriminator and found.discriminator is not None else 1
    with naming(path):
        check_memory(found, with_discriminator=with_discriminator)
        generator = yield from _share(generator_of(found), 0, parts)
        judge = (yield from _share(discriminator_of(found), 1, parts)) if parts == 2 else None
    model = Model(
        generator.to(torch.device(device)),
        name=path.stem,
        level=found.level,
        alpha=found.alpha,
        origin=f"Imported from {file.format} ({path.name}).",
        notes=tuple(found.notes),
        path=path,
    )
    return Foreign(model, judge.to(torch.device(device)) if judge is not None else None, file.format)


def _share(steps: Steps[float, None, T], part: int, parts: int) -> Steps[float, None, T]:
    """The steps as part number `part` of what follows reading."""
    return retold(steps, lambda fraction: READING + (1 - READING) * (part + fraction) / parts)
