"""What a training will need on this machine: time per level from real steps, memory and disk; and whether it fits."""

import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from stylegan_core.device import available_memory, choose_device, describe, training_dtype
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.schedule import LevelPlan, Phase, phases
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.speed import work
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

BUDGET = 12.0  # seconds that measuring may take in all, roughly
BASE = 300 << 20  # torch, Python and the libraries, resident
PASSES = 12  # numbers kept for the way back per activation of both networks, R1's second pass included (measured)
MOST_STEPS = 8
USUAL_WORK_PER_SECOND = 7e10  # images times work() a second on one core with bf16, where nothing was measured
SAMPLES = 1 << 20  # a grid and its strips, roughly


@dataclass(frozen=True, slots=True)
class LevelCost:
    """One level: kimg with its fade, images a second, seconds in all; ``measured`` or estimated from the others."""

    level: int
    resolution: int
    kimg: float
    batch: int
    img_per_s: float
    seconds: float
    measured: bool


@dataclass(frozen=True, slots=True)
class Preflight:
    """The answer: seconds in all, bytes of memory and disk needed and there; ``problems`` is empty where it fits."""

    preset: str
    device: str
    precision: str
    levels: tuple[LevelCost, ...]
    seconds: float
    memory: int
    memory_free: int | None
    disk: int
    disk_free: int
    problems: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """The answer as JSON-ready data."""
        return asdict(self)


def preflight(config: TrainingConfig, pictures: int, folder: Path, budget: float = BUDGET) -> Preflight:
    """Measures a few real steps (roughly ``budget`` seconds) and adds up; ``folder`` is where the run would lie."""
    device = choose_device(config.device)
    dtype = training_dtype(device) if config.precision == "auto" else getattr(torch, config.precision)
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else available_memory()
    memory = memory_needed(config, dtype)
    problems = memory_problems(config, dtype, free)
    measured = {} if problems else measure(config, device, dtype, budget)
    levels = level_costs(config, measured)
    place = next(parent for parent in (folder, *folder.resolve().parents) if parent.exists())
    disk, disk_free = disk_needed(config, pictures), shutil.disk_usage(place).free
    if disk > disk_free:
        problems += (
            f"The run needs {disk / 2**30:.1f} GiB of disk and {disk_free / 2**30:.1f} GiB are free in {place}; "
            "free some, or keep fewer checkpoints with keep=1 and keep_every=0.",
        )
    seconds = sum(level.seconds for level in levels)
    precision = str(dtype).removeprefix("torch.")
    return Preflight(
        config.preset, describe(device), precision, levels, seconds, memory, free, disk, disk_free, problems
    )


def measure(config: TrainingConfig, device: torch.device, dtype: torch.dtype, budget: float) -> dict[int, float]:
    """Seconds per image of the levels that can be measured within the budget, from the lowest up.

    Steps of the plan's batch where there is time for it, else of as few images as the network allows.
    """
    state = TrainingState.fresh(config, device)
    stepper = Stepper(state, dtype)
    found: dict[int, float] = {}
    started = time.perf_counter()
    for phase in (phase for phase in phases(config.growth) if phase.kind == "stable"):
        left = budget - (time.perf_counter() - started)
        step = _extrapolated(config.network, found, phase.level) * phase.batch if found else 0.0
        batch = phase.batch if 3 * step < left else min(phase.batch, config.network.mbstd_group)
        if found and step * batch / phase.batch > left:
            break
        found[phase.level] = _seconds_per_image(stepper, replace(phase, batch=batch), budget / 8)
    return found


def _seconds_per_image(stepper: Stepper, phase: Phase, budget: float) -> float:
    """The mean over one warm step at least, R1 in its due share; the networks are for measuring only."""
    reals = torch.zeros(phase.batch, 3, phase.resolution, phase.resolution)
    labels = _labels(stepper.config.network, phase.batch)
    counters = stepper.state.counters
    spent, steps = {True: 0.0, False: 0.0}, {True: 0, False: 0}
    due = (True,) if stepper.config.r1_interval == 1 else (True, False)
    for number in range(2 * MOST_STEPS):
        with_r1 = due[number % len(due)]
        counters.steps = 0 if with_r1 else 1
        begin = time.perf_counter()
        stepper.discriminator_half(reals, labels, phase, StepNumbers())
        stepper.generator_half(labels, phase.batch, phase, StepNumbers())
        if number >= len(due):  # the first of each kind warms up
            spent[with_r1] += time.perf_counter() - begin
            steps[with_r1] += 1
            if all(steps[kind] for kind in due) and sum(spent.values()) > budget:
                break
    with_it = spent[True] / steps[True]
    without = spent[False] / steps[False] if steps[False] else with_it
    share = 1 / stepper.config.r1_interval
    return (share * with_it + (1 - share) * without) / phase.batch


