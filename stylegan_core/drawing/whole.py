"""What drawings share: the layout of numbers, and, where nothing grows, that the last stage makes the picture."""

from collections.abc import Sequence

import torch
from torch import Tensor


def channels_last(x: Tensor) -> Tensor:
    """x [N, C, H, W] with a sample's channels side by side, as convolutions are fastest."""
    return x.contiguous(memory_format=torch.channels_last)


class WholeDrawing:
    """A drawing that has no fade: nothing is left to do after its stages."""

    chain = False

    def picture(self, activations: Sequence[Tensor], ws: Tensor, level: int, alpha: float) -> Tensor:
        """The picture [1, 3, R, R] float32: the last stage's."""
        return activations[-1]
