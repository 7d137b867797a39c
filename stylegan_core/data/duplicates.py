"""Finds pictures that are the same, or nearly: by a 64-bit difference hash, confirmed on small colour copies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

THUMB = 16  # pixels of the small copy
NEAR_BITS = 6  # of 64 that may differ
NEAR_MEAN, NEAR_MOST = 4.0, 32.0  # grey levels by which small copies may differ: on average, and anywhere
BLOCK = 256  # hashes compared with all others at a time; 50,000 pictures take seconds


def difference_hash(picture: Image.Image) -> int:
    """64 bits: whether each of 8 x 8 places is darker than its right neighbour, in a 9 x 8 copy."""
    grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return int.from_bytes(np.packbits(grey[:, :-1] < grey[:, 1:]).tobytes(), "big")


def thumbnail(picture: Image.Image) -> NDArray[np.uint8]:
    """A small colour copy, uint8 [16, 16, 3], whatever the shape."""
    return np.asarray(picture.convert("RGB").resize((THUMB, THUMB), Image.Resampling.BOX), np.uint8)


def exact_groups(digests: Sequence[bytes]) -> list[list[int]]:
    """Groups of indices with the same digest, of two or more."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, digest in enumerate(digests):
        groups[digest].append(index)
    return [group for group in groups.values() if len(group) > 1]


def near_groups(hashes: Sequence[int], thumbs: Sequence[NDArray[np.uint8]]) -> list[list[int]]:
    """Groups of indices of pictures that look the same, of two or more, each in ascending order."""
    if len(hashes) < 2:
        return []
    codes = np.array(hashes, np.uint64)
    small = np.stack(thumbs).reshape(len(thumbs), -1)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(codes), BLOCK):
        first, second = _close(codes, start)
        for part in range(0, len(first), 1 << 14):
            a, b = first[part : part + (1 << 14)], second[part : part + (1 << 14)]
            apart = np.abs(small[a].astype(np.int16) - small[b])
            same = (apart.mean(1) <= NEAR_MEAN) & (apart.max(1) <= NEAR_MOST)
            pairs += zip(a[same].tolist(), b[same].tolist(), strict=True)
    return _joined(pairs)


def _close(codes: NDArray[np.uint64], start: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (a, b), a < b, a in the block that begins at `start`, whose hashes differ in few bits."""
    block = codes[start : start + BLOCK]
    apart = np.bitwise_count(block[:, None] ^ codes[None, start:])
    row, column = np.nonzero(apart <= NEAR_BITS)
    later = column > row
    return row[later] + start, column[later] + start


def _joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected groups of indices."""
    root: dict[int, int] = {}

    def find(index: int) -> int:
        while root.setdefault(index, index) != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for index in sorted(root):
        groups[find(index)].append(index)
    return list(groups.values())
