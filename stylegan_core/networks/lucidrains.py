"""lucidrains' stylegan2-pytorch: demodulation as in StyleGAN2, but bilinear ×2, noise per channel and no √2.

It feeds one w to each resolution; here the first convolution takes w 2k, the second and the picture w 2k + 1, so that
mixing works as everywhere; with the same w on both it draws what its own code draws.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.fir import binomial_kernel
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear
from stylegan_core.networks.stylegan2 import StyledToRGB, demodulation
from stylegan_core.networks.synthesis import Grown, Noise, SynthesisNetwork


class PortConv(nn.Module):
    """Modulated and demodulated 3×3 → bias and noise, a strength each channel → lrelu without gain."""

    def __init__(self, config: NetworkConfig, inputs: int, level: int) -> None:
        super().__init__()
        outputs = config.channels(level)
        self.conv = EqualizedConv(inputs, outputs, 3, gain=1.0)
        self.affine = EqualizedLinear(config.w_dim, inputs, gain=1.0)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("noise", torch.randn(1, 1, 4 << level, 4 << level))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, offset: Tensor | None = None) -> Tensor:
        """[N, C, H, W], w [N, w_dim], noise [N or 1, 1, H, W] -> [N, C', H, W] in the dtype of x.

        ``offset`` [C] is added to the style.
        """
        style = self.affine(w.float()) + (1 if offset is None else 1 + offset)
        factor = demodulation(self.conv.weight * self.conv.scale, style)
        y = self.conv(x * style.to(x.dtype)[:, :, None, None])
        offset = self.bias[:, None, None]
        if noise is not None:
            offset = offset + noise * self.noise_strength[:, None, None]
        return ops.lrelu(torch.addcmul(offset.to(y.dtype), y, factor.to(y.dtype)[:, :, None, None]))


def bilinear_up(x: Tensor) -> Tensor:
    """Bilinear ×2, edges repeated."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def smooth(x: Tensor) -> Tensor:
    """[1, 2, 1]⊗[1, 2, 1]/16 on each channel, the picture mirrored at its edges."""
    kernel = binomial_kernel(x.shape[1], x.dtype, x.device)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel, groups=x.shape[1])


class PortSynthesis(SynthesisNetwork):
    """ws [N, 2·levels, w_dim] -> pictures; each level adds its picture to the one below, bilinear and smoothed."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.const = nn.Parameter(torch.randn(1, config.channels(0), 4, 4))
        self.layers = nn.ModuleList()
        for level in range(config.levels):
            self.layers.append(PortConv(config, config.channels(max(level - 1, 0)), level))
            self.layers.append(PortConv(config, config.channels(level), level))
        self.to_rgb = nn.ModuleList(StyledToRGB(config, level) for level in range(config.levels))

    def noise_maps(self, noise: Noise, number: int, level: int) -> list[Tensor | None]:
        """As everywhere, but "random" is uniform from 0 to 1: how this port was trained."""
        if not isinstance(noise, str) or noise != "random":
            return super().noise_maps(noise, number, level)
        stored = [self.noise_map(layer) for layer in range(self.config.noise_layers_to(level))]
        return [torch.rand(number, 1, *m.shape[2:], device=m.device) for m in stored]

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        maps = self.noise_maps(noise, len(ws), level)
        x = self.const.to(dtype).expand(len(ws), -1, -1, -1)
        picture: Tensor | None = None
        for at in range(level + 1):
            x = self.layers[2 * at](bilinear_up(x) if at else x, ws[:, 2 * at], maps[2 * at])
            x = self.layers[2 * at + 1](x, ws[:, 2 * at + 1], maps[2 * at + 1])
            own = self.to_rgb[at](x, ws[:, 2 * at + 1])
            picture = own if picture is None else smooth(bilinear_up(picture)) + own
        assert picture is not None
        return Grown(picture, None)
