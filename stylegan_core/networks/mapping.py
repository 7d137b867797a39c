"""The mapping network f: Z → W (paper, figure 1b; spec-core 1.2)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.layers import EqualizedLinear, lrelu, pixel_norm

LRMUL = 0.01  # the mapping learns a hundred times slower: appendix C


class Mapping(nn.Module):
    """z [N, z_dim], one-hot labels [N, classes] -> w [N, w_dim]; always float32, always untruncated."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.label_embedding = nn.Parameter(torch.randn(len(config.classes), config.z_dim)) if config.classes else None
        widths = [config.code_width] + [config.mapping_width] * (config.mapping_layers - 1)
        widths += [config.w_dim] if config.mapping_layers else []
        self.layers = nn.ModuleList(
            EqualizedLinear(inputs, outputs, lrmul=LRMUL) for inputs, outputs in pairwise(widths)
        )

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        x = z.float()
        if self.label_embedding is not None:
            if labels is None:
                raise ValueError("This network is conditional: its mapping needs one-hot labels beside z.")
            x = torch.cat([x, labels.float() @ self.label_embedding.float()], dim=1)
        x = pixel_norm(x)
        for layer in self.layers:
            x = lrelu(layer(x))
        return x
