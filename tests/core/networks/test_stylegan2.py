"""StyleGAN2's operators against their definitions (spec-core 3.4, 10: 6, 8, 22), in float64 where rounding hides."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.drawing.drawings import prepare
from stylegan_core.networks import layers as ops
from stylegan_core.networks.fir import fir, fir_down, fir_down_convolution, fir_up, fir_up_convolution
from stylegan_core.networks.generator import build_discriminator, build_generator
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear
from stylegan_core.networks.stylegan2 import (
    ResidualBlock,
    ResidualDiscriminator,
    SkipSynthesis,
    StyledConv,
    demodulation,
)
from tests.core.networks.small import lively, small

GROWING = small(architecture="stylegan2-growing")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def written_out(x: Tensor, up: int, down: int, before: int, after: int, gain: float) -> Tensor:
    """The official resampler, literally: zeros between the pixels, padding, the filter, every ``down``-th pixel."""
    number, channels, height, width = x.shape
    y = x.new_zeros(number, channels, height, up, width, up)
    y[:, :, :, 0, :, 0] = x
    y = F.pad(y.reshape(number, channels, height * up, width * up), (before, after, before, after))
    tap = torch.tensor([1, 3, 3, 1], dtype=x.dtype)
    kernel = (tap[:, None] * tap / 64 * gain).expand(channels, 1, 4, 4)
    return F.conv2d(y, kernel, groups=channels)[:, :, ::down, ::down]


def test_filters_are_the_official_resampler() -> None:
    x = random(2, 3, 6, 6)
    assert torch.allclose(fir_up(x), written_out(x, 2, 1, 2, 1, 4.0), atol=1e-12)
    assert torch.allclose(fir_down(x), written_out(x, 1, 2, 1, 1, 1.0), atol=1e-12)
    assert torch.allclose(fir(x, 2), written_out(x, 1, 1, 2, 2, 1.0), atol=1e-12)


def test_filters_keep_a_constant_inside() -> None:
    ones = torch.ones(1, 1, 8, 8)
    for found in (fir_up(ones), fir_down(ones), fir(ones, 1)):
        assert torch.allclose(found[..., 1:-1, 1:-1], torch.ones(()))
        assert found[0, 0, 0, 0] < 1


def test_up_convolution_is_enlarging_then_convolving_only_inside() -> None:
    x, w = random(2, 3, 8, 8), random(4, 3, 3, 3, seed=1)
    fused, apart = fir_up_convolution(x, w), F.conv2d(fir_up(x), w, padding=1)
    assert fused.shape == (2, 4, 16, 16)
    assert torch.allclose(fused[..., 2:-2, 2:-2], apart[..., 2:-2, 2:-2], atol=1e-12)
    assert (fused - apart).abs().max() > 0.1  # padding happens once in the fused one


def test_down_convolution_is_filter_then_every_second() -> None:
    x, w = random(2, 3, 8, 8), random(4, 3, 3, 3, seed=1)
    padded = written_out(x, 1, 1, 2, 2, 1.0)
    assert padded.shape[-1] == 9
    assert torch.allclose(fir_down_convolution(x, w), F.conv2d(padded, w)[..., ::2, ::2], atol=1e-12)
    one = w[..., :1, :1]
    assert torch.allclose(fir_down_convolution(x, one), fir_down(F.conv2d(x, one)), atol=1e-12)


@pytest.mark.parametrize(
    "operator",
    [
        fir_up,
        fir_down,
        lambda x: fir(x, 1, 4.0),
        lambda x: fir_up_convolution(x, random(2, 2, 3, 3, seed=3)),
        lambda x: fir_down_convolution(x, random(2, 2, 3, 3, seed=3)),
    ],
    ids=["up", "down", "filter", "conv-up", "conv-down"],
)
def test_operators_have_two_derivatives(operator: Callable[[Tensor], Tensor]) -> None:
    x = random(1, 2, 4, 4).requires_grad_()
    assert torch.autograd.gradcheck(operator, (x,))
    assert torch.autograd.gradgradcheck(operator, (x,))


def test_demodulated_filters_have_unit_length() -> None:
    weight, style = random(5, 4, 3, 3), random(2, 4, seed=1) + 1
    factor = demodulation(weight, style)
    filters = weight * style[:, None, :, None, None] * factor[:, :, None, None, None]
    assert torch.allclose(filters.square().sum(dim=(2, 3, 4)), torch.ones(2, 5, dtype=torch.float64), atol=1e-8)


@pytest.mark.parametrize("up", [False, True])
def test_scaled_activations_are_scaled_weights(up: bool) -> None:
    layer = StyledConv(small(architecture="stylegan2"), 16, 1, up=up)
    nn.init.normal_(layer.bias)
    nn.init.normal_(layer.noise_strength)
    x, w, noise = torch.randn(2, 16, 8 >> up, 8 >> up), torch.randn(2, 16), torch.randn(2, 1, 8, 8)
    style = layer.affine(w) + 1
    expected = []
    for index in range(2):
        weight = layer.conv.weight * layer.conv.scale * style[index, :, None, None]
        weight = weight / torch.sqrt(weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        one = x[index : index + 1]
        y = fir_up_convolution(one, weight) if up else F.conv2d(one, weight, padding=1)
        y = y + noise[index] * layer.noise_strength + layer.bias[:, None, None]
        expected.append(F.leaky_relu(y, 0.2) * math.sqrt(2))
    assert torch.allclose(layer(x, w, noise), torch.cat(expected), atol=1e-5)


@torch.no_grad()
def test_white_noise_stays_white() -> None:
    torch.manual_seed(0)
    layer = StyledConv(small(architecture="stylegan2", fmap_base=4096, fmap_max=256), 256, 2, up=False)
    out = layer(torch.randn(4, 256, 16, 16), torch.randn(4, 16), None)
    inner = out[..., 1:-1, 1:-1] / math.sqrt(2)
    before = torch.where(inner < 0, inner / 0.2, inner)
    assert before.std().item() == pytest.approx(1.0, abs=0.03)  # 1.006 measured


@torch.no_grad()
def test_skip_pictures_add_up() -> None:
    network = lively(small(architecture="stylegan2")).synthesis
    assert isinstance(network, SkipSynthesis)
    ws = torch.randn(1, 8, 16)
    maps = network.noise_maps("const", 1, 3)
    x: Tensor = network.const
    picture: Tensor | None = None
    for index in range(7):
        x = network.layers[index](x, ws[:, index], maps[index])
        if index % 2 == 0:
            own = network.to_rgb[index // 2](x, ws[:, index + 1])
            picture = own if picture is None else fir_up(picture) + own
    assert picture is not None
    assert torch.allclose(network(ws), picture, atol=1e-6)


@torch.no_grad()
def test_residual_blocks_add_both_ways() -> None:
    torch.manual_seed(0)
    judge = build_discriminator(small(architecture="stylegan2", fmap_base=2048, fmap_max=64))
    assert isinstance(judge, ResidualDiscriminator)
    x, block = torch.randn(4, 64, 32, 32), judge.blocks[-1]
    assert isinstance(block, ResidualBlock)
    both = (block.main(x) + block.skip(x)) / math.sqrt(2)
    assert torch.allclose(block(x), both, atol=1e-6)


@pytest.mark.parametrize("level", [1, 2, 3])
@torch.no_grad()
def test_growing_stylegan2_does_not_jump(level: int) -> None:
    generator, ws = lively(GROWING), torch.randn(2, 8, 16)
    synthesis = generator.synthesis
    below, above = synthesis(ws, level=level - 1), synthesis(ws, level=level)
    assert torch.allclose(synthesis(ws, level=level, alpha=0.0), below, atol=1e-6)
    assert torch.allclose(synthesis(ws, level=level, alpha=1 - 1e-6), above, atol=1e-4)
    judge, image = build_discriminator(GROWING), torch.randn(4, 3, 4 << level, 4 << level)
    assert torch.allclose(
        judge(image, level=level, alpha=0.0), judge(ops.downsample(image), level=level - 1), atol=1e-5
    )


@torch.no_grad()
def test_large_styles_do_not_overflow_in_half_precision() -> None:
    network = lively(small(architecture="stylegan2")).synthesis
    for layer in network.layers:
        assert isinstance(layer, StyledConv)
        layer.affine.bias.fill_(50_000.0)  # type: ignore[union-attr]
    ws = torch.randn(1, 8, 16)
    drawing, before = prepare(network, torch.float16), list[Tensor]()
    for stage in drawing.stages:
        before.append(stage(before, ws[:, stage.row or 0], None))
    exact = network(ws, "none")
    assert (drawing.picture(before, ws, 3, 1.0) - exact).abs().max() < 0.02 * exact.abs().max()


def test_constant_starts_normal_and_noise_silent() -> None:
    torch.manual_seed(0)
    generator = build_generator(small(architecture="stylegan2", fmap_base=4096, fmap_max=512))
    assert generator.state_dict()["synthesis.const"].std().item() == pytest.approx(1.0, abs=0.05)
    ws = torch.randn(1, 8, 16)
    assert torch.equal(generator.synthesis(ws, "random"), generator.synthesis(ws, "none"))


@torch.no_grad()
def test_spectral_norm_of_every_weight_is_one() -> None:
    torch.manual_seed(0)
    judge = build_discriminator(small(d_norm="spectral"))
    for _ in range(60):
        judge(torch.randn(4, 3, 32, 32))
    judge.eval()
    layers = [m for m in judge.modules() if isinstance(m, EqualizedConv | EqualizedLinear)]
    assert len(layers) == 4 + 2 * 3 + 3
    for layer in layers:
        weight = layer.weight * layer.scale
        assert torch.linalg.matrix_norm(weight.flatten(1), 2).item() == pytest.approx(1.0, abs=0.02)
