"""Facts about a model, as plain data that panels can read without torch."""

from dataclasses import dataclass, field

from stylegan_core.bands import Band, band_of_layer, bands, two_each


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a network can do; a control that means nothing for it is disabled with ``ModelInfo.why_not``.

    ``transform``: its picture can be moved and turned; ``rotation``: all detail turns along.
    """

    styles: bool = True
    noise: bool = True
    mixing: bool = True
    growing: bool = True
    truncation: bool = True
    transform: bool = False
    rotation: bool = False


REASONS = {
    "styles": "This model has no styles: its code enters only at the first layer.",
    "noise": "This model has no noise inputs.",
    "mixing": "This model has no per-layer styles to mix.",
    "growing": "This model was not grown: it draws at full resolution only.",
    "truncation": "This model has no mean face to truncate towards.",
    "transform": "This model has no input that could be moved or turned: only StyleGAN3 has one.",
    "rotation": "Only StyleGAN3-R turns fine detail along: this model draws it anew.",
}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Facts about one model: sizes, state of growth, classes, abilities, and where its numbers came from.

    ``hash`` is the SHA-256 of the drawing generator's tensors (contracts: Model hash), ``level`` and ``alpha``
    what the file was trained to, ``noise_resolutions`` the side length of every noise map, ``layer_resolutions`` what
    each style layer works at: two layers at every resolution, where nothing else is said. ``style_channels`` are how
    many numbers of each style layer scale one feature map each (style_space.py), those that enter the layer where it
    ``scales_inputs`` (StyleGAN2 and 3), else those that leave it.
    """

    name: str
    hash: str
    architecture: str
    resolution: int
    level: int
    alpha: float
    z_dim: int
    w_dim: int
    num_layers: int
    num_noise_layers: int
    noise_resolutions: tuple[int, ...]
    parameters: int
    classes: tuple[str, ...] = ()
    capabilities: Capabilities = field(default_factory=Capabilities)
    origin: str = ""
    notes: tuple[str, ...] = ()
    layer_resolutions: tuple[int, ...] = ()
    style_channels: tuple[int, ...] = ()
    scales_inputs: bool = False

    def __post_init__(self) -> None:
        if not self.layer_resolutions:
            object.__setattr__(self, "layer_resolutions", two_each(self.resolution)[: self.num_layers])

    @property
    def top_level(self) -> int:
        """The level of the full resolution; level k works at 4·2^k."""
        return self.resolution.bit_length() - 3

    @property
    def finished(self) -> bool:
        """True when the network has grown to its full resolution."""
        return self.level == self.top_level and self.alpha == 1.0

    @property
    def bands(self) -> tuple[Band, Band, Band]:
        """Coarse, middle and fine with the layers of this network."""
        return bands(self.resolution, self._layers)

    def band_of(self, layer: int) -> Band:
        """The band of a style layer; layers beyond the network count as its last."""
        return band_of_layer(layer, self.resolution, self._layers)

    @property
    def _layers(self) -> tuple[int, ...]:
        """The layers that bands divide; a network whose one code enters everywhere counts as any of its resolution."""
        return self.layer_resolutions if self.num_layers > 1 else ()

    def has_channel(self, layer: int, channel: int) -> bool:
        """Whether a number of the style space is one of this network's."""
        return 0 <= layer < len(self.style_channels) and 0 <= channel < self.style_channels[layer]

    def why_no_channel(self, layer: int, channel: int) -> str:
        """One sentence where a number of the style space is none of this network's; empty if it is."""
        if self.has_channel(layer, channel):
            return ""
        counts = self.style_channels
        has = f"its layer {layer} has {counts[layer]}" if 0 <= layer < len(counts) else f"it has {len(counts)} layers"
        return f"This model has no channel {layer}:{channel}; {has if counts else 'it has none'}."

    def channel_name(self, layer: int, channel: int) -> str:
        """One of its channels in few words: the resolution of its layer, and "3:124", layer and number from 0."""
        return f"{self.layer_resolutions[layer]}² {layer}:{channel}"

    def channel_of_map(self, number: int, channel: int) -> tuple[int, int] | None:
        """Layer and number of the style that scales one feature map of what layer ``number`` hands on.

        None where none does: what only the picture is made from. In StyleGAN2 and 3 it is the next layer's style.
        """
        layer = number + self.scales_inputs
        return (layer, channel) if self.has_channel(layer, channel) else None

    def why_not(self, capability: str) -> str:
        """The reason this network lacks a capability, in one sentence; empty if it has it."""
        return "" if getattr(self.capabilities, capability) else REASONS[capability]
