"""How near a projection came, in numbers and in words. No torch, so that the window may say it, too."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Self

UNLIKE = "That is not near: this network knows little like it."
UNFAMILIAR = 0.16  # of the spread; what a network knows comes nearer (docs/guide/projection.md)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Mean differences of colours from the target in parts of the range 0..255.

    ``difference`` is that of the nearest picture, ``begun`` that of the seed it began with, ``random`` that of the
    pictures of random seeds, and ``spread`` how far those are from each other.
    """

    difference: float
    begun: float
    random: float
    spread: float

    @property
    def familiar(self) -> bool:
        """False where the network seems to know little like the target."""
        return self.difference <= UNFAMILIAR * self.spread

    @property
    def sentence(self) -> str:
        """How near it came, and where that is not near a second sentence that says so."""
        near = f"It differs by {self.difference:.1f} of 255 on average, pictures of random seeds by {self.random:.0f}."
        return near if self.familiar else f"{near} {UNLIKE}"

    def to_json(self) -> str:
        """The numbers as a JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, said: object) -> Self:
        """Reads the object of :meth:`to_json`; raises ValueError on anything else."""
        try:
            numbers = [float(said[name]) for name in cls.__slots__] if isinstance(said, dict) else []
        except (KeyError, TypeError, ValueError):
            numbers = []
        if not numbers or not all(map(math.isfinite, numbers)):
            raise ValueError("The answer of the projection could not be read.")
        return cls(*numbers)
