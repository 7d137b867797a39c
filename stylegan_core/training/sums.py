"""What the parts of a discriminator's half add up to."""

from typing import Self

import torch
from torch import Tensor


class Sums:
    """Means over the batch, and the signs of D(real)."""

    def __init__(self, device: torch.device) -> None:
        self.loss, self.d_real, self.d_fake, self.r1, self.signs = (torch.zeros((), device=device) for _ in range(5))
        self.critic_real, self.critic_fake = (torch.zeros((), device=device) for _ in range(2))

    def copied(self) -> Self:
        """The same numbers in places of their own."""
        made = type(self)(self.loss.device)
        for mine, its in zip(made.all, self.all, strict=True):
            mine.copy_(its)
        return made

    @property
    def all(self) -> list[Tensor]:
        return [self.loss, self.d_real, self.d_fake, self.r1, self.signs, self.critic_real, self.critic_fake]
