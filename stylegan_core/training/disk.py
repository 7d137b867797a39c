"""What a run and the pictures decoded for it take of the disks they lie on, and whether there is room."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, gcd, prod
from pathlib import Path
from typing import NamedTuple

from stylegan_core.amounts import size_text
from stylegan_core.data.cache import Room
from stylegan_core.files.places import standing
from stylegan_core.training.config import TrainingConfig

SAMPLES = 1 << 20  # a grid and its strips, roughly


class Stretch(NamedTuple):
    """A part of a run, in kimg from its beginning, and how many images a second it is trained at."""

    begin_kimg: float
    end_kimg: float
    img_per_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Bytes that a run needs, and that are free where it would lie; ``problems`` say why not, ``notes`` only inform."""

    needed: int
    free: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def judge(
    config: TrainingConfig, drawable: int, stretches: Sequence[Stretch], folder: Path, room: Room | None
) -> Verdict:
    """Whether a run in ``folder`` fits, whose drawables have so many bytes each.

    ``room`` is that of the decoded pictures: they take no more than a share of what is free, and need not be kept.
    """
    place = standing(folder)
    free = shutil.disk_usage(place).free
    decoded = sum(room.missing) if room else 0
    beside = decoded if room and _same_disk(place, standing(room.folder)) else 0
    needed = run_bytes(config, drawable, stretches)
    problems: tuple[str, ...] = ()
    if needed + beside > free:
        fewest = run_bytes(replace(config, keep=1, keep_every=0), drawable, stretches)
        cure = ", or keep fewer checkpoints with keep=1 and keep_every=0" if fewest + beside <= free else ""
        more = f" beside {size_text(beside)} of decoded pictures" if beside else ""
        says = f"The run needs {size_text(needed)} of disk{more} and {size_text(free)} are free in {place}"
        problems = (f"{says}; free some{cure}.",)
    return Verdict(needed, free, problems, tuple(_of_the_cache(room, decoded - beside)) if room else ())


def _of_the_cache(room: Room, elsewhere: int) -> list[str]:
    found = []
    place = standing(room.folder)
    if elsewhere:
        free = shutil.disk_usage(place).free
        found.append(f"{size_text(elsewhere)} are decoded pictures in {place}, where {size_text(free)} are free.")
    if len(room.missing) < room.levels:
        what = f"above {4 << (len(room.missing) - 1)}²" if room.missing else "of any size"
        found.append(f"{place} has no room for decoded pictures {what}: they are decoded each time, which is slower.")
    return found


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def run_bytes(config: TrainingConfig, drawable: int, stretches: Sequence[Stretch]) -> int:
    """Bytes of a run: the newest checkpoints and one in the making, the best, and what its stretches leave behind.

    A drawable has ``drawable`` bytes, the training state beside it five times as many, roughly.
    """
    newest = (config.keep + 1) * 6 * drawable
    best = drawable if config.metric_kimg else 0
    return newest + best + 2 * SAMPLES + sum(left_behind(config, drawable, stretch) for stretch in stretches)


def left_behind(config: TrainingConfig, drawable: int, stretch: Stretch) -> int:
    """Bytes of samples and of checkpoints kept for good."""
    snapshots = int(stretch.end_kimg / config.snapshot_kimg) - int(stretch.begin_kimg / config.snapshot_kimg)
    return snapshots * SAMPLES + round(kept_for_good(config, stretch) * drawable)


def kept_for_good(config: TrainingConfig, stretch: Stretch) -> float:
    """How many drawables of a stretch stay, whatever comes after; a mean.

    Of every kimg divisible by ``keep_every`` the first one stays (training/keeping.py): what planned snapshots and
    measurements write there, and what the clock does, in every such kimg where its checkpoints come that often.
    """
    if not config.keep_every:
        return 0.0
    many = int(stretch.end_kimg / config.keep_every) - int(stretch.begin_kimg / config.keep_every)
    every = sorted(kimg for kimg in (config.snapshot_kimg, config.metric_kimg) if kimg)
    nested = round(every[-1] * 1000) % round(every[0] * 1000) == 0
    missed = prod(1 - _share_met(config.keep_every, kimg) for kimg in (every[:1] if nested else every))
    apart = stretch.img_per_s * 60 * config.checkpoint_minutes / 1000  # kimg between two checkpoints of the clock
    timed = min(1.0, 1 / apart) if apart < every[0] else 0.0
    return many * (1 - missed * (1 - timed))


def _share_met(keep_every: int, plan_kimg: float) -> float:
    """The share of the kimg n·keep_every with a multiple of ``plan_kimg`` in them: all remainders are equally many."""
    spaced, plan = keep_every * 1000, round(plan_kimg * 1000)
    step = gcd(spaced, plan)
    return ceil(min(1000, plan) / step) / (plan // step)
