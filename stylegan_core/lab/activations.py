"""Activations: what each layer hands on while a recipe is drawn, as numbers and as pictures of its channels.

Everything is measured on the activations of the exact picture, float32 and one picture at a time, so it is true of what
is seen. Sums are taken on the CPU a part at a time: the same numbers on every device, and a window that draws between.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.bands import band_of_resolution
from stylegan_core.drawing.drawings import Stage
from stylegan_core.info import ModelInfo
from stylegan_core.lab.layer_facts import ChannelPictures, Floats, LayerFacts
from stylegan_core.model import Model
from stylegan_core.recipe import Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.steps import retold, run_through

BINS = 64
EDGE = 4.0  # standard deviations from the mean, beyond which a histogram would be mostly empty
SHADES = 3.0  # standard deviations from its mean at which a channel's picture is black or white
PART = 1 << 20  # values measured in one step, about 10 ms of one core
T = TypeVar("T")
Doubles = npt.NDArray[np.float64]
Place = tuple[int, int, None]  # a stage, and how many there are
Parts = Generator[None, None, T]
Steps = Generator[tuple[int, int, LayerFacts | None], None, tuple[LayerFacts, ...]]


def inspect(model: Model, recipe: Recipe) -> tuple[LayerFacts, ...]:
    """Mean, deviation, range and histogram of every stage of the exact picture, in the order they are drawn.

    A network that is still growing has the stages of its level only. Raises ValueError as ``render`` does.
    """
    return run_through(layer_steps(renderer_of(model), recipe))


def channels(model: Model, recipe: Recipe, stage: int, size: int = 0, *, together: bool = False) -> ChannelPictures:
    """The channels of one stage as grey pictures, see :func:`channel_steps`. Raises ValueError as ``render`` does."""
    return run_through(channel_steps(renderer_of(model), recipe, stage, size, together=together))


def layer_steps(renderer: Renderer, recipe: Recipe) -> Steps:
    """:func:`inspect` in small steps: yields (stage, stages, its facts or None while they are measured)."""
    stages, found = renderer.stages(recipe), list[LayerFacts]()
    info, number = renderer.styles.model.info, -1
    for at, (stage, x) in enumerate(renderer.stage_by_stage(recipe)):
        here = at, len(stages), None
        yield here
        number += not stage.makes_picture
        rows, side = _rows(x), x.shape[-1]
        whole = (yield from _telling(here, _moments(rows))).together()
        low, high = whole.range(EDGE)
        finite = int(whole.finite[0])
        counts = yield from _telling(here, _histogram(rows, float(low[0]), float(high[0]), finite))
        facts = LayerFacts(
            at, number, stage.makes_picture, side, len(rows), _band(stage, side, info),
            float(whole.mean[0]), float(whole.deviation[0]), float(whole.minimum[0]), float(whole.maximum[0]),
            1 - whole.positive / finite if finite else 0.0, float(low[0]), float(high[0]), counts,
            rows.numel() - finite,
        )  # fmt: skip
        found.append(facts)
        yield at, len(stages), facts
    return tuple(found)


def channel_steps(
    renderer: Renderer, recipe: Recipe, stage: int, size: int = 0, *, together: bool = False
) -> Generator[Place, None, ChannelPictures]:
    """The channels of a stage as grey pictures of at most ``size``² pixels (0: its own resolution), in small steps.

    Black lies three standard deviations below a channel's mean and white three above, or at its least and largest value
    where these are nearer; with ``together`` mean, deviation and range are those of all channels, so that one grey is
    the same value in each. Yields (stage, stages, None). Raises ValueError where there is no such stage.
    """
    x = yield from _drawn(renderer, recipe, stage)
    rows = _rows(x)
    moments = yield from _telling((stage, stage + 1, None), _moments(rows))
    low, high = (moments.together() if together else moments).range(SHADES)
    black, white = (_floats(np.broadcast_to(each, len(rows))) for each in (low, high))
    made = []
    few = _channels_at_once(rows)
    for at in range(0, len(rows), few):
        maps = _averaged(rows[at : at + few].view(-1, *x.shape[2:]), size)
        made.append(_grey(maps, black[at : at + few], white[at : at + few]))
        yield stage, stage + 1, None
    mean, deviation = _floats(moments.mean), _floats(moments.deviation)
    return ChannelPictures(stage, x.shape[-1], mean, deviation, black, white, np.concatenate(made))


def channel_map(renderer: Renderer, recipe: Recipe, stage: int, channel: int) -> Generator[Place, None, Floats]:
    """The values of one channel of a stage, float32 [h, w], in small steps. Raises ValueError where it is missing."""
    x = yield from _drawn(renderer, recipe, stage)
    if not 0 <= channel < x.shape[1]:
        raise ValueError(f"This layer has the channels 0 to {x.shape[1] - 1}, not {channel}: choose one of them.")
    values: Floats = np.ascontiguousarray(x[0, channel].float().cpu().numpy())
    return values


def _band(stage: Stage, side: int, info: ModelInfo) -> str:
    """The band of a stage: its style layer's, else that of the side of its map."""
    per_layer = stage.row is not None and info.num_layers > 1
    return (info.band_of(stage.row or 0) if per_layer else band_of_resolution(side, info.resolution)).name


