"""Pieces of a feature map read at any place of it, as products of matrices: their gradients are the same everywhere."""

import torch
from torch import Tensor

from stylegan_core.latents.drag import inside


def offsets(reach: float, step: float, like: Tensor) -> Tensor:
    """Places from -reach to reach in steps, on the device of another tensor."""
    count = round(reach / step)
    return torch.arange(-count, count + 1, device=like.device, dtype=like.dtype) * step


def patch(features: Tensor, x: float, y: float, around: Tensor) -> Tensor:
    """The features [C, h, h] bilinearly at x, y of the picture (0 to 1) and ``around`` it: [C, n, n].

    ``around`` [n] is in pixels of the features, for both sides; beyond the edge the last pixel goes on.
    """
    side = features.shape[-1]
    rows, columns = (_shares(place * side - 0.5 + around, side) for place in (y, x))
    return rows @ features @ columns.T


def nearest(features: Tensor, wanted: Tensor, x: float, y: float, reach: float, parts: int) -> tuple[float, float]:
    """Where, up to ``reach`` pixels of the features [C, h, h] from x, y, they are most like ``wanted`` [C, k, k].

    Looked at in steps of a ``parts``-th of a pixel; of equally good places the nearest counts. As x, y of the picture.
    """
    size, side = wanted.shape[-1], features.shape[-1]
    window = patch(features, x, y, offsets(reach + (size - 1) / 2, 1 / parts, features))
    count = window.shape[-1] - (size - 1) * parts
    apart = torch.zeros(count, count, device=features.device)
    for row in range(size):
        for column in range(size):
            seen = window[:, row * parts :, column * parts :][:, :count, :count]
            apart += (seen - wanted[:, row, column, None, None]).abs().mean(dim=0)
    steps = offsets(reach, 1 / parts, features)
    far = torch.hypot(steps[:, None], steps[None])
    best = int((apart * (1 + 1e-3 * far)).argmin())
    down, across = divmod(best, count)
    return inside(x + float(steps[across]) / side), inside(y + float(steps[down]) / side)


def _shares(places: Tensor, side: int) -> Tensor:
    """What each of ``side`` pixels gives to a place [n] between them: [n, side]."""
    pixels = torch.arange(side, device=places.device, dtype=places.dtype)
    return (1 - (places.clamp(0, side - 1)[:, None] - pixels).abs()).clamp(min=0)
