"""Any weight file as this project's: its model and its discriminator, or both written as safetensors."""

from collections.abc import Generator as Steps
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch

from stylegan_core.files.whole_file import check_writable
from stylegan_core.formats.convert import foreign_steps, read_foreign
from stylegan_core.formats.layouts import OWN
from stylegan_core.formats.limits import Budget, Progress, RefusedFile
from stylegan_core.formats.own_file import FORMAT
from stylegan_core.formats.reader import mapped
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.model import Model, load_discriminator, load_model, model_of, save_model
from stylegan_core.networks.discriminator import Discriminator


@dataclass(frozen=True, slots=True)
class Imported:
    """Everything an import yields: the drawing model, the discriminator where there is one, and the file's format."""

    model: Model
    discriminator: Discriminator | None
    origin: str


def import_file(
    path: str | PathLike[str], device: str | torch.device = "cpu", progress: Progress | None = None
) -> Imported:
    """Reads and converts any supported file with its discriminator; runs nothing in it.

    Raises OSError, or ValueError with one sentence naming the file; ``progress`` returning False cancels.
    """
    path = Path(path)
    if _is_own(path):
        return Imported(load_model(path, device), load_discriminator(path, device), OWN)
    found = read_foreign(path, device, progress, with_discriminator=True)
    return Imported(model_of(found), found.discriminator, found.format)


def convert_steps(path: str | PathLike[str], target: str | PathLike[str]) -> Steps[float, None, Path]:
    """Converts a foreign file with its discriminator into safetensors at `target`, which appears whole or not at all.

    Yields the fraction done, at most one tensor's work at a time; whoever stops asking has cancelled. Raises OSError,
    or ValueError with one sentence naming the file.
    """
    path, target = Path(path), Path(target)
    if target.exists() and target.samefile(path):
        raise ValueError(f"{target} is the file that is to be converted; choose another name.")
    check_writable(target)
    found = yield from foreign_steps(path)
    save_model(target, model_of(found), discriminator=found.discriminator)
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
