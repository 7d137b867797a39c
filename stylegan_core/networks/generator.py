"""Generator (mapping, synthesis, running mean of w), and the table of architectures that everything is built from."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.dcgan import DcganDiscriminator, DcganSynthesis, InputCode
from stylegan_core.networks.discriminator import Discriminator, GrowingDiscriminator, NoDiscriminator
from stylegan_core.networks.layers import GAIN
from stylegan_core.networks.lucidrains import PortSynthesis
from stylegan_core.networks.mapping import Mapping
from stylegan_core.networks.spectral import normalise_spectrally
from stylegan_core.networks.stylegan2 import ResidualDiscriminator, RevisedSynthesis, SkipSynthesis
from stylegan_core.networks.stylegan3 import AliasFreeSynthesis
from stylegan_core.networks.synthesis import Synthesis, SynthesisNetwork

W_AVG_BETA = 0.995


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a network is composed of."""

    mapping: Callable[[NetworkConfig], nn.Module]
    synthesis: Callable[[NetworkConfig], SynthesisNetwork]
    discriminator: Callable[[NetworkConfig], Discriminator]


def _mapping2(config: NetworkConfig) -> Mapping:
    return Mapping(config, bias_gain=GAIN)


def _growing2(config: NetworkConfig) -> GrowingDiscriminator:
    return GrowingDiscriminator(config, down="fir-down", bias_gain=GAIN)


ARCHITECTURES: dict[str, Architecture] = {
    "stylegan1": Architecture(Mapping, Synthesis, GrowingDiscriminator),
    "stylegan2-growing": Architecture(_mapping2, RevisedSynthesis, _growing2),
    "stylegan2": Architecture(_mapping2, SkipSynthesis, ResidualDiscriminator),
    "lucidrains": Architecture(Mapping, PortSynthesis, NoDiscriminator),
    "stylegan3": Architecture(_mapping2, AliasFreeSynthesis, NoDiscriminator),
    "dcgan": Architecture(InputCode, DcganSynthesis, DcganDiscriminator),
}


class Generator(nn.Module):
    """A whole generator; ``w_avg`` [w_dim] follows the mean of w over training batches (zero without styles)."""

    w_avg: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        parts = ARCHITECTURES[config.architecture]
        self.mapping = parts.mapping(config)
        self.synthesis = parts.synthesis(config)
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    @torch.no_grad()
    def update_w_avg(self, w: Tensor) -> None:
        """w_avg ← mean + 0.995·(w_avg − mean) for a training batch w [N, w_dim]; nothing without styles."""
        if not self.config.has_styles:
            return
        mean = w.float().mean(dim=0)
        self.w_avg.copy_(mean + W_AVG_BETA * (self.w_avg - mean))


def build_generator(config: NetworkConfig) -> Generator:
    """The generator a configuration describes, with weights as before training."""
    return Generator(config)


def build_discriminator(config: NetworkConfig) -> Discriminator:
    """The discriminator a configuration describes, with weights as before training."""
    network = ARCHITECTURES[config.architecture].discriminator(config)
    if config.d_norm == "spectral":
        normalise_spectrally(network)
    return network
