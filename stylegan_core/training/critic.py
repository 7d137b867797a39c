"""A second discriminator that looks through a network trained on photographs (Projected GAN, arXiv 2111.01007).

What it learns lies in four small heads on feature maps that are frozen and mixed at random, so it needs no penalty on
gradients at the pictures and tells good outlines from bad ones within a few thousand images. It stands beside
StyleGAN's own discriminator, as in vision-aided training (arXiv 2112.09130). It sees through EfficientNet-Lite1, not
through the -Lite0 that every distance ending in -E is measured with; both were trained on ImageNet, so these distances
are kinder to a network that was trained with it than to one that was not.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from stylegan_core.metrics.efficientnet import STRIDES, LiteFeatures, insist_on_efficientnet
from stylegan_core.networks.convolution import convolve
from stylegan_core.networks.layers import lrelu, minibatch_deviation
from stylegan_core.networks.skipping import gradients_of_inputs
from stylegan_core.training.groups import CriticConfig

VERSION = 1  # of EfficientNet-Lite; metrics see through 0
WIDTHS = (64, 64, 128, 128)  # of the mixed maps, by stride
HEAD = 64
MIXING_SEED = 7  # the random mixing is the same in every run
KEPT = 340  # numbers that the way back keeps for each of side² pixels of a picture (measured at a side of 64)
WHAT = "The critic"


def insist_on_eye(config: CriticConfig) -> None:
    """Raises ValueError with one sentence where a run wants a critic and its feature network is not installed."""
    if config.weight:
        insist_on_efficientnet(VERSION, WHAT, ", or train without it (critic.weight=0)")


class Critic(nn.Module):
    """Pictures [N, 3, r, r] about −1…1 -> frozen maps -> a logit of each head."""

    def __init__(self, config: CriticConfig, group: int, dtype: torch.dtype) -> None:
        """Raises ValueError with one sentence where the feature network is not installed."""
        super().__init__()
        self.side, self.dtype = config.side, dtype
        self.features = LiteFeatures(VERSION, dtype, WHAT)
        self.mixing = Mixing(self.features.channels, dtype)
        sizes = [config.side // stride for stride in STRIDES]
        self.heads = nn.ModuleList(Head(width, size, group) for width, size in zip(WIDTHS, sizes, strict=True))

    def project(self, images: Tensor) -> list[Tensor]:
        """The mixed maps [N, WIDTHS[i], side / STRIDES[i], …] that the heads see; nothing here learns."""
        if images.shape[-1] != self.side:
            images = F.interpolate(images, size=(self.side, self.side), mode="bilinear", align_corners=False)
        found: list[Tensor] = self.mixing(self.features(images))
        return found

    def scores(self, maps: list[Tensor]) -> list[Tensor]:
        """Logits [N, 1] float32 of each head; N is a multiple of the minibatch-deviation group, or smaller."""
        return [head(map_, self.dtype) for head, map_ in zip(self.heads, maps, strict=True)]


class Mixing(nn.Module):
    """Random 1×1 convolutions across channels, and from the deepest map upwards random 3×3 ones across scales."""

    def __init__(self, channels: list[int], dtype: torch.dtype) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(MIXING_SEED)

        def drawn(outputs: int, inputs: int, kernel: int) -> Tensor:
            weight = torch.randn(outputs, inputs, kernel, kernel, generator=generator) / math.sqrt(inputs * kernel**2)
            return weight.to(dtype).contiguous(memory_format=torch.channels_last)

        for scale, (inputs, outputs) in enumerate(zip(channels, WIDTHS, strict=True)):
            self.register_buffer(f"across_{scale}", drawn(outputs, inputs, 1), persistent=False)
        for scale in range(1, len(WIDTHS)):
            self.register_buffer(f"up_{scale}", drawn(WIDTHS[scale - 1], WIDTHS[scale], 3), persistent=False)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        mixed = [F.conv2d(map_, self.get_buffer(f"across_{scale}")) for scale, map_ in enumerate(maps)]
        for scale in range(len(mixed) - 1, 0, -1):
            up = F.conv2d(mixed[scale], self.get_buffer(f"up_{scale}"), padding=1)
            up = F.interpolate(up, size=mixed[scale - 1].shape[-2:], mode="bilinear", align_corners=False)
            mixed[scale - 1] = (mixed[scale - 1] + up) * math.sqrt(0.5)
        return mixed


class Head(nn.Module):
    """Convolutions with spectral norm down to at most 4×4, minibatch deviation, one logit; ``forward``: -> [N, 1]."""

    def __init__(self, inputs: int, size: int, group: int) -> None:
        super().__init__()
        self.group = group
        self.first = spectral_norm(nn.Conv2d(inputs, HEAD, 3, padding=1))
        halvings = max(int(math.log2(size)) - 2, 0)
        self.halving = nn.ModuleList(spectral_norm(nn.Conv2d(HEAD, HEAD, 4, 2, 1)) for _ in range(halvings))
        self.joint = spectral_norm(nn.Conv2d(HEAD + (group > 1), HEAD, 3, padding=1))
        self.last = spectral_norm(nn.Conv2d(HEAD, 1, min(size, 4)))

    def forward(self, x: Tensor, dtype: torch.dtype) -> Tensor:
        for layer in (self.first, *self.halving):
            x = lrelu(_convolve(layer, x, dtype))
        if self.group > 1:
            x = minibatch_deviation(x, self.group)
        x = lrelu(_convolve(self.joint, x, dtype))
        return _convolve(self.last, x, dtype).float().flatten(1)


def sensitivity(scores: Tensor, maps: Tensor) -> Tensor:
    """R1 at a head's maps [N, C, h, w] instead of pictures, in units of each one's mean square; without weight.

    To first order the variance that a logit would have under noise as strong as its map. A mean over pictures, so that
    of a batch is that of its parts.
    """
    with gradients_of_inputs():
        (gradient,) = torch.autograd.grad(scores.sum(), maps, create_graph=True)
    strength = maps.detach().float().square().mean(dim=(1, 2, 3))
    return (gradient.float().square().sum(dim=(1, 2, 3)) * strength).mean()


def _convolve(layer: nn.Module, x: Tensor, dtype: torch.dtype) -> Tensor:
    """A convolution in the precision of the run; its weight and norm stay float32."""
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    stride, padding = layer.stride[0], layer.padding[0]
    assert isinstance(padding, int)
    return convolve(x.to(dtype), layer.weight.to(dtype), layer.bias.to(dtype), stride=stride, padding=padding)
