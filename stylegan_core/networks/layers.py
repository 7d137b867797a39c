"""The layers StyleGAN is made of: equalised dense and convolution, blur, norms (spec-core 1.1, 1.4)."""

import functools
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.networks import fused
from stylegan_core.networks.convolution import convolve, convolve_transposed
from stylegan_core.networks.fir import binomial_kernel, fir_down_convolution

GAIN = math.sqrt(2)
SLOPE = 0.2
LEAST_ENLARGED = 8  # from this side on the transposed 4×4, 16 products a pixel for 36, beats nearest and 3×3 (measured)


def lrelu(x: Tensor) -> Tensor:
    """Leaky ReLU with slope 0.2 and without gain.

    v1's √2 sits in the weights. StyleGAN2's sits here; the activation being homogeneous, the same √2 on weights and
    bias (``bias_gain``) gives the same numbers, and that is how it is computed.
    """
    return fused.lrelu(x) if fused.fuses(x) else F.leaky_relu(x, SLOPE)


def lrelu_in_place(x: Tensor) -> Tensor:
    """:func:`lrelu` of what nothing else needs any more, as what a convolution has just made."""
    return fused.lrelu_in_place(x) if fused.fuses(x) else lrelu(x)


def lrelu_and_blur(x: Tensor) -> Tensor:
    """:func:`lrelu`, then :func:`blur`."""
    return fused.lrelu_and_blur(x) if fused.fuses(x) else blur(lrelu(x))


def clamped(x: Tensor, limit: float) -> Tensor:
    """x cut at ±limit; as it is where the limit is 0."""
    return x.clamp(-limit, limit) if limit else x


