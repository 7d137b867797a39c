"""What several commands take as arguments: paths, numbers within bounds, files that must not be there yet."""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stylegan_core.files.whole_file import check_writable

if TYPE_CHECKING:
    import torch

    from stylegan_core.latents.meter import Meter
    from stylegan_core.model import Model

MOST_PICTURES = 1_000_000


def path(text: str) -> Path:
    """A path; an empty text, as an unset variable of a shell makes it, is refused rather than taken for here."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def whole(least: int, most: int = MOST_PICTURES) -> Callable[[str], int]:
    """A type for whole numbers from ``least`` to ``most``."""

    def read(text: str) -> int:
        if not text.strip().removeprefix("-").isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"it must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    """A type for numbers from ``least`` to ``most``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"it must be a number from {least:g} to {most:g}, not {text!r}")
        return value

    return read


def add_overwrite(parser: argparse.ArgumentParser, files: str = "files that exist") -> None:
    """The option without which none of these files is replaced."""
    parser.add_argument("--overwrite", action="store_true", help=f"replace {files}")


def add_model(parser: argparse.ArgumentParser) -> None:
    """The network that a command is about; see :func:`open_model`."""
    parser.add_argument("model", type=path, help="weight file or run directory")


def add_device(parser: argparse.ArgumentParser, without: str = "the best there is") -> None:
    """The option that says where the work is done, and where it is ``without`` it."""
    parser.add_argument("--device", default="", help=f"cpu, cuda or mps; without it {without}")


def add_progress(parser: argparse.ArgumentParser) -> None:
    """The option of programs that start the command, such as the explorer."""
    parser.add_argument("--progress", action="store_true", help="say on standard error how far it is, for programs")


def add_beside(parser: argparse.ArgumentParser, more: str = "") -> None:
    """The option of windows that draw meanwhile; see :func:`stylegan_core.device.stand_back`."""
    parser.add_argument("--beside", action="store_true", help=f"for the explorer: leave the processor to it{more}")


def chosen_device(arguments: argparse.Namespace) -> "torch.device":
    """Where to work as these two options say; beside a window the command stands back. Raises ValueError."""
    from stylegan_core.device import choose_device, stand_back

    if "beside" in arguments and arguments.beside:
        stand_back()
    return choose_device(arguments.device)


def open_model(arguments: argparse.Namespace) -> "Model":
    """The network of a command, where it is to work. Raises ValueError or OSError."""
    from stylegan_core.model import load_model

    return load_model(arguments.model, chosen_device(arguments))


def open_meter(judge: Path | None, model: "Model") -> "Meter":
    """What measures pictures of a model, with the answers of a judge where there is one; says if they may be wrong.

    Raises ValueError or OSError.
    """
    from stylegan_core.latents.judge_file import load_judge
    from stylegan_core.latents.meter import Meter
    from stylegan_core.metrics.features import Extractor

    meter = Meter(load_judge(judge, Extractor(model.device))) if judge else Meter()
    if doubt := meter.doubt(model.resolution):
        sys.stderr.write(f"{judge}: {doubt}\n")
    return meter


def check_free(target: Path, *, overwrite: bool) -> None:
    """Raises ValueError where a file would be replaced that nobody said may be, OSError where it cannot be written."""
    check_writable(target)  # first: a name that is too long is no question for what lies there
    if target.is_dir():
        raise ValueError(f"{target} is a folder; name a file.")
    if target.exists() and not overwrite:
        raise ValueError(f"{target} exists already; choose another name or add --overwrite.")
