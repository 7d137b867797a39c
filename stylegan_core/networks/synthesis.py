"""The synthesis network g, growing from 4² up (paper, figure 1b; spec-core 1.4, 1.5)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stylegan_core.networks import fused
from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.finishing import Finish, activated, finished
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear

Noise = str | Sequence[float] | Sequence[Tensor | None]


@dataclass(frozen=True, slots=True)
class Grown:
    """The two pictures a growing network blends: RGB of the new block, and of the one below, nearest-enlarged."""

    new: Tensor
    old: Tensor | None


class SynthesisLayer(nn.Module):
    """One layer: input or convolution (→ blur), then noise → bias → lrelu → norm → style, in this order."""

    def __init__(self, config: NetworkConfig, index: int) -> None:
        super().__init__()
        level, second = divmod(index, 2)
        outputs = config.channels(level)
        self.resolution = 4 << level
        self.config = config
        self.blurs = config.blur and not second and level > 0
        self.const: nn.Parameter | None = None
        self.dense: EqualizedLinear | None = None
        self.conv: EqualizedConv | None = None
        if index == 0 and config.const_input:
            self.const = nn.Parameter(torch.ones(1, outputs, 4, 4))
        elif index == 0:
            self.dense = EqualizedLinear(config.w_dim, outputs * 16, gain=math.sqrt(2) / 4, bias=False)
        else:
            inputs = outputs if second else config.channels(level - 1)
            self.conv = EqualizedConv(inputs, outputs, 3, resample="" if second else "up")
        self.bias = nn.Parameter(torch.zeros(outputs))
        if config.noise:
            self.noise_strength = nn.Parameter(torch.zeros(outputs))
            self.register_buffer("noise", torch.randn(1, 1, self.resolution, self.resolution))
        self.affine = EqualizedLinear(config.w_dim, 2 * outputs, gain=1.0) if config.styles else None

    def forward(self, x: Tensor | None, w: Tensor, noise: Tensor | None, dtype: torch.dtype) -> Tensor:
        """[N, C, H, W] (None for the first layer), w [N, w_dim], noise [N or 1, 1, H', W'] -> [N, C', H', W']."""
        x = self._input(w) if x is None else self._convolve(x)
        strength = None if noise is None else self.noise_strength
        bias = self.bias if self.conv is None or (self.blurs and not self.config.bias_before_blur) else None
        style = None if self.affine is None else self.affine(w.float())
        if style is not None and self.config.instance_norm and not self.config.pixel_norm:
            return finished(x, Finish(noise, strength, bias, style, self.config.norm_eps, self.blurs)).to(dtype)
        x = activated(ops.blur(x) if self.blurs else x, noise, strength, bias)
        if self.config.pixel_norm:
            x = ops.pixel_norm(x)
        if self.config.instance_norm:
            x = ops.style_instance_norm(x, style, self.config.norm_eps)
        elif style is not None:
            x = ops.style_only(x, style)
        return x.to(dtype)

    def _input(self, w: Tensor) -> Tensor:
        """The 4×4 input, float32: its map is almost constant at first, and its norm divides by that almost nothing."""
        if self.const is not None:
            return self.const.expand(len(w), -1, -1, -1)
        assert self.dense is not None
        x: Tensor = self.dense(w.float()).view(len(w), -1, 4, 4)
        return x

    def _convolve(self, x: Tensor) -> Tensor:
        """The convolution with the bias in the same pass, unless the blur comes between them; not blurred yet."""
        assert self.conv is not None
        convolved: Tensor = self.conv(x, self.bias if self.config.bias_before_blur or not self.blurs else None)
        return convolved


class ToRGB(nn.Module):
    """1×1 convolution to red, green, blue: gain 1, bias, linear; in float32, so nothing bands."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = EqualizedConv(channels, 3, 1, gain=1.0)
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, 3, H, W] float32, about [-1, 1]."""
        if fused.fuses(x):
            return fused.to_rgb(x, self.conv.weight * self.conv.scale, self.bias)
        rgb: Tensor = self.conv(x).float() + self.bias.float()[:, None, None]
        return rgb


class SynthesisNetwork(nn.Module):
    """What every synthesis network is: ws [N, num_layers, w_dim] -> pictures [N, 3, R, R]."""

    layers: nn.ModuleList
    scales_inputs = True  # styles scale the maps that enter a layer; v1's those that leave it

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

    def forward(
        self,
        ws: Tensor,
        noise: Noise = "const",
        level: int | None = None,
        alpha: float | None = None,
        *,
        native: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """The picture at ``level`` (None: full), its newest block weighing ``alpha`` (None: 1), float32.

        ``noise`` is "const", "random", "none", strengths on the stored maps, or the maps themselves; ``native``
        keeps the working resolution 4·2^level instead of enlarging to R×R; ``dtype`` is that of the activations.
        """
        level = self.config.levels - 1 if level is None else level
        self.config.check_state(level, alpha)
        grown = self.grow(ws, noise, level, 1.0 if alpha is None else alpha, dtype=dtype)
        image = blend(grown, 1.0 if alpha is None else alpha)
        return image if native else ops.upsample(image, self.config.resolution // (4 << level))

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        """Both pictures of a fade at the working resolution; ``old`` is None at alpha 1 and at level 0."""
        raise NotImplementedError

    def of_level(self, level: int) -> list[nn.Module]:
        """What a growing network gains when it grows to a level: its layers and its toRGB."""
        raise NotImplementedError

    def scales(self) -> list[Tensor]:
        """How w changes the numbers that scale feature maps, [C, w_dim] for each style layer; [0, w_dim] without any.

        Those of the layers that make red, green and blue are left out (style_space.py).
        """
        affines = [getattr(layer, "affine", None) for layer in self.layers]
        return [each.weight * each.scale for each in affines if isinstance(each, EqualizedLinear)]

    def noise_map(self, layer: int) -> Tensor:
        """The stored noise map of one layer [1, 1, H, W]."""
        return self.layers[layer].get_buffer("noise")

    def noise_maps(self, noise: Noise, number: int, level: int) -> list[Tensor | None]:
        """One map (or None) a layer for layers up to ``level``: [1 or number, 1, H, W]."""
        count = self.config.noise_layers_to(level)
        if noise == "none":
            return [None] * count
        stored = [self.noise_map(layer) for layer in range(count)]
        if noise == "const":
            return [*stored]
        if noise == "random":
            return [torch.randn(number, 1, *m.shape[2:], device=m.device) for m in stored]
        if isinstance(noise, str):
            raise ValueError(f'Noise is "const", "random", "none" or one entry a layer, not {noise!r}.')
        if not count <= len(noise) <= self.config.num_noise_layers:
            raise ValueError(
                f"This network has {self.config.num_noise_layers} noise layers, but {len(noise)} entries were given."
            )
        return [_entry_map(entry, m) for entry, m in zip(noise, stored, strict=False)]


class Synthesis(SynthesisNetwork):
    """v1's, growing from 4² up."""

    scales_inputs = False

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.layers = nn.ModuleList(SynthesisLayer(config, index) for index in range(2 * config.levels))
        self.to_rgb = nn.ModuleList(ToRGB(config.channels(level)) for level in range(config.levels))

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        maps = self.noise_maps(noise, len(ws), level) or [None] * (2 * level + 2)
        each = ws.expand(-1, len(self.layers), -1).unbind(1) if ws.shape[1] == 1 else ws.unbind(1)
        x: Tensor | None = None
        below: Tensor | None = None
        for index in range(2 * level + 2):
            below = x if index == 2 * level else below
            x = self.layers[index](x, each[index], maps[index], dtype)
        old = None
        if below is not None and alpha < 1:
            old = ops.upsample(self.to_rgb[level - 1](below))
        return Grown(self.to_rgb[level](x), old)

    def scales(self) -> list[Tensor]:
        """As everywhere; the second half of each affine shifts."""
        return [each[: len(each) // 2] for each in super().scales()] if self.config.has_styles else []

    def of_level(self, level: int) -> list[nn.Module]:
        return [*self.layers[2 * level : 2 * level + 2], self.to_rgb[level]]


def blend(grown: Grown, alpha: float) -> Tensor:
    """(1 − alpha)·old + alpha·new; alpha is the weight of the new block, 1 − frac(lod)."""
    return grown.new if grown.old is None else torch.lerp(grown.old, grown.new, alpha)


def as_bytes(images: Tensor) -> Tensor:
    """Pictures about [-1, 1] as uint8: floor(127.5·x + 128), saturating (spec-core 6)."""
    return (images * 127.5 + 128).clamp_(0, 255).to(torch.uint8)


def _entry_map(entry: float | Tensor | None, stored: Tensor) -> Tensor | None:
    """A map as it is, or a strength on the stored map; zero strength draws no noise at all."""
    if entry is None or isinstance(entry, Tensor):
        return entry
    return stored * entry if entry else None
