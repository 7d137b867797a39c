"""Handles on a picture and how far they were dragged: plain values that the window and the search share."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from stylegan_core.recipe import Recipe, Transform, Vector


@dataclass(frozen=True, slots=True)
class Handle:
    """A point of the face and where it is to go, in parts of the picture's sides: 0, 0 is its upper left corner.

    ``x`` and ``y`` are where it is now, ``from_x`` and ``from_y`` where it was on the picture that the search began
    with. A handle whose target is its own place holds what is under it.
    """

    x: float
    y: float
    to_x: float
    to_y: float
    from_x: float
    from_y: float

    @classmethod
    def at(cls, x: float, y: float) -> Self:
        """A handle that holds a point where it is."""
        return cls(x, y, x, y, x, y)

    @property
    def left(self) -> float:
        """How far it still is from its target, in parts of the picture's width."""
        return math.hypot(self.to_x - self.x, self.to_y - self.y)

    def aimed(self, x: float, y: float) -> Self:
        """This handle with another target, which stays inside the picture."""
        return replace(self, to_x=inside(x), to_y=inside(y))

    def put(self, x: float, y: float) -> Self:
        """This handle on another point, which it holds."""
        return type(self).at(inside(x), inside(y))

    def carried(self, before: Transform, after: Transform) -> Self | None:
        """This handle where the picture took what it holds, when it was moved; None where that is beyond an edge."""
        if before == after:
            return self.put(self.x, self.y)
        seen = before.inverse @ [self.x - 0.5, self.y - 0.5, 1.0]
        x, y = (float(each) + 0.5 for each in np.linalg.solve(after.inverse, seen)[:2])
        return self.put(x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None

    def begun(self) -> Self:
        """This handle as a search begins with it: it is still where it was put."""
        return replace(self, from_x=self.x, from_y=self.y)


@dataclass(frozen=True, slots=True)
class Dragged:
    """Where a search has come to: ``recipe`` draws it.

    ``motion`` [rows, numbers] is what the last steps did to the styles, in standard deviations; a search that goes on
    from here goes on with it.
    """

    recipe: Recipe
    handles: tuple[Handle, ...]
    motion: Vector

    @property
    def left(self) -> float:
        """How far the farthest handle still is from its target, in parts of the picture's width."""
        return max((handle.left for handle in self.handles), default=0.0)


def inside(place: float) -> float:
    """A place across or down the picture, 0 to 1; what lies beyond an edge becomes the edge."""
    return min(max(place, 0.0), 1.0)
