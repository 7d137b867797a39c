"""Compiled passes of training: lrelu, blur, fromRGB and the weights of convolutions, against torch in float64."""

from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks import convolution, fused
from stylegan_core.networks.discriminator import BiasedConv
from stylegan_core.networks.fused import fused_passes, fuses
from stylegan_core.networks.layers import blur, down_kernel, lrelu, lrelu_and_blur, lrelu_in_place, up_kernel
from stylegan_core.networks.skipping import gradients_of_inputs

DIGITS = {torch.bfloat16: 0.006, torch.float32: 1e-6}
DTYPES = pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])


def drawn(*shape: int, seed: int) -> Tensor:
    made = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return made.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else made


def distance(ours: Tensor, right: Tensor) -> float:
    return float((ours.detach().double() - right.detach()).norm() / right.detach().norm())


@pytest.fixture(autouse=True)
def fusing() -> Iterator[None]:
    with fused_passes():
        yield


def test_the_loops_are_there() -> None:
    assert fused._kernels() is not None  # or nothing in here would be tested
    assert fuses(drawn(2, 3, 8, 9, seed=1))


def test_they_are_for_training_alone() -> None:
    x = drawn(2, 3, 8, 8, seed=1)
    with fused_passes():
        pass
    assert fuses(x)
    fused._here.fusing = False
    assert not fuses(x)


def test_without_numba_everything_goes_through_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    fused._here.fusing = False
    monkeypatch.setattr(fused, "_kernels", lambda: None)
    x = drawn(2, 3, 8, 8, seed=1)
    with fused_passes():
        assert not fuses(x)
        assert not fused.fuses_weight(drawn(64, 64, 3, 3, seed=2), torch.bfloat16)
        torch.testing.assert_close(lrelu_and_blur(x), blur(F.leaky_relu(x, 0.2)))


PASSES = [
    (lrelu, lambda x: F.leaky_relu(x, 0.2)),
    (lambda x: lrelu_in_place(x * 1), lambda x: F.leaky_relu(x, 0.2)),
    (lrelu_and_blur, lambda x: blur(F.leaky_relu(x, 0.2))),
]


