"""Recipe: the one frozen value that decides a picture completely; its parts, too, are found here."""

import json
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

from stylegan_core.bands import NAMES
from stylegan_core.json_text import read_json
from stylegan_core.recipe_json import decode, encode
from stylegan_core.recipe_parts import (
    FARTHEST,
    SEEDS,
    AppliedChannel,
    AppliedDirection,
    Direction,
    Knob,
    Latent,
    Mix,
    NoiseLayer,
    Transform,
    Vector,
    default,
    grid_seed,
    knob,
    knobbed,
)

__all__ = [
    "FARTHEST",
    "SEEDS",
    "AppliedChannel",
    "AppliedDirection",
    "Direction",
    "Knob",
    "Latent",
    "Mix",
    "NoiseLayer",
    "Recipe",
    "Transform",
    "Vector",
    "default",
    "grid_seed",
    "knob",
]

VERSION = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a picture; order of operations: w → mixes → truncation → directions → synthesis.

    ``channels`` bend the styles that synthesis makes of w. They, ``noise`` and layer ranges may say less or more than
    the network has; what is missing is default, what lies beyond is ignored when drawing, as is ``transform`` where a
    network has none. ``unknown`` keeps fields of a newer version as JSON text.
    """

    latent: Latent = field(default_factory=Latent)
    psi: float = knobbed(
        0.7, "Pulls the face towards the mean face (0) or lets it be itself (1); beyond 1 it exaggerates.", -1, 2
    )
    cutoff: int | None = knobbed(None, "Truncates only the layers before this one; none means every layer.", 0, 18, 1)
    psi_bands: tuple[float, float, float] | None = None
    mixes: tuple[Mix, ...] = ()
    directions: tuple[AppliedDirection, ...] = ()
    channels: tuple[AppliedChannel, ...] = ()
    noise: tuple[NoiseLayer, ...] = ()
    transform: Transform = field(default_factory=Transform)
    label: int | None = None
    level: int | None = None
    alpha: float | None = knobbed(None, "The weight of the newest block of a model that is still growing.")
    unknown: str = ""

    def __post_init__(self) -> None:
        noise = self.noise
        while noise and noise[-1] == NoiseLayer():
            noise = noise[:-1]
        object.__setattr__(self, "noise", noise)

    def noise_layer(self, layer: int) -> NoiseLayer:
        """The noise of one layer, default where the recipe does not say."""
        return self.noise[layer] if layer < len(self.noise) else NoiseLayer()

    def with_noise(self, layer: int, **changes: Any) -> Self:
        """This recipe with one noise layer changed."""
        layers = [self.noise_layer(index) for index in range(max(layer + 1, len(self.noise)))]
        layers[layer] = replace(layers[layer], **changes)
        return replace(self, noise=tuple(layers))

    def strength_of(self, layer: int, channel: int) -> float:
        """How far one number of the style space is moved, in sigma; 0 where the recipe does not say."""
        return sum(each.strength for each in self.channels if (each.layer, each.channel) == (layer, channel))

    def with_channel(self, layer: int, channel: int, strength: float, name: str | None = None) -> Self:
        """This recipe with one number of the style space at a strength in its place; at 0 it is taken out.

        Without a ``name`` it keeps the one it has.
        """
        places = [at for at, each in enumerate(self.channels) if (each.layer, each.channel) == (layer, channel)]
        made = [each for at, each in enumerate(self.channels) if at not in places]
        if strength:
            at = places[0] if places else len(made)
            old = self.channels[at] if places else AppliedChannel(layer, channel)
            made.insert(at, replace(old, strength=strength, name=old.name if name is None else name))
        return replace(self, channels=tuple(made))

    def with_transform(self, **changes: Any) -> Self:
        """This recipe with the transform changed."""
        return replace(self, transform=replace(self.transform, **changes))

    def mix(self, band: str) -> Mix | None:
        """The mix of a band, if there is one."""
        return next((mix for mix in self.mixes if mix.band == band), None)

    def with_mix(self, band: str, mix: Mix | None) -> Self:
        """This recipe with the mix of a band replaced or, with None, taken away; bands keep their order."""
        others = [old for old in self.mixes if old.band != band] + ([mix] if mix else [])
        banded = sorted((m for m in others if m.band), key=lambda m: NAMES.index(m.band or ""))
        return replace(self, mixes=tuple(banded) + tuple(m for m in others if not m.band))

    def to_json(self) -> str:
        """The recipe as one line of JSON with its version; fields of newer versions come back as they were."""
        return json.dumps({"version": VERSION, **encode(self)}, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads :meth:`to_json`; missing fields are default. Raises ValueError with one sentence on anything else."""
        try:
            data = read_json(text)
        except ValueError as error:
            raise ValueError(f"This is no recipe: its JSON cannot be read ({error}).") from None
        if not isinstance(data, dict) or type(data.get("version")) is not int:
            raise ValueError("This is no recipe: a recipe is a JSON object with a version.")
        return cast(Self, decode(cls, {name: value for name, value in data.items() if name != "version"}, "recipe"))
