"""Convolutions with derivatives of their own: torch's numbers, once and twice differentiated, and fewer of them."""

import contextlib

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from stylegan_core.networks import convolution
from stylegan_core.networks.convolution import convolve, convolve_transposed
from stylegan_core.networks.skipping import gradients_of_inputs

STEPS = [(8, 3, 1, 1), (8, 4, 2, 1), (7, 4, 2, 1), (8, 3, 2, 0), (8, 1, 1, 0)]  # side, kernel, stride, padding


def tensors(side: int, kernel: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(side)
    shapes = ((4, 3, side, side), (5, 3, kernel, kernel), (5,))
    x, weight, bias = (torch.randn(shape, dtype=torch.float64) for shape in shapes)
    x = x.contiguous(memory_format=torch.channels_last)
    return tuple(one.to(dtype).requires_grad_() for one in (x, weight, bias))  # type: ignore[return-value]


@pytest.mark.parametrize(("side", "kernel", "stride", "padding"), STEPS)
def test_derivatives_are_right_twice(side: int, kernel: int, stride: int, padding: int) -> None:
    def made(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return convolve(x, weight, bias, stride=stride, padding=padding)

    inputs = tensors(side, kernel)
    assert torch.equal(made(*inputs), F.conv2d(*inputs, stride, padding))
    assert gradcheck(made, inputs, fast_mode=True)
    assert gradgradcheck(made, inputs, fast_mode=True)


def test_those_of_the_transposed_one_too() -> None:
    def made(g: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return convolve_transposed(g, weight, bias, stride=2, padding=1)

    torch.manual_seed(0)
    g, weight, bias = (torch.randn(s, dtype=torch.float64, requires_grad=True) for s in ((2, 3, 8, 8), (3, 4, 4, 4), 4))
    torch.testing.assert_close(made(g, weight, bias), F.conv_transpose2d(g, weight, bias, 2, 1))
    assert gradcheck(made, (g, weight, bias), fast_mode=True)
    assert gradgradcheck(made, (g, weight, bias), fast_mode=True)


@pytest.mark.parametrize(("side", "kernel", "stride", "padding"), STEPS)
def test_one_product_is_the_same_gradient(side: int, kernel: int, stride: int, padding: int) -> None:
    x, weight, _ = tensors(side, kernel)
    y = F.conv2d(x, weight, None, stride, padding)
    g = torch.randn_like(y)
    (theirs,) = torch.autograd.grad(y, weight, g)
    ours = convolution._product(g, x, kernel, stride, padding)
    torch.testing.assert_close(ours, theirs)
    assert ours.is_contiguous(memory_format=torch.channels_last)


def test_bfloat16_takes_it_where_weights_outnumber_pixels() -> None:
    x, weight, bias = tensors(4, 3, torch.bfloat16)
    x = x.detach()[:1, :, :2, :2].requires_grad_()
    assert convolution._few(convolve(x, weight, bias, padding=1))
    ours = torch.autograd.grad(convolve(x, weight, bias, padding=1).float().square().sum(), (x, weight, bias))
    exact = [one.detach().double().requires_grad_() for one in (x, weight, bias)]
    theirs = torch.autograd.grad(convolve(*exact, padding=1).square().sum(), exact)
    for mine, right in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.double(), right, rtol=0.03, atol=0.1)


def test_of_inputs_alone_no_weight_is_asked_and_the_second_way_back_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, bias = tensors(8, 3)
    asked: list[str] = []
    of_weight = convolution._of_weight
    monkeypatch.setattr(convolution, "_of_weight", lambda *inputs: (asked.append("weight"), of_weight(*inputs))[1])

    def penalty(way: contextlib.AbstractContextManager[None]) -> Tensor:
        score = convolve(torch.tanh(x), weight, bias, padding=1).square().sum()
        with way:
            (gradient,) = torch.autograd.grad(score, x, create_graph=True)
        return gradient.square().sum()

    narrow = penalty(gradients_of_inputs())
    assert asked == []
    wide = penalty(contextlib.nullcontext())
    assert asked == ["weight"]
    torch.testing.assert_close(torch.autograd.grad(narrow, weight), torch.autograd.grad(wide, weight))


def test_nothing_is_kept_where_nothing_is_differentiated() -> None:
    x, weight, bias = tensors(8, 3)
    with torch.no_grad():
        assert torch.equal(convolve(x, weight, bias, padding=1), F.conv2d(x, weight, bias, padding=1))
        assert not convolve(x, weight, bias).requires_grad