class EqualizedLinear(nn.Module):
    """Dense layer whose stored weight ~ N(0, 1/lrmul) is scaled by gain/√fan_in · lrmul when used.

    The stored bias is scaled by bias_gain · lrmul. ``forward``: [..., inputs] -> [..., outputs] in the dtype of its
    input.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        gain: float = GAIN,
        lrmul: float = 1.0,
        bias: bool = True,
        bias_gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs).div_(lrmul))  # in place: a meta "/" imports dynamo
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / math.sqrt(inputs) * lrmul
        self.bias_scale = lrmul * bias_gain

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.bias is None else (self.bias * self.bias_scale).to(x.dtype)
        return F.linear(x * self.scale, self.weight.to(x.dtype), bias)  # x is smaller than the weight it could scale


class EqualizedConv(nn.Module):
    """Convolution without bias, zero padding; stored weight [out, in, k, k] ~ N(0, 1), scaled by gain/√fan_in.

    ``resample`` "up" enlarges ×2 (nearest) before, "down" takes the 2×2 mean after; both are exact. "fir-down" is
    StyleGAN2's halving.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, gain: float = GAIN, resample: str = "") -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.scale = gain / math.sqrt(inputs * kernel * kernel)
        self.resample = resample

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H', W'] in the dtype of ``x``, plus ``bias`` [outputs] in the same pass."""
        bias = None if bias is None else bias.to(x.dtype)
        if self.resample == "down":
            return convolve(x, self._down_kernel(x.dtype), bias, stride=2, padding=1)
        if self.resample == "up" and x.shape[-1] >= LEAST_ENLARGED:
            return convolve_transposed(x, self._up_kernel(x.dtype), bias, stride=2, padding=1)
        weight = self._plain_kernel(x.dtype)
        if self.resample == "fir-down":
            halved = fir_down_convolution(x, weight)
            return halved if bias is None else halved + bias[:, None, None]
        return convolve(upsample(x) if self.resample == "up" else x, weight, bias, padding=weight.shape[-1] // 2)

    def _plain_kernel(self, dtype: torch.dtype) -> Tensor:
        if fused.fuses_weight(self.weight, dtype):
            return fused.prepared(self.weight, self.scale, "scaled", dtype)
        return (self.weight * self.scale).to(dtype)

    def _down_kernel(self, dtype: torch.dtype) -> Tensor:
        if fused.fuses_weight(self.weight, dtype):
            return fused.prepared(self.weight, self.scale / 4, "summed", dtype)
        return down_kernel(self._plain_kernel(dtype))

    def _up_kernel(self, dtype: torch.dtype) -> Tensor:
        if fused.fuses_weight(self.weight, dtype):
            return fused.prepared(self.weight, self.scale, "turned", dtype)
        return up_kernel(self._plain_kernel(dtype))


def down_kernel(weight: Tensor) -> Tensor:
    """The 4×4 kernel that convolves 3×3 and takes the 2×2 mean in one strided step: the mean of its four shifts."""
    return _shifts(weight, 4)


def _shifts(weight: Tensor, divisor: int) -> Tensor:
    """The sum of a 3×3 kernel's four places in 4×4, over ``divisor``; [out, in, 3, 3] -> [out, in, 4, 4].

    On CUDA by a product: the gradient of pooling differs from the CPU's there (seen with torch 2.11 on an H100 by
    tests/core/training/test_accelerator.py).
    """
    if weight.is_cuda:
        placed = weight.flatten(2) @ _places(weight.dtype, weight.device, divisor)
        return placed.view(*weight.shape[:2], 4, 4)
    return F.avg_pool2d(weight, 2, stride=1, padding=1, divisor_override=divisor)


@functools.cache
def _places(dtype: torch.dtype, device: torch.device, divisor: int) -> Tensor:
    """[9, 16]: where each number of a 3×3 kernel goes in the 4×4 one."""
    with torch.inference_mode(False), torch.no_grad():
        single = torch.eye(9).view(9, 1, 3, 3)
        return F.avg_pool2d(single, 2, stride=1, padding=1, divisor_override=divisor).view(9, 16).to(device, dtype)


def up_kernel(weight: Tensor) -> Tensor:
    """The 4×4 kernel [in, out, 4, 4] of the transposed convolution (stride 2, padding 1) equal to nearest ×2 and 3×3.

    The 3×3 kernel enters rotated by 180° (spec-core 1.4: fused and unfused differ by that rotation).
    """
    return _shifts(weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last), 1)


def upsample(x: Tensor, factor: int = 2) -> Tensor:
    """Nearest-neighbour enlargement [N, C, H, W] -> [N, C, factor·H, factor·W]."""
    return F.interpolate(x, scale_factor=factor, mode="nearest") if factor > 1 else x


def downsample(x: Tensor, factor: int = 2) -> Tensor:
    """Mean over factor×factor blocks."""
    return F.avg_pool2d(x, factor) if factor > 1 else x


class _Blur(torch.autograd.Function):
    """[1,2,1]⊗[1,2,1]/16 with zero padding is its own adjoint, so its backward is itself, as often as needed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return F.conv2d(x, binomial_kernel(x.shape[1], x.dtype, x.device), padding=1, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:  # noqa: ARG004
        return blur(grads[0])


def blur(x: Tensor) -> Tensor:
    """Binomial 3×3 blur of each channel, zero padding: ones keep 0.75 on edges and 0.5625 in corners."""
    return _Blur.apply(x)  # type: ignore[no-untyped-call,no-any-return]


def pixel_norm(x: Tensor, eps: float = 1e-8) -> Tensor:
    """x over the root mean square of dim 1, in float32: z comes out with norm √z_dim."""
    square = x.float().square().mean(dim=1, keepdim=True)
    return x * torch.rsqrt(square + eps).to(x.dtype)


def style_instance_norm(x: Tensor, style: Tensor | None, eps: float) -> Tensor:
    """AdaIN: instance norm (biased variance, float32 statistics), then x·(scale + 1) + shift.

    ``x`` [N, C, H, W]; ``style`` [N, 2C] holds C scales, then C shifts; None leaves the plain instance norm.
    """
    if style is not None and x.dtype == torch.bfloat16 and torch.is_grad_enabled():
        return _StyleNorm.apply(x, style, eps)  # type: ignore[no-untyped-call,no-any-return]
    return _plain_style_norm(x, style, eps)


def _plain_style_norm(x: Tensor, style: Tensor | None, eps: float) -> Tensor:
    variance, mean = spatial_moments(x)
    factor = torch.rsqrt(variance + eps)
    offset = -mean * factor
    if style is not None:
        scale, shift = style.float()[:, :, None, None].chunk(2, dim=1)
        factor, offset = factor * (scale + 1), offset * (scale + 1) + shift
    return torch.addcmul(offset.to(x.dtype), x, factor.to(x.dtype))


class _StyleNorm(torch.autograd.Function):
    """The same with its way back in closed form: in training with bf16 it passes over memory half as often.

    With x̂ = (x − mean)·r and k = r·(scale + 1): ∂x = k·(g − ⟨g⟩ − x̂·⟨g·x̂⟩), ⟨⟩ the mean over pixels;
    ∂scale = Σ g·x̂, ∂shift = Σ g.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, style: Tensor, eps: float) -> Tensor:
        variance, mean = spatial_moments(x)
        r = torch.rsqrt(variance + eps)
        scale, shift = style.float()[:, :, None, None].chunk(2, dim=1)
        k = r * (scale + 1)
        ctx.save_for_backward(x, style, mean, r, k)
        ctx.eps = eps
        return torch.addcmul((shift - mean * k).to(x.dtype), x, k.to(x.dtype))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, style, mean, r, k = ctx.saved_tensors
        (g,) = grads
        if torch.is_grad_enabled():  # somebody differentiates the gradient: autograd knows how
            dx, dstyle = torch.autograd.grad(_plain_style_norm(x, style, ctx.eps), (x, style), g, create_graph=True)
            return dx, dstyle, None
        pixels = x.shape[2] * x.shape[3]
        dshift = g.sum(dim=(2, 3), keepdim=True, dtype=torch.float32)
        dscale = r * ((g * x).sum(dim=(2, 3), keepdim=True, dtype=torch.float32) - mean * dshift)
        slope = -k * r * dscale / pixels
        offset = -k * dshift / pixels - slope * mean
        dx = torch.addcmul(offset.to(x.dtype), g, k.to(x.dtype)).addcmul_(x, slope.to(x.dtype))
        return dx, torch.cat([dscale, dshift], dim=1).flatten(1).to(style.dtype), None


def spatial_moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Biased variance and mean over the pixels of each channel of [N, C, H, W], float32 [N, C, 1, 1].

    With channels last, var_mean strides through memory; two plain sums around the first pixel take a third of its
    time and lose no digits where the variance is small beside the mean.
    """
    if x.is_contiguous() or not x.is_contiguous(memory_format=torch.channels_last):
        return torch.var_mean(x.float(), dim=(2, 3), correction=0, keepdim=True)
    pixels = x.permute(0, 2, 3, 1).flatten(1, 2)
    pivot = pixels[:, :1].detach().float()
    centred = pixels.float() - pivot
    mean = centred.mean(dim=1, keepdim=True)
    variance = (centred.square().mean(dim=1, keepdim=True) - mean.square()).clamp_min(0)
    number, _, channels = mean.shape
    shape = (number, channels, 1, 1)
    return variance.reshape(shape), (mean + pivot).reshape(shape)


def style_only(x: Tensor, style: Tensor) -> Tensor:
    """x·(scale + 1) + shift without a norm; ``style`` [N, 2C]."""
    scale, shift = style.to(x.dtype)[:, :, None, None].chunk(2, dim=1)
    return torch.addcmul(shift, x, scale + 1)


def minibatch_deviation(x: Tensor, group: int) -> Tensor:
    """Appends one channel with the mean standard deviation over strided groups of min(group, N) samples, in float32.

    [N, C, H, W] -> [N, C+1, H, W]; raises ValueError if N is not a multiple of the group (spec-core 2).
    """
    number, _, height, width = x.shape
    size = min(group, number)
    if number % size:
        raise ValueError(f"A minibatch of {number} cannot be split into groups of {size} for the minibatch deviation.")
    y = x.permute(0, 2, 3, 1).reshape(size, number // size, -1).float()
    variance = (y - y.mean(dim=0)).square().mean(dim=0)  # seven times faster than var(), which strides through memory
    deviation = torch.sqrt(variance + 1e-8).mean(dim=1)
    channel = deviation.repeat(size).to(x.dtype)[:, None, None, None].expand(number, 1, height, width)
    return torch.cat([x, channel], dim=1)
