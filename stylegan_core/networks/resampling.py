"""Low-pass filters of StyleGAN3, and changing the rate of a map by them (Alias-Free GAN paper, appendix C).

A separable filter with its zeros, its padding and its steps is a matrix with a band of numbers along its diagonal,
applied to the rows and to the columns. Products of matrices are what processors do best, so it is cut into blocks along
the band and multiplied: no zeros are inserted, no edge is padded, and its gradient is a product again.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.device import all_memory
from stylegan_core.networks.layers import clamped

Taps = npt.NDArray[np.float64]
Band = Callable[[Tensor, "_Block", "tuple[_Block, ...]"], Tensor]
UNSEEN = 1e-9  # of a filter's largest part: less is nothing in float32
BLOCK = 16  # samples a side at once: more would multiply more zeros, fewer would be more products
WIDE_BLOCK = 256  # elsewhere: a GPU waits for every product that it is told of, and has multiplications to spare
PART = 64  # of all memory, that a way back may keep of one layer: there are 14
KEPT = 128  # plans: a network has 14 in each precision, 8 MB in all for R at 1024² in float32


@dataclass(frozen=True, slots=True)
class LowPass:
    """A filter of ``taps`` numbers for samples at ``rate``: ``cutoff`` still passes, ``width`` is the way to nothing.

    One tap is no filter. ``radial``: the same in every direction, so a square of numbers (configuration R).
    """

    taps: int
    cutoff: float
    width: float
    rate: float
    radial: bool = False

    def values(self) -> Taps:
        """[taps], or [taps, taps] where it is radial; their sum is 1.

        A sinc, radially a jinc, under Kaiser's window (equations 6 to 9 of appendix C).
        """
        if self.taps == 1:
            return np.ones(1)
        at = (np.arange(self.taps) - (self.taps - 1) / 2) / self.rate
        window = np.kaiser(self.taps, kaiser_beta(self.taps, self.width / (self.rate / 2)))
        if not self.radial:
            found = np.sinc(2 * self.cutoff * at) * window
            return np.asarray(found / found.sum())
        radius = np.hypot(*np.meshgrid(at, at))
        if self.taps % 2:
            radius[self.taps // 2, self.taps // 2] = 1e-9 / self.rate  # the middle's own limit, reached from beside it
        bessel = torch.special.bessel_j1(torch.from_numpy(2 * math.pi * self.cutoff * radius)).numpy()
        found = bessel / (math.pi * radius) * np.outer(window, window)
        return np.asarray(found / found.sum())

    def parts(self) -> list[tuple[Taps, Taps]]:
        """The filter as a sum of separable ones, each the numbers down [taps] and across [taps].

        A radial filter is symmetric, so its eigenvectors are such a sum; float32 sees three to six of them.
        """
        values = self.values()
        if values.ndim == 1:
            return [(values, values)]
        weights, vectors = np.linalg.eigh(values)
        seen = np.abs(weights) > UNSEEN * np.abs(weights).max()
        return [(weight * vector, vector) for weight, vector in zip(weights[seen], vectors.T[seen], strict=True)]


def kaiser_beta(taps: int, width: float) -> float:
    """The window's beta for so many taps and a transition of ``width`` of the highest frequency (Kaiser 1974)."""
    attenuation = 2.285 * (taps - 1) * math.pi * width + 7.95
    if attenuation > 50:
        return 0.1102 * (attenuation - 8.7)
    return 0.5842 * (attenuation - 21) ** 0.4 + 0.07886 * (attenuation - 21) if attenuation > 21 else 0.0


@dataclass(frozen=True, slots=True)
class Enlarging:
    """From ``inputs`` to ``outputs`` samples, ``factor`` times as dense, with ``before`` zeros in front, filtered."""

    low_pass: LowPass
    inputs: int
    outputs: int
    factor: int
    before: int

    def matrix(self) -> Taps:
        """[outputs, inputs]: y[n] = factor · Σ f[factor·m + before − n] · x[m]."""
        places = self.factor * np.arange(self.inputs) + self.before - np.arange(self.outputs)[:, None]
        return _placed(self.factor * self.low_pass.values(), places)


@dataclass(frozen=True, slots=True)
class Reducing:
    """To ``outputs`` samples, every ``factor``-th of what the filter makes of ``inputs``."""

    low_pass: LowPass
    inputs: int
    outputs: int
    factor: int

    def matrices(self) -> list[tuple[Taps, Taps]]:
        """Of each part of the filter, down and across [outputs, inputs]: y[n] = Σ f[k] · x[factor·n + k]."""
        places = np.arange(self.inputs) - self.factor * np.arange(self.outputs)[:, None]
        return [(_placed(down, places), _placed(across, places)) for down, across in self.low_pass.parts()]


def _placed(taps: Taps, places: npt.NDArray[np.int_]) -> Taps:
    """The number at each place of a filter, 0 beyond its ends."""
    inside = (places >= 0) & (places < len(taps))
    return np.where(inside, taps[np.clip(places, 0, len(taps) - 1)], 0.0)


