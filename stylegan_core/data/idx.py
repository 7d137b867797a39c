"""Grey pictures and labels in idx files, as MNIST and its kin come, plain or gzip."""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from stylegan_core.data.pictures import Colour, Fit, Pixels, fitted

MAX_IDX = 1 << 31  # bytes of pixels in an idx file


class Idx:
    """Grey pictures in an idx file (MNIST and its kin), plain or gzip; zeros around them to a power of two."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pixels = read_idx(path)
        if self.pixels.ndim != 3 or 0 in self.pixels.shape:
            raise ValueError(f"{path} is an idx file without pictures in it; name the one with images in its name.")
        self.names: Sequence[str] = [f"{path.name}[{index}]" for index in range(len(self.pixels))]
        self.unread: Sequence[str] = ()
        self.stamp = self.fingerprint = hashlib.sha256(repr(self.pixels.shape).encode() + self.pixels.data).hexdigest()

    def read(self, index: int, resolution: int, fit: Fit, background: Colour) -> Pixels:
        grey = self.pixels[index]
        height, width = grey.shape
        side = self.first_side()
        padded = np.zeros((side, side), np.uint8)
        top, left = (side - height) // 2, (side - width) // 2
        padded[top : top + height, left : left + width] = grey
        if side != resolution:
            return fitted(Image.fromarray(padded).convert("RGB"), resolution, fit, background)
        return np.repeat(padded[None], 3, axis=0)

    def side_file(self, name: str) -> bytes | None:  # noqa: ARG002 - nothing lies in an idx file
        return None

    def first_side(self) -> int:
        return 1 << (int(max(self.pixels.shape[1:])) - 1).bit_length()

    def labels_path(self) -> Path | None:
        """The idx file with the labels, found by its name."""
        beside = self.path.with_name(self.path.name.replace("images", "labels").replace("idx3", "idx1"))
        found = [beside, beside.with_suffix("") if beside.suffix == ".gz" else beside.with_name(beside.name + ".gz")]
        return next((path for path in found if path != self.path and path.is_file()), None)


def read_idx(path: Path) -> Pixels:
    """The uint8 array of an idx file, plain or gzip. Raises ValueError where it is damaged or of another kind."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            return _read_idx(file, path)
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as error:
        raise ValueError(f"{path} is a damaged or unfinished idx file; copy or download it again.") from error


def _read_idx(file: IO[bytes] | gzip.GzipFile, path: Path) -> Pixels:
    magic = file.read(4)
    if magic[:3] != b"\0\0\x08" or magic[3] not in (1, 3):
        raise ValueError(f"{path} is not an idx file of bytes, which is the kind that holds pictures or labels.")
    shape = struct.unpack(f">{magic[3]}I", file.read(4 * magic[3]))
    size = int(np.prod(shape, dtype=object))
    if size > MAX_IDX:
        raise ValueError(f"{path} says it holds {size} bytes, more than {MAX_IDX >> 20} MB.")
    data = file.read(size)
    if len(data) < size:
        raise ValueError(f"{path} is a damaged or unfinished idx file; copy or download it again.")
    return np.frombuffer(data, np.uint8).reshape(shape)
