"""Noise that is added to a draft's map, which is done another way where that is faster."""

import pytest
import torch
from torch import Tensor

from stylegan_core.drawing.whole import LARGE, add_noise, channels_last


def drawn(*shape: int, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    return torch.randn(shape).to(dtype)


@pytest.fixture
def products(monkeypatch: pytest.MonkeyPatch) -> list[torch.Size]:
    """The shapes of maps that were written as a product of matrices."""
    seen: list[torch.Size] = []
    there = Tensor.addmm_

    def noted(x: Tensor, column: Tensor, row: Tensor) -> Tensor:
        seen.append(x.shape)
        return there(x, column, row)

    monkeypatch.setattr(Tensor, "addmm_", noted)
    return seen


@pytest.mark.parametrize("has_strength", [True, False])
def test_a_product_has_the_bits_of_broadcasting(has_strength: bool, products: list[torch.Size]) -> None:
    x, noise = channels_last(drawn(1, LARGE // 128**2, 128, 128)), drawn(1, 1, 128, 128)
    strength = drawn(x.shape[1]) if has_strength else None
    right = x + noise if strength is None else torch.addcmul(x, noise, strength[:, None, None])
    add_noise(x, noise, strength)
    assert products == [(128**2, 32)]
    assert torch.equal(x, right)


@pytest.mark.parametrize(
    ("dtype", "side", "layout"),
    [
        (torch.float32, 128, torch.channels_last),
        (torch.bfloat16, 64, torch.channels_last),
        (torch.bfloat16, 128, torch.contiguous_format),
    ],
    ids=["float32", "small", "channels first"],
)
def test_other_maps_are_broadcast_over(
    dtype: torch.dtype, side: int, layout: torch.memory_format, products: list[torch.Size]
) -> None:
    x = drawn(1, 32, side, side, dtype=dtype).contiguous(memory_format=layout)
    noise, strength = drawn(1, 1, *x.shape[2:], dtype=x.dtype), drawn(32, dtype=x.dtype)
    right = torch.addcmul(x, noise, strength[:, None, None])
    add_noise(x, noise, strength)
    assert products == []
    assert torch.equal(x, right)
