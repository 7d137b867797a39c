"""Drawing StyleGAN2: weights prepared once; large maps get a kernel modulated for the picture, small ones are scaled.

A batch of one makes both ways equal. Scaling reads and writes the maps, modulating the kernel: whichever is smaller.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.drawing.whole import WholeDrawing, add_noise, channels_last
from stylegan_core.networks import layers as ops
from stylegan_core.networks.fir import fir_kernel, fir_up
from stylegan_core.networks.layers import GAIN
from stylegan_core.networks.stylegan2 import StyledConv, StyledSynthesis, StyledToRGB, demodulated, squares
from stylegan_core.networks.synthesis import SynthesisNetwork
from stylegan_core.networks.winograd import Winograd, pays


class ConvStage:
    """A styled convolution; ``source`` is the stage whose map it reads, None for the constant ``first``."""

    makes_picture = False
    margin = 0

    def __init__(self, layer: StyledConv, index: int, source: int | None, first: Tensor, dtype: torch.dtype) -> None:
        self.row, self.noise = index, index
        self.source, self.first, self.dtype = source, first, dtype
        self.affine, self.clamp = layer.affine, layer.clamp
        weight = layer.conv.weight * layer.conv.scale
        outputs, inputs = weight.shape[:2]
        self.squares = squares(weight).contiguous()
        self.winograd = Winograd(weight) if not layer.up and pays(weight, layer.resolution, dtype) else None
        large = (inputs + outputs) * layer.resolution**2 > 2 * weight.numel()
        self.modulates_kernel = large and not self.winograd
        if not self.winograd:
            kernel = weight.flip(2, 3).transpose(0, 1) if layer.up else weight
            self.kernel = channels_last(kernel if self.modulates_kernel else kernel.to(dtype))
        self.bias = (layer.bias * GAIN).to(dtype)
        self.strength = layer.noise_strength * GAIN
        self.filter = fir_kernel(outputs, self.bias.dtype, self.bias.device, 4.0).contiguous() if layer.up else None

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """Modulation, ×2 with the filter or not, noise, bias, lrelu·√2: [1, C, H, W]."""
        x = self.first if self.source is None else before[self.source]
        style = self.affine(w)[0] + (1 if offset is None else 1 + offset)
        factor = demodulated(style, self.squares) * GAIN
        y = self._modulated(x, style, factor) if self.modulates_kernel else self._scaled(x, style, factor)
        if noise is not None:
            add_noise(y, (noise * self.strength).to(self.dtype))
        return ops.clamped(F.leaky_relu_(y, ops.SLOPE), self.clamp)

    def _modulated(self, x: Tensor, style: Tensor, factor: Tensor) -> Tensor:
        rows, columns = (factor, style) if self.filter is None else (style, factor)
        kernel = (self.kernel * rows[:, None, None, None] * columns[:, None, None]).to(self.dtype)
        if self.filter is None:
            return F.conv2d(x, kernel, self.bias, padding=1)
        y = F.conv_transpose2d(x, kernel, stride=2)
        return F.conv2d(y, self.filter, self.bias, padding=1, groups=len(self.bias))

    def _scaled(self, x: Tensor, style: Tensor, factor: Tensor) -> Tensor:
        largest = style.abs().max().clamp(min=1e-12)  # half precision would overflow where a style is large
        x = x * (style / largest).to(self.dtype)[:, None, None]
        if self.winograd:
            y = self.winograd(x)
        elif self.filter is None:
            y = F.conv2d(x, self.kernel, padding=1)
        else:
            y = F.conv_transpose2d(x, self.kernel, stride=2)
            y = F.conv2d(y, self.filter, padding=1, groups=len(self.bias))
        return torch.addcmul(self.bias[:, None, None], y, (factor * largest).to(self.dtype)[:, None, None])


class RgbStage:
    """A level's picture from stage ``source``, on top of the smaller picture that stage ``below`` made."""

    noise: int | None = None
    makes_picture = True
    margin = 0

    def __init__(self, layer: StyledToRGB, level: int, source: int, below: int | None, dtype: torch.dtype) -> None:
        self.row = 2 * level + 1
        self.source, self.below, self.dtype = source, below, dtype
        self.affine, self.bias, self.clamp = layer.affine, layer.bias, layer.clamp
        self.kernel = layer.conv.weight * layer.conv.scale

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """The picture [1, 3, H, W] float32."""
        style = self.affine(w)[0] + 1
        kernel = (self.kernel * style[:, None, None]).to(self.dtype)
        rgb = ops.clamped(F.conv2d(before[self.source], kernel).float() + self.bias[:, None, None], self.clamp)
        return rgb if self.below is None else fir_up(before[self.below]).add_(rgb)


class RevisedDrawing:
    """Configurations B–D: 2·level + 1 convolutions, then the pictures of a fade."""

    chain = False

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        layers, to_rgb, first = _parts(synthesis, dtype)
        self.dtype = dtype
        self.stages = [
            ConvStage(layer, index, index - 1 if index else None, first, dtype) for index, layer in enumerate(layers)
        ]
        self._rgb = [RgbStage(layer, level, 2 * level, None, dtype) for level, layer in enumerate(to_rgb)]

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""
        return 2 * level + 1

    def picture(self, activations: Sequence[Tensor], ws: Tensor, level: int, alpha: float) -> Tensor:
        """The picture [1, 3, r, r] float32 at 4·2^level; the newest block weighs ``alpha``."""
        new = self._draw(activations, ws, level)
        if level == 0 or alpha >= 1:
            return new
        return torch.lerp(ops.upsample(self._draw(activations, ws, level - 1)), new, alpha)

    def _draw(self, activations: Sequence[Tensor], ws: Tensor, level: int) -> Tensor:
        rgb = self._rgb[level]
        return rgb(activations, ws[:, rgb.row], None)


class SkipDrawing(WholeDrawing):
    """Configurations E and F: after the convolutions of a level its picture is added to the one below."""

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        layers, to_rgb, first = _parts(synthesis, dtype)
        self.dtype = dtype
        self.stages: list[ConvStage | RgbStage] = []
        source: int | None = None
        below: int | None = None
        for index, layer in enumerate(layers):
            self.stages.append(ConvStage(layer, index, source, first, dtype))
            source = len(self.stages) - 1
            if index % 2 == 0:
                level = index // 2
                self.stages.append(RgbStage(to_rgb[level], level, source, below, dtype))
                below = len(self.stages) - 1

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""
        return 3 * level + 2


def _parts(synthesis: SynthesisNetwork, dtype: torch.dtype) -> tuple[list[StyledConv], list[StyledToRGB], Tensor]:
    assert isinstance(synthesis, StyledSynthesis)
    layers = [layer for layer in synthesis.layers if isinstance(layer, StyledConv)]
    to_rgb = [layer for layer in synthesis.to_rgb if isinstance(layer, StyledToRGB)]
    return layers, to_rgb, channels_last(synthesis.const.to(dtype))
