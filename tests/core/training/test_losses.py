"""Losses against cases that can be worked out by hand (spec-core 10, items 19, 20) and the fading of reals."""

import math

import pytest
import torch
from torch import Tensor

from stylegan_core.networks.layers import downsample, upsample
from stylegan_core.training.losses import (
    as_float,
    fade_reals,
    fake_loss,
    generator_loss,
    r1_penalty,
    r1_weight,
    real_loss,
)

A = torch.linspace(-1, 2, 3 * 8 * 8, dtype=torch.float64).reshape(3, 8, 8)


def linear(images: Tensor) -> Tensor:
    """D(x) = ⟨a, x⟩, a discriminator whose gradient is a everywhere."""
    return (images * A).sum(dim=(1, 2, 3))[:, None]


def test_undecided_scores_cost_ln_2() -> None:
    zero = torch.zeros(4, 1)
    for loss in (fake_loss, real_loss, generator_loss):
        assert loss(zero).item() == pytest.approx(math.log(2))


def test_losses_are_means_of_softplus_with_their_signs() -> None:
    scores = torch.tensor([[2.0], [-1.0]])
    up = (math.log1p(math.exp(2)) + math.log1p(math.exp(-1))) / 2
    down = (math.log1p(math.exp(-2)) + math.log1p(math.exp(1))) / 2
    assert fake_loss(scores).item() == pytest.approx(up)
    assert real_loss(scores).item() == pytest.approx(down)
    assert generator_loss(scores).item() == pytest.approx(down)


def test_r1_of_a_linear_discriminator_is_five_times_its_square() -> None:
    reals = torch.randn(4, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    penalty = r1_penalty(linear(reals), reals) * r1_weight(10, 0)
    assert penalty.item() == pytest.approx(5 * A.square().sum().item())


@pytest.mark.parametrize("below", [0, 1, 2, 3])
def test_r1_at_the_working_resolution_equals_r1_through_the_enlarged_picture(below: int) -> None:
    small = torch.randn(2, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    enlarged = upsample(small.detach(), 1 << below).requires_grad_()
    official = r1_penalty(linear(downsample(enlarged, 1 << below)), enlarged) * r1_weight(10, 0)
    native = r1_penalty(linear(small), small) * r1_weight(10, below)
    assert native.item() == pytest.approx(official.item())


def test_r1_does_not_grow_with_the_batch() -> None:
    reals = torch.randn(8, 3, 8, 8, dtype=torch.float64, requires_grad=True)
    few = reals[:2].detach().requires_grad_()
    assert r1_penalty(linear(reals), reals).item() == pytest.approx(r1_penalty(linear(few), few).item())


def test_r1_has_a_gradient_for_the_weights() -> None:
    weight = torch.tensor(3.0, requires_grad=True)
    reals = torch.ones(2, 1, 1, 1, requires_grad=True)
    r1_penalty((weight * reals).sum(dim=(1, 2, 3))[:, None], reals).backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(6)


def test_reals_fade_from_the_level_below() -> None:
    reals = torch.randn(2, 3, 8, 8)
    assert torch.equal(fade_reals(reals, 1.0), reals)
    torch.testing.assert_close(fade_reals(reals, 0.0), upsample(downsample(reals)))
    torch.testing.assert_close(fade_reals(reals, 0.3).mean(dim=(2, 3)), reals.mean(dim=(2, 3)))


def test_pixels_span_minus_one_to_one() -> None:
    assert as_float(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1, 1]
