"""Several processes train one network: what each needs from the others, through torch.distributed (gloo or NCCL).

Gradients are added up after each half step rather than by DistributedDataParallel, whose hooks fire once per backward
pass: R1 differentiates twice and micro-batches accumulate. The sum is that of the joined batch, not a mean of means.
"""

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

PATIENCE = timedelta(hours=2)  # the others wait while the first one measures and saves
T = TypeVar("T")


class Team:
    """The processes of a run; this one works alone."""

    rank = 0
    world = 1
    local_rank = 0

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Replaces every tensor by its sum over all processes."""

    def most(self, numbers: Sequence[int]) -> list[int]:
        """Each number's largest value in any process."""
        return list(numbers)

    def told(self, thing: T) -> T:
        """What the first process has here."""
        return thing

    def same(self, tensors: Sequence[Tensor]) -> None:
        """Gives all processes the first one's values."""

    def leave(self) -> None:
        """Ends working together."""


class Processes(Team):
    """The processes that torchrun started, of which this is one."""

    def __init__(self) -> None:
        self.local_rank = int(os.environ.get("LOCAL_RANK", "0"))
        cuda = torch.cuda.is_available()
        self._device = torch.device(f"cuda:{self.local_rank}" if cuda else "cpu")
        if cuda:
            torch.cuda.set_device(self._device)
        dist.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
        self.rank, self.world = dist.get_rank(), dist.get_world_size()

    def add(self, tensors: Sequence[Tensor]) -> None:
        for dtype in sorted({tensor.dtype for tensor in tensors}, key=str):
            some = [tensor for tensor in tensors if tensor.dtype == dtype]
            joined = torch.cat([tensor.reshape(-1) for tensor in some])
            dist.all_reduce(joined)
            for tensor, values in zip(some, joined.split([t.numel() for t in some]), strict=True):  # type: ignore[no-untyped-call]
                tensor.copy_(values.view(tensor.shape))

    def most(self, numbers: Sequence[int]) -> list[int]:
        values = torch.tensor(numbers, dtype=torch.int64, device=self._device)
        dist.all_reduce(values, op=dist.ReduceOp.MAX)
        return [int(value) for value in values]

    def told(self, thing: T) -> T:
        box = [thing]
        dist.broadcast_object_list(box, device=self._device)
        return box[0]

    def same(self, tensors: Sequence[Tensor]) -> None:
        for tensor in tensors:
            sent = tensor.to(self._device).contiguous()
            dist.broadcast(sent, 0)
            tensor.copy_(sent)

    def leave(self) -> None:
        dist.destroy_process_group()


def join() -> Team:
    """The team that torchrun's environment describes; alone without it."""
    return Processes() if int(os.environ.get("WORLD_SIZE", "1")) > 1 else Team()
