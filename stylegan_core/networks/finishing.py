"""What follows a convolution of v1's generator, in training on a CPU: noise → bias → lrelu → norm → style.

One after the other over a whole batch these are a dozen passes over memory. One picture's map fits into a core's cache,
so here each picture goes through all of them before the next one begins, both ways (docs/speed.md).
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks.layers import SLOPE, lrelu, style_instance_norm

_Grads = tuple[Tensor | None, ...]
LEAST_SIDE = 16  # below, the calls for each picture take longer than their passes over memory (measured with AMX)


class Finish(NamedTuple):
    """What a layer adds to and does with its map [N, C, H, W]: strengths and bias [C], maps of noise [N or 1, 1, H, W].

    ``style`` [N, 2C] holds C scales, then C shifts; ``eps`` is that of the norm.
    """

    noise: Tensor | None
    strength: Tensor | None
    bias: Tensor | None
    style: Tensor
    eps: float


def finished(x: Tensor, finish: Finish) -> Tensor:
    """lrelu(x + strength·noise + bias), its instance norm, then ·(scale + 1) + shift; in the precision of ``x``."""
    if _by_picture(x) and not (finish.noise is not None and finish.noise.requires_grad):
        if not torch.is_grad_enabled():
            buffer, moments = torch.empty_like(x[:1]), x.new_empty((2, *x.shape[:2]), dtype=torch.float32)
            return _picture_by_picture(x, finish, buffer.expand_as(x), moments)
        made: Tensor = _Finished.apply(x, *finish)  # type: ignore[no-untyped-call]
        return made
    return _plain(x, finish)


def _plain(x: Tensor, finish: Finish) -> Tensor:
    active = activated(x, finish.noise, finish.strength, finish.bias)
    return style_instance_norm(active, finish.style, finish.eps)


def activated(x: Tensor, noise: Tensor | None, strength: Tensor | None, bias: Tensor | None) -> Tensor:
    """lrelu(x + strength·noise + bias); what is None is left out."""
    if noise is not None and strength is not None:
        x = torch.addcmul(x, noise.to(x.dtype), strength.to(x.dtype)[:, None, None])
    if bias is not None:
        x = x + bias.to(x.dtype)[:, None, None]
    return lrelu(x)


def _by_picture(x: Tensor) -> bool:
    small = x.shape[-1] < LEAST_SIDE or x.shape[-2] < LEAST_SIDE
    if small or x.dtype != torch.bfloat16 or x.device.type != "cpu":
        return False
    return x.is_contiguous(memory_format=torch.channels_last)


def _picture_by_picture(x: Tensor, finish: Finish, active: Tensor, moments: Tensor) -> Tensor:
    """As :func:`finished`; leaves what came out of lrelu, and mean and 1/deviation [2, N, C], in the last two.

    The norm of one picture is a batch norm of a batch of one, with its scale and shift as the weight and bias.
    """
    scale, shift = _scale_and_shift(finish.style)
    noise, strength, bias = _prepared(*finish[:3], x.dtype)
    out = torch.empty_like(x)
    for number, one in enumerate(torch.split(active, 1)):
        here = slice(number, number + 1)
        _activate(x[here], _of(noise, number), strength, bias, one)
        results = {"out": out[here], "save_mean": moments[0, number], "save_invstd": moments[1, number]}
        weights = (scale[number], shift[number])
        torch.ops.aten.native_batch_norm.out(one, *weights, None, None, True, 0.0, finish.eps, **results)
    return out


class _Finished(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        noise: Tensor | None,
        strength: Tensor | None,
        bias: Tensor | None,
        style: Tensor,
        eps: float,
    ) -> Tensor:
        active, moments = torch.empty_like(x), x.new_empty((2, *x.shape[:2]), dtype=torch.float32)
        out = _picture_by_picture(x, Finish(noise, strength, bias, style, eps), active, moments)
        ctx.save_for_backward(x, active, moments, noise, strength, bias, style)
        ctx.eps = eps
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> _Grads:
        x, active, moments, noise, strength, bias, style = ctx.saved_tensors
        (g,) = grads
        if torch.is_grad_enabled():  # somebody differentiates the gradient: autograd knows how
            return _differentiable(g, x, Finish(noise, strength, bias, style, ctx.eps), ctx.needs_input_grad)
        scale, _ = _scale_and_shift(style)
        noise, *_ = _prepared(noise, None, None, x.dtype)
        g = g.contiguous(memory_format=torch.channels_last)
        dx, dstyle = torch.empty_like(x), torch.empty_like(style, dtype=torch.float32)
        of_scale, of_shift = dstyle.chunk(2, dim=1)
        for_bias, for_strength = (torch.zeros(x.shape[1]) for _ in range(2))
        for number, one in enumerate(torch.split(active, 1)):
            back, of_scale[number], of_shift[number] = torch.ops.aten.native_batch_norm_backward(
                g[number : number + 1],
                one,
                scale[number],
                None,
                None,
                moments[0, number],
                moments[1, number],
                True,
                ctx.eps,
                [True, True, True],
            )
            into = dx[number : number + 1]
            torch.ops.aten.leaky_relu_backward.grad_input(back, one, SLOPE, True, grad_input=into)
            if bias is not None:
                for_bias += into.sum(dim=(0, 2, 3), dtype=torch.float32)
            if (here := _of(noise, number)) is not None:
                for_strength += (into * here).sum(dim=(0, 2, 3), dtype=torch.float32)
        return (
            dx,
            None,
            None if strength is None else for_strength.to(strength.dtype),
            None if bias is None else for_bias.to(bias.dtype),
            dstyle.to(style.dtype),
            None,
        )


def _scale_and_shift(style: Tensor) -> tuple[Tensor, Tensor]:
    """What the norm is multiplied by and what is added, float32 [N, C] each."""
    scale, shift = style.float().chunk(2, dim=1)
    return (scale + 1).contiguous(), shift.contiguous()


def _prepared(
    noise: Tensor | None, strength: Tensor | None, bias: Tensor | None, dtype: torch.dtype
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The same in the precision of the map, strengths and bias [C, 1, 1]."""
    return (
        None if noise is None else noise.to(dtype),
        None if strength is None else strength.to(dtype)[:, None, None],
        None if bias is None else bias.to(dtype)[:, None, None],
    )


def _of(noise: Tensor | None, number: int) -> Tensor | None:
    """The map of one picture [1, 1, H, W]; there may be one for all."""
    return None if noise is None else noise[number : number + 1] if len(noise) > 1 else noise


def _activate(x: Tensor, noise: Tensor | None, strength: Tensor | None, bias: Tensor | None, out: Tensor) -> None:
    """As :func:`activated`, into ``out``."""
    if noise is not None and strength is not None:
        torch.addcmul(x, noise, strength, out=out)
        if bias is not None:
            out += bias
    elif bias is not None:
        torch.add(x, bias, out=out)
    else:
        torch.ops.aten.leaky_relu.out(x, SLOPE, out=out)
        return
    F.leaky_relu_(out, SLOPE)


def _differentiable(g: Tensor, x: Tensor, finish: Finish, asked: tuple[bool, ...]) -> _Grads:
    """The way back from operations that autograd follows."""
    out = _plain(x, finish)
    wanted = [one for one, wants in zip((x, *finish), asked, strict=True) if wants and isinstance(one, Tensor)]
    found = iter(torch.autograd.grad(out, wanted, g, create_graph=True))
    return tuple(next(found) if wants else None for wants in asked)
