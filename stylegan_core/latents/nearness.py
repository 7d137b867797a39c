"""How near a projection came, in numbers and in words. No torch, so that the window may say it, too."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Self

UNLIKE = "This network knows little like it."
UNFAMILIAR = 1.0  # of the seeds' distance from each other; what a network knows is nearer to one (guide/projection.md)
FAR = 0.16  # of the spread of colours, where no eye has looked


@dataclass(frozen=True, slots=True)
class Nearness:
    """Mean differences of colours from the target in parts of the range 0..255.

    ``difference`` is that of the nearest picture, ``begun`` that of the seed it began with, ``random`` that of the
    pictures of random seeds, and ``spread`` how far those are from each other. ``unlike`` is how far the seed that
    looks most like the target is from it to the eye, in parts of how far seeds are from each other; None without one.
    """

    difference: float
    begun: float
    random: float
    spread: float
    unlike: float | None = None

    @property
    def familiar(self) -> bool:
        """False where the network seems to know little like the target."""
        if self.unlike is None:
            return self.difference <= FAR * self.spread
        return self.unlike <= UNFAMILIAR

    @property
    def sentence(self) -> str:
        """How near it came, and a second sentence where the network knows little like the target."""
        near = f"It differs by {self.difference:.1f} of 255 on average, pictures of random seeds by {self.random:.0f}."
        return near if self.familiar else f"{near} {UNLIKE}"

    def to_json(self) -> str:
        """The numbers as a JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, said: object) -> Self:
        """Reads the object of :meth:`to_json`; raises ValueError on anything else."""
        try:
            found = {name: said[name] for name in cls.__slots__} if isinstance(said, dict) else {}
            numbers = {name: None if name == "unlike" and each is None else float(each) for name, each in found.items()}
        except (KeyError, TypeError, ValueError):
            numbers = {}
        if not numbers or not all(each is None or math.isfinite(each) for each in numbers.values()):
            raise ValueError("The answer of the projection could not be read.")
        return cls(**numbers)
