"""A team of threads of this process, which adds up as a team of processes does: quick, and no port is opened."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor

from stylegan_core.schedule import phases
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.distributed import Team
from stylegan_core.training.parts import places_of
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

T = TypeVar("T")
PATIENCE = 20


class Threads(Team):
    """One of several threads, of which one computes at a time: networks have switches that all of a process shares."""

    def __init__(self, rank: int, said: list[object], barrier: threading.Barrier, turn: threading.Lock) -> None:
        self.rank, self.world = rank, len(said)
        self._said, self._barrier, self._turn = said, barrier, turn

    def _everybody(self, thing: T) -> list[T]:
        self._said[self.rank] = thing
        self._turn.release()
        try:
            self._barrier.wait(PATIENCE)
            every = list(self._said)
            self._barrier.wait(PATIENCE)
        finally:
            self._turn.acquire()
        return every  # type: ignore[return-value]

    def add(self, tensors: Sequence[Tensor]) -> None:
        every = self._everybody([tensor.clone() for tensor in tensors])
        for mine, *theirs in zip(tensors, *every, strict=True):
            mine.copy_(torch.stack(theirs).sum(dim=0))

    def most(self, numbers: Sequence[int]) -> list[int]:
        return [max(values) for values in zip(*self._everybody(list(numbers)), strict=True)]

    def told(self, thing: T) -> T:
        return self._everybody(thing)[0]


def in_threads(world: int, work: Callable[[Team], T]) -> list[T]:
    """What ``work`` returns for each of a team of threads; raises what one of them did."""
    said: list[object] = [None] * world
    barrier, turn = threading.Barrier(world), threading.Lock()

    def one(rank: int) -> T:
        try:
            with turn:
                return work(Threads(rank, said, barrier, turn))
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(world) as pool:
        return list(pool.map(one, range(world)))


def step_in_float64(
    team: Team, config: TrainingConfig, labels: Tensor | None = None
) -> tuple[list[dict[str, Tensor]], StepNumbers, TrainingState]:
    """The gradients of every update of one step at a rate of 0; ``Tensor.float`` is to be ``Tensor.double``."""
    state, phase = TrainingState.fresh(config, torch.device("cpu")), phases(config.growth)[-1]
    seen: list[dict[str, Tensor]] = []
    for network, adam in ((state.generator, state.adam_g), (state.discriminator, state.adam_d)):
        network.double()
        adam.register_step_pre_hook(lambda *_, network=network: seen.append(_gradients(network)))
    state.average.double()
    state.set_rate(0.0)
    shape = (phase.batch, 3, phase.resolution, phase.resolution)
    reals = torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1
    mine = places_of(phase.batch, config.network.mbstd_group, team.rank, team.world)
    label = None if labels is None else labels[mine]
    stepper, numbers = Stepper(state, torch.float64, team=team), StepNumbers()
    stepper.discriminator_half(reals[mine], label, phase, numbers)
    stepper.generator_half(label, phase.batch, phase, numbers)
    return seen, numbers, state


def _gradients(network: torch.nn.Module) -> dict[str, Tensor]:
    return {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
