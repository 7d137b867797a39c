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


# StyleGAN2, with weights per sample and zeros really inserted


def fir(x: Tensor, before: int, after: int, gain: float) -> Tensor:
    tap = torch.tensor([1.0, 3, 3, 1])
    kernel = tap[:, None] * tap[None, :] / 64 * gain
    x = F.pad(x, (before, after, before, after))
    return torch.cat([F.conv2d(x[:, i : i + 1], kernel[None, None]) for i in range(x.shape[1])], dim=1)


def zeros_between(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N, C, 2H, 2W], each pixel followed by zeros."""
    wide = torch.zeros(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    wide[:, :, ::2, ::2] = x
    return wide


def rgb_up(x: Tensor) -> Tensor:
    return fir(zeros_between(x), 2, 1, 4)


def modulated(x: Tensor, weight: Tensor, style: Tensor, *, demodulate: bool = True, up: bool = False) -> Tensor:
    """Weight [out, in, k, k] as a correlation, already scaled; style [N, in] with its 1."""
    drawn = []
    for sample, scale in zip(x, style, strict=True):
        kernel = weight * scale[None, :, None, None]
        if demodulate:
            kernel = kernel / torch.sqrt((kernel * kernel).sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        if up:
            wide = zeros_between(sample[None])[:, :, :-1, :-1]
            drawn.append(fir(F.conv2d(wide, kernel, padding=2), 1, 1, 4))
        else:
            drawn.append(F.conv2d(sample[None], kernel, padding=kernel.shape[-1] // 2))
    return torch.cat(drawn)


def lrelu2(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.2 * x) * math.sqrt(2)


def bias4(x: Tensor, bias: Tensor) -> Tensor:
    return x + bias.view(1, -1, 1, 1)


def halved(x: Tensor, weight: Tensor) -> Tensor:
    """The down-convolution of StyleGAN2: filter, then stride 2."""
    if weight.shape[-1] == 1:
        return F.conv2d(fir(x, 1, 1, 1), weight, stride=2)
    return F.conv2d(fir(x, 2, 2, 1), weight, stride=2)


@dataclass(frozen=True)
class Styled:
    """A modulated layer: effective weight (correlation), affine with its 1 in the bias, noise times strength."""

    weight: Tensor
    affine: tuple[Tensor, Tensor]
    bias: Tensor
    noise: Tensor | None = None
    up: bool = False

    def style(self, w: Tensor) -> Tensor:
        return w @ self.affine[0].T + self.affine[1]

    def draw(self, x: Tensor, w: Tensor) -> Tensor:
        x = modulated(x, self.weight, self.style(w), up=self.up)
        return lrelu2(bias4(x if self.noise is None else x + self.noise, self.bias))

    def rgb(self, x: Tensor, w: Tensor) -> Tensor:
        return bias4(modulated(x, self.weight, self.style(w), demodulate=False), self.bias)


def skip_picture(const: Tensor, layers: list[Styled], rgbs: list[Styled], ws: Tensor) -> Tensor:
    """Configurations E and F."""
    x, picture = const.expand(len(ws), -1, -1, -1), None
    for index, layer in enumerate(layers):
        x = layer.draw(x, ws[:, index])
        if index % 2 == 0:
            own = rgbs[index // 2].rgb(x, ws[:, index + 1])
            picture = own if picture is None else rgb_up(picture) + own
    assert picture is not None
    return picture


def mapping2(layers: list[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    """Layers as (weight [out, in], bias) with he and lrmul applied; the √2 follows the activation."""
    for weight, bias in layers:
        x = lrelu2(x @ weight.T + bias)
    return x


def unit(x: Tensor) -> Tensor:
    return x / torch.sqrt((x * x).mean(dim=1, keepdim=True) + 1e-8)


def residual_score(
    from_rgb: tuple[Tensor, Tensor],
    blocks: list[tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor], Tensor]],
    head: list[tuple[Tensor, Tensor]],
    picture: Tensor,
) -> Tensor:
    """The residual discriminator for one group of samples; every weight effective, blocks from the top down."""
    x = lrelu2(bias4(F.conv2d(picture, from_rgb[0]), from_rgb[1]))
    for (first, bias1), (second, bias2), skip in blocks:
        y = lrelu2(bias4(F.conv2d(x, first, padding=1), bias1))
        y = lrelu2(bias4(halved(y, second), bias2))
        x = (y + halved(x, skip)) / math.sqrt(2)
    deviation = torch.sqrt(x.var(dim=0, correction=0) + 1e-8).mean().expand(len(x), 1, 4, 4)
    x = lrelu2(bias4(F.conv2d(torch.cat([x, deviation], 1), head[0][0], padding=1), head[0][1]))
    x = lrelu2(x.flatten(1) @ head[1][0].T + head[1][1])
    return x @ head[2][0].T + head[2][1]
