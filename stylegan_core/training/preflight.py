"""What a training will need on this machine: time per level from real steps, memory and disk; and whether it fits."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import torch

from stylegan_core.amounts import count_words, size_text
from stylegan_core.cores import too_many_threads
from stylegan_core.data.cache import room_for
from stylegan_core.device import available_memory, choose_device, describe, wished_dtype
from stylegan_core.metrics.distances import frechet
from stylegan_core.metrics.features import Extractor
from stylegan_core.metrics.samples import BATCH
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.schedule import Growth, LevelPlan
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.critic import KEPT, insist_on_eye
from stylegan_core.training.disk import Stretch, judge, left_behind
from stylegan_core.training.metric import device_of_features
from stylegan_core.training.speed import (
    DRAWING_SHARE,
    USUAL_WORK_PER_SECOND,
    Seconds,
    extrapolated,
    planned_measurements,
    settling_images,
    work,
    worth,
)
from stylegan_core.training.timing import Progress, measure

BUDGET = 12.0  # seconds that measuring may take in all, roughly
BASE = 300 << 20  # torch, Python and the libraries, resident
PASSES = 12  # numbers kept for the way back per activation of both networks, R1's second pass included (measured)


@dataclass(frozen=True, slots=True)
class LevelCost:
    """One level: kimg with its fade, images a second, seconds in all; ``measured`` or estimated from the others.

    The seconds are those of training, settling, and planned measurements of the distance.
    ``memory`` in bytes while it is trained, ``disk`` in bytes that it leaves behind: checkpoints kept for good,
    samples, and the pictures decoded at its size that are not there yet.
    """

    level: int
    resolution: int
    kimg: float
    batch: int
    img_per_s: float
    seconds: float
    measured: bool
    memory: int
    disk: int


@dataclass(frozen=True, slots=True)
class Preflight:
    """The answer: seconds in all, bytes of memory and disk needed and there; ``problems`` is empty where it fits.

    ``disk`` counts the run and the decoded pictures to come, ``disk_free`` is where the run would lie; ``notes`` are
    sentences that stop nobody. ``network`` says what will be trained, ``growth`` is its plan: with ``--init`` both are
    those of the model that the run begins from.
    """

    preset: str
    network: str
    growth: Growth
    device: str
    precision: str
    levels: tuple[LevelCost, ...]
    seconds: float
    memory: int
    memory_free: int | None
    disk: int
    disk_free: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The answer as JSON-ready data."""
        return asdict(self)


