"""Randomness by key: the loop that numba compiles draws numpy's own numbers."""

import numpy as np
import pytest
import torch
from numpy.random import Generator
from torch import Tensor

from stylegan_core.networks.fused import fused_passes, fusing
from stylegan_core.training import keys
from stylegan_core.training.keys import Purpose, normals

CPU = torch.device("cpu")


def bits(drawn: Tensor) -> Tensor:
    return drawn.view(torch.int32)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("seed", "indices", "size"),
    [(0, [3], 1), (0, [0, 1, 2], 7), (2**64 - 1, [10**12, 5], 11424), (7, [1], 400_001), (12345, list(range(50)), 64)],
)
def test_compiled_normals_have_the_bits_of_numpy_s(seed: int, indices: list[int], size: int, threads: int) -> None:
    right = normals(seed, Purpose.FAKES_G, indices, size, CPU)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with fused_passes():
            assert fusing()
            ours = normals(seed, Purpose.FAKES_G, indices, size, CPU)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(bits(ours), bits(right))


def test_they_go_on_in_the_stream_where_more_is_rejected_than_was_drawn_at_once() -> None:
    compiled = pytest.importorskip("stylegan_core.training.normals")
    raw, right = np.empty(16, np.uint32), keys.stream(5, Purpose.PATH, 2).bit_generator.random_raw(24)
    first, at = 0, 13
    compiled._raw(np.uint64(5), np.uint64(Purpose.PATH), 2, first, raw)
    first, at = compiled._more(np.uint64(5), np.uint64(Purpose.PATH), 2, first, at, raw)
    halves = np.stack([right & 0xFFFFFFFF, right >> 32], axis=1).reshape(-1)
    assert np.array_equal(raw[at:], halves[13 : 13 + len(raw) - at])


def test_without_numba_numpy_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    original = keys.stream

    def look(seed: int, purpose: Purpose, index: int) -> Generator:
        drawn.append(index)
        return original(seed, purpose, index)

    monkeypatch.setattr(keys, "stream", look)
    normals(1, Purpose.FAKES_D, [4, 9], 3, CPU)
    assert drawn == [4, 9]
    with fused_passes():
        normals(1, Purpose.FAKES_D, [4, 9], 3, CPU)
    assert drawn == [4, 9]
