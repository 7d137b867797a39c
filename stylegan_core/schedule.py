"""The growth schedule: which level, alpha, batch and rate a run has after any number of images (spec-core 5.1)."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

MOST_LEVEL = 10  # 4096²
MOST_KIMG = 1e9  # of a phase: in one without end alpha and the time left would mean nothing


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """What one level gets: first ``fade_kimg`` of blending in, then ``stable_kimg`` at alpha 1."""

    level: int
    fade_kimg: float
    stable_kimg: float
    batch: int
    rate: float

    @property
    def senseless(self) -> str:
        """The name of the first number that no run can have; empty where all make sense."""
        allowed = {
            "level": 0 <= self.level <= MOST_LEVEL,
            "fade_kimg": 0 <= self.fade_kimg <= MOST_KIMG,
            "stable_kimg": 0 <= self.stable_kimg <= MOST_KIMG,
            "batch": self.batch >= 1,
            "rate": 0 < self.rate < inf,
        }
        return next((name for name, fits in allowed.items() if not fits), "")


@dataclass(frozen=True, slots=True)
class Growth:
    """The plan of a whole run; the first level never fades, the last one's stable phase ends the run.

    Raises ValueError if levels are not consecutive, the first fades, or a number makes no sense.
    """

    levels: tuple[LevelPlan, ...]

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError("A growth plan needs at least one level.")
        if self.levels[0].fade_kimg:
            raise ValueError("The first level of a growth plan cannot fade: there is nothing below it.")
        if any(upper.level != lower.level + 1 for lower, upper in pairwise(self.levels)):
            raise ValueError("The levels of a growth plan must follow each other without a gap.")
        for plan in self.levels:
            if plan.senseless:
                value = getattr(plan, plan.senseless)
                raise ValueError(f"In the growth plan of level {plan.level} {plan.senseless}={value} makes no sense.")

    @property
    def total_kimg(self) -> float:
        """The length of the whole run in thousands of real images."""
        return sum(plan.fade_kimg + plan.stable_kimg for plan in self.levels)

    @property
    def top_level(self) -> int:
        """The level of the finished network."""
        return self.levels[-1].level


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a run is: ``kind`` is "stable" or "fade", ``alpha`` the weight of the newest block.

    ``begin_kimg`` and ``end_kimg`` bound the phase, ``lod`` is the official counterpart of level and alpha.
    """

    index: int
    kind: str
    level: int
    alpha: float
    begin_kimg: float
    end_kimg: float
    batch: int
    rate: float
    lod: float

    @property
    def resolution(self) -> int:
        """The working resolution, 4·2^level."""
        return 4 << self.level


def phases(growth: Growth) -> tuple[Phase, ...]:
    """Every phase of a run in order, fades at alpha 0, stable ones at alpha 1; phases of no length are left out."""
    found: list[Phase] = []
    begin = 0.0
    for plan in growth.levels:
        for kind, length in (("fade", plan.fade_kimg), ("stable", plan.stable_kimg)):
            last = plan is growth.levels[-1] and kind == "stable"
            if not length and not (last and not found):
                continue
            alpha = 0.0 if kind == "fade" else 1.0
            lod = growth.top_level - plan.level + 1 - alpha
            end = begin + length
            found.append(Phase(len(found), kind, plan.level, alpha, begin, end, plan.batch, plan.rate, lod))
            begin = end
    return tuple(found)


def phase_at(kimg: float, growth: Growth) -> Phase:
    """The phase after ``kimg`` thousand real images; pure, alpha in [0, 1].

    As in the official code a stable phase includes both its ends and a fade neither, so at the very moment a fade
    begins the network is still the smaller one (alpha 0 of the new level draws the same picture).
    """
    every = phases(growth)
    index = bisect_left([phase.end_kimg for phase in every], kimg)
    phase = every[min(index, len(every) - 1)]
    if phase.kind == "stable":
        return phase
    after = every[phase.index + 1] if phase.index + 1 < len(every) else None
    if kimg >= phase.end_kimg and after is not None and after.kind == "stable":
        return after
    alpha = min(max((kimg - phase.begin_kimg) / (phase.end_kimg - phase.begin_kimg), 0.0), 1.0)
    return replace(phase, alpha=alpha, lod=growth.top_level - phase.level + 1 - alpha)


OFFICIAL_FIRST, OFFICIAL_KIMG, OFFICIAL_RATE = 1, 600, 0.001  # first level, length of a phase, learning rate


def official_growth(
    resolution: int,
    total_kimg: float,
    *,
    batch: dict[int, int] | None = None,
    rate: dict[int, float] | None = None,
    else_batch: int = 4,
) -> Growth:
    """The paper's plan from 8² on: phases of 600 kimg, the last level takes what is left of ``total_kimg``.

    ``batch`` and ``rate`` map a working resolution to its value; ``else_batch`` and a rate of 0.001 serve all others.
    Raises ValueError if ``total_kimg`` does not reach the full resolution.
    """
    first, top = OFFICIAL_FIRST, resolution.bit_length() - 3
    grown = 2 * (top - first) * OFFICIAL_KIMG
    rest = total_kimg - grown
    if rest < 0:
        raise ValueError(f"{total_kimg:g} kimg end before {resolution}² is reached; it takes {grown:g} kimg.")
    plans = []
    for level in range(first, top + 1):
        plans.append(
            LevelPlan(
                level,
                0 if level == first else OFFICIAL_KIMG,
                rest if level == top else OFFICIAL_KIMG,
                (batch or {}).get(4 << level, else_batch),
                (rate or {}).get(4 << level, OFFICIAL_RATE),
            )
        )
    return Growth(tuple(plans))
