"""Times a few real steps of every kind at every level, before a run, on networks that are for measuring only."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.schedule import Phase, phases
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.graphs import ReplayingStepper, stepper_kind
from stylegan_core.training.speed import USUAL_WORK_PER_SECOND, Seconds, extrapolated, with_critic, work
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

MOST_STEPS = 8  # of each kind
Progress = Callable[[int, int], None]
Clock = Callable[[], float]


def measure(
    config: TrainingConfig,
    device: torch.device,
    dtype: torch.dtype,
    budget: float,
    progress: Progress | None = None,
    clock: Clock = time.perf_counter,
    from_kimg: float = 0.0,
    check: Callable[[], None] = lambda: None,
) -> Seconds:
    """Seconds per image, without the critic, of the levels that can be measured within the budget, from the lowest up.

    Of a run that has come to ``from_kimg`` only what is left of the plan. ``check`` is called between steps and may
    raise to give up.

    Steps of the plan's batch where there is time for it, else of as few images as the network allows. Fades are
    measured where they are computed otherwise: no recording can hold an alpha that changes.
    """
    if device.type == "cuda":  # mixed at another layer is another recording, and those are made once in a run
        config = replace(config, style_mixing=0.0)
    stepper = stepper_kind(device)(TrainingState.fresh(config, device), dtype)
    kinds = ("fade", "stable") if isinstance(stepper, ReplayingStepper) else ("stable",)
    wanted = [phase for phase in phases(config.growth) if phase.kind in kinds and phase.end_kimg > from_kimg]
    levels = sorted({phase.level for phase in wanted})
    found: Seconds = {}
    started = clock()
    for phase in wanted:
        if progress:
            progress(levels.index(phase.level), len(levels))
        left = budget - (clock() - started)
        usual = work(config.network, phase.level) / USUAL_WORK_PER_SECOND
        each = extrapolated(config.network, found, phase.level, phase.kind) or usual
        step = each * phase.batch * with_critic(config, phase.level)
        batch = phase.batch if 3 * step < left else min(phase.batch, config.network.mbstd_group)
        if found and step * batch / phase.batch > left:
            break
        alpha = 0.5 if phase.kind == "fade" else 1.0
        here = replace(phase, batch=batch, alpha=alpha)
        each = seconds_per_image(stepper, here, budget / 8, clock, check)
        found[phase.level, phase.kind] = each / with_critic(config, phase.level)
    return found


@dataclass(slots=True)
class HalfTimes:
    """Times of one half of a step: of those with a penalty that is due every ``interval`` steps, and of the others."""

    interval: int
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})

    def add(self, penalised: bool, seconds: float) -> None:
        """Takes in one half."""
        self.seconds[penalised or self.interval == 1].append(seconds)

    @property
    def mean(self) -> float:
        """Each kind in its due share."""
        penalised, plain = (sum(times) / max(len(times), 1) for times in self.seconds.values())
        return plain + (penalised - plain) / self.interval


def seconds_per_image(
    stepper: Stepper,
    phase: Phase,
    budget: float,
    clock: Clock = time.perf_counter,
    check: Callable[[], None] = lambda: None,
) -> float:
    """The mean over one warm step of each kind at least: R1 is due at its interval, path lengths are at theirs."""
    config, objective, counters = stepper.config, stepper.objective, stepper.state.counters
    reals = torch.zeros(phase.batch, 3, phase.resolution, phase.resolution, device=stepper.device)
    labels = _labels(config.network, phase.batch, stepper.device)
    first = HalfTimes(config.r1_interval if config.gamma + objective.r2 > 0 else 1)
    second = HalfTimes(objective.path_interval if objective.path_length else 1)
    counters.img = math.ceil(config.critic.from_kimg * 1000)  # with the critic
    kinds = 1 if first.interval == second.interval == 1 else 2
    spent = 0.0
    for number in range(MOST_STEPS * 2):
        check()
        penalised = number % kinds == 0
        counters.steps = 0 if penalised else 1  # both penalties are due at step 0, none at step 1 unless at each
        begin = clock()
        stepper.discriminator_half(reals, labels, phase, StepNumbers())
        middle = clock()
        stepper.generator_half(labels, phase.batch, phase, StepNumbers())
        end = clock()
        if number < kinds:
            continue  # the first of each kind warms up
        first.add(penalised, middle - begin)
        second.add(penalised, end - middle)
        spent += end - begin
        if number >= 2 * kinds - 1 and spent > budget:
            break
    return (first.mean + second.mean) / phase.batch


def _labels(network: NetworkConfig, batch: int, device: torch.device) -> torch.Tensor | None:
    classes = len(network.classes)
    return torch.eye(classes, device=device)[torch.arange(batch) % classes] if classes else None
