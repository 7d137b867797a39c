"""Drawing DCGAN: each batch norm, its statistics being fixed by now, is folded into the convolution before it."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.drawing.whole import WholeDrawing
from stylegan_core.networks.dcgan import UpLayer
from stylegan_core.networks.synthesis import SynthesisNetwork


class UpStage:
    """Transposed convolution with the norm in its weight and bias, then ReLU; the last one: tanh."""

    noise: int | None = None
    margin = 0

    def __init__(self, layer: UpLayer, index: int, dtype: torch.dtype) -> None:
        self.row = None if index else 0
        self.dtype = dtype
        self.stride, self.padding = layer.stride, layer.padding
        weight, self.bias, norm = layer.weight.detach(), None, layer.norm
        self.makes_picture = norm is None
        if norm is not None:
            assert norm.running_mean is not None and norm.running_var is not None
            scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
            weight = weight * scale[:, None, None]
            self.bias = (norm.bias - norm.running_mean * scale).to(dtype)
        self.weight = weight.to(dtype)

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """[1, C, H, W]; the first reads the code w [1, w_dim]."""
        x = before[-1] if before else w[:, :, None, None].to(self.dtype)
        x = F.conv_transpose2d(x, self.weight, self.bias, stride=self.stride, padding=self.padding)
        return torch.tanh(x.float()) if self.bias is None else F.relu_(x)


class DcganDrawing(WholeDrawing):
    """One stage a level."""

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        self.dtype = dtype
        layers = [layer for layer in synthesis.layers if isinstance(layer, UpLayer)]
        self.stages = [UpStage(layer, index, dtype) for index, layer in enumerate(layers)]

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""
        return level + 1
