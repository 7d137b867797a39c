"""What follows a convolution, a picture at a time in bf16: against all at once in float32, both ways and once more."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from stylegan_core.networks import finishing
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.finishing import Finish, finished
from stylegan_core.networks.generator import build_generator

SHAPE = (3, 6, 16, 16)


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inputs(bias: bool, noises: int) -> tuple[Tensor, Finish]:
    x = (drawn(*SHAPE, seed=1) * 2 + 1).bfloat16().contiguous(memory_format=torch.channels_last).requires_grad_()
    noise, strength = (drawn(noises, 1, 16, 16, seed=2), drawn(6, seed=3).requires_grad_()) if noises else (None, None)
    of_bias = drawn(6, seed=4).requires_grad_() if bias else None
    return x, Finish(noise, strength, of_bias, drawn(3, 12, seed=5).requires_grad_(), 1e-8)


def exact(x: Tensor, finish: Finish) -> tuple[Tensor, Finish]:
    """The same inputs in float32, which all pass at once."""
    return x.detach().float().requires_grad_(), Finish(
        *(one.detach().clone().requires_grad_(one.requires_grad) if one is not None else None for one in finish[:3]),
        finish.style.detach().clone().requires_grad_(),
        finish.eps,
    )


def learning(x: Tensor, finish: Finish) -> list[Tensor]:
    return [x, *(one for one in (finish.strength, finish.bias, finish.style) if one is not None)]


def distance(ours: Tensor, right: Tensor) -> float:
    return float((ours.detach().float() - right.detach()).norm() / right.detach().norm())


@pytest.fixture
def by_picture(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The batches that went through a picture at a time."""
    seen: list[int] = []
    there = finishing._picture_by_picture

    def noted(x: Tensor, *rest: Tensor) -> Tensor:
        seen.append(len(x))
        return there(x, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(finishing, "_picture_by_picture", noted)
    return seen


@pytest.mark.parametrize("noises", [0, 1, 3])
@pytest.mark.parametrize("bias", [False, True])
def test_values_and_gradients_are_those_of_float32(bias: bool, noises: int, by_picture: list[int]) -> None:
    x, finish = inputs(bias, noises)
    exact_x, exact_finish = exact(x, finish)
    out, right = finished(x, finish), finished(exact_x, exact_finish)
    assert by_picture == [3]
    assert out.dtype == torch.bfloat16
    assert out.is_contiguous(memory_format=torch.channels_last)
    assert distance(out, right) < 0.006
    g = drawn(*SHAPE, seed=6)
    ours = torch.autograd.grad(out, learning(x, finish), g.bfloat16())
    theirs = torch.autograd.grad(right, learning(exact_x, exact_finish), g)
    assert [one.dtype for one in ours] == [torch.bfloat16] + [torch.float32] * (len(ours) - 1)
    for mine, other in zip(ours, theirs, strict=True):
        assert distance(mine, other) < 0.04
    with torch.no_grad():
        assert torch.equal(finished(x, finish), out)


def test_the_gradient_can_be_differentiated(by_picture: list[int]) -> None:
    seconds = []
    for x, finish in (inputs(True, 3), exact(*inputs(True, 3))):
        out = finished(x, finish)
        (first,) = torch.autograd.grad(out.float().square().sum(), finish.style, create_graph=True)
        seconds.append(torch.autograd.grad(first.square().sum(), finish.style)[0])
    assert by_picture == [3]
    assert distance(seconds[0], seconds[1]) < 0.01


@pytest.mark.parametrize(
    "other",
    [
        lambda x: x.float(),
        lambda x: x.contiguous(),
        lambda x: x[..., :8],
    ],
    ids=["float32", "channels first", "small"],
)
def test_other_maps_pass_all_at_once(other: Callable[[Tensor], Tensor], by_picture: list[int]) -> None:
    x, finish = inputs(True, 0)
    finished(other(x), finish)
    assert by_picture == []


def test_the_gradient_of_the_noise_is_there_where_it_is_wanted(by_picture: list[int]) -> None:
    x, finish = inputs(True, 3)
    assert finish.noise is not None
    finish.noise.requires_grad_()
    (found,) = torch.autograd.grad(finished(x, finish).float().square().sum(), finish.noise)
    assert by_picture == []
    assert float(found.abs().max()) > 0


def test_a_constant_map_gives_about_its_shift(by_picture: list[int]) -> None:
    x, finish = inputs(False, 0)
    out = finished(torch.full_like(x, 1.5), finish)
    assert by_picture == [3]
    shift = finish.style[:, 6:, None, None].expand_as(out)
    torch.testing.assert_close(out.float(), shift, rtol=0, atol=0.02)  # the norm divides by a ten-thousandth


def test_a_whole_generator_in_bf16_is_that_of_float32(by_picture: list[int]) -> None:
    generator = build_generator(NetworkConfig(resolution=32, z_dim=16, w_dim=16, mapping_width=16, fmap_max=16))
    generator.to(memory_format=torch.channels_last)
    ws = drawn(2, 1, 16, seed=7)
    with torch.no_grad():
        pictures = [generator.synthesis(ws, dtype=dtype) for dtype in (torch.bfloat16, torch.float32)]
    assert len(by_picture) == 4  # both layers of 16² and 32²
    assert distance(pictures[0], pictures[1]) < 0.04  # 0.010 to 0.036 over sixty networks