@dataclass(frozen=True, slots=True)
class FilteredActivation:
    """Leaky ReLU between two changes of rate, so that what it adds above the cutoff is filtered away (equation 2).

    ``clamp`` cuts what the activation makes at ± its value, 0: not at all. ``slope`` 1 is no activation.
    """

    enlarging: Enlarging
    reducing: Reducing
    slope: float
    clamp: float

    def __call__(self, x: Tensor) -> Tensor:
        """[N, C, inputs, inputs] -> [N, C, outputs, outputs] in channels_last, a square of BLOCK² samples at a time.

        Between the two the map has twice the side and more; of that only a square is ever in memory, small enough to
        stay in the processor's cache. A product sums the parts of the filter as it sums its numbers. For the way back
        through a large map nothing between the two is kept, but computed again, a band at a time.
        """
        up, down = self.enlarging, self.reducing
        if up.low_pass.taps == down.low_pass.taps == 1 and up.inputs == down.outputs:
            return self._bent(x)
        blocks = _plan(up, down, x.dtype, x.device)
        x = x.permute(0, 2, 3, 1)
        if torch.is_grad_enabled() and x.requires_grad and _is_much(x, blocks):
            made: Tensor = _Bands.apply(x, blocks, self._band)  # type: ignore[no-untyped-call]
        else:
            made = _joined([self._band(x[:, row.first : row.last], row, blocks) for row in blocks], 1)
        return made.permute(0, 3, 1, 2)

    def _band(self, band: Tensor, row: "_Block", blocks: "tuple[_Block, ...]") -> Tensor:
        """The rows that come out of one block, [N, BLOCK, outputs, C] of [N, last − first, inputs, C]."""
        count, channels = len(band), band.shape[3]
        band = (row.enlarging @ band.flatten(2)).reshape(count, -1, *band.shape[2:])
        made = []
        for column in blocks:
            y = self._bent(column.enlarging @ band[:, :, column.first : column.last])
            y = column.across @ y  # [N, between, parts·BLOCK, C]: after each row what every part makes of it
            y = row.down @ y.reshape(count, row.down.shape[1], -1)
            made.append(y.reshape(count, len(row.down), -1, channels))
        return _joined(made, 2)

    def _bent(self, x: Tensor) -> Tensor:
        return clamped(x if self.slope == 1 else F.leaky_relu(x, self.slope), self.clamp)


def _is_much(x: Tensor, blocks: "tuple[_Block, ...]") -> bool:
    """Whether a way back would keep much beside a map [N, H, W, C]: the enlarged one, before and after it is bent."""
    between = sum(len(block.enlarging) for block in blocks)
    return 2 * between**2 * len(x) * x.shape[3] * x.element_size() > all_memory(x.device) / PART


class _Bands(torch.autograd.Function):
    """All bands of a map [N, H, W, C], and one way back that computes each anew; there is no second one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, blocks: "tuple[_Block, ...]", band: "Band") -> Tensor:
        """As the bands are without slopes."""
        ctx.save_for_backward(x)
        ctx.blocks, ctx.band = blocks, band
        return _joined([band(x[:, row.first : row.last], row, blocks) for row in blocks], 1)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        """The slope of what came in; bands overlap there."""
        (x,) = ctx.saved_tensors
        found, at = torch.zeros_like(x), 0
        for row in ctx.blocks:
            part = x[:, row.first : row.last].detach().requires_grad_()
            with torch.enable_grad():
                made = ctx.band(part, row, ctx.blocks)
            (back,) = torch.autograd.grad(made, part, slope[:, at : at + made.shape[1]])
            found[:, row.first : row.last] += back
            at += made.shape[1]
        return found, None, None


def _joined(parts: list[Tensor], axis: int) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, axis)


@dataclass(frozen=True, slots=True)
class _Block:
    """BLOCK of the rows or columns that come out: those that they need, ``first`` to ``last``, and the matrices.

    ``enlarging`` [between, last − first]; ``across`` [parts·BLOCK, between], one part of the filter below the other;
    ``down`` [BLOCK, between·parts], for each row between the numbers of every part.
    """

    first: int
    last: int
    enlarging: Tensor
    across: Tensor
    down: Tensor


@functools.lru_cache(maxsize=KEPT)
def _plan(up: Enlarging, down: Reducing, dtype: torch.dtype, device: torch.device) -> tuple[_Block, ...]:
    """A filtered activation as matrices: the same blocks along both sides."""
    enlarging, reducing, blocks = up.matrix(), down.matrices(), list[_Block]()
    side = BLOCK if device.type == "cpu" else WIDE_BLOCK
    for start in range(0, down.outputs, side):
        last = min(start + side, down.outputs)
        between = slice(start * down.factor, (last - 1) * down.factor + down.low_pass.taps)
        first, end = _used(enlarging[between])
        across = np.concatenate([each[start:last, between] for _, each in reducing])
        rows = np.stack([each[start:last, between] for each, _ in reducing], axis=2).reshape(last - start, -1)
        matrices = (_on(each, dtype, device) for each in (enlarging[between, first:end], across, rows))
        blocks.append(_Block(first, end, *matrices))
    return tuple(blocks)


def _used(rows: Taps) -> tuple[int, int]:
    """The first column with a number in it, and the one after the last."""
    columns = np.flatnonzero(rows.any(axis=0))
    return (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 1)


def _on(values: Taps, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Kept for every later draw, with gradients or without, so made outside of what is going on."""
    with torch.inference_mode(False):
        made = torch.from_numpy(np.ascontiguousarray(values)).to(dtype)  # first: Apple's MPS takes no float64
        return made.to(device)
