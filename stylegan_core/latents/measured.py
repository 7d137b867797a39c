"""What can be measured in any picture, labelled or not: how bright, colourful, detailed, wide, tall and large it is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Numbers = npt.NDArray[np.float64]

LOW, MIDDLE, HIGH = "low", "middle", "high"
LEAST_SPREAD = 0.004  # of the range of a measure; below it the pictures do not differ
SEEN = 0.15  # distance from the border's colour, of the whole range, from which on a pixel belongs to the content
SOFT = 0.02  # of the range: how far from there a pixel counts in part where slopes are asked for
LUMA = (0.299, 0.587, 0.114)


def attributes_of(batches: Sequence[dict[str, Numbers]]) -> dict[str, list[str]]:
    """Of every measure that :func:`measures` found, whether each picture is in its low, middle or high third.

    A measure in which the pictures hardly differ, such as the colour of grey ones, is left out.
    """
    joined = {name: np.concatenate([found[name] for found in batches]) for name in batches[0]} if batches else {}
    return {name: _thirds(values) for name, values in joined.items() if values.std() >= LEAST_SPREAD}


def measures(batch: Tensor) -> dict[str, Numbers]:
    """Each measure of pictures uint8 [n, 3, R, R], float64 [n], from 0 to about 1.

    ``width`` and ``height`` are the spread of what differs from the border's median colour, ``size`` its share.
    """
    return {name: values.numpy() for name, values in measures_of(batch.double().cpu() / 255).items()}


def measures_of(x: Tensor, *, smooth: bool = False) -> dict[str, Tensor]:
    """The same as tensors [n] of pictures [n, 3, R, R] from 0 to 1, differentiable.

    ``size`` counts pixels and has no slope; ``smooth`` counts those near the threshold in part, so that it has one.
    """
    luma = (x * torch.tensor(LUMA, dtype=x.dtype, device=x.device)[:, None, None]).sum(dim=1)
    across, down = luma.diff(dim=2).abs().mean(dim=(1, 2)), luma.diff(dim=1).abs().mean(dim=(1, 2))
    border = torch.cat([x[:, :, 0], x[:, :, -1], x[:, :, :, 0], x[:, :, :, -1]], dim=2)
    content = (x - border.median(dim=2).values[:, :, None, None]).abs().mean(dim=1)
    counted = torch.sigmoid((content - SEEN) / SOFT) if smooth else (content > SEEN).to(x.dtype)
    return {
        "brightness": luma.mean(dim=(1, 2)),
        "colour": (x.amax(dim=1) - x.amin(dim=1)).mean(dim=(1, 2)),
        "warmth": ((x[:, 0] - x[:, 2]).mean(dim=(1, 2)) + 1) / 2,
        "contrast": luma.std(dim=(1, 2)),
        "detail": across + down,
        "width": _spread(content.sum(dim=1)),
        "height": _spread(content.sum(dim=2)),
        "size": counted.mean(dim=(1, 2)),
    }


def _spread(mass: Tensor) -> Tensor:
    """Standard deviation of places 0…1 weighted by mass [n, R]; 0 where there is none."""
    at = torch.linspace(0, 1, mass.shape[1], dtype=mass.dtype, device=mass.device)
    whole = mass.sum(dim=1).clamp_min(1e-9)
    middle = (mass * at).sum(dim=1) / whole
    return ((mass * (at - middle[:, None]).square()).sum(dim=1) / whole).sqrt()


def _thirds(values: Numbers) -> list[str]:
    low, high = np.quantile(values, (1 / 3, 2 / 3))
    return [LOW if value < low else HIGH if value > high else MIDDLE for value in values]
