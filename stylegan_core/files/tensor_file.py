"""Tensors and text in one safetensors file: this project's own, read into memory and written whole or not at all."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from stylegan_core.amounts import size_text
from stylegan_core.device import available_memory
from stylegan_core.files.header import LONGEST_HEADER
from stylegan_core.files.places import check_name
from stylegan_core.files.whole_file import beside


class Damaged(ValueError):
    """A file does not hold what its writer put there; reading it again later will not help."""


def is_safetensors(file: Path) -> bool:
    """Whether a file begins as a safetensors file does. Raises OSError."""
    with file.open("rb") as opened:
        head = opened.read(9)
    return len(head) == 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < LONGEST_HEADER


def write_safetensors(target: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Writes a safetensors file, whole or not at all. Raises OSError with one sentence."""
    with beside(target) as part:
        try:
            save_file(tensors, part, metadata)
        except SafetensorError as error:
            raise _system_error(str(error)) from None


def _system_error(text: str) -> OSError:
    """What Rust says, "… (os error 28)", with the number that Python's own errors have."""
    found = re.search(r"os error (\d+)", text)
    if found is None:
        return OSError(text)
    number = int(found[1])
    return OSError(None, text, None, number) if sys.platform == "win32" else OSError(number, text)


def under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of one part of a file, whose names begin with ``prefix``, named without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def read_safetensors(file: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and tensors of a safetensors file.

    Raises Damaged (torn, foreign), ValueError (too big, or a name that is not UTF-8) or OSError.
    """
    check_name(file)
    size, memory = file.stat().st_size, available_memory()
    if memory is not None and size > memory:
        raise ValueError(f"{file} needs {size_text(size)} of memory, and {size_text(memory)} are free.")
    try:
        with safe_open(file, "pt") as opened:
            # Copied, for products of matrices round by where in memory a weight begins, and files place it anywhere.
            tensors = {name: opened.get_tensor(name).clone() for name in opened.keys()}  # noqa: SIM118
            return opened.metadata() or {}, tensors
    except SafetensorError as error:
        raise Damaged(f"{file} is torn or no safetensors file ({error}); copy or download it again.") from None
