"""Pictures to measure: fakes as metrics want them (untruncated, fresh noise), reals in the data set's order."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from stylegan_core.data.source import Dataset
from stylegan_core.model import Model
from stylegan_core.networks.synthesis import as_bytes

BATCH = 32


def codes(model: Model, count: int, draw: torch.Generator) -> tuple[Tensor, Tensor | None]:
    """Random z [count, z_dim] and, for a conditional network, one-hot labels drawn evenly."""
    z = torch.randn(count, model.z_dim, generator=draw)
    if not model.classes:
        return z, None
    chosen = torch.randint(len(model.classes), (count,), generator=draw)
    return z, torch.nn.functional.one_hot(chosen, len(model.classes)).float()


@torch.inference_mode()
def fakes(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Batches uint8 [n, 3, R, R], ``count`` in all, the same for the same seed."""
    draw = torch.Generator().manual_seed(seed)
    for begin in range(0, count, BATCH):
        size = min(BATCH, count - begin)
        w = model.mapping(*codes(model, size, draw))
        maps = [torch.randn(size, 1, side, side, generator=draw).to(w.device) for side in model.info.noise_resolutions]
        images = model.synthesis(w[:, None].expand(-1, model.num_layers, -1), maps or "none")
        yield as_bytes(images)


def reals(dataset: Dataset, count: int, first: int = 0) -> Iterator[Tensor]:
    """Batches uint8 [n, 3, R, R] of ``count`` pictures from the ``first`` on, or of as many as there are."""
    return batches(dataset, range(first, min(first + count, len(dataset))))


def batches(dataset: Dataset, chosen: Sequence[int]) -> Iterator[Tensor]:
    """Batches uint8 [n, 3, R, R] of pictures by their numbers."""
    for begin in range(0, len(chosen), BATCH):
        yield torch.from_numpy(np.stack([dataset.read(index) for index in chosen[begin : begin + BATCH]]))