def _labels(network: NetworkConfig, batch: int) -> torch.Tensor | None:
    classes = len(network.classes)
    return torch.eye(classes)[torch.arange(batch) % classes] if classes else None


def _extrapolated(network: NetworkConfig, found: dict[int, float], level: int) -> float:
    """Seconds per image at a level, from the nearest measured one below it or, without any, from a usual core."""
    if level in found:
        return found[level]
    known = max((other for other in found if other < level), default=None)
    if known is None:
        return work(network, level) / USUAL_WORK_PER_SECOND
    return found[known] * work(network, level) / work(network, known)


def level_costs(config: TrainingConfig, measured: dict[int, float]) -> tuple[LevelCost, ...]:
    """Every level of the plan with its time."""
    costs = []
    for plan in config.growth.levels:
        kimg = plan.fade_kimg + plan.stable_kimg
        each = _extrapolated(config.network, measured, plan.level)
        side = 4 << plan.level
        seconds = kimg * 1000 * each
        costs.append(LevelCost(plan.level, side, kimg, plan.batch, 1 / each, seconds, plan.level in measured))
    return tuple(costs)


def memory_needed(config: TrainingConfig, dtype: torch.dtype) -> int:
    """Bytes at the level that needs most: weights, averages, moments and gradients, and what the way back keeps."""
    weights = 4 * (6 * _parameters(config.network))
    return BASE + weights + max(_kept(config, plan, dtype) for plan in config.growth.levels)


def memory_problems(config: TrainingConfig, dtype: torch.dtype, free: int | None) -> tuple[str, ...]:
    """Empty where the run fits into ``free`` bytes; else one sentence that says what would."""
    needed = memory_needed(config, dtype)
    if free is None or needed <= free:
        return ()
    says = f"The run needs {needed / 2**30:.1f} GiB of memory and {free / 2**30:.1f} GiB are free; "
    for size in (16, 8, 4):
        smaller = replace(config, micro_batch=size)
        if size % config.network.mbstd_group == 0 and memory_needed(smaller, dtype) <= free:
            return (f"{says}with micro_batch={size} it fits, at the same result.",)
    return (f"{says}a smaller preset is needed.",)


def _kept(config: TrainingConfig, plan: LevelPlan, dtype: torch.dtype) -> int:
    images = min(plan.batch, config.micro_batch or plan.batch)
    numbers = sum((4 << at) ** 2 * 2 * config.network.channels(at) for at in range(plan.level + 1))
    return images * numbers * PASSES * dtype.itemsize


def _parameters(network: NetworkConfig) -> int:
    """Both networks together, nearly: convolutions, style affines, mapping and the discriminator's dense layer."""
    total = network.mapping_layers * network.mapping_width**2 + 16 * network.channels(0) ** 2
    for at in range(network.levels):
        here, below = network.channels(at), network.channels(max(at - 1, 0))
        total += 2 * 9 * here * (here + below) + 2 * 2 * network.w_dim * here
    return total


def disk_needed(config: TrainingConfig, pictures: int) -> int:
    """Bytes of checkpoints kept, samples, and the cache of decoded pictures at every level."""
    kimg = config.growth.total_kimg
    spaced = int(kimg / config.keep_every) if config.keep_every else 0
    spaced = min(spaced, int(kimg / config.snapshot_kimg))
    drawable = 2 * _parameters(config.network)
    states = (config.keep + 1) * 5 * 2 * _parameters(config.network)
    cache = pictures * sum(3 * (4 << level) ** 2 for level in range(config.network.levels))
    return (config.keep + 1 + spaced) * drawable + states + int(kimg / config.snapshot_kimg + 2) * SAMPLES + cache