@DTYPES
@pytest.mark.parametrize(("ours", "theirs"), PASSES, ids=["lrelu", "in place", "blur"])
@pytest.mark.parametrize("shape", [(3, 5, 8, 9), (1, 32, 16, 8)])
def test_a_pass_and_its_ways_back_are_those_of_float64(
    ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor], shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    def all_three(step: Callable[[Tensor], Tensor], there: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
        x, g = (drawn(*shape, seed=seed).to(dtype).to(there).requires_grad_() for seed in (1, 2))
        out = step(x)
        (first,) = torch.autograd.grad(out, x, g, create_graph=True)
        (second,) = torch.autograd.grad((first * drawn(*shape, seed=3).to(there)).sum(), g)
        return out, first, second

    found, right = all_three(ours, dtype), all_three(theirs, torch.float64)
    for mine, other in zip(found, right, strict=True):
        assert mine.dtype == dtype
        assert distance(mine, other) < DIGITS[dtype]
    with torch.no_grad():
        assert torch.equal(ours(drawn(*shape, seed=1).to(dtype)), found[0])


@pytest.mark.parametrize("threads", [1, 2])
def test_the_bits_do_not_depend_on_the_threads(threads: int) -> None:
    before = torch.get_num_threads()
    x = drawn(5, 8, 16, 16, seed=1).bfloat16()
    alone = torch.cat([lrelu_and_blur(x[n : n + 1]) for n in range(5)])
    torch.set_num_threads(threads)
    try:
        with fused_passes():
            assert torch.equal(lrelu_and_blur(x), alone)
    finally:
        torch.set_num_threads(before)


@DTYPES
def test_from_rgb_and_its_ways_back_are_those_of_float64(dtype: torch.dtype) -> None:
    def all_of(step: Callable[[Tensor, Tensor, Tensor], Tensor], there: torch.dtype) -> list[Tensor]:
        image, weight, bias = drawn(3, 3, 8, 8, seed=1), drawn(32, 3, 1, 1, seed=2), drawn(32, seed=3)
        learning = [one.to(there).requires_grad_() for one in (image, weight, bias)]
        out = step(*learning)
        g = drawn(*out.shape, seed=4).to(dtype).to(out.dtype)
        once = torch.autograd.grad(out, learning, g, retain_graph=True)
        with gradients_of_inputs():
            (slope,) = torch.autograd.grad(out.square(), learning[0], g, create_graph=True)
        twice = torch.autograd.grad(slope.square().sum(), learning[1:])
        return [out, *once, *twice]

    ours = all_of(lambda image, weight, bias: fused.from_rgb(image, weight, bias, dtype), torch.float32)
    right = all_of(lambda image, weight, bias: F.leaky_relu(F.conv2d(image, weight, bias), 0.2), torch.float64)
    assert ours[0].dtype == dtype
    for mine, other in zip(ours, right, strict=True):
        assert distance(mine, other) < DIGITS[dtype]


def test_from_rgb_stands_for_its_convolution() -> None:
    layer, image = BiasedConv(3, 16, 1), drawn(2, 3, 8, 8, seed=1)
    layer.bias.data.normal_()
    torch.testing.assert_close(layer.of_image(image, torch.float32), layer(image))


@DTYPES
def test_to_rgb_and_its_ways_back_are_those_of_float64(dtype: torch.dtype) -> None:
    def all_of(step: Callable[[Tensor, Tensor, Tensor], Tensor], there: torch.dtype) -> list[Tensor]:
        x, weight, bias = drawn(3, 24, 8, 8, seed=1).to(dtype), drawn(3, 24, 1, 1, seed=2), drawn(3, seed=3)
        kept = dtype if there == torch.float32 else there
        learning = [x.to(kept).requires_grad_(), *(one.to(there).requires_grad_() for one in (weight, bias))]
        out = step(*learning)
        g = drawn(*out.shape, seed=4).to(out.dtype)
        once = torch.autograd.grad(out, learning, g, retain_graph=True)
        (slope,) = torch.autograd.grad(out.square(), learning[0], g, create_graph=True)
        twice = torch.autograd.grad(slope.float().square().sum(), learning)
        return [out, *once, *twice]

    ours, right = all_of(fused.to_rgb, torch.float32), all_of(F.conv2d, torch.float64)
    assert ours[0].dtype == torch.float32
    for mine, other in zip(ours, right, strict=True):
        assert distance(mine, other) < 2 * DIGITS[dtype]


@DTYPES
@pytest.mark.parametrize(
    ("how", "shape"), [("scaled", lambda w: w), ("summed", lambda w: down_kernel(w) * 4), ("turned", up_kernel)]
)
@pytest.mark.parametrize(("outputs", "inputs"), [(48, 40), (19, 33)])
def test_a_weight_and_its_gradient_are_those_of_float64(
    how: fused.Shape, shape: Callable[[Tensor], Tensor], outputs: int, inputs: int, dtype: torch.dtype
) -> None:
    weight = drawn(outputs, inputs, 3, 3, seed=1).requires_grad_()
    exact = weight.detach().double().requires_grad_()
    assert fused.fuses_weight(weight, dtype)
    ours, right = fused.prepared(weight, 0.3, how, dtype), shape(exact * 0.3)
    assert ours.dtype == dtype
    assert ours.is_contiguous(memory_format=torch.channels_last)
    assert distance(ours, right) < DIGITS[dtype]
    g = drawn(*right.shape, seed=2).to(dtype)
    (mine,), (other,) = torch.autograd.grad(ours, weight, g), torch.autograd.grad(right, exact, g.double())
    assert mine.dtype == torch.float32
    assert distance(mine, other) < 1e-6


def test_a_weight_is_prepared_once_until_it_changes() -> None:
    weight = drawn(48, 40, 3, 3, seed=1).requires_grad_()
    first = fused.prepared(weight, 1.0, "scaled", torch.bfloat16)
    assert fused.prepared(weight, 1.0, "scaled", torch.bfloat16) is first
    with torch.no_grad():
        assert not fused.prepared(weight, 1.0, "scaled", torch.bfloat16).requires_grad
        weight += 1
    assert torch.equal(fused.prepared(weight, 1.0, "scaled", torch.bfloat16), weight.bfloat16())
    with fused_passes():
        pass
    assert not fused._here.prepared


def test_what_was_made_of_a_weight_stays_for_the_next_step_and_goes_with_the_weight() -> None:
    weight = drawn(48, 40, 3, 3, seed=1)
    before, first = len(fused._made), fused.prepared(weight, 1.0, "turned", torch.bfloat16)
    with fused_passes():
        assert fused.prepared(weight, 1.0, "turned", torch.bfloat16) is first
    weight.data = drawn(48, 40, 3, 3, seed=2)
    assert not torch.equal(fused.prepared(weight, 1.0, "turned", torch.bfloat16), first)
    assert len(fused._made) == before + 1
    del weight
    assert len(fused._made) == before


@pytest.mark.parametrize(("side", "stride"), [(3, 1), (4, 2), (1, 1)])
@pytest.mark.parametrize(("inputs", "outputs"), [(40, 24), (129, 7)])
def test_the_gradient_of_a_weight_as_one_product_has_the_bits_of_torch_s(
    side: int, stride: int, inputs: int, outputs: int
) -> None:
    x = drawn(5, inputs, 8, 6, seed=1).bfloat16()
    padding = (side - 1) // 2
    g = F.conv2d(x, drawn(outputs, inputs, side, side, seed=2).bfloat16(), stride=stride, padding=padding)
    assert fused.fuses_product(g, x)
    ours = convolution._product(g, x, side, stride, padding)
    fused._here.fusing = False
    assert torch.equal(ours, convolution._product(g, x, side, stride, padding))
    right = torch.nn.grad.conv2d_weight(x.double(), ours.shape, g.double(), stride=stride, padding=padding)
    assert distance(ours, right) < DIGITS[torch.bfloat16]


def test_a_discriminator_in_bf16_sees_pictures_no_finer_than_bf16() -> None:
    """What is finer tells the flat colours of real pictures, of 256 steps, from any fake."""
    layer = BiasedConv(3, 16, 1)
    picture = drawn(2, 3, 16, 16, seed=1)
    assert fused.fuses_image(picture, torch.bfloat16)
    seen = layer.of_image(picture, torch.bfloat16)
    assert torch.equal(seen, layer.of_image(picture.bfloat16().float(), torch.bfloat16))
    finer = layer.of_image(picture, torch.float32)
    assert not torch.equal(finer, layer.of_image(picture.bfloat16().float(), torch.float32))
