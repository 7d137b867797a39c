"""How fast a run goes and how long it will take: measured where it is, extrapolated to where it is not yet."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.schedule import Phase, phase_at, phases
from stylegan_core.training.config import TrainingConfig

WINDOW = 30.0
# Fitted to 146, 55 and 31 images a second at 8², 16² and 32² of avatars-32 on one core with bf16.
PASSES = 2_000  # work of one feature map's pixel passing everything that is not a convolution
FIXED = 2.5e8  # work of an image whatever its size: dense layers, optimisers, the interpreter's own time
CRITIC_FIXED, CRITIC_PIXEL = 1.2e9, 1.8e5  # work of the critic on an image, and on each of its side² pixels (measured)
Seconds = dict[tuple[int, str], float]  # per image, by level and kind of phase, without the critic
USUAL_WORK_PER_SECOND = 7e10  # images times work() a second on one core with bf16, where nothing was measured
DRAWING_SHARE = 0.15  # of the time of training on an image: drawing one to be measured; 0.11–0.17 in the small presets
SETTLING_BATCH = 16
SETTLING_SHARE = 0.4  # of the time of training on an image: settling with one, seeing included; 0.45 at 16², 0.3 at 64²


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was timed before: ``seconds`` per image of levels, and ``judging``, of the features of one measurement."""

    seconds: Seconds = field(default_factory=dict)
    judging: float = 0.0


def settling_images(config: TrainingConfig, level: int) -> float:
    """What settling at the beginning of a level takes, in images of that level trained on."""
    return config.settle_steps * SETTLING_BATCH * SETTLING_SHARE if level in config.settled_levels else 0.0


def work(network: NetworkConfig, level: int) -> float:
    """Relative cost of training on one image at 4·2^level: multiplications of the convolutions and what is beside.

    An iteration passes the discriminator 8 times (forward 1, backward 2: reals and fakes 6, through it to the
    generator 2) and the generator 4 times. Transposed enlarging (from 16² on) and halving take 4 products a pixel.
    """
    total = FIXED
    for at in range(level + 1):
        pixels, here = (4 << at) ** 2, network.channels(at)
        below = network.channels(at - 1) if at else 0
        enlarging = 4 if at >= 3 else 9
        within, between = (8 + 4) * 9 * here * here, (8 * 4 + 4 * enlarging) * here * below
        total += pixels * (within + between + PASSES * here)
    return total


def with_critic(config: TrainingConfig, level: int) -> float:
    """How many times as long an image of a level takes where the critic takes part; 1 without one."""
    if not config.critic.weight:
        return 1.0
    return 1 + (CRITIC_FIXED + CRITIC_PIXEL * config.critic.side**2) / work(config.network, level)


def worth(config: TrainingConfig, level: int, begin_kimg: float, end_kimg: float) -> float:
    """The images between two moments at a level, each counted as many times as it takes longer beside the critic."""
    images = 1000 * (end_kimg - begin_kimg)
    if not config.critic.weight:
        return images
    seen = 1000 * max(end_kimg - max(begin_kimg, config.critic.from_kimg), 0.0)
    return images + seen * (with_critic(config, level) - 1)


def extrapolated(
    network: NetworkConfig, measured: Seconds, level: int, kind: str, before: Seconds | None = None
) -> float | None:
    """Seconds per image in a kind of phase, "stable" or "fade", of a level; None where nothing was measured.

    What was not measured itself follows from the nearest level at or below it (without one, above), times the ratio of
    the two levels in what was timed ``before``, else of their work; and there from the other kind of phase, times the
    ratio of the two kinds at the nearest level where both were measured, else timed before.
    """
    if not measured:
        return None
    levels = {at for at, _ in measured}
    near = max((at for at in levels if at <= level), default=min(levels))
    timed = before or {}
    if (near, kind) in measured:
        each = measured[near, kind]
    else:
        other = "fade" if kind == "stable" else "stable"
        ratio = _of_kinds(measured, near, kind, other) or _of_kinds(timed, near, kind, other) or 1.0
        each = measured[near, other] * ratio
    return each * _cost(network, timed, level) / _cost(network, timed, near)


def _of_kinds(measured: Seconds, near: int, kind: str, other: str) -> float | None:
    """The ratio of two kinds of phase at the level nearest to one, of those where both were measured."""
    both = [at for at, one in measured if one == kind and (at, other) in measured]
    like = min(both, key=lambda at: abs(at - near), default=None)
    return None if like is None else measured[like, kind] / measured[like, other]


