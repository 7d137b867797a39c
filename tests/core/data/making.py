"""Small data sets for the tests of this folder."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image


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
