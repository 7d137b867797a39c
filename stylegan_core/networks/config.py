"""NetworkConfig: everything that decides a network's shape and arithmetic, as plain data that travels in the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from stylegan_core.bands import two_each
from stylegan_core.networks.bandlimits import layer_resolutions as bandlimited_resolutions
from stylegan_core.networks.families import FAMILIES, Family

D_NORMS = ("none", "spectral", "batch")
LABEL_INPUTS = ("joint", "separate")
SIZES = ("resolution", "z_dim", "w_dim", "mapping_width", "fmap_base", "fmap_max")
ALWAYS = (*SIZES, "architecture", "classes", "mbstd_group", "d_norm")  # fields that every architecture reads


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """A network's sizes and switches; the defaults are configuration F of the paper at 1024².

    Sizes: ``fmap_base`` and ``fmap_max`` give a stage's channels (spec-core 1.4), ``classes`` the label names.
    Configurations A–E switch off (spec-core 3.2) ``styles``, ``const_input``, ``noise``, ``instance_norm`` and ``blur``
    or switch on ``pixel_norm``. ``norm_eps`` and the two after it are how ports of the official v1 code differ.
    ``d_norm`` normalises the discriminator: "none", "spectral", or "batch" (DCGAN only). ``label_input`` "separate"
    embeds labels in w_dim numbers and normalises them apart from z, as NVIDIA's PyTorch code does; "joint" is the
    official TensorFlow way. ``activation_clamp`` cuts StyleGAN2's and 3's activations at ± its value (0: not at all),
    as networks do that NVIDIA's PyTorch code trained in 16 bits. ``rotation`` makes StyleGAN3-R of its T. Raises
    ValueError if the sizes make no network or a switch means nothing for it.
    """

    resolution: int = 1024
    architecture: str = "stylegan1"
    z_dim: int = 512
    w_dim: int = 512
    mapping_layers: int = 8
    mapping_width: int = 512
    fmap_base: int = 8192
    fmap_max: int = 512
    classes: tuple[str, ...] = ()
    styles: bool = True
    const_input: bool = True
    noise: bool = True
    instance_norm: bool = True
    pixel_norm: bool = False
    blur: bool = True
    mbstd_group: int = 4
    norm_eps: float = 1e-8
    from_rgb_activation: bool = True
    bias_before_blur: bool = False
    d_norm: str = "none"
    label_input: str = "joint"
    activation_clamp: float = 0.0
    rotation: bool = False

    def __post_init__(self) -> None:
        if self.architecture not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise ValueError(f"This version knows no network of the kind {self.architecture!r}; there are {known}.")
        size = self.resolution
        if not 4 <= size <= 4096 or size & (size - 1):
            raise ValueError(f"A network's resolution is a power of two from 4 to 4096, not {size}.")
        for name in ("z_dim", "w_dim", "mapping_width", "fmap_base", "fmap_max", "mbstd_group"):
            if not 1 <= getattr(self, name) <= 65536:
                raise ValueError(f"A network's {name} lies between 1 and 65536, not at {getattr(self, name)}.")
        if not 0 <= self.mapping_layers <= 64:
            raise ValueError(f"A mapping network has 0 to 64 layers, not {self.mapping_layers}.")
        if self.channels(self.levels - 1) < 1:
            raise ValueError(
                f"fmap_base {self.fmap_base} leaves no channel at {size}²; it must be at least {size // 2}."
            )
        if self.mapping_layers == 0 and self.w_dim != self.code_width:
            raise ValueError("Without mapping layers w is the normalised z, so both need the same size.")
        for name in ("norm_eps", "activation_clamp"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is 0 or a positive number, not {getattr(self, name)}.")
        self._check_choices()

    def _check_choices(self) -> None:
        """Refuses switches that mean nothing for the architecture, and choices that do not exist."""
        for item in fields(self):
            meaningful = item.name in ALWAYS or item.name in self.family.switches
            if not meaningful and getattr(self, item.name) != item.default:
                raise ValueError(f"{item.name} is no choice in a {self.family.title}; leave it at {item.default!r}.")
        if self.d_norm not in D_NORMS or (self.d_norm == "batch" and self.architecture != "dcgan"):
            raise ValueError(f'd_norm is "none" or "spectral", in a DCGAN also "batch"; not {self.d_norm!r} here.')
        if self.label_input not in LABEL_INPUTS:
            raise ValueError(f"label_input is {' or '.join(LABEL_INPUTS)}, not {self.label_input!r}.")
        if self.architecture == "dcgan" and self.mapping_layers:
            raise ValueError("A DCGAN has no mapping network; set mapping_layers to 0 and w_dim to z_dim.")

    @property
    def family(self) -> Family:
        """What this network shares with all of its architecture."""
        return FAMILIES[self.architecture]

    @property
    def has_styles(self) -> bool:
        """Whether w enters at every layer, rather than the code at the first alone."""
        return self.family.styles and self.styles

    @property
    def levels(self) -> int:
        """The number of resolutions from 4² up: level k works at 4·2^k."""
        return self.resolution.bit_length() - 2

    @property
    def num_layers(self) -> int:
        """Style layers: two a level or as many as the family has, or one code for all where there are no styles."""
        return (self.family.layers or 2 * self.levels) if self.has_styles else 1

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """The resolution that each style layer counts as."""
        if self.architecture == "stylegan3":
            return bandlimited_resolutions(self.resolution)
        return two_each(self.resolution)[: self.num_layers]

    @property
    def num_noise_layers(self) -> int:
        """Layers with a noise input of their own."""
        return self.noise_layers_to(self.levels - 1)

    def noise_layers_to(self, level: int) -> int:
        """How many of the noise layers work at ``level`` or below."""
        return 2 * level + self.family.noise_at_4 if self.noise and self.family.noise_at_4 else 0

    @property
    def noise_resolutions(self) -> tuple[int, ...]:
        """The side of each noise map."""
        first = 2 - self.family.noise_at_4
        return tuple(4 << ((layer + first) // 2) for layer in range(self.num_noise_layers))

    @property
    def code_width(self) -> int:
        """The width of what enters the mapping: z, and beside it the label's embedding."""
        beside = self.w_dim if self.label_input == "separate" else self.z_dim
        return self.z_dim + (beside if self.classes else 0)

    def check_state(self, level: int, alpha: float | None) -> None:
        """Raises ValueError if this network cannot be at ``level``, or ``alpha`` of the way there."""
        top = self.levels - 1
        if not 0 <= level <= top:
            raise ValueError(f"This network has the levels 0 to {top}, not {level}.")
        if alpha is not None and not 0 <= alpha <= 1:
            raise ValueError(f"alpha is the weight of the newest block and lies between 0 and 1, not at {alpha}.")
        if not self.family.growing and (level != top or alpha not in (None, 1.0)):
            raise ValueError(f"A {self.family.title} does not grow: it draws at level {top} and alpha 1 only.")

    def channels(self, level: int) -> int:
        """Feature maps at 4·2^level: min(fmap_base / 2^(level+1), fmap_max), rounded down."""
        return min(self.fmap_base >> (level + 1), self.fmap_max)

    def with_classes(self, classes: tuple[str, ...]) -> Self:
        """This network for other labels; where w is the code itself, its width follows."""
        if self.mapping_layers:
            return replace(self, classes=classes)
        return replace(self, classes=classes, w_dim=2 * self.z_dim if classes else self.z_dim)

    def to_dict(self) -> dict[str, Any]:
        """The configuration as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads :meth:`to_dict`; raises ValueError naming a field that is unknown or of the wrong kind."""
        kinds = {item.name: item.type for item in fields(cls)}
        made: dict[str, Any] = {}
        for name, value in data.items():
            if name not in kinds:
                raise ValueError(f"The network's configuration holds {name!r}, which this version does not know.")
            value = tuple(value) if name == "classes" and isinstance(value, list) else value
            kind: Any = kinds[name]
            expected: Any = kind if kind in (str, int, bool) else (int, float) if kind is float else tuple
            if not isinstance(value, expected) or (isinstance(value, bool) and kind is not bool):
                raise ValueError(f"The network's configuration has no sensible {name}: {value!r}.")
            try:
                made[name] = float(value) if kind is float else value
            except OverflowError:
                raise ValueError(f"The network's configuration has no sensible {name}: it is too large.") from None
        if not all(isinstance(item, str) for item in made.get("classes", ())):
            raise ValueError("The network's configuration has no sensible classes: each must be a text.")
        return cls(**made)
