"""Any weight file as this project's: its model and its discriminator, or both written as safetensors."""

from collections.abc import Generator as Steps
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch

from stylegan_core.files.header import FORMAT
from stylegan_core.files.whole_file import check_writable
from stylegan_core.formats.convert import foreign_steps
from stylegan_core.formats.layouts import OWN
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.reader import mapped
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.model import Model, load_discriminator, load_model, model_of, save_model
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.steps import run_through


@dataclass(frozen=True, slots=True)
class Imported:
    """Everything an import yields: the drawing model, the discriminator where there is one, and the file's format."""

    model: Model
    discriminator: Discriminator | None
    origin: str


def import_file(path: str | PathLike[str]) -> Imported:
    """Reads and converts any supported file with its discriminator; runs nothing in it.

    Raises OSError, or ValueError with one sentence naming the file.
    """
    path = Path(path)
    if _is_own(path):
        return Imported(load_model(path), load_discriminator(path), OWN)
    found = run_through(foreign_steps(path))
    return Imported(model_of(found), found.discriminator, found.format)


def model_steps(path: str | PathLike[str], device: str | torch.device = "cpu") -> Steps[float, None, Model]:
    """Opens any supported weight file or run as :func:`load_model` does, in steps that yield the fraction done."""
    path = Path(path)
    yield 0.0
    if not path.exists() or _is_own(path):
        return load_model(path, device)
    return model_of((yield from foreign_steps(path)), device)


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
