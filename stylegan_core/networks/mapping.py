"""The mapping network f: Z → W (paper, figure 1b; spec-core 1.2, 3.4)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.layers import GAIN, EqualizedLinear, lrelu, pixel_norm

LRMUL = 0.01  # the mapping learns a hundred times slower: appendix C


class Mapping(nn.Module):
    """z [N, z_dim], one-hot labels [N, classes] -> w [N, w_dim]; always float32, always untruncated.

    Labels become as many numbers as z has and are normalised with it; with ``label_input`` "separate" they go through
    a dense layer of w_dim and are normalised alone. ``bias_gain`` is √2 in StyleGAN2.
    """

    def __init__(self, config: NetworkConfig, *, bias_gain: float = 1.0) -> None:
        super().__init__()
        self.label_embedding: nn.Parameter | None = None
        self.label_dense: EqualizedLinear | None = None
        if config.classes and config.label_input == "separate":
            self.label_dense = EqualizedLinear(len(config.classes), config.w_dim, gain=1.0)
        elif config.classes:
            self.label_embedding = nn.Parameter(torch.randn(len(config.classes), config.z_dim))
        widths = [config.code_width] + [config.mapping_width] * (config.mapping_layers - 1)
        widths += [config.w_dim] if config.mapping_layers else []
        self.layers = nn.ModuleList(
            EqualizedLinear(inputs, outputs, gain=GAIN, lrmul=LRMUL, bias_gain=bias_gain)
            for inputs, outputs in pairwise(widths)
        )

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        x = self._code(z.float(), labels)
        for layer in self.layers:
            x = lrelu(layer(x))
        return x

    def _code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        if self.label_embedding is None and self.label_dense is None:
            return pixel_norm(z)
        if labels is None:
            raise ValueError("This network is conditional: its mapping needs one-hot labels beside z.")
        if self.label_dense is not None:
            return torch.cat([pixel_norm(z), pixel_norm(self.label_dense(labels.float()))], dim=1)
        assert self.label_embedding is not None
        return pixel_norm(torch.cat([z, labels.float() @ self.label_embedding.float()], dim=1))
