"""StyleGAN3's generator: Fourier features, and layers that hold every signal below its cutoff (Alias-Free GAN, 2021).

Maps carry a margin beyond the picture's edges. There is no noise, growth or skip; the last layer makes the picture.
Sections, equations and appendices are those of the paper, https://arxiv.org/abs/2106.12423.
"""

import math

import torch
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.bandlimits import LAYERS, Bandlimit, bandlimits
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.convolution import convolve
from stylegan_core.networks.layers import GAIN, EqualizedLinear
from stylegan_core.networks.resampling import Enlarging, FilteredActivation, LowPass, Reducing
from stylegan_core.networks.stylegan2 import demodulated, squares
from stylegan_core.networks.synthesis import Grown, Noise, SynthesisNetwork

DENSER = 2  # so many times the rate of the denser side, while the activation works (section 3.2)
TAPS = 6  # a filter's numbers, for each sample of the sparser side
OUTPUT_SCALE = 0.25  # what leaves the last layer has a deviation of about 4 (appendix D)


class FourierFeatures(nn.Module):
    """Waves of fixed frequency and phase, moved and turned as w says, then mixed by one matrix (section 3.2).

    ``transform`` [3, 3] leads from a place of the picture to one among the waves; lengths are parts of its side.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.band = limits_of(config)[0]
        channels = self.band.channels
        self.weight = nn.Parameter(torch.randn(channels, channels))
        self.affine = EqualizedLinear(config.w_dim, 4, gain=1.0)
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", _in_disc(torch.randn(channels, 2), self.band.cutoff))
        self.register_buffer("phases", torch.randn(channels))
        if not self.weight.is_meta:
            self._begin()

    @torch.no_grad()
    def _begin(self) -> None:
        nn.init.zeros_(self.affine.weight)
        assert self.affine.bias is not None
        self.affine.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))  # neither moved nor turned
        nn.init.uniform_(self.get_buffer("phases"), -0.5, 0.5)

    def forward(self, w: Tensor, inverse: Tensor | None = None) -> Tensor:
        """w [N, w_dim] -> [N, C, size, size] in the dtype of the weights, at ``rate`` samples a picture's side.

        ``inverse`` [3, 3] leads from a place of the picture to the one that is to be seen there.
        """
        freqs, phases = self._waves(w.to(self.weight.dtype), inverse)
        size, rate = self.band.size, self.band.rate
        places = (torch.arange(size, device=w.device, dtype=freqs.dtype) + (1 - size) / 2) / rate
        across = places[:, None] * freqs[:, None, :, 0]  # [N, size, C]
        down = places[:, None] * freqs[:, None, :, 1] + phases[:, None]
        waves = torch.sin(2 * math.pi * (down[:, :, None] + across[:, None]))
        # A transform that shrinks the picture brings frequencies up to those that no sample holds: they fade out.
        reach = self.band.rate / 2 - self.band.cutoff
        loud = (1 - (freqs.norm(dim=2) - self.band.cutoff) / reach).clamp(0, 1)
        mixed: Tensor = (waves * loud[:, None, None]) @ (self.weight.T / math.sqrt(len(self.weight)))
        return mixed.permute(0, 3, 1, 2)

    def _waves(self, w: Tensor, inverse: Tensor | None) -> tuple[Tensor, Tensor]:
        """Frequencies [N, C, 2] and phases [N, C] of a picture turned, then moved by w, then changed by ``transform``.

        ``transform`` belongs to the file, as does the picture it makes; ``inverse`` moves that picture as it is.
        """
        turn: Tensor = self.affine(w)
        turn = turn / turn[:, :2].norm(dim=1, keepdim=True)
        cosine, sine, x, y = turn.unbind(1)
        none, one = torch.zeros_like(x), torch.ones_like(x)
        rotation = torch.stack([cosine, -sine, none, sine, cosine, none, none, none, one], dim=1).view(-1, 3, 3)
        shift = torch.stack([one, none, -x, none, one, -y, none, none, one], dim=1).view(-1, 3, 3)
        whole: Tensor = rotation @ shift @ self.get_buffer("transform")
        if inverse is not None:
            whole = whole @ inverse.to(whole.dtype).to(whole.device)  # in this order: Apple's GPUs have no float64
        freqs, phases = self.get_buffer("freqs"), self.get_buffer("phases")
        return freqs @ whole[:, :2, :2], phases + (freqs @ whole[:, :2, 2:]).squeeze(2)


def _in_disc(points: Tensor, radius: float) -> Tensor:
    """Normal points [C, 2] pressed into a disc of ``radius``, which they fill evenly."""
    if points.is_meta:
        return points
    norm = points.norm(dim=1, keepdim=True)
    inside: Tensor = points / norm * torch.sqrt(1 - torch.exp(-norm.square() / 2))
    return inside * radius


class BandlimitedLayer(nn.Module):
    """Modulated, demodulated convolution without an edge → bias → lrelu·√2 at twice the rate → filter (figure 4b).

    The last one makes red, green and blue: no demodulation, no activation.
    """

    def __init__(self, config: NetworkConfig, index: int) -> None:
        super().__init__()
        limits = limits_of(config)
        before, after = limits[max(index - 1, 0)], limits[index]
        self.band = after
        self.makes_picture = index == LAYERS
        side = kernel_of(config, index)
        self.affine = EqualizedLinear(config.w_dim, before.channels, gain=1.0)
        self.weight = nn.Parameter(torch.randn(after.channels, before.channels, side, side))
        self.bias = nn.Parameter(torch.zeros(after.channels))
        self.register_buffer("magnitude_ema", torch.ones(()))  # the mean square of what enters, as in training
        self.activation = activation_of(config, index)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """[N, C, H, W], w [N, w_dim] -> [N, C', H', W'] in the dtype of x."""
        filters = self.filters()
        style, factor = self.factors(w, squares(filters))
        return self.activation(self.scaled(x, filters.to(x.dtype), style, factor))

    def scaled(self, x: Tensor, kernel: Tensor, style: Tensor, factor: Tensor) -> Tensor:
        """The convolution with what enters and leaves it scaled by :meth:`factors`, and the bias."""
        largest = style.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)  # half precision would overflow
        y = convolve(x * (style / largest).to(x.dtype)[:, :, None, None], kernel, padding=self.padding)
        offset = self.offset.to(x.dtype)[:, None, None]
        return torch.addcmul(offset, y, (factor * largest).to(x.dtype)[:, :, None, None])

    def filters(self) -> Tensor:
        """The weight [C', C, k, k], each filter of mean square 1 where demodulation makes its size mean nothing."""
        if self.makes_picture:
            return self.weight
        return self.weight * torch.rsqrt(self.weight.square().mean(dim=(1, 2, 3), keepdim=True))

    @property
    def padding(self) -> int:
        """Zeros on each side: the convolution makes the map larger, and the filters make it smaller again."""
        return self.weight.shape[-1] - 1

    @property
    def offset(self) -> Tensor:
        """The bias [C'], with the activation's √2."""
        return self.bias if self.makes_picture else self.bias * GAIN

    def factors(self, w: Tensor, squares: Tensor, offset: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What multiplies the filters for each channel that enters [N, C] and leaves [N, C' or 1], by w [N, w_dim].

        ``squares`` [C, C'] are those of the filters; ``offset`` [C] is added to the style.
        """
        style = self.affine(w.to(self.bias.dtype)) + (1 if offset is None else 1 + offset)
        calm = torch.rsqrt(self.get_buffer("magnitude_ema"))
        if self.makes_picture:
            return style, calm.expand(len(w), 1) / math.sqrt(self.weight.shape[1])
        style = style * torch.rsqrt(style.square().mean(dim=1, keepdim=True))
        return style, demodulated(style, squares) * calm * GAIN


def activation_of(config: NetworkConfig, index: int) -> FilteredActivation:
    """The filters and sizes of a layer; where each map begins keeps its samples in their places (appendix D)."""
    limits, last = limits_of(config), index == LAYERS
    before, after, side = limits[max(index - 1, 0)], limits[index], kernel_of(config, index)
    rate = max(before.rate, after.rate) * (1 if last else DENSER)
    up, down = rate // before.rate, rate // after.rate
    up_taps, down_taps = (1 if last or times == 1 else TAPS * times for times in (up, down))
    inputs = before.size + side - 1
    between = (after.size - 1) * down + down_taps
    beyond = between - inputs * up + up_taps - 1  # zeros that must be added, in front and behind together
    radial = config.rotation and not after.critical and down_taps > 1
    return FilteredActivation(
        Enlarging(
            LowPass(up_taps, before.cutoff, 2 * before.half_width, rate), inputs, between, up, (beyond + up) // 2
        ),
        Reducing(LowPass(down_taps, after.cutoff, 2 * after.half_width, rate, radial), between, after.size, down),
        slope=1.0 if last else ops.SLOPE,
        clamp=config.activation_clamp,
    )


def kernel_of(config: NetworkConfig, index: int) -> int:
    """The side of a layer's convolution: one that must not know a direction looks at single samples."""
    return 1 if index == LAYERS or config.rotation else 3


def limits_of(config: NetworkConfig) -> tuple[Bandlimit, ...]:
    """The bandlimits of a configuration's layers."""
    return bandlimits(config.resolution, config.fmap_base, config.fmap_max)


class AliasFreeSynthesis(SynthesisNetwork):
    """ws [N, 16, w_dim] -> pictures: the Fourier features take w 0, layer i takes w i + 1."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.input = FourierFeatures(config)
        self.layers = nn.ModuleList(BandlimitedLayer(config, index) for index in range(LAYERS + 1))

    def scales(self) -> list[Tensor]:
        """As everywhere; the first w moves and turns the features, the last one's layer makes the picture."""
        found = super().scales()
        return [found[0][:0], *found[:-1], found[-1][:0]]

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        x = self.input(ws[:, 0]).to(dtype).contiguous(memory_format=torch.channels_last)
        for index, layer in enumerate(self.layers):
            x = layer(x, ws[:, index + 1])
        return Grown(picture_of(x), None)


def picture_of(x: Tensor) -> Tensor:
    """What the last layer made [N, 3, R, R] as a picture, about [-1, 1], float32 or finer."""
    return (x if x.dtype == torch.float64 else x.float()) * OUTPUT_SCALE
