"""The operators, one by one, against the cases of spec-core 10 (1–6, 22); in float64 wherever rounding would hide."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear
from stylegan_core.networks.mapping import Mapping
from stylegan_core.networks.synthesis import SynthesisLayer


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_blur_of_ones() -> None:
    found = ops.blur(torch.ones(1, 1, 4, 4))[0, 0]
    assert found[0, 0] == found[0, 3] == found[3, 0] == found[3, 3] == 0.5625
    assert (found[0, 1:3] == 0.75).all() and (found[1:3, 0] == 0.75).all() and (found[1:3, 1:3] == 1).all()


def test_blur_of_nearest_is_bilinear_inside() -> None:
    x = random(2, 3, 6, 6)
    found = ops.blur(ops.upsample(x))
    bilinear = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    assert torch.allclose(found[..., 1:-1, 1:-1], bilinear[..., 1:-1, 1:-1], atol=1e-12)
    assert not torch.allclose(found, bilinear, atol=1e-3)  # zero padding shows on the border


def test_fused_up_is_unfused_up() -> None:
    x, w = random(2, 3, 5, 5), random(4, 3, 3, 3, seed=1)
    fused = F.conv_transpose2d(x, ops.up_kernel(w), stride=2, padding=1)
    assert (fused - F.conv2d(ops.upsample(x), w, padding=1)).abs().max() < 1e-12


def test_official_fused_up_rotates_the_kernel() -> None:
    x, w = random(2, 3, 5, 5), random(4, 3, 3, 3, seed=1)
    official = ops.up_kernel(w.flip(2, 3))  # the four shifts of the stored kernel, summed, unrotated
    fused = F.conv_transpose2d(x, official, stride=2, padding=1)
    assert (fused - F.conv2d(ops.upsample(x), w.flip(2, 3), padding=1)).abs().max() < 1e-12
    assert (fused - F.conv2d(ops.upsample(x), w, padding=1)).abs().max() > 1


def test_fused_down_is_unfused_down() -> None:
    x, w = random(2, 3, 8, 8), random(4, 3, 3, 3, seed=1)
    fused = F.conv2d(x, ops.down_kernel(w), stride=2, padding=1)
    assert (fused - F.avg_pool2d(F.conv2d(x, w, padding=1), 2)).abs().max() < 1e-12


@pytest.mark.parametrize("resample", ["", "up", "down"])
def test_convolution_is_what_its_operators_say(resample: str) -> None:
    layer, x = EqualizedConv(3, 4, 3, resample=resample).double(), random(2, 3, 8, 8)
    weight = layer.weight * math.sqrt(2 / 27)
    y = F.conv2d(ops.upsample(x) if resample == "up" else x, weight, padding=1)
    y = ops.downsample(y) if resample == "down" else y
    assert torch.allclose(layer(x), y, atol=1e-12)


def test_equalized_scales() -> None:
    torch.manual_seed(0)
    linear = EqualizedLinear(512, 512, lrmul=0.01)
    assert linear.weight.std().item() == pytest.approx(100, rel=0.01)
    assert linear.scale == pytest.approx(math.sqrt(2 / 512) * 0.01)
    with torch.no_grad():
        linear.bias.fill_(1)  # type: ignore[union-attr]
    assert torch.allclose(linear(torch.zeros(1, 512)), torch.tensor(0.01))


def test_z_is_normalised_to_the_root_of_its_width() -> None:
    z = torch.randn(4, 512, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(ops.pixel_norm(z).norm(dim=1), torch.tensor(math.sqrt(512)), atol=1e-4)
    one = torch.zeros(1, 512)
    one[0, 0] = 3
    assert ops.pixel_norm(one)[0, 0].item() == pytest.approx(22.627, abs=1e-3)


def test_mapping_without_layers_is_the_normalised_z() -> None:
    mapping = Mapping(NetworkConfig(resolution=8, mapping_layers=0))
    z = torch.randn(2, 512)
    assert torch.equal(mapping(z), ops.pixel_norm(z))


def test_instance_norm_of_a_constant_map_is_zero() -> None:
    x = torch.full((2, 3, 4, 4), 7.0)
    assert torch.equal(ops.style_instance_norm(x, None, 1e-8), torch.zeros_like(x))


def test_instance_norm_then_style() -> None:
    x, style = random(2, 3, 4, 4), random(2, 6, seed=1)
    normal = (x - x.mean((2, 3), keepdim=True)) / torch.sqrt(x.var((2, 3), correction=0, keepdim=True) + 1e-8)
    expected = normal * (style[:, :3, None, None] + 1) + style[:, 3:, None, None]
    found = ops.style_instance_norm(x.float(), style.float(), 1e-8)
    assert torch.allclose(found, expected.float(), atol=1e-5)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-3), (torch.bfloat16, 2e-2)])
def test_first_layer_outputs_its_shift_at_the_start(dtype: torch.dtype, tolerance: float) -> None:
    layer = SynthesisLayer(NetworkConfig(resolution=8, fmap_max=8, w_dim=16), 0)
    w = torch.randn(2, 16)
    assert layer.affine is not None
    shift = layer.affine(w)[:, 8:, None, None].expand(-1, -1, 4, 4)
    found = layer(None, w, None, dtype)
    assert found.dtype == dtype
    assert torch.allclose(found.float(), shift, atol=tolerance)


def test_minibatch_deviation_of_constants() -> None:
    x = torch.tensor([1.0, -1.0, 0.0, 0.0], dtype=torch.float64).view(4, 1, 1, 1).expand(4, 2, 4, 4)
    found = ops.minibatch_deviation(x, 4)
    assert found.shape == (4, 3, 4, 4)
    assert found[:, 2].double().sub(math.sqrt(0.5 + 1e-8)).abs().max() < 2e-7
    assert torch.equal(found[:, :2], x)


def test_minibatch_deviation_groups_are_strided() -> None:
    x = random(8, 2, 4, 4).float()
    base = ops.minibatch_deviation(x, 4)[:, 2, 0, 0]
    assert torch.allclose(base, base[[0, 1]].repeat(4)) and base[0] != base[1]
    within = x[[2, 1, 4, 3, 6, 5, 0, 7]]  # the even samples among themselves
    assert torch.allclose(ops.minibatch_deviation(within, 4)[:, 2, 0, 0], base, atol=1e-6)
    across = x[[1, 0, 2, 3, 4, 5, 6, 7]]
    assert not torch.allclose(ops.minibatch_deviation(across, 4)[:, 2, 0, 0], base, atol=1e-4)


def test_minibatch_that_does_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="minibatch of 6 cannot be split into groups of 4"):
        ops.minibatch_deviation(torch.zeros(6, 1, 4, 4), 4)


def deviation(x: Tensor) -> Tensor:
    # Float64 statistics: the float32 ones would drown the finite differences.
    size, number = 2, len(x)
    y = x.view(size, number // size, *x.shape[1:])
    return torch.sqrt(y.var(dim=0, correction=0) + 1e-8).mean(dim=(1, 2, 3))


@pytest.mark.parametrize(
    "operator",
    [
        ops.blur,
        ops.upsample,
        ops.downsample,
        ops.lrelu,
        lambda x: F.conv2d(x, ops.down_kernel(random(2, 2, 3, 3, seed=3)), stride=2, padding=1),
        lambda x: F.conv_transpose2d(x, ops.up_kernel(random(2, 2, 3, 3, seed=3)), stride=2, padding=1),
        deviation,
    ],
    ids=["blur", "up", "down", "lrelu", "conv-down", "conv-up", "mbstd"],
)
def test_operators_have_two_derivatives(operator: Callable[[Tensor], Tensor]) -> None:
    x = random(4, 2, 4, 4).requires_grad_()
    assert torch.autograd.gradcheck(operator, (x,))
    assert torch.autograd.gradgradcheck(operator, (x,))


def test_minibatch_deviation_has_the_derivative_of_its_formula() -> None:
    x = random(4, 2, 4, 4).float().requires_grad_()
    ours = torch.autograd.grad(ops.minibatch_deviation(x, 2)[:2, 2, 0, 0].square().sum(), x, create_graph=True)[0]
    formula = torch.autograd.grad(deviation(x).square().sum(), x, create_graph=True)[0]
    assert torch.allclose(ours, formula, atol=1e-6)
    second, expected = (torch.autograd.grad(g.square().sum(), x, retain_graph=True)[0] for g in (ours, formula))
    assert torch.allclose(second, expected, atol=1e-6) and second.abs().max() > 0
