"""What the layers of a network made of one recipe, as plain data that panels can read without torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stylegan_core.files.table import lines_of

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """The activations that one stage of a drawing handed on: ``channels`` maps of ``resolution``² values.

    ``number`` counts the layers from 0, as style layers are counted; the picture that a level adds where a network
    has such stages carries the number of the layer that it is made from and ``is_picture``. Mean and standard
    ``deviation`` (of the whole, not of a sample) are over all finite values, as is everything else; ``not_finite``
    counts the others (nan, inf), and where all are so, what has no value is nan. ``counts`` is the histogram: how many
    values lie in each of equally wide bins from ``low`` to ``high``; the few beyond these ends are counted nowhere.
    ``not_positive`` is the share, 0 to 1, of values that are zero or below.
    """

    stage: int
    number: int
    is_picture: bool
    resolution: int
    channels: int
    band: str
    mean: float
    deviation: float
    minimum: float
    maximum: float
    not_positive: float
    low: float
    high: float
    counts: tuple[int, ...] = field(repr=False)
    not_finite: int = 0

    @property
    def name(self) -> str:
        """ "layer 7", or "picture" for what a level adds to the picture."""
        return "picture" if self.is_picture else f"layer {self.number}"

    @property
    def values(self) -> int:
        """How many values there are in all."""
        return self.channels * self.resolution**2

    @property
    def beyond(self) -> int:
        """How many finite ones lie below or above the histogram."""
        return self.values - self.not_finite - sum(self.counts)


@dataclass(frozen=True, slots=True)
class ChannelPictures:
    """Every channel of one stage as a grey picture, in the order the network has them; arrays over the C channels.

    ``pictures`` uint8 [C, h, w], where ``black`` and ``white`` [C] are the values that 0 and 255 stand for; h and w are
    the ``resolution`` of the stage, or smaller by a whole factor, each pixel then the mean of its square. ``mean`` and
    ``deviation`` [C] are those of each channel's finite values at full resolution, nan where there are none; in a
    picture nan is black.
    """

    stage: int
    resolution: int
    mean: Floats = field(repr=False, compare=False)
    deviation: Floats = field(repr=False, compare=False)
    black: Floats = field(repr=False, compare=False)
    white: Floats = field(repr=False, compare=False)
    pictures: npt.NDArray[np.uint8] = field(repr=False, compare=False)

    def by_spread(self) -> list[int]:
        """The channels' indices, that with the largest standard deviation first, equal ones by their index."""
        return [int(index) for index in np.argsort(-self.deviation, kind="stable")]


def table(facts: Sequence[LayerFacts], model: str, recipe: str) -> str:
    """The facts as CSV, one row a stage with its histogram's counts; ``model`` and ``recipe`` end each row.

    Numbers are written with every digit, so that a script reads what was measured.
    """
    bins = len(facts[0].counts) if facts else 0
    rows: list[list[object]] = [[*_COLUMNS, *(f"bin_{index}" for index in range(bins)), "model", "recipe"]]
    for each in facts:
        rows.append([*(_cell(getattr(each, name)) for name in _COLUMNS), *each.counts, model, recipe])
    return "".join(lines_of(rows))


_COLUMNS = (
    "stage", "name", "number", "is_picture", "resolution", "channels", "band", "mean", "deviation", "minimum",
    "maximum", "not_positive", "not_finite", "low", "high", "beyond",
)  # fmt: skip


def _cell(value: object) -> object:
    return repr(value) if isinstance(value, float) else int(value) if isinstance(value, bool) else value