def _cost(network: NetworkConfig, timed: Seconds, level: int) -> float:
    """How long an image of a level takes, in a unit that all levels share."""
    return extrapolated(network, timed, level, "stable") or work(network, level)


def planned_measurements(every_kimg: float, begin_kimg: float, end_kimg: float) -> int:
    """How many measurements of the distance are planned between two moments of a run; 0 where none ever is."""
    every, begin, end = (round(kimg * 1000) for kimg in (every_kimg, begin_kimg, end_kimg))
    return max(end // every - begin // every, 0) if every else 0


class Speed:
    """Images a second over the last half minute, and the seconds left in the phase and in all.

    ``forecast`` may be set to what was timed before: the run's own speed counts, and its levels compare as there.
    Fades are timed apart from stable phases: where steps are recorded they run at a speed of their own. How the two
    compare is measured where one follows the other, and stays when the machine becomes busier or calmer later.
    """

    def __init__(self, config: TrainingConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._growth = config.growth
        self._phases = phases(config.growth)
        self._settling = [
            settling_images(config, after.level) if after.level > before.level else 0.0
            for before, after in pairwise(self._phases)
        ]
        self._every = config.metric_kimg
        self._clock = clock
        self._count = config.metric_count
        self.forecast = Forecast()
        self.measuring = 0.0  # seconds that the last measurement of the distance took, 0 before the first
        self._marks: deque[tuple[float, int]] = deque()
        self._stretch = (-1, "", False)
        self._begun = 0.0  # when that stretch began
        self._measured: Seconds = {}

    def mark(self, img: int, level: int) -> None:
        """Notes that ``img`` images are done; call after every step."""
        now = self._clock()
        begun = self._marks[-1][1] if self._marks else img  # the step belongs to the phase that it began in
        joined = self._config.critic.takes_part(begun)
        stretch = level, phase_at(begun / 1000, self._growth).kind, joined
        if stretch != self._stretch or img < begun:
            self._marks.clear()
            self._stretch, self._begun = stretch, now
        self._marks.append((now, img))
        while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW:
            self._marks.popleft()
        if self.per_second > 0:
            times = with_critic(self._config, level) if joined else 1.0
            self._note(*stretch[:2], 1 / self.per_second / times, settled=now - self._begun > WINDOW)

    def _note(self, level: int, kind: str, each: float, *, settled: bool) -> None:
        """Notes seconds per image; once ``settled``, what changes them changes those of the level's other kind too."""
        other = level, "fade" if kind == "stable" else "stable"
        before = self._measured.get((level, kind))
        if settled and before and other in self._measured:
            self._measured[other] *= each / before
        self._measured[level, kind] = each

    def pause(self) -> None:
        """Forgets the stretch before a pause, so that waiting does not count as slowness."""
        self._marks.clear()

    @property
    def per_second(self) -> float:
        """Images a second, 0 until two steps were timed."""
        if len(self._marks) < 2:
            return 0.0
        (begin, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - begin) if end > begin else 0.0

    def left(self, kimg: float, phase: Phase) -> tuple[float, float]:
        """Seconds left in the phase and in the whole run; NaN before anything was timed."""
        if not self._measured:
            return float("nan"), float("nan")
        in_phase = self._seconds(phase, min(kimg, phase.end_kimg))
        measuring = self.measuring or self._measuring(phase)
        in_phase += planned_measurements(self._every, kimg, phase.end_kimg) * measuring
        later = sum(
            self._seconds(other, other.begin_kimg, settling)
            for other, settling in zip(self._phases[phase.index + 1 :], self._settling[phase.index :], strict=True)
        )
        later += planned_measurements(self._every, phase.end_kimg, self._phases[-1].end_kimg) * measuring
        return in_phase, in_phase + later

    def _seconds(self, phase: Phase, begin_kimg: float, settling: float = 0.0) -> float:
        """From a moment of a phase to its end, and settling as many images."""
        return self._each(phase) * (worth(self._config, phase.level, begin_kimg, phase.end_kimg) + settling)

    def _each(self, phase: Phase) -> float:
        """Of an image, without the critic."""
        network, timed = self._config.network, self.forecast.seconds
        return extrapolated(network, self._measured, phase.level, phase.kind, timed) or float("nan")

    def _measuring(self, phase: Phase) -> float:
        """Of a measurement before there was one; 0 where its features were not timed."""
        if not self.forecast.judging:
            return 0.0
        return self.forecast.judging + self._count * DRAWING_SHARE * self._each(phase)