def _drawn(renderer: Renderer, recipe: Recipe, stage: int) -> Generator[Place, None, Tensor]:
    """Draws up to one stage, yielding after each; the activation [1, C, h, w]."""
    count = len(renderer.stages(recipe))
    if not 0 <= stage < count:
        raise ValueError(f"This model draws in the stages 0 to {count - 1}, not {stage}: choose one of them.")
    for at, (_, x) in enumerate(renderer.stage_by_stage(recipe)):
        yield at, stage + 1, None
        if at == stage:
            return x
    raise AssertionError("A drawing has the stages that it says it has.")


@dataclass(frozen=True, slots=True)
class _Moments:
    """Of the ``finite`` values of each of C rows: float64 [C], nan where none are; ``positive``: above 0 in all."""

    mean: Doubles
    deviation: Doubles
    minimum: Doubles
    maximum: Doubles
    finite: Doubles
    positive: int

    def together(self) -> "_Moments":
        """The moments of all rows as one, arrays of [1]."""
        some = self.finite > 0
        count = self.finite.sum(keepdims=True)
        if not some.any():
            nan = np.full(1, np.nan)
            return _Moments(nan, nan, nan, nan, count, self.positive)
        share, own = self.finite[some] / count, self.mean[some]
        mean = (share * own).sum(keepdims=True)
        variance = (share * (self.deviation[some] ** 2 + (own - mean) ** 2)).sum(keepdims=True)
        ends = self.minimum[some].min(keepdims=True), self.maximum[some].max(keepdims=True)
        return _Moments(mean, np.sqrt(variance), *ends, count, self.positive)

    def range(self, edge: float) -> tuple[Doubles, Doubles]:
        """From ``edge`` deviations below the mean to as many above, but no further than there are values."""
        reach = edge * self.deviation
        return np.maximum(self.minimum, self.mean - reach), np.minimum(self.maximum, self.mean + reach)


def _moments(rows: Tensor) -> Parts[_Moments]:
    """The moments of [C, values] float32, some channels at a time."""
    parts, positive = [], 0
    for part in torch.split(rows, _channels_at_once(rows)):
        deviation, mean = torch.std_mean(part, dim=1, correction=0)
        low, high = torch.aminmax(part, dim=1)
        made = torch.stack([mean, deviation, low, high, torch.full_like(mean, part.shape[1])]).double()
        if not made.isfinite().all():
            made = _finite_moments(part)
            positive -= int(np.count_nonzero(part.numpy() == np.inf))
        parts.append(made.numpy())
        positive += int(np.count_nonzero(part.numpy() > 0))
        yield
    mean, deviation, low, high, finite = np.concatenate(parts, axis=1)
    return _Moments(mean, deviation, low, high, finite, positive)


def _finite_moments(part: Tensor) -> Tensor:
    """Mean, deviation, least, largest and how many, float64 [5, C], of the finite values among [C, values]."""
    is_finite = part.isfinite()
    count = is_finite.sum(1).double()
    values = part.double()
    mean = values.where(is_finite, 0.0).sum(1) / count  # nan where there are none
    variance = (values - mean[:, None]).where(is_finite, 0.0).square().sum(1) / count
    low, high = (values.where(is_finite, end) for end in (torch.inf, -torch.inf))
    none = count == 0
    ends = low.amin(1).masked_fill(none, torch.nan), high.amax(1).masked_fill(none, torch.nan)
    return torch.stack([mean, variance.sqrt(), *ends, count])


def _histogram(rows: Tensor, low: float, high: float, finite: int) -> Parts[tuple[int, ...]]:
    """Finite values in each of the bins from low to high, both included; all in the first where they are one number."""
    if not low < high:
        return (finite, *[0] * (BINS - 1))
    counts = torch.zeros(BINS, dtype=torch.int64)
    for part in torch.split(rows, _channels_at_once(rows)):
        counts += torch.histc(part, BINS, low, high).long()  # of one part: float32 counts up to 2^24 exactly
        yield
    return tuple(int(count) for count in counts)


def _grey(maps: Tensor, black: Floats, white: Floats) -> npt.NDArray[np.uint8]:
    """[C, h, w] as uint8, black at 0 and white at 255; a channel of one value is middle grey, nan is black."""
    low, high = (torch.from_numpy(end)[:, None, None] for end in (black, white))
    span = high - low
    flat = span <= 0
    part = torch.where(flat, 0.5, (maps - low) / torch.where(flat, 1.0, span))
    pixels: npt.NDArray[np.uint8] = (part * 255).nan_to_num_(0.0).round_().clamp_(0, 255).to(torch.uint8).numpy()
    return pixels


def _floats(values: Doubles) -> Floats:
    """As float32; the deviation of values at its ends may be more than it can say, and is inf."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def _averaged(maps: Tensor, size: int) -> Tensor:
    """[C, h, w] by the mean of squares so that it has at most ``size``² pixels; 0 leaves it as it is."""
    factor = -(-maps.shape[-1] // size) if size else 1
    factor = 1 << (factor - 1).bit_length()  # sides are powers of two
    return F.avg_pool2d(maps[None], factor)[0] if factor > 1 else maps


def _rows(x: Tensor) -> Tensor:
    """[1, C, h, w] -> [C, h·w] float32 on the CPU, each channel in one piece; not to be written to."""
    return x[0].float().cpu().flatten(1).contiguous()


def _channels_at_once(rows: Tensor) -> int:
    return max(1, PART // rows.shape[1])


def _telling(here: Place, parts: Parts[T]) -> Generator[Place, None, T]:
    """The parts of the work, each told as this place."""
    return retold(parts, lambda _: here)
