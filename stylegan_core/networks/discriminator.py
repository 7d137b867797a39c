"""The discriminator, growing with the generator (spec-core 2): ProGAN's, with a blur before each downscaling."""

import torch
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear


class BiasedConv(nn.Module):
    """Convolution, bias, lrelu (``activation``)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, resample: str = "", activation: bool = True) -> None:
        super().__init__()
        self.conv = EqualizedConv(inputs, outputs, kernel, resample=resample)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x) + self.bias.to(x.dtype)[:, None, None]
        return ops.lrelu(x) if self.activation else x


class Block(nn.Module):
    """Conv0 3×3, blur, Conv1_down 3×3 with the 2×2 mean: 4·2^level -> half of it."""

    def __init__(self, config: NetworkConfig, level: int) -> None:
        super().__init__()
        inputs, outputs = config.channels(level), config.channels(level - 1)
        self.conv0 = BiasedConv(inputs, inputs, 3)
        self.conv1 = BiasedConv(inputs, outputs, 3, resample="down")
        self.blurs = config.blur

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv0(x)
        x = self.conv1(ops.blur(x) if self.blurs else x)
        return x


class Discriminator(nn.Module):
    """Pictures [N, 3, r, r] at the working resolution of a level -> logits [N, 1] float32."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels(0)
        self.from_rgb = nn.ModuleList(
            BiasedConv(3, config.channels(level), 1, activation=config.from_rgb_activation)
            for level in range(config.levels)
        )
        self.blocks = nn.ModuleList(Block(config, level) for level in range(1, config.levels))
        self.conv = BiasedConv(channels + (config.mbstd_group > 1), channels, 3)
        self.dense0 = EqualizedLinear(channels * 16, channels)
        self.dense1 = EqualizedLinear(channels, max(len(config.classes), 1), gain=1.0)

    def forward(
        self,
        image: Tensor,
        labels: Tensor | None = None,
        level: int | None = None,
        alpha: float | None = None,
        *,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Scores of pictures at 4·2^level (None: full); below alpha 1 the newest block's features are blended in.

        N must be a multiple of min(mbstd_group, N); labels are one-hot [N, classes] for a conditional network.
        """
        level = self.config.levels - 1 if level is None else level
        if image.shape[-1] != 4 << level:
            raise ValueError(f"Level {level} takes pictures of {4 << level}², not of {image.shape[-1]}².")
        x = self.from_rgb[level](image.to(dtype))
        for at in range(level, 0, -1):
            x = self.blocks[at - 1](x)
            if at == level and alpha is not None and alpha < 1:
                below = self.from_rgb[level - 1](ops.downsample(image).to(dtype))
                x = torch.lerp(below, x, alpha)
        return self._head(x, labels)

    def _head(self, x: Tensor, labels: Tensor | None) -> Tensor:
        if self.config.mbstd_group > 1:
            x = ops.minibatch_deviation(x, self.config.mbstd_group)
        x = self.conv(x).flatten(1)
        logits: Tensor = self.dense1(ops.lrelu(self.dense0(x)).float())
        if not self.config.classes:
            return logits
        if labels is None:
            raise ValueError("This network is conditional: its discriminator needs one-hot labels.")
        return (logits * labels.float()).sum(dim=1, keepdim=True)
