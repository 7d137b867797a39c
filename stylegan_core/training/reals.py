"""The real pictures that a run shows, on its device: this process's share of a batch, or what settling learns from."""

from collections.abc import Callable

import torch
from torch import Tensor

from stylegan_core.data.loader import Batch, Loader
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.distributed import Team
from stylegan_core.training.losses import as_float
from stylegan_core.training.parts import places_of


class Reals:
    """Pictures by the image counter, and their classes one-hot, None where the network has none.

    ``check`` is called while they are waited for and may raise. What cannot be read raises OSError or ValueError.
    """

    def __init__(
        self, loader: Loader, config: TrainingConfig, device: torch.device, team: Team, check: Callable[[], None]
    ) -> None:
        self._loader = loader
        self._group = config.network.mbstd_group
        self._classes = len(config.network.classes)
        self._device = device
        self._team = team
        self._check = check

    def batch(self, img: int, level: int, size: int) -> tuple[Tensor, Tensor | None]:
        """This process's share of a batch float32 [n, 3, r, r] in −1…1, and its classes [n, classes]."""
        batch = self._loader.get(img, level, size, self._check)
        return as_float(batch.pixels.to(self._device)), self._one_hot(batch)

    def first(self, level: int, least: int) -> Tensor:
        """The first of the run, at least so many, float32 [n, 3, r, r] in −1…1 in main memory."""
        size = max(self._group, least) * self._team.world
        return as_float(self._loader.get(0, level, size, self._check).pixels)

    def of_all(self, img: int, level: int, least: int) -> tuple[Tensor, Tensor | None]:
        """At least so many uint8 [n, 3, r, r] and their classes [n, classes], the same ones in every process."""
        team = self._team
        size = max(least, self._group * team.world)
        batch = self._loader.get(img, level, size, self._check)
        mine = [one for one in (batch.pixels.to(self._device), self._one_hot(batch)) if one is not None]
        whole = [torch.zeros(size, *one.shape[1:], dtype=one.dtype, device=self._device) for one in mine]
        for one, rows in zip(whole, mine, strict=True):
            one[places_of(size, self._group, team.rank, team.world)] = rows
        team.add(whole)
        return whole[0], whole[1] if len(whole) > 1 else None

    def _one_hot(self, batch: Batch) -> Tensor | None:
        if batch.labels is None or not self._classes:
            return None
        return torch.nn.functional.one_hot(batch.labels, self._classes).float().to(self._device)
