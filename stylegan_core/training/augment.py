"""Adaptive discriminator augmentation (Karras et al., arXiv 2006.06676): what D sees, and how strongly.

Every transform meets each picture with a probability p < 1, which makes what it does to the distribution of pictures
invertible, so that the generator does not learn to draw augmented ones. Random numbers are keyed by the image's number,
not drawn from a state. Unlike the paper's code, geometry is sampled bilinearly without a wavelet filter.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.training.groups import AdaConfig
from stylegan_core.training.keys import Purpose, stream

Matrices = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.float64]

COINS, EVEN, NORMAL = 13, 8, 7
TRANSLATION = 0.125  # of the side: whole pixels within ±, and the deviation of fractional ones
SCALE, BRIGHTNESS, CONTRAST, SATURATION = 0.2, 0.2, 0.5, 1.0  # deviations; all but brightness of the base-2 logarithm
QUARTERS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # cosine and sine of quarter turns, exact
LUMA = np.full(3, 1 / math.sqrt(3))


class Draws:
    """The random numbers of some images for one purpose, all in columns over the images."""

    def __init__(self, seed: int, purpose: Purpose, indices: Sequence[int]) -> None:
        streams = [stream(seed, purpose, index) for index in indices]
        self._coins = np.stack([each.random(COINS) for each in streams], axis=1)
        self._even: list[Numbers] = list(np.stack([each.random(EVEN) for each in streams], axis=1))
        self._normal: list[Numbers] = list(np.stack([each.standard_normal(NORMAL) for each in streams], axis=1))
        self._next = 0

    def on(self, p: float) -> npt.NDArray[np.bool_]:
        """The next transform's coin: which images get it."""
        self._next += 1
        chosen: npt.NDArray[np.bool_] = self._coins[self._next - 1] < p
        return chosen

    def even(self) -> Numbers:
        """The next numbers, even in 0…1."""
        return self._even.pop(0)

    def normal(self) -> Numbers:
        """The next numbers, standard normal."""
        return self._normal.pop(0)


def augmented(images: Tensor, p: float, seed: int, purpose: Purpose, indices: Sequence[int]) -> Tensor:
    """Pictures [N, 3, r, r] in −1…1 as the discriminator sees them; image i depends on ``indices[i]`` alone.

    Linear in the pictures, so it may be differentiated as often as R1 needs. At p 0 they are returned as they are.
    """
    if p <= 0:
        return images
    draws = Draws(seed, purpose, indices)
    geometry = geometric(draws, p, len(images), images.shape[-1])
    colours = colour(draws, p, len(images))
    return recoloured(resampled(images, geometry), colours)


def geometric(draws: Draws, p: float, number: int, side: int) -> Matrices:
    """[N, 3, 3] from places in the output to places in the input, in pixels around the middle."""
    found: Matrices = np.broadcast_to(np.eye(3), (number, 3, 3))
    flips = np.where(draws.on(p), 1 - 2 * np.floor(draws.even() * 2), 1)
    found = found @ _scaling(flips, np.ones(number))
    turns = np.where(draws.on(p), np.floor(draws.even() * 4), 0).astype(int)
    cosine, sine = np.array(QUARTERS, float)[turns].T
    found = found @ _rotation(cosine, sine)
    shifts = draws.on(p) * np.round((2 * np.stack([draws.even(), draws.even()]) - 1) * TRANSLATION * side)
    found = found @ _translation(*shifts)
    sizes = 2.0 ** (draws.on(p) * draws.normal() * SCALE)
    found = found @ _scaling(1 / sizes, 1 / sizes)
    turning = 1 - math.sqrt(1 - p)  # two rotations, together applied with probability p
    angles = draws.on(turning) * (2 * draws.even() - 1) * math.pi
    found = found @ _rotation(np.cos(angles), np.sin(angles))
    stretches = 2.0 ** (draws.on(p) * draws.normal() * SCALE)
    found = found @ _scaling(1 / stretches, stretches)
    angles = draws.on(turning) * (2 * draws.even() - 1) * math.pi
    found = found @ _rotation(np.cos(angles), np.sin(angles))
    fractions = draws.on(p) * np.stack([draws.normal(), draws.normal()]) * TRANSLATION * side
    return found @ _translation(*fractions)


