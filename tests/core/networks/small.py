"""Small networks for the tests: every architecture at sizes that draw in a millisecond."""

import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator, build_generator

SIZES = {"resolution": 32, "z_dim": 16, "w_dim": 16, "mapping_width": 16, "mapping_layers": 2}
CHANNELS = {"fmap_base": 128, "fmap_max": 16}


def small(**changes: object) -> NetworkConfig:
    """A configuration with 16 numbers wherever the paper has 512, at 32²."""
    return NetworkConfig(**{**SIZES, **CHANNELS, **changes})  # type: ignore[arg-type]


def lively(config: NetworkConfig, seed: int = 0) -> Generator:
    """A generator none of whose weights is zero, so that noise, biases and w_avg show."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        generator = build_generator(config)
        for parameter in generator.parameters():
            parameter.data += 0.3 * torch.randn_like(parameter)
        generator.w_avg += 0.3 * torch.randn_like(generator.w_avg)
    return generator.eval().requires_grad_(False)
