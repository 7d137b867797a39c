"""What drawings share: the layout of numbers, noise, and that the last stage makes the picture where nothing grows."""

from collections.abc import Sequence

import torch
from torch import Tensor

LARGE = 1 << 19  # numbers in a map; in one of fewer the product is no faster


def channels_last(x: Tensor) -> Tensor:
    """x [N, C, H, W] with a sample's channels side by side, as convolutions are fastest."""
    return x.contiguous(memory_format=torch.channels_last)


def add_noise(x: Tensor, noise: Tensor, strength: Tensor | None = None) -> None:
    """Adds strength·noise to one picture's map [1, C, H, W] in place: noise [1, 1, H, W], strength [C], its dtype.

    In bf16 torch takes many times longer to add what is the same for all channels than to multiply a column by a row.
    The bits are the same.
    """
    slow = x.dtype == torch.bfloat16 and x.device.type == "cpu" and x.numel() >= LARGE
    if slow and x.is_contiguous(memory_format=torch.channels_last):
        row = noise.new_ones(x.shape[1]) if strength is None else strength
        x.permute(0, 2, 3, 1).view(-1, x.shape[1]).addmm_(noise.reshape(-1, 1), row[None])
    elif strength is None:
        x.add_(noise)
    else:
        x.addcmul_(noise, strength[:, None, None])


class WholeDrawing:
    """A drawing that has no fade: nothing is left to do after its stages."""

    chain = False

    def picture(self, activations: Sequence[Tensor], ws: Tensor, level: int, alpha: float) -> Tensor:
        """The picture [1, 3, R, R] float32: the last stage's."""
        return activations[-1]