def colour(draws: Draws, p: float, number: int) -> Matrices:
    """[N, 4, 4] on (red, green, blue, 1): brightness, contrast, luma flip, hue, saturation."""
    found = np.broadcast_to(np.eye(4), (number, 4, 4))
    shift = np.zeros((number, 3)) + (draws.on(p) * draws.normal() * BRIGHTNESS)[:, None]
    found = _affine(np.broadcast_to(np.eye(3), (number, 3, 3)), shift) @ found
    factor = 2.0 ** (draws.on(p) * draws.normal() * CONTRAST)
    found = _affine(np.eye(3) * factor[:, None, None]) @ found
    axis = np.outer(LUMA, LUMA)
    flips = draws.on(p) * np.floor(draws.even() * 2)
    found = _affine(np.eye(3) - 2 * axis * flips[:, None, None]) @ found
    found = _affine(_around_luma(draws.on(p) * (2 * draws.even() - 1) * math.pi)) @ found
    factor = 2.0 ** (draws.on(p) * draws.normal() * SATURATION)
    return _affine(axis + (np.eye(3) - axis) * factor[:, None, None]) @ found


def resampled(images: Tensor, matrices: Matrices) -> Tensor:
    """Pictures seen through [N, 3, 3], bilinear, mirrored at the edges; an identity leaves a picture bit for bit."""
    if (matrices == np.eye(3)).all():
        return images
    number, channels, side, _ = images.shape
    at = torch.arange(side, device=images.device, dtype=images.dtype) - (side - 1) / 2
    m = torch.from_numpy(matrices).to(images.dtype).to(images.device)[:, :, :, None, None]
    x = m[:, 0, 0] * at[None, None, :] + m[:, 0, 1] * at[None, :, None] + m[:, 0, 2] + (side - 1) / 2
    y = m[:, 1, 0] * at[None, None, :] + m[:, 1, 1] * at[None, :, None] + m[:, 1, 2] + (side - 1) / 2
    left, top = x.floor(), y.floor()
    right_share, low_share = x - left, y - top
    flat = images.flatten(2)
    out = torch.zeros_like(flat)
    for down, vertical in ((0, 1 - low_share), (1, low_share)):
        for aside, horizontal in ((0, 1 - right_share), (1, right_share)):
            places = _mirrored(top + down, side) * side + _mirrored(left + aside, side)
            weight = (vertical * horizontal).flatten(1)[:, None]
            out = out + weight * flat.gather(2, places.flatten(1)[:, None].expand(-1, channels, -1))
    return out.view(number, channels, side, side)


def recoloured(images: Tensor, matrices: Matrices) -> Tensor:
    """Each picture's colours through its own [4, 4]."""
    if (matrices == np.eye(4)).all():
        return images
    m = torch.from_numpy(matrices).to(images.dtype).to(images.device)
    changed = torch.einsum("nij,njhw->nihw", m[:, :3, :3], images)
    return changed + m[:, :3, 3, None, None]


def adjusted(p: float, signs: float, images: int, config: AdaConfig) -> float:
    """p after ``images`` reals whose signs of D add up to ``signs``: up where D is too sure, down where it is not."""
    step = images / (config.kimg * 1000)
    mean = signs / images
    return min(max(p + float(np.sign(mean - config.target)) * step, 0.0), config.most)


def _mirrored(index: Tensor, side: int) -> Tensor:
    """Places beyond the edge fall back onto the picture: −1 -> 0, side -> side − 1."""
    index = index.long() % (2 * side)
    return torch.minimum(index, 2 * side - 1 - index)


def _scaling(x: Numbers, y: Numbers) -> Matrices:
    return _stacked([[x, 0, 0], [0, y, 0], [0, 0, 1]])


def _rotation(cosine: Numbers, sine: Numbers) -> Matrices:
    return _stacked([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def _translation(x: Numbers, y: Numbers) -> Matrices:
    return _stacked([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _stacked(rows: list[list[Numbers | int]]) -> Matrices:
    """A matrix of numbers or of columns over the images -> [N, 3, 3]."""
    number = max(np.size(entry) for row in rows for entry in row)
    filled = [np.stack([np.broadcast_to(entry, number) for entry in row], -1) for row in rows]
    return np.stack(filled, -2).astype(np.float64)


def _affine(linear: Matrices, shift: Numbers | None = None) -> Matrices:
    """[N, 3, 3] and [N, 3] -> [N, 4, 4]."""
    found = np.zeros((len(linear), 4, 4))
    found[:, :3, :3] = linear
    found[:, 3, 3] = 1
    if shift is not None:
        found[:, :3, 3] = shift
    return found


def _around_luma(angles: Numbers) -> Matrices:
    """[N, 3, 3] rotations about grey (Rodrigues' formula)."""
    x, y, z = LUMA
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    sine, cosine = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    turned: Matrices = np.eye(3) * cosine + sine * cross + (1 - cosine) * np.outer(LUMA, LUMA)
    return turned
