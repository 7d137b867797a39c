"""2-D convolutions that are as fast to differentiate twice as once, and whose weights' gradients are fast on a CPU.

torch takes the weights' share of the second way back as a convolution whose kernel is a whole feature map, which no
processor likes (NVIDIA's StyleGAN2-ADA replaces it too). But ⟨g, convolve(x, w)⟩ is linear in g, x and w each, so the
derivatives of its three derivatives are these three again; one of them is the transposed convolution. And where a layer
has more weights than pixels, their gradient is faster as one product of matrices (docs/speed.md).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks import fused
from stylegan_core.networks.skipping import skips_weights

_Grads = tuple[Tensor | None, ...]
FEW, SMALL = 16, 8  # places of a kernel for each output channel and side, up to which one product is faster (with AMX)


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None, *, stride: int = 1, padding: int = 0) -> Tensor:
    """[N, C, H, W] with [D, C, k, k], plus [D] -> [N, D, H', W'], as ``conv2d``."""
    if not torch.is_grad_enabled():
        return F.conv2d(x, weight, bias, stride, padding)
    made: Tensor = _Convolution.apply(x, weight, bias, stride, padding)  # type: ignore[no-untyped-call]
    return made


def convolve_transposed(
    g: Tensor, weight: Tensor, bias: Tensor | None = None, *, stride: int = 1, padding: int = 0, beyond: int = 0
) -> Tensor:
    """[N, D, H', W'] with [D, C, k, k], plus [C] -> [N, C, H, W], as ``conv_transpose2d``.

    ``beyond``: rows and columns more than the least that ``convolve`` makes H' and W' of.
    """
    if not torch.is_grad_enabled():
        return F.conv_transpose2d(g, weight, bias, stride, padding, beyond)
    made: Tensor = _Transposed.apply(g, weight, stride, padding, beyond)  # type: ignore[no-untyped-call]
    return made if bias is None else made + bias[:, None, None]


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.step = stride, padding
        return F.conv2d(x, weight, bias, stride, padding)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> _Grads:
        (g,), (x, weight), (stride, padding) = grads, ctx.saved_tensors, ctx.step
        of_x, of_weight, of_bias = asked = ctx.needs_input_grad[:3]
        if not torch.is_grad_enabled() and not _few(g):
            return *_backward(g, x, weight, stride, padding, asked), None, None
        return (
            _of_input(g, x, weight, stride, padding) if of_x else None,
            _of_weight(g, x, weight, stride, padding) if of_weight and not skips_weights() else None,
            g.sum(dim=(0, 2, 3)) if of_bias and not skips_weights() else None,
            None,
            None,
        )


class _Transposed(torch.autograd.Function):
    """The gradient of a convolution's input."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, weight: Tensor, stride: int, padding: int, beyond: int) -> Tensor:
        ctx.save_for_backward(g, weight)
        ctx.step = stride, padding
        return F.conv_transpose2d(g, weight, None, stride, padding, beyond)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> _Grads:
        (x,), (g, weight), (stride, padding) = grads, ctx.saved_tensors, ctx.step
        of_g, of_weight = ctx.needs_input_grad[:2]
        dg = convolve(x, weight, stride=stride, padding=padding) if of_g else None
        dweight = _of_weight(g, x, weight, stride, padding) if of_weight and not skips_weights() else None
        return dg, dweight, None, None, None


class _OfWeight(torch.autograd.Function):
    """The gradient of a convolution's weight; of ``weight`` only the shape and layout matter."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(g, x)
        ctx.step = stride, padding
        if _few(g):
            return _product(g, x, weight.shape[-1], stride, padding)
        return _backward(g, x, weight, stride, padding, (False, True, False))[1]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> _Grads:
        (weight,), (g, x), (stride, padding) = grads, ctx.saved_tensors, ctx.step
        of_g, of_x = ctx.needs_input_grad[:2]
        dg = convolve(x, weight, stride=stride, padding=padding) if of_g else None
        dx = _of_input(g, x, weight, stride, padding) if of_x else None
        return dg, dx, None, None, None


def _of_input(g: Tensor, x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """Of ``x`` only the size matters."""
    beyond = (x.shape[-1] + 2 * padding - weight.shape[-1]) % stride
    return convolve_transposed(g, weight, stride=stride, padding=padding, beyond=beyond)


def _of_weight(g: Tensor, x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    made: Tensor = _OfWeight.apply(g, x, weight.detach(), stride, padding)  # type: ignore[no-untyped-call]
    return made


def _few(g: Tensor) -> bool:
    """Whether the gradient of the weights is one product rather than torch's own."""
    number, channels, height, width = g.shape
    return (
        g.dtype == torch.bfloat16
        and g.device.type == "cpu"
        and max(height, width) <= SMALL
        and number * height * width <= FEW * channels
    )


def _product(g: Tensor, x: Tensor, side: int, stride: int, padding: int) -> Tensor:
    """The weights' gradient [D, C, k, k], channels last: outputs times what the kernel saw at each of its places."""
    if fused.fuses_product(g, x):
        outputs, seen = fused.across_pictures(g), fused.seen_by_kernel(x, side, stride, padding, g.shape[2:])
    else:
        outputs, seen = g.permute(1, 0, 2, 3).flatten(1), _seen(x, side, stride, padding, g.shape[2:])
    return (outputs @ seen).view(g.shape[1], side, side, x.shape[1]).permute(0, 3, 1, 2)


def _seen(x: Tensor, side: int, stride: int, padding: int, places: torch.Size) -> Tensor:
    """What a kernel sees at each of its places [H', W'] in every picture: [N·H'·W', k·k·C]."""
    padded = F.pad(x, (padding,) * 4).permute(0, 2, 3, 1)
    of_picture, of_row, of_column, of_channel = padded.stride()
    strides = (of_picture, of_row * stride, of_column * stride, of_row, of_column, of_channel)
    shape = (len(x), *places, side, side, x.shape[1])
    return padded.as_strided(shape, strides).reshape(len(x) * places.numel(), -1)


def _backward(
    g: Tensor, x: Tensor, weight: Tensor, stride: int, padding: int, asked: tuple[bool, bool, bool]
) -> tuple[Tensor, Tensor, Tensor]:
    """torch's own gradients of input, weight and bias, where asked for."""
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        g, x, weight, [len(weight)], [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, asked
    )
    return found
