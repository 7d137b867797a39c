"""Small data sets for the tests of this folder."""

from __future__ import annotations

import errno
import gzip
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylegan_core.data import source


def noise(side: int, seed: int, height: int | None = None) -> Image.Image:
    """An RGB picture of random blocks that is not like another of a different seed."""
    blocks = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((side, height or side), Image.Resampling.NEAREST)


def folder_of(path: Path, count: int, side: int = 16) -> Path:
    """A folder of PNG files 0.png, 1.png, ..."""
    path.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        noise(side, index).save(path / f"{index}.png")
    return path


def break_picture(path: Path) -> None:
    """Cuts a picture file short."""
    path.write_bytes(path.read_bytes()[:60])


def write_idx(path: Path, array: np.ndarray, packed: bool = False) -> Path:
    """An idx file of bytes."""
    data = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@contextmanager
def unreadable_now(*names: str, times: int = 1 << 30, error: int = errno.EMFILE) -> Iterator[list[str]]:
    """Opening files of these names fails, the first so many times, without the waiting; the names that failed."""
    failed: list[str] = []
    original = Path.open

    def opened(self: Path, *how: Any, **more: Any) -> Any:
        if self.name in names and len(failed) < times:
            failed.append(self.name)
            raise OSError(error, os.strerror(error))
        return original(self, *how, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", opened)
        patch.setattr(source, "WAITS", (0.0, 0.0, 0.0))
        yield failed
