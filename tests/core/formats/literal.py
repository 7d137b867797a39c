"""Network arithmetic written out once more, step by step from the specification, to hold imported pictures against.

Nothing here comes from `stylegan_core`: every port's own way (fused kernels, bias order, eps) is spelled out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Convolution = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Layer:
    """One style layer: its convolution (None: a constant), then noise, bias, lrelu, norm and style."""

    convolve: Convolution | None
    const: Tensor | None
    bias: Tensor
    strength: Tensor
    noise: Tensor
    scale_weight: Tensor
    scale_bias: Tensor
    eps: float = 1e-8
    scale_offset: float = 1.0

    def draw(self, x: Tensor | None, w: Tensor) -> Tensor:
        x = self.const.expand(len(w), -1, -1, -1) if self.convolve is None else self.convolve(x)
        x = x + self.noise * self.strength.view(1, -1, 1, 1)
        x = x + self.bias.view(1, -1, 1, 1)
        x = torch.where(x > 0, x, 0.2 * x)
        x = x - x.mean(dim=(2, 3), keepdim=True)
        x = x / torch.sqrt((x * x).mean(dim=(2, 3), keepdim=True) + self.eps)
        style = w @ self.scale_weight.T + self.scale_bias
        channels = x.shape[1]
        scale, shift = style[:, :channels], style[:, channels:]
        return x * (scale[:, :, None, None] + self.scale_offset) + shift[:, :, None, None]


def he(fan_in: int, gain: float = math.sqrt(2)) -> float:
    return gain / math.sqrt(fan_in)


def blur(x: Tensor) -> Tensor:
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    planes = [F.conv2d(x[:, i : i + 1], kernel[None, None], padding=1) for i in range(x.shape[1])]
    return torch.cat(planes, dim=1)


def enlarged(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def fused_up(x: Tensor, weight: Tensor, divide: float = 1.0) -> Tensor:
    """The official fused upscaling: weight [in, out, 3, 3] as stored, four shifts summed, transposed convolution."""
    wide = F.pad(weight, (1, 1, 1, 1))
    wide = wide[:, :, 1:, 1:] + wide[:, :, :-1, 1:] + wide[:, :, 1:, :-1] + wide[:, :, :-1, :-1]
    return F.conv_transpose2d(x, wide / divide, stride=2, padding=1)


def synthesis(layers: list[Layer], to_rgb: tuple[Tensor, Tensor], ws: Tensor) -> Tensor:
    """The picture of the last resolution; to_rgb is an effective weight [3, C] and a bias [3]."""
    x: Tensor | None = None
    for index, layer in enumerate(layers):
        x = layer.draw(x, ws[:, index])
    weight, bias = to_rgb
    return torch.einsum("nchw,oc->nohw", x, weight) + bias.view(1, -1, 1, 1)


def mapping(layers: list[tuple[Tensor, Tensor]], z: Tensor, labels: Tensor | None = None) -> Tensor:
    """Layers as effective (weight [out, in], bias); labels are already embedded and go beside z."""
    x = z if labels is None else torch.cat([z, labels], dim=1)
    x = x / torch.sqrt((x * x).mean(dim=1, keepdim=True) + 1e-8)
    for weight, bias in layers:
        x = x @ weight.T + bias
        x = torch.where(x > 0, x, 0.2 * x)
    return x
