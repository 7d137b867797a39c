"""What follows a convolution of v1's generator: (blur →) noise → bias → lrelu → norm → style."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from stylegan_core.networks import fused
from stylegan_core.networks.layers import blur, lrelu, style_instance_norm

_Grads = tuple[Tensor | None, ...]


class Finish(NamedTuple):
    """What a layer adds to and does with its map [N, C, H, W]: strengths and bias [C], maps of noise [N or 1, 1, H, W].

    ``style`` [N, 2C] holds C scales, then C shifts; ``eps`` is that of the norm.
    """

    noise: Tensor | None
    strength: Tensor | None
    bias: Tensor | None
    style: Tensor
    eps: float
    blurs: bool = False


def finished(x: Tensor, finish: Finish) -> Tensor:
    """lrelu(x + strength·noise + bias), its instance norm, then ·(scale + 1) + shift; in the precision of ``x``.

    x is blurred before if the layer blurs. In training on a CPU all of it is one pass for each picture.
    """
    if not fused.fuses(x) or (finish.noise is not None and finish.noise.requires_grad):
        return _plain(x, finish)
    if torch.is_grad_enabled():
        made: Tensor = _Finished.apply(x, *finish)  # type: ignore[no-untyped-call]
        return made
    out = torch.empty_like(x)
    _finish(x, finish, out[:0], out)
    return out


def _plain(x: Tensor, finish: Finish) -> Tensor:
    active = activated(blur(x) if finish.blurs else x, finish.noise, finish.strength, finish.bias)
    return style_instance_norm(active, finish.style, finish.eps)


def activated(x: Tensor, noise: Tensor | None, strength: Tensor | None, bias: Tensor | None) -> Tensor:
    """lrelu(x + strength·noise + bias); what is None is left out."""
    if noise is not None and strength is not None:
        x = torch.addcmul(x, noise.to(x.dtype), strength.to(x.dtype)[:, None, None])
    if bias is not None:
        x = x + bias.to(x.dtype)[:, None, None]
    return lrelu(x)


def _finish(x: Tensor, finish: Finish, active: Tensor, out: Tensor) -> Tensor:
    """Fills ``out``, and ``active`` with what comes out of lrelu unless it is empty; mean, 1/deviation [N, 2, C]."""
    moments = x.new_empty((len(x), 2, x.shape[1]), dtype=torch.float32)
    strength, bias = (_or_zeros(one, x.shape[1]) for one in (finish.strength, finish.bias))
    style, eps = finish.style.float().contiguous(), finish.eps
    fused.run("finish", x, finish.blurs, _maps(finish.noise, x), strength, bias, style, eps, active, out, moments)
    return moments


def _maps(noise: Tensor | None, x: Tensor) -> Tensor:
    """The noise as float32 [N or 1, H, W]; zeros where there is none."""
    return _or_zeros(None if noise is None else noise[:, 0], 1, *x.shape[2:])


def _or_zeros(one: Tensor | None, *shape: int) -> Tensor:
    return torch.zeros(shape) if one is None else one.float().contiguous()


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
        blurs: bool,
    ) -> Tensor:
        active, out = torch.empty_like(x), torch.empty_like(x)
        moments = _finish(x, Finish(noise, strength, bias, style, eps, blurs), active, out)
        ctx.save_for_backward(x, active, moments, noise, strength, bias, style)
        ctx.settings = eps, blurs
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> _Grads:
        x, active, moments, noise, strength, bias, style = ctx.saved_tensors
        (g,), (eps, blurs) = grads, ctx.settings
        if torch.is_grad_enabled():  # somebody differentiates the gradient: autograd knows how
            return _differentiable(g, x, Finish(noise, strength, bias, style, eps, blurs), ctx.needs_input_grad)
        g, dx = g.contiguous(memory_format=torch.channels_last), torch.empty_like(x)
        dstyle, shares = torch.empty_like(style, dtype=torch.float32), torch.empty_like(moments)
        known = style.float().contiguous(), moments
        fused.run("finish_back", g, blurs, active, _maps(noise, x), *known, dx, dstyle, shares)
        for_bias, for_strength = shares.sum(dim=0)
        return (
            dx,
            None,
            None if strength is None else for_strength.to(strength.dtype),
            None if bias is None else for_bias.to(bias.dtype),
            dstyle.to(style.dtype),
            None,
            None,
        )


def _differentiable(g: Tensor, x: Tensor, finish: Finish, asked: tuple[bool, ...]) -> _Grads:
    """The way back from operations that autograd follows."""
    out = _plain(x, finish)
    wanted = [one for one, wants in zip((x, *finish), asked, strict=True) if wants and isinstance(one, Tensor)]
    found = iter(torch.autograd.grad(out, wanted, g, create_graph=True))
    return tuple(next(found) if wants else None for wants in asked)
