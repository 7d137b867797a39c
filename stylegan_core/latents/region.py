"""A place of the picture, and the numbers of the style space that change it and hardly anything else: plain values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SMALLEST = 0.02  # of the picture's side: what is narrower is a slip of the hand, and often no pixel


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle on the picture in parts of its sides: 0, 0 is the upper left corner, 1, 1 the lower right one."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        within = 0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1
        if not within or min(self.right - self.left, self.bottom - self.top) < SMALLEST:
            raise ValueError(
                f"A place of the picture is a rectangle inside it, at least {SMALLEST:g} wide and high: left, top, "
                f"right and bottom from 0 to 1, not {self.left:g}, {self.top:g}, {self.right:g}, {self.bottom:g}."
            )

    @property
    def words(self) -> str:
        """Where it lies, for people: "top", "bottom left", "middle"."""
        across = _third((self.left + self.right) / 2, ("left", "", "right"))
        down = _third((self.top + self.bottom) / 2, ("top", "", "bottom"))
        return " ".join(part for part in (down, across) if part) or "middle"

    def mask(self, side: int) -> npt.NDArray[np.bool_]:
        """Which pixels of a picture of ``side``² lie in it [side, side]; at least one does, and not all.

        A pixel belongs where its middle lies. Raises ValueError where the place is the whole picture.
        """
        middles = (np.arange(side) + 0.5) / side
        across, down = (
            (low <= middles) & (middles < high) if ((low <= middles) & (middles < high)).any()
            else np.arange(side) == min(int((low + high) / 2 * side), side - 1)
            for low, high in ((self.left, self.right), (self.top, self.bottom))
        )  # fmt: skip
        inside: npt.NDArray[np.bool_] = down[:, None] & across
        if inside.all():
            raise ValueError("The place is the whole picture: leave something outside that is to stay as it is.")
        return inside


def _third(at: float, names: tuple[str, str, str]) -> str:
    return names[min(int(3 * at), 2)]


@dataclass(frozen=True, slots=True)
class LocalChannel:
    """A number of the style space that was found by place, and what it did there when it was tried.

    ``inside`` is the share, 0 to 1, of the change (the squared differences of all pixels, both ways) that falls
    into the place; ``effect`` how large the change there is: the root mean square, in steps of 0 to 255. Both are of so
    many ``faces`` together.
    """

    layer: int
    channel: int
    inside: float
    effect: float
    faces: int = 1
