"""Images a second and the time left, on a clock of its own."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from stylegan_core.schedule import phase_at, phases
from stylegan_core.training.config import changed, preset
from stylegan_core.training.groups import InitConfig
from stylegan_core.training.speed import DRAWING_SHARE, Forecast, Speed, extrapolated, settling_images, work

CONFIG = changed(preset("avatars-32"), ["critic.weight=0"])
MEASURED = {1: 146.0, 2: 55.0, 3: 31.0}  # images a second of a real run on one core with bf16


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_known_before_two_steps() -> None:
    speed = Speed(CONFIG, Clock())
    assert speed.per_second == 0
    assert all(math.isnan(left) for left in speed.left(0, phase_at(0, CONFIG.growth)))


def test_speed_is_that_of_the_last_half_minute() -> None:
    clock = Clock()
    speed = Speed(CONFIG, clock)
    img = 0
    for rate, steps in ((1, 50), (10, 400)):
        for _ in range(steps):
            speed.mark(img, 1)
            clock.now += 16 / (16 * rate)
            img += 16
    assert speed.per_second == pytest.approx(160)


def test_a_pause_does_not_count_as_slowness() -> None:
    clock = Clock()
    speed = Speed(CONFIG, clock)
    for img in (0, 16, 32):
        speed.mark(img, 1)
        clock.now += 1
    speed.pause()
    clock.now += 3600
    for img in (48, 64, 80):
        speed.mark(img, 1)
        clock.now += 1
    assert speed.per_second == 16


def test_the_critic_is_counted_from_where_it_joins() -> None:
    """In the middle of 32² it joins, and an image takes 1.89 times as long (30.2 ms for 16.0, measured with AMX)."""
    config = changed(preset("avatars-32"), ["critic.from_kimg=50"])
    end, alone, beside = config.growth.total_kimg, 0.016, 0.0302

    def left(until: float) -> tuple[float, float]:
        clock, img = Clock(), 0
        speed = Speed(config, clock)
        while img < until * 1000:
            clock.now += 16 * (alone if img < 50_000 else beside)
            img += 16
            speed.mark(img, 3 if img > 13_000 else 2)
        phase = phase_at(img / 1000, config.growth)
        return speed.left(img / 1000, phase)[0], img / 1000

    seconds, kimg = left(30)
    assert seconds == pytest.approx(1000 * ((50 - kimg) * alone + (end - 50) * beside), rel=0.05)
    seconds, kimg = left(52)
    assert seconds == pytest.approx(1000 * (end - kimg) * beside, rel=0.01)


def seconds_left(kimg: float) -> float:
    """What a run at the measured speeds really has left."""
    return sum(
        max(phase.end_kimg - max(phase.begin_kimg, kimg), 0) * 1000 / MEASURED[phase.level]
        for phase in phases(CONFIG.growth)
    )


@pytest.mark.parametrize("phase", [phase for phase in phases(CONFIG.growth) if phase.level])
def test_the_time_left_is_right_within_a_fifth_after_a_tenth_of_each_phase(phase: "object") -> None:
    clock = Clock()
    speed = Speed(CONFIG, clock)
    assert hasattr(phase, "begin_kimg")
    assert hasattr(phase, "end_kimg")
    until = phase.begin_kimg + 0.1 * (phase.end_kimg - phase.begin_kimg)
    img = 0
    while img < until * 1000:
        now = phase_at(img / 1000, CONFIG.growth)
        img += now.batch
        clock.now += now.batch / MEASURED[now.level]
        speed.mark(img, now.level)
    now = phase_at(img / 1000, CONFIG.growth)
    in_phase, in_all = speed.left(img / 1000, now)
    assert in_phase == pytest.approx((now.end_kimg - img / 1000) * 1000 / MEASURED[now.level], rel=0.05)
    assert in_all == pytest.approx(seconds_left(img / 1000), rel=0.2)


FADES, STABLE = {2: 20.0, 3: 10.0}, {1: 400.0, 2: 120.0, 3: 40.0}  # images a second where stable steps are replayed


def run_to(until: float) -> tuple[Speed, float]:
    """A run at these speeds after so many kimg, or one step more; returns its image counter too."""
    clock, img = Clock(), 0
    speed = Speed(changed(CONFIG, ["settle_steps=0"]), clock)
    while img < until * 1000:
        now = phase_at(img / 1000, CONFIG.growth)
        img += now.batch
        clock.now += now.batch / (FADES if now.kind == "fade" else STABLE)[now.level]
        speed.mark(img, now.level)
    return speed, img / 1000


def test_a_fade_says_nothing_about_the_phase_after_it() -> None:
    """Half a minute into a stable phase the speed was still that of the fade, and so was the time left."""
    fade = next(phase for phase in phases(CONFIG.growth) if phase.kind == "fade")
    speed, kimg = run_to(fade.end_kimg + 2 * 16 / 1000)
    now = phase_at(kimg, CONFIG.growth)
    assert now.kind == "stable"
    assert speed.per_second == pytest.approx(STABLE[now.level])
    assert speed.left(kimg, now)[0] == pytest.approx((now.end_kimg - kimg) * 1000 / STABLE[now.level])


def test_the_stable_phase_after_a_fade_is_foreseen_from_the_level_below() -> None:
    """In a fade the whole run seemed to take as long for each image as the fade does."""
    *_, fade, stable = phases(CONFIG.growth)
    assert (fade.kind, stable.kind) == ("fade", "stable")
    speed, kimg = run_to(fade.begin_kimg + 1)
    in_phase, in_all = speed.left(kimg, phase_at(kimg, CONFIG.growth))
    assert in_phase == pytest.approx((fade.end_kimg - kimg) * 1000 / FADES[3])
    ratio = FADES[2] / STABLE[2]
    foreseen = (stable.end_kimg - stable.begin_kimg) * 1000 / FADES[3] * ratio
    assert in_all - in_phase == pytest.approx(foreseen, rel=0.01)


@pytest.mark.parametrize("factor", [3.0, 0.4])
def test_a_machine_that_becomes_busier_or_calmer_is_no_slower_kind_of_step(factor: float) -> None:
    """In the fade after it, the phase to come was thought three times as long as it would be."""
    clock, img = Clock(), 0
    config = changed(CONFIG, ["settle_steps=0", "growth.16.stable_kimg=8"])
    speed = Speed(config, clock)
    plan = phases(config.growth)
    half = next(phase.begin_kimg + 4 for phase in plan if (phase.level, phase.kind) == (2, "stable"))
    fade = next(phase for phase in plan if (phase.level, phase.kind) == (3, "fade"))
    while img / 1000 < (fade.begin_kimg + fade.end_kimg) / 2:
        now = phase_at(img / 1000, config.growth)
        clock.now += now.batch / MEASURED[now.level] * (factor if img / 1000 >= half else 1)
        img += now.batch
        speed.mark(img, now.level)
    rest = (
        sum(max(phase.end_kimg - max(phase.begin_kimg, img / 1000), 0) for phase in plan) * 1000 / MEASURED[3] * factor
    )
    assert speed.left(img / 1000, fade)[1] == pytest.approx(rest, rel=0.2)


def test_what_was_not_measured_follows_from_what_lies_nearest() -> None:
    network = CONFIG.network
    assert extrapolated(network, {}, 1, "fade") is None
    one = {(1, "stable"): 0.1}
    assert extrapolated(network, one, 1, "stable") == extrapolated(network, one, 1, "fade") == 0.1
    grown = 0.1 * work(network, 3) / work(network, 1)
    assert extrapolated(network, one, 3, "fade") == pytest.approx(grown)
    both = {**one, (1, "fade"): 0.3, (2, "fade"): 0.6}
    assert extrapolated(network, both, 2, "stable") == pytest.approx(0.2)
    assert extrapolated(network, both, 3, "fade") == pytest.approx(0.6 * work(network, 3) / work(network, 2))
    assert extrapolated(network, {(2, "stable"): 0.1}, 1, "stable") == pytest.approx(
        0.1 * work(network, 1) / work(network, 2)
    )


SLOW = {1: 0.00637, 2: 0.01828, 3: 0.03667, 4: 0.10474}  # seconds an image of avatars-64, one core without bf16


def foreseen(forecast: Forecast, slower: float = 1.0) -> tuple[float, float]:
    """The time left in all of avatars-64 after a tenth of 8² on a machine as many times slower, and what it takes."""
    clock, img = Clock(), 0
    config = changed(preset("avatars-64"), ["critic.weight=0", "settle_steps=0", "metric_kimg=10"])
    plan = phases(config.growth)
    speed = Speed(config, clock)
    speed.forecast = forecast
    while img / 1000 < 0.1 * plan[0].end_kimg:
        img += 16
        clock.now += 16 * SLOW[1] * slower
        speed.mark(img, 1)
    takes = sum(1000 * (phase.end_kimg - max(phase.begin_kimg, img / 1000)) * SLOW[phase.level] for phase in plan)
    return speed.left(img / 1000, plan[0])[1], takes * slower


def test_levels_timed_before_tell_the_time_left_on_every_kind_of_machine() -> None:
    """By work alone, as fitted with bf16, a core without it had half of the time foreseen that it then took."""
    timed = Forecast({(level, "stable"): each for level, each in SLOW.items()})
    for slower in (1.0, 3.0):  # than when they were timed
        left, takes = foreseen(timed, slower)
        assert left == pytest.approx(takes, rel=0.01)
    left, takes = foreseen(Forecast())
    assert left < takes / 2


def test_measurements_are_foreseen_before_the_first() -> None:
    timed = Forecast({(level, "stable"): each for level, each in SLOW.items()})
    count = round(preset("avatars-64").growth.total_kimg / 10)
    more = foreseen(replace(timed, judging=7.0))[0] - foreseen(timed)[0]
    drawing = 1000 * DRAWING_SHARE * SLOW[1]
    assert more == pytest.approx(count * (7 + drawing), rel=0.02)


def test_kinds_of_phase_compare_as_timed_before_until_both_were_measured() -> None:
    network, timed = CONFIG.network, {(1, "stable"): 1.0, (2, "stable"): 2.0, (2, "fade"): 6.0, (3, "stable"): 4.0}
    assert extrapolated(network, {(2, "fade"): 0.6}, 2, "stable", timed) == pytest.approx(0.2)
    assert extrapolated(network, {(1, "stable"): 0.1}, 3, "fade", timed) == pytest.approx(0.1 * 4 / 1 * 6 / 2)


def test_settling_counts_where_the_network_is_still_to_grow() -> None:
    clock = Clock()
    quick, speed = Speed(changed(CONFIG, ["settle_steps=0"]), clock), Speed(CONFIG, clock)
    for img in (0, 16, 32):
        for one in (quick, speed):
            one.mark(img, 1)
        clock.now += 0.16
    now = phase_at(0.032, CONFIG.growth)
    more = speed.left(0.032, now)[1] - quick.left(0.032, now)[1]
    images = [settling_images(CONFIG, level) for level in (1, 2, 3)]
    assert images[0] == 0 < images[1] == images[2]
    each = [0.01 * work(CONFIG.network, level) / work(CONFIG.network, 1) for level in (2, 3)]
    assert more == pytest.approx(sum(images[1] * one for one in each))
    assert settling_images(replace(CONFIG, init=InitConfig("there", grown=False)), 3) == 0


def test_work_grows_with_the_level() -> None:
    network = preset("ffhq-1024").network
    costs = [work(network, level) for level in range(network.levels)]
    assert costs == sorted(costs)
    assert all(after < 8 * before for before, after in pairwise(costs))


def test_planned_measurements_take_as_long_as_the_last_one() -> None:
    config = changed(preset("tiny"), ("metric_kimg=0.064", "settle_steps=0"))
    clock = Clock()
    speed, plain = Speed(config, clock), Speed(replace(config, metric_kimg=0.0), clock)
    phase = phase_at(0, config.growth)
    for img in (0, 16):
        speed.mark(img, 0)
        plain.mark(img, 0)
        clock.now += 1
    assert speed.left(0.016, phase) == plain.left(0.016, phase)
    speed.measuring = plain.measuring = 100.0
    total = int(phases(config.growth)[-1].end_kimg / 0.064)
    here = int(phase.end_kimg / 0.064)
    assert speed.left(0.016, phase) == pytest.approx(
        tuple(left + 100 * times for left, times in zip(plain.left(0.016, phase), (here, total), strict=True))
    )
    assert total == 3
