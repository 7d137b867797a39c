"""Small networks for the tests: every architecture at sizes that draw in a millisecond."""

import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.configurations import CONFIGURATIONS, configured
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
        if config.has_styles:
            generator.w_avg += 0.3 * torch.randn_like(generator.w_avg)
        for name, buffer in generator.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                buffer += 0.5 * torch.rand_like(buffer)
    return generator.eval().requires_grad_(False)


PLAIN = {"architecture": "dcgan", "mapping_layers": 0}
TWO = ("boot", "shirt")
FAMILY: dict[str, NetworkConfig] = {
    **{name: configured(name, **SIZES, **CHANNELS) for name in CONFIGURATIONS if len(name) == 1},
    **{f"{name}, classes": configured(name, **SIZES, **CHANNELS, classes=TWO) for name in ("a", "c", "f")},
    "stylegan2-growing": small(architecture="stylegan2-growing"),
    "stylegan2": small(architecture="stylegan2"),
    "stylegan2, classes": small(architecture="stylegan2", classes=TWO),
    "stylegan2, classes apart": small(architecture="stylegan2", classes=TWO, label_input="separate"),
    "dcgan": small(**PLAIN, d_norm="batch", mbstd_group=1),
    "dcgan, classes": small(**PLAIN, classes=TWO, w_dim=32),
    "f, spectral": small(d_norm="spectral"),
    "stylegan2, spectral": small(architecture="stylegan2", d_norm="spectral"),
    "dcgan, spectral": small(**PLAIN, d_norm="spectral", mbstd_group=1),
}
"""Every kind of network that is trained here, small."""
