"""Generator: mapping, synthesis and the running mean of w that truncation pulls towards (spec-core 1.3)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.mapping import Mapping
from stylegan_core.networks.synthesis import Synthesis

W_AVG_BETA = 0.995


class Generator(nn.Module):
    """A whole generator; ``w_avg`` [w_dim] follows the mean of w over training batches."""

    w_avg: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.mapping = Mapping(config)
        self.synthesis = Synthesis(config)
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    @torch.no_grad()
    def update_w_avg(self, w: Tensor) -> None:
        """w_avg ← mean + 0.995·(w_avg − mean) for a training batch w [N, w_dim]."""
        mean = w.float().mean(dim=0)
        self.w_avg.copy_(mean + W_AVG_BETA * (self.w_avg - mean))


ARCHITECTURES: dict[str, Callable[[NetworkConfig], Generator]] = {"stylegan1": Generator}


def build_generator(config: NetworkConfig) -> Generator:
    """The generator a configuration describes; raises ValueError on an architecture this version lacks."""
    if config.architecture not in ARCHITECTURES:
        raise ValueError(f"This version knows no network of the kind {config.architecture!r}.")
    return ARCHITECTURES[config.architecture](config)
