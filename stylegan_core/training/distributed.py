"""Several processes train one network: what each needs from the others, through torch.distributed (gloo and NCCL).

Gradients are added up after each half step rather than by DistributedDataParallel, whose hooks fire once per backward
pass: R1 differentiates twice and micro-batches accumulate. The sum is that of the joined batch, not a mean of means.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from stylegan_core.memory import out_of_memory

PATIENCE = timedelta(hours=2)  # the others wait while the first one measures and saves
T = TypeVar("T")
log = logging.getLogger(__name__)


class Team:
    """The processes of a run; this one works alone."""

    rank = 0
    world = 1
    local_rank = 0

    def device(self, chosen: torch.device) -> torch.device:
        """Where this process computes of what was chosen for all. Raises ValueError where several cannot share it."""
        return chosen

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


@contextmanager
def _answering() -> Iterator[None]:
    """Says in a sentence what it means for a run where the others do not answer; torch's own words go to the log."""
    try:
        yield
    except RuntimeError as error:
        if out_of_memory(error):
            raise
        log.warning("%s", error)
        raise OSError(
            "Another process of this run ended or cannot be reached, its own output says why; the same command for all "
            "goes on from the last checkpoint."
        ) from error


class Processes(Team):
    """The processes that torchrun started, of which this is one."""

    def __init__(self) -> None:
        self.local_rank = int(os.environ.get("LOCAL_RANK", "0"))
        dist.init_process_group(backends(), timeout=PATIENCE)
        self.rank, self.world = dist.get_rank(), dist.get_world_size()

    def device(self, chosen: torch.device) -> torch.device:
        mine = share_of(chosen, self.local_rank)
        if mine.type == "cuda":
            torch.cuda.set_device(mine)
        return mine

    def add(self, tensors: Sequence[Tensor]) -> None:
        for dtype in sorted({tensor.dtype for tensor in tensors}, key=str):
            some = [tensor for tensor in tensors if tensor.dtype == dtype]
            joined = torch.cat([tensor.reshape(-1) for tensor in some])
            with _answering():
                dist.all_reduce(joined)
            for tensor, values in zip(some, joined.split([t.numel() for t in some]), strict=True):  # type: ignore[no-untyped-call]
                tensor.copy_(values.view(tensor.shape))

    def most(self, numbers: Sequence[int]) -> list[int]:
        values = torch.tensor(numbers, dtype=torch.int64)
        with _answering():
            dist.all_reduce(values, op=dist.ReduceOp.MAX)
        return [int(value) for value in values]

    def told(self, thing: T) -> T:
        box = [thing]
        with _answering():
            dist.broadcast_object_list(box, device=torch.device("cpu"))
        return box[0]

    def same(self, tensors: Sequence[Tensor]) -> None:
        for tensor in tensors:
            sent = tensor.contiguous()
            with _answering():
                dist.broadcast(sent, 0)
            tensor.copy_(sent)

    def leave(self) -> None:
        dist.destroy_process_group()


def backends() -> str:
    """Who carries what from process to process: NCCL what lies on a GPU, gloo what lies in main memory.

    So it need not be known before the run is whether it computes on GPUs.
    """
    return "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and dist.is_nccl_available() else "gloo"


def share_of(chosen: torch.device, local_rank: int) -> torch.device:
    """The device of one of a machine's processes: a GPU each, whichever was chosen, or the processor for all.

    Raises ValueError where there are fewer GPUs than processes, or the device takes only one of them.
    """
    if chosen.type == "mps":
        raise ValueError("Apple's GPU trains in one process only; start one, or train with --set device=cpu.")
    if chosen.type != "cuda":
        return chosen
    there = torch.cuda.device_count()
    if local_rank >= there:
        raise ValueError(
            f"This machine has {there} CUDA devices, too few for its processes; start one for each, or train with "
            "--set device=cpu."
        )
    return torch.device("cuda", local_rank)


def join() -> Team:
    """The team that torchrun's environment describes; alone without it."""
    return Processes() if int(os.environ.get("WORLD_SIZE", "1")) > 1 else Team()
