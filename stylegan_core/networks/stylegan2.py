"""StyleGAN2: weight demodulation, first in the growing network, then with skips instead of growth (spec-core 3.4).

Modulation scales the activations and demodulation the output of one shared convolution, which is the same as scaling
the weights for each sample (StyleGAN2 paper, section 2.2) and needs no convolution for each sample.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.convolution import convolve
from stylegan_core.networks.discriminator import BiasedConv, Block, HeadedDiscriminator
from stylegan_core.networks.fir import fir_up, fir_up_convolution
from stylegan_core.networks.layers import GAIN, EqualizedConv, EqualizedLinear
from stylegan_core.networks.synthesis import Grown, Noise, SynthesisNetwork

DEMODULATION_EPS = 1e-8


class StyledConv(nn.Module):
    """Modulated and demodulated 3×3, ×2 where ``up`` → noise by one strength → bias → lrelu·√2."""

    def __init__(self, config: NetworkConfig, inputs: int, level: int, *, up: bool) -> None:
        super().__init__()
        outputs = config.channels(level)
        self.up = up
        self.clamp = config.activation_clamp
        self.resolution = 4 << level
        self.conv = EqualizedConv(inputs, outputs, 3, gain=1.0)
        self.affine = EqualizedLinear(config.w_dim, inputs, gain=1.0)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise", torch.randn(1, 1, self.resolution, self.resolution))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
        """[N, C, H, W], w [N, w_dim], noise [N or 1, 1, H', W'] -> [N, C', H', W'] in the dtype of x."""
        style = self.affine(w.float()) + 1
        weight = self.conv.weight * self.conv.scale
        factor = demodulation(weight, style) * GAIN
        y = x * style.to(x.dtype)[:, :, None, None]
        cast = weight.to(x.dtype)
        y = fir_up_convolution(y, cast) if self.up else convolve(y, cast, padding=1)
        offset = (self.bias * GAIN).to(y.dtype)[:, None, None]
        if noise is not None:
            offset = offset + (noise * (self.noise_strength * GAIN)).to(y.dtype)
        y = ops.lrelu(torch.addcmul(offset, y, factor.to(y.dtype)[:, :, None, None]))
        return ops.clamped(y, self.clamp)


def demodulation(weight: Tensor, style: Tensor) -> Tensor:
    """1/‖w·s‖ of every output filter, rsqrt(Σ (w·s)² + 1e-8): weight [out, in, k, k], style [N, in] -> [N, out]."""
    return demodulated(style, squares(weight))


def squares(weight: Tensor) -> Tensor:
    """[out, in, k, k] -> [in, out]: all that demodulation asks of a weight, to be kept where it does not change."""
    return weight.square().sum(dim=(2, 3)).T


def demodulated(style: Tensor, squares: Tensor) -> Tensor:
    """:func:`demodulation` from what is kept: style [..., in], squares [in, out] -> [..., out]."""
    return torch.rsqrt(style.square() @ squares + DEMODULATION_EPS)


class StyledToRGB(nn.Module):
    """Modulated 1×1 without demodulation, bias, linear; no noise. Its picture is float32."""

    def __init__(self, config: NetworkConfig, level: int) -> None:
        super().__init__()
        channels = config.channels(level)
        self.conv = EqualizedConv(channels, 3, 1, gain=1.0)
        self.affine = EqualizedLinear(config.w_dim, channels, gain=1.0)
        self.bias = nn.Parameter(torch.zeros(3))
        self.clamp = config.activation_clamp

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """[N, C, H, W], w [N, w_dim] -> [N, 3, H, W] float32, about [-1, 1]."""
        style = self.affine(w.float()) + 1
        rgb: Tensor = self.conv(x * style.to(x.dtype)[:, :, None, None]).float()
        return ops.clamped(rgb + self.bias.float()[:, None, None], self.clamp)


class StyledSynthesis(SynthesisNetwork):
    """The layers of all StyleGAN2 generators; convolution i takes w i, the toRGB of level k takes w 2k + 1."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.const = nn.Parameter(torch.randn(1, config.channels(0), 4, 4))
        self.layers = nn.ModuleList([StyledConv(config, config.channels(0), 0, up=False)])
        for level in range(1, config.levels):
            self.layers.append(StyledConv(config, config.channels(level - 1), level, up=True))
            self.layers.append(StyledConv(config, config.channels(level), level, up=False))
        self.to_rgb = nn.ModuleList(StyledToRGB(config, level) for level in range(config.levels))

    def scales(self) -> list[Tensor]:
        """As everywhere; the last w is the last picture's alone."""
        found = super().scales()
        return [*found, found[-1][:0]]

    def features(self, ws: Tensor, maps: Sequence[Tensor | None], level: int, dtype: torch.dtype) -> Iterator[Tensor]:
        """What leaves each level, from 4² up to ``level``."""
        x = self.const.to(dtype).expand(len(ws), -1, -1, -1)
        for index in range(2 * level + 1):
            x = self.layers[index](x, ws[:, index], maps[index])
            if index % 2 == 0:
                yield x

    def rgb(self, x: Tensor, ws: Tensor, level: int) -> Tensor:
        """The picture of a level's features."""
        picture: Tensor = self.to_rgb[level](x, ws[:, 2 * level + 1])
        return picture


class RevisedSynthesis(StyledSynthesis):
    """Configurations B–D: v1's growth around demodulated layers; fades enlarge by nearest neighbour."""

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        found = list(self.features(ws, self.noise_maps(noise, len(ws), level), level, dtype))
        old = ops.upsample(self.rgb(found[level - 1], ws, level - 1)) if level and alpha < 1 else None
        return Grown(self.rgb(found[level], ws, level), old)

    def of_level(self, level: int) -> list[nn.Module]:
        return [*self.layers[max(2 * level - 1, 0) : 2 * level + 1], self.to_rgb[level]]


class SkipSynthesis(StyledSynthesis):
    """Configurations E and F: every level adds its picture to the one below, enlarged by the filter (figure 7b)."""

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        picture: Tensor | None = None
        for at, x in enumerate(self.features(ws, self.noise_maps(noise, len(ws), level), level, dtype)):
            own = self.rgb(x, ws, at)
            picture = own if picture is None else fir_up(picture) + own
        assert picture is not None
        return Grown(picture, None)


class ResidualBlock(nn.Module):
    """(main + skip)/√2 of v1's block with the filter, and a 1×1 without bias beside it (figure 7c)."""

    def __init__(self, config: NetworkConfig, level: int) -> None:
        super().__init__()
        self.main = Block(config, level, blurs=False, down="fir-down", bias_gain=GAIN)
        self.skip = EqualizedConv(config.channels(level), config.channels(level - 1), 1, gain=1.0, resample="fir-down")

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = (self.main(x) + self.skip(x)) * (1 / GAIN)
        return result


class ResidualDiscriminator(HeadedDiscriminator):
    """Configurations E and F: one fromRGB, residual blocks, v1's head."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config, bias_gain=GAIN)
        top = config.levels - 1
        self.from_rgb = BiasedConv(3, config.channels(top), 1, bias_gain=GAIN, clamp=config.activation_clamp)
        self.blocks = nn.ModuleList(ResidualBlock(config, level) for level in range(1, config.levels))

    def scores(self, image: Tensor, labels: Tensor | None, level: int, alpha: float, dtype: torch.dtype) -> Tensor:
        x = self.from_rgb(image.to(dtype))
        for at in range(level, 0, -1):
            x = self.blocks[at - 1](x)
        return self.head(x, labels)
