"""Randomness by key: every number is a function of (seed, purpose, image counter), so resuming saves no state."""

import struct
from collections.abc import Sequence
from enum import IntEnum
from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor

from stylegan_core.networks import fused

BLOCK = 32  # images whose numbers a GPU draws in one call


class Purpose(IntEnum):
    """What numbers are drawn for; each has a stream of its own."""

    FAKES_D = 1
    FAKES_G = 2
    MIXING_D = 3
    MIXING_G = 4
    NETWORKS = 5
    BLEND = 6
    PATH = 7
    PATH_MIXING = 8
    PATH_NOISE = 9
    AUGMENT_REAL = 10
    AUGMENT_FAKE = 11
    AUGMENT_G = 12
    SETTLING = 13
    SETTLING_MIXING = 14


def stream(seed: int, purpose: Purpose, index: int) -> np.random.Generator:
    """The random numbers of one image (or batch): Philox, keyed by seed and purpose, far apart for each index."""
    key = np.array([seed, purpose], np.uint64)
    counter = np.array([0, 0, index, 0], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def normals(seed: int, purpose: Purpose, indices: Sequence[int], size: int, device: torch.device) -> Tensor:
    """Standard normal float32 [len(indices), size] on the device; row i depends on ``indices[i]`` and size alone.

    On CUDA they are others than elsewhere, drawn there: from main memory they would take longer than a step.
    """
    draw = drawn_there if device.type == "cuda" else drawn_here
    return draw(seed, purpose, indices, size, device)


def drawn_here(seed: int, purpose: Purpose, indices: Sequence[int], size: int, device: torch.device) -> Tensor:
    """:func:`normals` made as numpy does in main memory; the same ones begin a longer row."""
    if fused.fusing():
        from stylegan_core.training.normals import normals as fill  # numba takes a while to come

        drawn = np.empty((len(indices), size), np.float32)
        fused.call(fill, np.uint64(seed), np.uint64(purpose), np.array(indices, np.int64), drawn)
        return torch.from_numpy(drawn).to(device)
    rows = [stream(seed, purpose, index).standard_normal(size, dtype=np.float32) for index in indices]
    return torch.from_numpy(np.stack(rows)).to(device)


def drawn_there(seed: int, purpose: Purpose, indices: Sequence[int], size: int, device: torch.device) -> Tensor:
    """:func:`normals` made by the device's own generator, seeded anew for each run of BLOCK rows.

    Each call of a GPU costs the same, however little it draws.
    """
    generator = torch.Generator(device)
    blocks = sorted({index // BLOCK for index in indices})
    drawn = torch.empty(len(blocks), BLOCK, size, device=device)
    for rows, block in zip(drawn, blocks, strict=True):
        key = blake2b(struct.pack("<QQq", seed % 2**64, purpose, block), digest_size=8).digest()
        rows.normal_(generator=generator.manual_seed(int.from_bytes(key, "little") >> 1))
    first = {block: BLOCK * place for place, block in enumerate(blocks)}
    rows_of = [first[index // BLOCK] + index % BLOCK for index in indices]
    begin, end = rows_of[0], rows_of[0] + len(rows_of)
    joined = drawn.flatten(0, 1)
    return joined[begin:end] if rows_of == list(range(begin, end)) else joined[rows_of]


def uniforms(seed: int, purpose: Purpose, indices: Sequence[int]) -> Tensor:
    """Float32 [len(indices)] from 0 to 1; each depends on its index alone."""
    return torch.tensor([stream(seed, purpose, index).random() for index in indices], dtype=torch.float32)


def mixing_cutoff(seed: int, purpose: Purpose, index: int, active: int, probability: float) -> int:
    """The first layer that takes the second w: one coin and one cutoff for a whole batch (spec-core 1.3).

    With ``probability`` it lies in 1 … active−1, else it is ``active``: no layer.
    """
    chance = stream(seed, purpose, index)
    coin, place = chance.random(2)
    return 1 + int(place * (active - 1)) if coin < probability and active > 1 else active
