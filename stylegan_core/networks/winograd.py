"""Convolutions of 3×3 in fewer products: Winograd's minimal filtering, for drawing in float32 on a CPU.

A tile of 4×4 outputs takes 36 products a pair of channels instead of 144, and one of 8×8 outputs of an enlarging layer
100 instead of 256 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, with the
construction by Toom and Cook). Their error is about 1e-6 of the result's deviation, up to 2.3 times that of the plain
convolution (128 to 512 channels, measured).
"""

import itertools
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

TILE = 4  # inputs of a tile a side, without their rims
POINTS = (0.0, 1.0, -1.0, 0.5, -2.0)  # and infinity; these lose the fewest digits (measured)
LEAST_SIDE, LEAST_CHANNELS = 32, 128  # below, reading the larger kernel or the transforms take what is won (measured)
STRIP = 16 << 20  # bytes of products at once, so that they stay in the cache


class Winograd:
    """A kernel [D, C, 3, 3] prepared to convolve pictures of a batch of one, sides a multiple of 4.

    With ``enlarging`` the picture is first enlarged ×2 (nearest), which the transforms do by the way.
    """

    def __init__(self, weight: Tensor, *, enlarging: bool = False) -> None:
        into, of_kernel, back = _enlarging() if enlarging else _filtering(TILE, 3)
        self.outputs, self.inputs = weight.shape[:2]
        self.into, self.back = into.float(), back.float()
        flat = weight.double().permute(2, 3, 1, 0).reshape(9, -1)
        self.weight = (torch.kron(of_kernel, of_kernel) @ flat).view(-1, self.inputs, self.outputs).float()

    def __call__(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """[1, C, H, W] -> [1, D, H, W], or twice the size, float32, channels last; plus ``bias`` [D]."""
        padded = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)[0]
        down, across = x.shape[2] // TILE, x.shape[3] // TILE
        side, factors = self.back.shape
        made = x.new_empty(down, side, across, side, self.outputs)
        most = max(1, STRIP // (across * factors**2 * max(self.inputs, self.outputs) * x.element_size()))
        for first in range(0, down, most):
            strip = padded[TILE * first : TILE * (first + most) + 2]
            products = torch.bmm(self._factors(strip, across), self.weight)
            rows = self.back @ products.view(factors, -1)
            tiles = torch.matmul(self.back, rows.view(side, factors, -1)).view(side, side, -1, across, self.outputs)
            made[first : first + most] = tiles.permute(2, 0, 3, 1, 4)
        y = made.view(1, down * side, across * side, self.outputs).permute(0, 3, 1, 2)
        return y if bias is None else y.add_(bias[:, None, None])

    def _factors(self, strip: Tensor, across: int) -> Tensor:
        """Rows of tiles with their rims [4·rows + 2, W + 2, C] -> what is multiplied [factors², tiles, C]."""
        factors, window = self.into.shape
        rows, (row, column, channel) = len(strip), strip.stride()
        seen = strip.as_strided(
            (window, rows, across, self.inputs), (column, row, TILE * column, channel), strip.storage_offset()
        )
        columns = (self.into @ seen.reshape(window, -1)).view(factors, rows, across, self.inputs)
        factor, row, column, channel = columns.stride()
        seen = columns.as_strided(
            (window, factors, rows // TILE, across, self.inputs), (row, factor, TILE * row, column, channel)
        )
        return (self.into @ seen.reshape(window, -1)).view(factors**2, -1, self.inputs)


def pays(weight: Tensor, side: int, dtype: torch.dtype) -> bool:
    """Whether it is faster than torch's convolution of a picture of side² with a kernel [D, C, 3, 3] in a precision."""
    plain = weight.device.type == "cpu" and dtype == torch.float32
    return plain and side >= LEAST_SIDE and min(weight.shape[:2]) >= LEAST_CHANNELS


def _filtering(outputs: int, taps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of one dimension: window [n] -> n factors, kernel [taps] -> n factors, n products -> outputs.

    Matrices [n, n], [n, taps] and [outputs, n], float64, with n = outputs + taps - 1.
    """
    points = POINTS[: outputs + taps - 2]
    others = [[a for a in points if a != point] for point in points]
    into = [[*_polynomial(rest), 0] for rest in others] + [_polynomial(points)]
    scales = [math.prod(point - a for a in rest) for point, rest in zip(points, others, strict=True)]
    kernel = [[p**k / scale for k in range(taps)] for p, scale in zip(points, scales, strict=True)]
    back = [[*(p**k for p in points), float(k == outputs - 1)] for k in range(outputs)]
    return _matrix(into), _matrix([*kernel, [0] * (taps - 1) + [1]]), _matrix(back)


def _enlarging() -> tuple[Tensor, Tensor, Tensor]:
    """The same for enlarging ×2 before 3 taps: even outputs are two taps on the window's first inputs, odd on its last.

    Matrices [10, 6], [10, 3] and [8, 10].
    """
    into, kernel, back = _filtering(TILE, 2)
    even, odd = _matrix([[1, 0, 0], [0, 1, 1]]), _matrix([[1, 1, 0], [0, 0, 1]])
    both = [torch.cat([F.pad(into, (0, 1)), F.pad(into, (1, 0))]), torch.cat([kernel @ even, kernel @ odd])]
    outputs = torch.zeros(2 * TILE, 2 * len(into), dtype=torch.float64)
    outputs[0::2, : len(into)], outputs[1::2, len(into) :] = back, back
    return both[0], both[1], outputs


def _polynomial(roots: Sequence[float]) -> list[float]:
    """The coefficients of the product of all (x - root), the constant first."""
    return [
        sum(math.prod(-root for root in chosen) for chosen in itertools.combinations(roots, len(roots) - power))
        for power in range(len(roots) + 1)
    ]


def _matrix(rows: Sequence[Sequence[float]]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)
