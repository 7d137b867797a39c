"""StyleGAN2's resampling filter [1,3,3,1]⊗[1,3,3,1]/64, alone and with ×2 up or down (spec-core 3.4).

Each operator knows its adjoint, so it can be differentiated as often as needed at the cost of its forward.
"""

import functools
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks.convolution import convolve, convolve_transposed


@functools.cache
def binomial_kernel(channels: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """[1,2,1]⊗[1,2,1]/16 once for each channel [channels, 1, 3, 3]; kept, since a GPU waits for every copy to it."""
    with torch.inference_mode(False):
        tap = torch.tensor([1.0, 2.0, 1.0], dtype=dtype, device=device)
        return (tap[:, None] * tap / 16).expand(channels, 1, 3, 3)


@functools.cache
def fir_kernel(channels: int, dtype: torch.dtype, device: torch.device, gain: float = 1.0) -> Tensor:
    """The filter once for each channel [channels, 1, 4, 4]; kept, since a GPU waits for every copy to it."""
    with torch.inference_mode(False):
        tap = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=dtype, device=device)
        return (tap[:, None] * tap * (gain / 64)).expand(channels, 1, 4, 4)


class _Fir(torch.autograd.Function):
    """Zero padding p makes H + 2p − 3; the filter is symmetric, so the adjoint pads 3 − p."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, padding: int, gain: float) -> Tensor:
        ctx.padding, ctx.gain = padding, gain
        return F.conv2d(x, fir_kernel(x.shape[1], x.dtype, x.device, gain), padding=padding, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return fir(grads[0], 3 - ctx.padding, ctx.gain), None, None


class _FirUp(torch.autograd.Function):
    """Zeros between the pixels, then [1,3,3,1], is nearest ×2, then [1,2,1].

    The transposed convolution that does it in one step takes 70 times as long in bfloat16 on a CPU.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        kernel = binomial_kernel(x.shape[1], x.dtype, x.device)
        return F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), kernel, padding=1, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:  # noqa: ARG004
        return fir_down(grads[0]) * 4


class _FirDown(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return F.conv2d(x, fir_kernel(x.shape[1], x.dtype, x.device), stride=2, padding=1, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:  # noqa: ARG004
        return fir_up(grads[0]) * 0.25


def fir(x: Tensor, padding: int, gain: float = 1.0) -> Tensor:
    """Filters each channel: [N, C, H, W] -> [N, C, H + 2·padding − 3, …]; a constant inside stays gain times itself."""
    return _Fir.apply(x, padding, gain)  # type: ignore[no-untyped-call,no-any-return]


def fir_up(x: Tensor) -> Tensor:
    """Enlarges ×2: zeros between the pixels, then the filter times 4."""
    return _FirUp.apply(x)  # type: ignore[no-untyped-call,no-any-return]


def fir_down(x: Tensor) -> Tensor:
    """Halves an even size: the filter at every second pixel."""
    return _FirDown.apply(x)  # type: ignore[no-untyped-call,no-any-return]


def fir_up_convolution(x: Tensor, weight: Tensor) -> Tensor:
    """3×3 while enlarging: transposed convolution, stride 2 (H -> 2H + 1), then the filter (-> 2H).

    ``weight`` [out, in, 3, 3] as a correlation. Padding happens once, so the border is not that of enlarging first.
    """
    y = convolve_transposed(x, weight.flip(2, 3).transpose(0, 1), stride=2)
    return fir(y, 1, 4.0)


def fir_down_convolution(x: Tensor, weight: Tensor) -> Tensor:
    """3×3 or 1×1 while halving: the filter, then a convolution with stride 2 (spec-core 3.4)."""
    if weight.shape[-1] == 1:
        return convolve(fir_down(x), weight)
    return convolve(fir(x, 2), weight, stride=2)
