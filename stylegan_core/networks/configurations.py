"""The paper's configurations A–F (table 1), each as the switches that make it; every one includes those before it."""

from dataclasses import dataclass, field
from typing import Any

from stylegan_core.networks.config import NetworkConfig


@dataclass(frozen=True, slots=True)
class Configuration:
    """One row of a paper's table: what it adds, the network switches that differ from the default, its training.

    ``parameters`` are the generator's at 1024² as published or counted in the official code (spec-core 3.2, 10).
    """

    adds: str
    switches: dict[str, Any] = field(default_factory=dict)
    style_mixing: float = 0.0
    parameters: int = 0


_TRADITIONAL = {
    "styles": False,
    "const_input": False,
    "noise": False,
    "instance_norm": False,
    "pixel_norm": True,
    "mapping_layers": 0,
}

CONFIGURATIONS: dict[str, Configuration] = {
    "a": Configuration("Progressive GAN, the baseline", {**_TRADITIONAL, "blur": False}, 0.0, 23_079_115),
    "b": Configuration("tuning: bilinear up- and downsampling", _TRADITIONAL, 0.0, 23_079_115),
    "c": Configuration("mapping network and styles", {"const_input": False, "noise": False}, 0.0, 30_400_651),
    "d": Configuration("a learned constant instead of the input code", {"noise": False}, 0.0, 26_214_539),
    "e": Configuration("noise inputs", {}, 0.0, 26_219_627),
    "f": Configuration("mixing regularisation", {}, 0.9, 26_219_627),
}


def configured(name: str, **sizes: Any) -> NetworkConfig:
    """The network of a configuration at the sizes given (default: 1024²); raises ValueError on an unknown name."""
    if name not in CONFIGURATIONS:
        raise ValueError(f"There is no configuration {name!r}; there are {', '.join(CONFIGURATIONS)}.")
    switches = CONFIGURATIONS[name].switches
    if switches.get("mapping_layers") == 0:
        label = sizes.get("z_dim", 512) if sizes.get("classes") else 0
        sizes = {**sizes, "w_dim": sizes.get("z_dim", 512) + label}
    return NetworkConfig(**{**sizes, **switches})