def preflight(
    config: TrainingConfig,
    pictures: int,
    folder: Path,
    budget: float = BUDGET,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> Preflight:
    """Measures a few real steps (roughly ``budget`` seconds) and adds up; ``folder`` is where the run would lie.

    ``cache`` is where the pictures would be kept decoded (None: nowhere).
    ``progress(done, total)`` is called before each level that is measured; torch gets the threads of the run.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    dtype = wished_dtype(config.precision, device)
    free = available_memory(device)
    problems = memory_problems(config, dtype, free)
    judged = 0.0
    try:
        insist_on_eye(config.critic)
        judged = 0.0 if problems else seconds_of_features(config, device)
    except ValueError as error:
        problems += (str(error),)
    measured = {} if problems else measure(config, device, dtype, budget, progress)
    room = room_for(cache, pictures, config.network.levels) if cache else None
    levels = level_costs(config, measured, dtype, room.missing if room else (), judged)
    disk = judge(config, _drawable(config.network), _stretches(levels), folder, room)
    crowd = too_many_threads(config.threads) if device.type == "cpu" else ""
    return Preflight(
        preset=config.preset,
        network=describe_network(config.network),
        growth=config.growth,
        device=describe(device),
        precision=str(dtype).removeprefix("torch."),
        levels=levels,
        seconds=sum(level.seconds for level in levels),
        memory=memory_needed(config, dtype),
        memory_free=free,
        disk=disk.needed + sum(room.missing if room else ()),
        disk_free=disk.free,
        problems=problems + disk.problems,
        notes=((crowd,) if crowd else ()) + disk.notes,
    )


def describe_network(network: NetworkConfig) -> str:
    """A network in a few words: its family, size, both networks' parameters, and its classes."""
    classes = f", {len(network.classes)} classes" if network.classes else ""
    many = count_words(_parameters(network))
    return f"{network.family.title}, {network.resolution}×{network.resolution}, {many} parameters{classes}"


def seconds_of_features(config: TrainingConfig, device: torch.device) -> float:
    """Of one planned measurement of the distance: the features of its pictures, and the distance; 0 if none is planned.

    Raises ValueError where measurements are planned and the metrics extra is not installed.
    """
    if not config.metric_kimg:
        return 0.0
    extractor = Extractor(device_of_features(device))
    side = config.network.resolution
    few = torch.zeros(BATCH, 3, side, side, dtype=torch.uint8)
    extractor.all([few], BATCH)  # warms up
    begin = time.perf_counter()
    features = extractor.all([few], BATCH)
    each = (time.perf_counter() - begin) / BATCH
    many = np.random.default_rng(0).standard_normal((config.metric_count, features.shape[1]), dtype=np.float32)
    begin = time.perf_counter()
    frechet(many, many)
    return config.metric_count * each + time.perf_counter() - begin


def _seconds(network: NetworkConfig, measured: Seconds, level: int, kind: str) -> float:
    """Seconds per image in a kind of phase of a level, from what was measured or, without any, of a usual core."""
    return extrapolated(network, measured, level, kind) or work(network, level) / USUAL_WORK_PER_SECOND


def level_costs(
    config: TrainingConfig,
    measured: Seconds,
    dtype: torch.dtype,
    decoded: Sequence[int] = (),
    judged: float = 0.0,
) -> tuple[LevelCost, ...]:
    """Every level of the plan with its time, its memory, and the disk that it adds.

    ``decoded``: bytes of the pictures still to be kept at each level from 0 on; the first of the plan decodes them at
    those below it too. ``judged``: seconds that one measurement of the distance takes beside drawing.
    """
    costs, done, drawable = [], 0.0, _drawable(config.network)
    for plan in config.growth.levels:
        kimg = plan.fade_kimg + plan.stable_kimg
        fading, each = (_seconds(config.network, measured, plan.level, kind) for kind in ("fade", "stable"))
        faded = done + plan.fade_kimg
        training = fading * worth(config, plan.level, done, faded) + each * worth(
            config, plan.level, faded, done + kimg
        )
        measurements = planned_measurements(config.metric_kimg, done, done + kimg)
        img_per_s = 1000 * kimg / training if kimg else 1 / each
        disk = left_behind(config, drawable, Stretch(done, done + kimg, img_per_s))
        disk += sum(decoded[plan.level if done else 0 : plan.level + 1])
        done += kimg
        drawing = measurements * config.metric_count * DRAWING_SHARE * each
        settling = settling_images(config, plan.level) * fading  # which is not recorded either
        memory = BASE + _weights(config.network) + _kept(config, plan, dtype)
        costs.append(
            LevelCost(
                level=plan.level,
                resolution=4 << plan.level,
                kimg=kimg,
                batch=plan.batch,
                img_per_s=img_per_s,
                seconds=training + settling + drawing + measurements * judged,
                measured=any(level == plan.level for level, _ in measured),
                memory=memory,
                disk=disk,
            )
        )
    return tuple(costs)


def memory_needed(config: TrainingConfig, dtype: torch.dtype) -> int:
    """Bytes at the level that needs most: weights, averages, moments and gradients, and what the way back keeps."""
    return BASE + _weights(config.network) + max(_kept(config, plan, dtype) for plan in config.growth.levels)


def _weights(network: NetworkConfig) -> int:
    """Bytes of float32 weights, gradients, Adam's two moments and the averaged generator, both networks together."""
    return 4 * 6 * _parameters(network)


def memory_problems(config: TrainingConfig, dtype: torch.dtype, free: int | None) -> tuple[str, ...]:
    """Empty where the run fits into ``free`` bytes; else one sentence that says what would."""
    needed = memory_needed(config, dtype)
    if free is None or needed <= free:
        return ()
    says = f"The run needs {size_text(needed)} of memory and {size_text(free)} are free; "
    for size in (16, 8, 4):
        smaller = replace(config, micro_batch=size)
        if size % config.network.mbstd_group == 0 and memory_needed(smaller, dtype) <= free:
            return (f"{says}with micro_batch={size} it fits, at the same result.",)
    return (f"{says}a smaller preset is needed.",)


def _kept(config: TrainingConfig, plan: LevelPlan, dtype: torch.dtype) -> int:
    images = min(plan.batch, config.micro_batch or plan.batch)
    numbers = sum((4 << at) ** 2 * 2 * config.network.channels(at) for at in range(plan.level + 1))
    seeing = KEPT * config.critic.side**2 if config.critic.weight else 0
    return images * (numbers * PASSES + seeing) * dtype.itemsize


def _parameters(network: NetworkConfig) -> int:
    """Both networks together, nearly: convolutions, style affines, mapping and the discriminator's dense layer."""
    total = network.mapping_layers * network.mapping_width**2 + 16 * network.channels(0) ** 2
    for at in range(network.levels):
        here, below = network.channels(at), network.channels(max(at - 1, 0))
        total += 2 * 9 * here * (here + below) + 2 * 2 * network.w_dim * here
    return total


def _stretches(levels: Sequence[LevelCost]) -> list[Stretch]:
    bounds = pairwise(accumulate((level.kimg for level in levels), initial=0.0))
    return [Stretch(begin, end, level.img_per_s) for (begin, end), level in zip(bounds, levels, strict=True)]


def _drawable(network: NetworkConfig) -> int:
    return 2 * _parameters(network)
