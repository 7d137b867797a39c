"""DCGAN (Radford, Metz, Chintala 2016): the plain ancestor. A code, transposed convolutions, batch norm; no styles."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.synthesis import Grown, Noise, SynthesisNetwork

WEIGHT_STD = 0.02  # section 4: all weights from N(0, 0.02)
NORM_EPS = 1e-5


class InputCode(nn.Module):
    """z [N, z_dim], with a label's embedding beside it -> the code that enters the first layer [N, w_dim]."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.label_embedding = nn.Parameter(torch.randn(len(config.classes), config.z_dim)) if config.classes else None

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        if self.label_embedding is None:
            return z.float()
        if labels is None:
            raise ValueError("This network is conditional: its mapping needs one-hot labels beside z.")
        return torch.cat([z.float(), labels.float() @ self.label_embedding.float()], dim=1)


class UpLayer(nn.Module):
    """Transposed 4×4 → batch norm → ReLU; the last one goes to RGB through tanh, without a norm."""

    def __init__(self, inputs: int, outputs: int, *, first: bool = False, last: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs, 4, 4).mul_(WEIGHT_STD))
        self.norm = None if last else _batch_norm(outputs)
        self.stride, self.padding = (1, 0) if first else (2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, 2H, 2W], or 4×4 from the code [N, inputs, 1, 1]."""
        x = F.conv_transpose2d(x, self.weight.to(x.dtype), stride=self.stride, padding=self.padding)
        return torch.tanh(x) if self.norm is None else F.relu(self.norm(x))


class DcganSynthesis(SynthesisNetwork):
    """The code on its one layer [N, 1, w_dim] -> pictures in [-1, 1]."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        widths = [config.w_dim, *(config.channels(level) for level in range(config.levels - 1)), 3]
        self.layers = nn.ModuleList(
            UpLayer(widths[at], widths[at + 1], first=at == 0, last=at == config.levels - 1)
            for at in range(config.levels)
        )

    def grow(self, ws: Tensor, noise: Noise, level: int, alpha: float, *, dtype: torch.dtype = torch.float32) -> Grown:
        x = ws[:, 0, :, None, None].to(dtype)
        for layer in self.layers:
            x = layer(x)
        return Grown(x.float(), None)


class DownLayer(nn.Module):
    """4×4 with stride 2 → batch norm (or the chosen norm) → lrelu."""

    def __init__(self, inputs: int, outputs: int, *, norm: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 4, 4).mul_(WEIGHT_STD))
        self.bias = None if norm else nn.Parameter(torch.zeros(outputs))
        self.norm = _batch_norm(outputs) if norm else None

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H/2, W/2]."""
        bias = None if self.bias is None else self.bias.to(x.dtype)
        x = F.conv2d(x, self.weight.to(x.dtype), bias, stride=2, padding=1)
        return ops.lrelu(x if self.norm is None else self.norm(x))


class DcganDiscriminator(Discriminator):
    """Strided convolutions down to 4², then one number; batch norm everywhere but in the first, if it is chosen."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        widths = [3, *(config.channels(level) for level in range(config.levels - 2, -1, -1))]
        batch = config.d_norm == "batch"
        self.layers = nn.ModuleList(
            DownLayer(widths[at], widths[at + 1], norm=batch and at > 0) for at in range(len(widths) - 1)
        )
        inputs = widths[-1] + (config.mbstd_group > 1)
        self.last = nn.Conv2d(inputs, max(len(config.classes), 1), 4, bias=not batch)
        nn.init.normal_(self.last.weight, std=WEIGHT_STD)
        if self.last.bias is not None:
            nn.init.zeros_(self.last.bias)

    def scores(self, image: Tensor, labels: Tensor | None, level: int, alpha: float, dtype: torch.dtype) -> Tensor:
        x = image.to(dtype)
        for layer in self.layers:
            x = layer(x)
        if self.config.mbstd_group > 1:
            x = ops.minibatch_deviation(x, self.config.mbstd_group)
        return self.of_label(self.last(x.float()).flatten(1), labels)


def _batch_norm(channels: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(channels, eps=NORM_EPS)
    nn.init.normal_(norm.weight, mean=1.0, std=WEIGHT_STD)
    return norm
