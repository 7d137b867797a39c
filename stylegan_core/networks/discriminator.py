"""Discriminators: what all share, and the one that grows (spec-core 2): ProGAN's, with a blur before downscaling."""

import torch
from torch import Tensor, nn

from stylegan_core.networks import fused
from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear


class BiasedConv(nn.Module):
    """Convolution, bias times ``bias_gain``, lrelu (``activation``), cut at ±``clamp`` unless that is 0."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        resample: str = "",
        activation: bool = True,
        bias_gain: float = 1.0,
        clamp: float = 0.0,
    ) -> None:
        super().__init__()
        self.conv = EqualizedConv(inputs, outputs, kernel, resample=resample)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.activation = activation
        self.bias_gain = bias_gain
        self.clamp = clamp

    def forward(self, x: Tensor, *, blurs: bool = False) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H', W'], blurred at the end if ``blurs``."""
        bias = self.bias if self.bias_gain == 1 else self.bias * self.bias_gain
        x = self.conv(x, bias)
        if blurs and self.activation and not self.clamp:
            return ops.lrelu_and_blur(x)
        x = ops.clamped(ops.lrelu_in_place(x) if self.activation else x, self.clamp)
        return ops.blur(x) if blurs else x

    def of_image(self, image: Tensor, dtype: torch.dtype) -> Tensor:
        """As :meth:`forward` for a fromRGB: [N, 3, H, W] -> [N, outputs, H, W] in ``dtype``.

        The picture is rounded to it first, on a CPU, too: bf16 is as coarse as the 256 steps of real pictures, and one
        that sees finer tells reals by their flat colours, which no fake meets exactly.
        """
        image = image.to(dtype)
        plain = self.activation and not self.clamp and self.bias_gain == 1
        if plain and fused.fuses_image(image, dtype):
            return fused.from_rgb(image, self.conv.weight * self.conv.scale, self.bias, dtype)
        made: Tensor = self(image)
        return made


class Block(nn.Module):
    """Conv0 3×3, blur, Conv1_down 3×3 and halving (``down``): 4·2^level -> half of it."""

    def __init__(
        self, config: NetworkConfig, level: int, *, blurs: bool, down: str = "down", bias_gain: float = 1.0
    ) -> None:
        super().__init__()
        inputs, outputs = config.channels(level), config.channels(level - 1)
        clamp = config.activation_clamp
        self.conv0 = BiasedConv(inputs, inputs, 3, bias_gain=bias_gain, clamp=clamp)
        self.conv1 = BiasedConv(inputs, outputs, 3, resample=down, bias_gain=bias_gain, clamp=clamp)
        self.blurs = blurs

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv0(x, blurs=self.blurs)
        x = self.conv1(x)
        return x


class Discriminator(nn.Module):
    """Pictures [N, 3, r, r] at the working resolution of a level -> logits [N, 1] float32."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config

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
        self.config.check_state(level, alpha)
        return self.scores(image, labels, level, 1.0 if alpha is None else alpha, dtype)

    def scores(self, image: Tensor, labels: Tensor | None, level: int, alpha: float, dtype: torch.dtype) -> Tensor:
        """What each architecture computes for :meth:`forward`."""
        raise NotImplementedError

    def of_label(self, logits: Tensor, labels: Tensor | None) -> Tensor:
        """The score of each picture's own class [N, 1] among logits [N, classes]; unconditional ones as they are."""
        if not self.config.classes:
            return logits
        if labels is None:
            raise ValueError("This network is conditional: its discriminator needs one-hot labels.")
        return (logits * labels.float()).sum(dim=1, keepdim=True)


class NoDiscriminator(Discriminator):
    """Stands where there is none: networks of its kind are drawn, not trained."""

    def __init__(self, config: NetworkConfig) -> None:
        raise ValueError(f"A network of the kind {config.architecture!r} can be drawn but not trained here.")


class HeadedDiscriminator(Discriminator):
    """Ends as all from ProGAN on do: minibatch deviation, 3×3, dense, dense, at 4²."""

    def __init__(self, config: NetworkConfig, *, bias_gain: float = 1.0) -> None:
        super().__init__(config)
        channels = config.channels(0)
        inputs = channels + (config.mbstd_group > 1)
        self.conv = BiasedConv(inputs, channels, 3, bias_gain=bias_gain, clamp=config.activation_clamp)
        self.dense0 = EqualizedLinear(channels * 16, channels, bias_gain=bias_gain)
        self.dense1 = EqualizedLinear(channels, max(len(config.classes), 1), gain=1.0)

    def head(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Features [N, C, 4, 4] -> logits [N, 1] float32."""
        if self.config.mbstd_group > 1:
            x = ops.minibatch_deviation(x, self.config.mbstd_group)
        x = self.conv(x).flatten(1)
        return self.of_label(self.dense1(ops.lrelu(self.dense0(x)).float()), labels)


class GrowingDiscriminator(HeadedDiscriminator):
    """v1's. With ``bias_gain`` √2 and ``down`` "fir-down" it is that of StyleGAN2's growing configurations."""

    def __init__(self, config: NetworkConfig, *, down: str = "down", bias_gain: float = 1.0) -> None:
        super().__init__(config, bias_gain=bias_gain)
        self.from_rgb = nn.ModuleList(
            BiasedConv(3, config.channels(level), 1, activation=config.from_rgb_activation, bias_gain=bias_gain)
            for level in range(config.levels)
        )
        blurs = config.blur and down == "down"
        self.blocks = nn.ModuleList(
            Block(config, level, blurs=blurs, down=down, bias_gain=bias_gain) for level in range(1, config.levels)
        )

    def entries(self, image: Tensor, level: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The two feature maps that a fade to ``level`` blends: of the newest block, and of the picture halved."""
        new = self.blocks[level - 1](self._enter(image, level, dtype))
        return new, self._enter(ops.downsample(image), level - 1, dtype)

    def _enter(self, image: Tensor, level: int, dtype: torch.dtype) -> Tensor:
        layer = self.from_rgb[level]
        assert isinstance(layer, BiasedConv)
        return layer.of_image(image, dtype)

    def of_level(self, level: int) -> list[nn.Module]:
        """What the network gains when it grows to a level above the first: its fromRGB and its block."""
        return [self.from_rgb[level], self.blocks[level - 1]]

    def scores(self, image: Tensor, labels: Tensor | None, level: int, alpha: float, dtype: torch.dtype) -> Tensor:
        if alpha < 1 and level:
            new, old = self.entries(image, level, dtype)
            x, level = torch.lerp(old, new, alpha), level - 1
        else:
            x = self._enter(image, level, dtype)
        for at in range(level, 0, -1):
            x = self.blocks[at - 1](x)
        return self.head(x, labels)
