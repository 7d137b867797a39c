"""Drawing StyleGAN v1: prepared for one precision and one picture at a time, as fast as eager torch goes.

Weights are scaled and cast once; bias rides on the convolution or the blur; noise and lrelu work in place; the
instance norm and the style are one batch-norm kernel (a batch of one makes them the same thing); in float32 wide layers
are convolved in fewer products (``networks/winograd.py``). What paid and by how much is in docs/speed.md.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.device import has_amx
from stylegan_core.drawing.whole import add_noise, channels_last
from stylegan_core.networks import layers as ops
from stylegan_core.networks.fir import binomial_kernel
from stylegan_core.networks.synthesis import Synthesis, SynthesisLayer, SynthesisNetwork, ToRGB
from stylegan_core.networks.winograd import Winograd, pays

NEAREST_UP_TO = 32  # with AMX, nearest ×2 and 3×3 beat the transposed 4×4 in bf16 for outputs up to here


class LayerDrawing:
    """One synthesis layer with its weights prepared, a stage of ``drawings.Drawing``."""

    makes_picture = False
    margin = 0

    def __init__(self, layer: SynthesisLayer, index: int, dtype: torch.dtype) -> None:
        self.layer, self.result = layer, dtype
        self.config = layer.config
        reads = layer.affine is not None or layer.dense is not None
        self.row = min(index, self.config.num_layers - 1) if reads else None
        self.noise = index if self.config.noise else None
        self.dtype = dtype = dtype if layer.conv is not None else torch.float32  # the input's norm needs every digit
        bias = layer.bias.to(dtype)
        self.first: Tensor | None = None
        if layer.const is not None:
            self.first = channels_last(layer.const.to(dtype) + bias[:, None, None])
        self.bias = bias
        self.strength = layer.noise_strength.to(dtype) if self.config.noise else None
        self.transposed, self.winograd = False, None
        if layer.conv is not None:
            weight = layer.conv.weight * layer.conv.scale
            enlarges = layer.conv.resample == "up"
            if pays(weight, layer.resolution // (1 + enlarges), dtype):
                self.winograd = Winograd(weight, enlarging=enlarges)
            else:
                self._prepare(weight, enlarges)
        if layer.blurs:
            self.tap = binomial_kernel(len(bias), dtype, bias.device).contiguous()

    def _prepare(self, weight: Tensor, enlarges: bool) -> None:
        small = self.layer.resolution <= NEAREST_UP_TO and self.dtype == torch.bfloat16 and has_amx()
        self.transposed = enlarges and not small
        self.enlarges = enlarges and not self.transposed
        self.weight = channels_last((ops.up_kernel(weight) if self.transposed else weight).to(self.dtype))

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """The activations so far, w [1, w_dim] float32, noise [1, 1, H', W'] -> [1, C', H', W']."""
        x = self._convolve(before[-1]) if before else self._input(w)
        if noise is not None and self.strength is not None:
            add_noise(x, noise.to(self.dtype), self.strength)
        x = F.leaky_relu_(x, ops.SLOPE)
        if self.config.pixel_norm:
            x = ops.pixel_norm(x)
        style = None if self.layer.affine is None else self.layer.affine(w)
        if style is not None and offset is not None:
            style = style + F.pad(offset, (0, len(offset)))  # the shifts stay
        if not self.config.instance_norm:
            return (x if style is None else ops.style_only(x, style)).to(self.result)
        scale, shift = (None, None) if style is None else style[0].chunk(2)
        scale = None if scale is None else scale + 1
        x = F.batch_norm(x, None, None, scale, shift, training=True, eps=self.config.norm_eps)
        return x.to(self.result)

    def _input(self, w: Tensor) -> Tensor:
        if self.first is not None:
            return self.first.clone(memory_format=torch.channels_last)
        assert self.layer.dense is not None
        return channels_last(self.layer.dense(w).view(1, -1, 4, 4).to(self.dtype) + self.bias[:, None, None])

    def _convolve(self, x: Tensor) -> Tensor:
        early = self.bias if not self.layer.blurs or self.config.bias_before_blur else None
        if self.winograd:
            x = self.winograd(x, early)
        elif self.transposed:
            x = F.conv_transpose2d(x, self.weight, early, stride=2, padding=1)
        else:
            x = F.conv2d(ops.upsample(x) if self.enlarges else x, self.weight, early, padding=1)
        if not self.layer.blurs:
            return x
        return F.conv2d(x, self.tap, None if early is not None else self.bias, padding=1, groups=len(self.bias))


class Drawing1:
    """v1's synthesis network for one precision: two stages a level, then the picture of any state of growth."""

    chain = False

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        layers = [layer for layer in synthesis.layers if isinstance(layer, SynthesisLayer)]
        self.stages = [LayerDrawing(layer, index, dtype) for index, layer in enumerate(layers)]
        self.dtype = dtype
        assert isinstance(synthesis, Synthesis)
        to_rgb = [rgb for rgb in synthesis.to_rgb if isinstance(rgb, ToRGB)]
        self._to_rgb = [(channels_last((rgb.conv.weight * rgb.conv.scale).to(dtype)), rgb.bias) for rgb in to_rgb]

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""
        return 2 * level + 2

    def picture(self, activations: Sequence[Tensor], ws: Tensor, level: int, alpha: float) -> Tensor:
        """The picture [1, 3, r, r] float32 at 4·2^level; the newest block weighs ``alpha``."""
        new = self._rgb(activations[-1], level)
        if level == 0 or alpha >= 1:
            return new
        return torch.lerp(ops.upsample(self._rgb(activations[2 * level - 1], level - 1)), new, alpha)

    def _rgb(self, x: Tensor, level: int) -> Tensor:
        weight, bias = self._to_rgb[level]
        return F.conv2d(x, weight).float() + bias[:, None, None]
