"""What follows a convolution in one compiled pass: against torch's operations in float64, both ways and once more."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from stylegan_core.networks import fused
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.finishing import Finish, finished
from stylegan_core.networks.fused import fused_passes
from stylegan_core.networks.generator import build_generator

DIGITS = {torch.bfloat16: 0.006, torch.float32: 1e-6}
SHAPE = (3, 6, 16, 16)


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inputs(bias: bool, noises: int, dtype: torch.dtype, blurs: bool = False) -> tuple[Tensor, Finish]:
    x = (drawn(*SHAPE, seed=1) * 2 + 1).to(dtype).contiguous(memory_format=torch.channels_last).requires_grad_()
    noise, strength = (drawn(noises, 1, 16, 16, seed=2), drawn(6, seed=3).requires_grad_()) if noises else (None, None)
    of_bias = drawn(6, seed=4).requires_grad_() if bias else None
    return x, Finish(noise, strength, of_bias, drawn(3, 12, seed=5).requires_grad_(), 1e-8, blurs)


def exact(x: Tensor, finish: Finish) -> tuple[Tensor, Finish]:
    """The same inputs in float64, which torch computes."""
    return x.detach().double().requires_grad_(), Finish(
        *(one.detach().double().requires_grad_(one.requires_grad) if one is not None else None for one in finish[:3]),
        finish.style.detach().double().requires_grad_(),
        *finish[4:],
    )


def learning(x: Tensor, finish: Finish) -> list[Tensor]:
    return [x, *(one for one in (finish.strength, finish.bias, finish.style) if one is not None)]


def distance(ours: Tensor, right: Tensor) -> float:
    return float((ours.detach().float() - right.detach()).norm() / right.detach().norm())


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The compiled loops that were run; in here they are used."""
    seen: list[str] = []
    there = fused.run

    def noted(name: str, *rest: Tensor | bool | float) -> None:
        seen.append(name)
        there(name, *rest)

    monkeypatch.setattr(fused, "run", noted)
    with fused_passes():
        yield seen


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("noises", [0, 1, 3])
@pytest.mark.parametrize(("bias", "blurs"), [(False, False), (True, False), (True, True)])
def test_values_and_gradients_are_those_of_float64(
    bias: bool, noises: int, blurs: bool, dtype: torch.dtype, loops: list[str]
) -> None:
    x, finish = inputs(bias, noises, dtype, blurs)
    exact_x, exact_finish = exact(x, finish)
    out, right = finished(x, finish), finished(exact_x, exact_finish)
    assert loops == ["finish"]
    assert out.dtype == dtype
    assert out.is_contiguous(memory_format=torch.channels_last)
    assert distance(out, right) < DIGITS[dtype]
    g = drawn(*SHAPE, seed=6).to(dtype)
    ours = torch.autograd.grad(out, learning(x, finish), g)
    assert loops[1:] == ["finish_back"]
    theirs = torch.autograd.grad(right, learning(exact_x, exact_finish), g.double())
    assert [one.dtype for one in ours] == [dtype] + [torch.float32] * (len(ours) - 1)
    for mine, other in zip(ours, theirs, strict=True):
        assert distance(mine, other) < 2 * DIGITS[dtype]
    with torch.no_grad():
        assert torch.equal(finished(x, finish), out)


def test_the_gradient_can_be_differentiated(loops: list[str]) -> None:
    seconds = []
    for x, finish in (inputs(True, 3, torch.bfloat16, True), exact(*inputs(True, 3, torch.bfloat16, True))):
        out = finished(x, finish)
        (first,) = torch.autograd.grad(out.float().square().sum(), finish.style, create_graph=True)
        seconds.append(torch.autograd.grad(first.square().sum(), finish.style)[0])
    assert loops[0] == "finish"
    assert distance(seconds[0], seconds[1]) < 0.01


@pytest.mark.parametrize(
    "other",
    [lambda x: x.double(), lambda x: x.contiguous(), lambda x: x[..., :4]],
    ids=["float64", "channels first", "small"],
)
def test_other_maps_go_through_torch(other: Callable[[Tensor], Tensor], loops: list[str]) -> None:
    x, finish = inputs(True, 0, torch.float32)
    finished(other(x), finish)
    assert loops == []


def test_the_gradient_of_the_noise_is_there_where_it_is_wanted(loops: list[str]) -> None:
    x, finish = inputs(True, 3, torch.float32)
    assert finish.noise is not None
    finish.noise.requires_grad_()
    (found,) = torch.autograd.grad(finished(x, finish).square().sum(), finish.noise)
    assert "finish" not in loops
    assert float(found.abs().max()) > 0


def test_a_constant_map_gives_about_its_shift(loops: list[str]) -> None:
    x, finish = inputs(False, 0, torch.bfloat16)
    out = finished(torch.full_like(x, 1.5), finish)
    assert loops == ["finish"]
    shift = finish.style[:, 6:, None, None].expand_as(out)
    torch.testing.assert_close(out.float(), shift, rtol=0, atol=0.02)  # the norm divides by a ten-thousandth


def test_a_map_far_from_zero_keeps_its_digits(loops: list[str]) -> None:
    x, finish = inputs(False, 0, torch.float32)
    x = (x.detach() * 0.01 + 300).contiguous(memory_format=torch.channels_last)
    right = finished(*exact(x, finish))
    assert distance(finished(x, finish), right) < 0.002  # float32 itself has steps of a third of a hundredth there
    assert loops == ["finish"]


def test_a_whole_generator_in_bf16_is_that_of_float32(loops: list[str]) -> None:
    generator = build_generator(NetworkConfig(resolution=32, z_dim=16, w_dim=16, mapping_width=16, fmap_max=16))
    generator.to(memory_format=torch.channels_last)
    ws = drawn(2, 1, 16, seed=7)
    with torch.no_grad():
        pictures = [generator.synthesis(ws, dtype=dtype) for dtype in (torch.bfloat16, torch.float32)]
    assert loops.count("finish") == 12  # both layers of 8², 16² and 32², twice
    assert distance(pictures[0], pictures[1]) < 0.04
