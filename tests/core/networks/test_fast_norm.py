"""The style norm of training in bf16 against autograd's in float32: values, gradients, and gradients of gradients."""

import pytest
import torch
from torch import Tensor

from stylegan_core.networks.layers import spatial_moments, style_instance_norm


def inputs(memory_format: torch.memory_format) -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(1)
    x = torch.randn(4, 6, 8, 8, generator=chance) * 2 + 5
    style = torch.randn(4, 12, generator=chance)
    return x.bfloat16().contiguous(memory_format=memory_format), style


def close(ours: Tensor, exact: Tensor) -> None:
    ours, exact = ours.detach().float(), exact.detach()
    assert float((ours - exact).norm() / exact.norm()) < 0.01


@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
def test_values_and_gradients_are_those_of_float32(memory_format: torch.memory_format) -> None:
    x, style = inputs(memory_format)
    exact_x, exact_style = x.float().requires_grad_(), style.clone().requires_grad_()
    x.requires_grad_(), style.requires_grad_()
    out, exact = style_instance_norm(x, style, 1e-8), style_instance_norm(exact_x, exact_style, 1e-8)
    close(out, exact)
    g = torch.randn(out.shape, generator=torch.Generator().manual_seed(2))
    ours = torch.autograd.grad(out, (x, style), g.bfloat16())
    theirs = torch.autograd.grad(exact, (exact_x, exact_style), g)
    assert ours[0].dtype == torch.bfloat16
    assert ours[1].dtype == torch.float32
    for mine, right in zip(ours, theirs, strict=True):
        close(mine, right)


def test_the_gradient_can_be_differentiated() -> None:
    x, style = inputs(torch.channels_last)
    seconds = []
    for one, two in ((x, style), (x.float(), style.clone())):
        one.requires_grad_(), two.requires_grad_()
        out = style_instance_norm(one, two, 1e-8)
        (first,) = torch.autograd.grad(out.float().square().sum(), two, create_graph=True)
        seconds.append(torch.autograd.grad(first.square().sum(), two)[0])
    close(seconds[0], seconds[1])


def test_moments_of_both_layouts_agree_even_far_from_zero() -> None:
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(3)) * 1e-2 + 100
    for ours, right in zip(
        spatial_moments(x.contiguous(memory_format=torch.channels_last)), spatial_moments(x), strict=True
    ):
        torch.testing.assert_close(ours, right, rtol=1e-3, atol=0)


def test_a_constant_map_has_no_variance() -> None:
    x = torch.full((2, 3, 4, 4), 1.7).contiguous(memory_format=torch.channels_last)
    variance, mean = spatial_moments(x)
    assert torch.equal(variance, torch.zeros_like(variance))
    assert torch.equal(mean, torch.full_like(mean, 1.7))
