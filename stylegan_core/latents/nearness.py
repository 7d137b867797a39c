"""How near a projection came, in numbers and in words. No torch, so that the window may say it, too."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Self

UNLIKE, NOT_NEAR = "This model knows little like it.", "That is not near."
UNFAMILIAR = 1.0  # of the seeds' distance from each other; what a network knows is nearer to one (guide/projection.md)
FAR = 0.16  # of the spread of colours


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
    def doubt(self) -> str:
        """A sentence where the network knows little like the target, or its colours stayed far; else empty.

        However little it knows, it may come near to colours: of a flower as near as of a face.
        """
        if self.unlike is not None and self.unlike > UNFAMILIAR:
            return UNLIKE
        return NOT_NEAR if self.difference > FAR * self.spread else ""

    @property
    def sentence(self) -> str:
        """How near it came, and where that is to be doubted a second sentence."""
        near = f"It differs by {self.difference:.1f} of 255 on average, pictures of random seeds by {self.random:.0f}."
        return f"{near} {self.doubt}".rstrip()

    def to_json(self) -> str:
        """The numbers as a JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, said: object) -> Self:
        """Reads the object of :meth:`to_json`; raises ValueError on anything else."""
        try:
            told = said if isinstance(said, dict) else {}
            difference, begun, random, spread = (float(told[name]) for name in cls.__slots__[:-1])
            unlike = None if told["unlike"] is None else float(told["unlike"])
        except (KeyError, TypeError, ValueError):
            difference = begun = random = spread = math.nan
            unlike = None
        if not all(map(math.isfinite, (difference, begun, random, spread, unlike or 0.0))):
            raise ValueError("The answer of the projection could not be read.")
        return cls(difference, begun, random, spread, unlike)
