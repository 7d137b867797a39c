"""One training preset for each network of the family, all at 32² for avatars, so that they can be held side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.configurations import CONFIGURATIONS, configured
from stylegan_core.training.objective import ObjectiveConfig

SIZES = {"resolution": 32, "z_dim": 256, "w_dim": 256, "mapping_width": 256, "mapping_layers": 4}
CHANNELS = {"fmap_base": 1024, "fmap_max": 128}
DCGAN_SIZES = {"resolution": 32, "z_dim": 128, "mapping_width": 128, "fmap_base": 1024, "fmap_max": 512}
IMAGES = 225.0  # thousands, the same for all

# Resolution, kimg of fading, kimg of stable training, batch.
FROM_4 = ((4, 0, 5, 32), (8, 5, 20, 16), (16, 15, 30, 16), (32, 20, 130, 16))
FROM_8 = ((8, 0, 30, 16), (16, 15, 30, 16), (32, 20, 130, 16))
AT_ONCE = ((32, 0, IMAGES, 16),)
AT_ONCE_64 = ((32, 0, IMAGES, 64),)  # DCGAN's batch


@dataclass(frozen=True, slots=True)
class Row:
    """A preset: its configuration, growth plan, learning rate, and what its training sets apart from that."""

    meaning: str
    configuration: str
    growth: tuple[tuple[int, float, float, int], ...]
    rate: float = 0.01  # the paper's is for hundreds of times as many images (docs/models.md)
    sizes: Mapping[str, int] = field(default_factory=lambda: {**SIZES, **CHANNELS})
    settings: Mapping[str, Any] = field(default_factory=dict)

    def network(self) -> NetworkConfig:
        """The network at this preset's sizes."""
        return configured(self.configuration, **self.sizes)

    def changes(self) -> dict[str, Any]:
        """The settings of the run, style mixing included."""
        return {"style_mixing": CONFIGURATIONS[self.configuration].style_mixing, **self.settings}


_R1 = {"gamma": 2.0}
# The mapping network has a hundredth of the rate, in which it would stay the random projection it began as.
_STYLES = {**_R1, "mapping_rate": 20.0}
_NOISE = {**_STYLES, "noise_rate": 0.0006}
_WGAN_GP = ObjectiveConfig(loss="wgan", gradient_penalty=10.0, drift=0.001)
# One strength for all channels of a layer, and no norm after it: with a larger one grain covered the faces soon.
_STYLEGAN2 = {**_STYLES, "noise_rate": 0.001}
_LAZY = {**_STYLEGAN2, "r1_interval": 16, "objective": ObjectiveConfig(lazy_steps=True)}
_PATH = {**_STYLEGAN2, "r1_interval": 16, "objective": ObjectiveConfig(lazy_steps=True, path_length=2.0)}
_DCGAN = {"gamma": 0.0, "objective": ObjectiveConfig(beta1=0.5, beta2=0.999)}
_SN = {"gamma": 0.0, "objective": ObjectiveConfig(loss="hinge", beta2=0.9)}

FAMILY: dict[str, Row] = {
    "config-a": Row(
        "Configuration A, Progressive GAN: WGAN-GP, pixel norm, from 4².",
        "a",
        FROM_4,
        rate=0.005,
        settings={"gamma": 0.0, "objective": _WGAN_GP},
    ),
    "config-b": Row("Configuration B: with blur, R1, from 8².", "b", FROM_8, settings=_R1),
    "config-c": Row("Configuration C: with mapping network and styles.", "c", FROM_8, settings=_STYLES),
    "config-d": Row("Configuration D: with a learned constant as input.", "d", FROM_8, settings=_STYLES),
    "config-e": Row("Configuration E: with noise inputs.", "e", FROM_8, settings=_NOISE),
    "config-f": Row("Configuration F, StyleGAN v1: with mixing regularisation.", "f", FROM_8, settings=_NOISE),
    "stylegan2-b-32": Row(
        "StyleGAN2's B: demodulated layers, still growing.",
        "stylegan2-b",
        FROM_8,
        settings={**_STYLEGAN2, "r1_interval": 1},
    ),
    "stylegan2-c-32": Row("StyleGAN2's C: with lazy regularisation.", "stylegan2-c", FROM_8, settings=_LAZY),
    "stylegan2-d-32": Row("StyleGAN2's D: with path length regularisation.", "stylegan2-d", FROM_8, settings=_PATH),
    "stylegan2-e-32": Row("StyleGAN2's E: skips and residuals, no growing.", "stylegan2-e", AT_ONCE, settings=_PATH),
    "stylegan2-32": Row("StyleGAN2 (F): E with wider high resolutions.", "stylegan2-f", AT_ONCE, settings=_PATH),
    "dcgan-32": Row(
        "DCGAN: no styles, no growing, batch norm.", "dcgan", AT_ONCE_64, 0.0002, DCGAN_SIZES, settings=_DCGAN
    ),
    "wgan-gp-32": Row(
        "DCGAN's layers with WGAN-GP instead of batch norm in the discriminator.",
        "wgan-gp",
        AT_ONCE_64,
        0.0002,
        DCGAN_SIZES,
        settings={"gamma": 0.0, "objective": ObjectiveConfig(loss="wgan", gradient_penalty=10.0, beta2=0.9)},
    ),
    "sn-dcgan-32": Row(
        "DCGAN with spectral norm and the hinge loss.", "sn-dcgan", AT_ONCE_64, 0.0002, DCGAN_SIZES, settings=_SN
    ),
}
