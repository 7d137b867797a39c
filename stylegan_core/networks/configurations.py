"""The family as data, each by the switches that make it: StyleGAN's A–F (table 1), StyleGAN2's B–F, the DCGANs."""

from dataclasses import dataclass, field
from typing import Any

from stylegan_core.networks.config import NetworkConfig

FMAP_BASE = 8192


@dataclass(frozen=True, slots=True)
class Configuration:
    """One row: what it adds to the row before, the network switches that differ from the default, its style mixing.

    ``widen`` multiplies the channels. ``parameters`` are those of generator and discriminator at 1024² as the official
    code counts them (spec-core 3.2, 10); zeros where there is no such network.
    """

    adds: str
    switches: dict[str, Any] = field(default_factory=dict)
    style_mixing: float = 0.0
    parameters: tuple[int, int] = (0, 0)
    widen: int = 1


_PLAIN = {
    "styles": False,
    "const_input": False,
    "noise": False,
    "instance_norm": False,
    "pixel_norm": True,
    "mapping_layers": 0,
}
_GROWING2 = {"architecture": "stylegan2-growing"}
_DCGAN = {"architecture": "dcgan", "mapping_layers": 0, "mbstd_group": 1}
_D1, _G2 = 23_087_249, 24_900_764

CONFIGURATIONS: dict[str, Configuration] = {
    "a": Configuration("Progressive GAN, the baseline", {**_PLAIN, "blur": False}, 0.0, (23_079_115, _D1)),
    "b": Configuration("tuning: bilinear up- and downsampling", _PLAIN, 0.0, (23_079_115, _D1)),
    "c": Configuration("mapping network and styles", {"const_input": False, "noise": False}, 0.0, (30_400_651, _D1)),
    "d": Configuration("a learned constant instead of the input code", {"noise": False}, 0.0, (26_214_539, _D1)),
    "e": Configuration("noise inputs", {}, 0.0, (26_219_627, _D1)),
    "f": Configuration("mixing regularisation", {}, 0.9, (26_219_627, _D1)),
    "stylegan2-b": Configuration("weight demodulation instead of instance norm", _GROWING2, 0.9, (_G2, _D1)),
    "stylegan2-c": Configuration("lazy regularisation", _GROWING2, 0.9, (_G2, _D1)),
    "stylegan2-d": Configuration("path length regularisation", _GROWING2, 0.9, (_G2, _D1)),
    "stylegan2-e": Configuration(
        "no growing: skip generator, residual discriminator", {"architecture": "stylegan2"}, 0.9, (_G2, 24_038_161)
    ),
    "stylegan2-f": Configuration(
        "twice the channels at high resolutions", {"architecture": "stylegan2"}, 0.9, (30_370_060, 29_012_513), widen=2
    ),
    "dcgan": Configuration("the plain ancestor, with batch norm", {**_DCGAN, "d_norm": "batch"}),
    "wgan-gp": Configuration("no norm in the discriminator, gradient penalty", _DCGAN),
    "sn-dcgan": Configuration("spectral norm in the discriminator", {**_DCGAN, "d_norm": "spectral"}),
}


def title(config: NetworkConfig) -> str:
    """What people call a network: "StyleGAN v1", "Progressive GAN", "StyleGAN v1, configuration C", "StyleGAN3-T"."""
    named = {"a": "Progressive GAN", **{name: f"{config.family.title}, configuration {name.upper()}" for name in "bcd"}}
    for name, words in named.items():
        switches = {"styles": True, "const_input": True, "noise": True, "instance_norm": True, "pixel_norm": False}
        switches |= {"blur": True, **CONFIGURATIONS[name].switches}
        switches.pop("mapping_layers", None)
        if config.architecture == "stylegan1" and all(getattr(config, key) == on for key, on in switches.items()):
            return words
    if config.architecture == "stylegan3":
        return f"{config.family.title}-{'R' if config.rotation else 'T'}"
    return config.family.title


def configured(name: str, **sizes: Any) -> NetworkConfig:
    """The network of a configuration at the sizes given (default: 1024²); raises ValueError on an unknown name."""
    if name not in CONFIGURATIONS:
        raise ValueError(f"There is no configuration {name!r}; there are {', '.join(CONFIGURATIONS)}.")
    row = CONFIGURATIONS[name]
    sizes = {**sizes, "fmap_base": row.widen * sizes.get("fmap_base", FMAP_BASE)}
    if row.switches.get("mapping_layers") == 0:
        label = sizes.get("z_dim", 512) if sizes.get("classes") else 0
        sizes = {**sizes, "w_dim": sizes.get("z_dim", 512) + label}
    return NetworkConfig(**{**sizes, **row.switches})
