"""A grey PNG packed a few rows at a time, so that whoever has it made can do other things between, and give it up."""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from PIL.PngImagePlugin import PngInfo

from stylegan_core.data.picture_kinds import PNG

Pixels = npt.NDArray[np.uint8]
ROWS = 64  # packed at once, about 10 ms of one core where they are 2000 pixels wide
_NONE, _SUB, _UP = 0, 1, 2  # filters of rows (PNG specification, 9.2)


def grey_png(width: int, height: int, bands: Iterable[Pixels], text: PngInfo) -> Iterator[bytes]:
    """The parts of a PNG with 8 bits of grey, after at most ``ROWS`` rows each; joined they are the file.

    ``bands`` are uint8 [h, width], ``height`` rows in all, from the top. ``text`` goes before the picture, as Pillow
    has it.
    """
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits, grey, not interlaced
    yield PNG + _chunk(b"IHDR", header) + b"".join(_chunk(each[0], each[1]) for each in text.chunks)
    packer, above = zlib.compressobj(), np.zeros(width, np.uint8)
    for band in bands:
        for top in range(0, len(band), ROWS):
            rows = band[top : top + ROWS]
            packed = packer.compress(_filtered(rows, above))
            above = rows[-1]
            yield _chunk(b"IDAT", packed) if packed else b""
    yield _chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b"")


def _filtered(rows: Pixels, above: Pixels) -> bytes:
    """Each row with the number of its filter before it: the one whose differences are the smallest in all."""
    left = np.pad(rows[:, :-1], ((0, 0), (1, 0)))
    up = np.concatenate([above[None], rows[:-1]])
    tried = np.stack([rows, rows - left, rows - up])  # differences modulo 256
    sizes = np.minimum(tried, -tried).sum(axis=2, dtype=np.int64)  # of a signed byte
    best = sizes.argmin(axis=0)
    chosen = np.take_along_axis(tried, best[None, :, None], axis=0)[0]
    return np.concatenate([np.array([_NONE, _SUB, _UP], np.uint8)[best][:, None], chosen], axis=1).tobytes()


def _chunk(name: bytes, data: bytes) -> bytes:
    """Length, name, data and checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
