"""Measuring steps before a run: each kind of step in its due share, and fades where they run at another speed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from stylegan_core.schedule import Phase, phases
from stylegan_core.training import timing
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.graphs import ReplayingStepper
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from stylegan_core.training.timing import MOST_STEPS, measure, seconds_per_image

CPU = torch.device("cpu")
PLAIN_D, R1, PLAIN_G, PATHS = 1.0, 10.0, 3.0, 100.0  # seconds
FADING = 4.0  # times as long


class Clock:
    """A clock that steps move by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def timed(kind: type[Stepper], clock: Clock) -> Callable[..., Stepper]:
    """A stepper that computes nothing and takes its time."""

    class Timed(kind):  # type: ignore[misc, valid-type]
        def discriminator_half(self, reals: Tensor, labels: Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
            counters, due = self.state.counters, self.state.counters.steps % self.config.r1_interval == 0
            clock.now += (PLAIN_D + R1 * due) * (FADING if phase.alpha < 1 else 1)
            counters.steps += 1

        def generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
            objective = self.objective
            due = objective.path_length and (self.state.counters.steps - 1) % objective.path_interval == 0
            clock.now += (PLAIN_G + PATHS * bool(due)) * (FADING if phase.alpha < 1 else 1)

    return Timed


def really(stepper: Stepper, phase: Phase) -> float:
    """Seconds per image over so many steps that every kind had its turn."""
    clock: Clock = stepper.clock  # type: ignore[attr-defined]
    begin, stepper.state.counters.steps = clock.now, 0
    for _ in range(240):
        stepper.discriminator_half(torch.zeros(0), None, phase, StepNumbers())
        stepper.generator_half(None, phase.batch, phase, StepNumbers())
    return (clock.now - begin) / 240 / phase.batch


def small(name: str, *settings: str) -> TrainingConfig:
    """A preset with networks that are made at once."""
    return changed(preset(name), ["network.fmap_max=4", "network.mapping_width=4", *settings])


@pytest.mark.parametrize("budget", [0.0, 1e9])
@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("r1_interval=1",),
        ("r1_interval=16", "objective.path_interval=1"),
        ("r1_interval=5", "objective.path_interval=3"),
        ("r1_interval=16", "objective.path_length=0"),
        ("r1_interval=1", "objective.path_length=0"),
    ],
)
def test_each_kind_of_step_counts_as_often_as_it_comes(settings: tuple[str, ...], budget: float) -> None:
    """Path lengths were timed at R1's steps alone, and counted as rarely as these."""
    config, clock = small("stylegan2-32", *settings), Clock()
    stepper = timed(Stepper, clock)(TrainingState.fresh(config, CPU), torch.float32)
    stepper.clock = clock  # type: ignore[attr-defined]
    phase = phases(config.growth)[-1]
    found = seconds_per_image(stepper, phase, budget, clock)
    assert found == pytest.approx(really(stepper, phase))


def test_a_penalty_that_is_off_is_not_waited_for() -> None:
    config, clock = small("stylegan2-32", "gamma=0", "r1_interval=16", "objective.path_length=0"), Clock()
    stepper = timed(Stepper, clock)(TrainingState.fresh(config, CPU), torch.float32)
    seconds_per_image(stepper, phases(config.growth)[-1], 0.0, clock)
    assert stepper.state.counters.steps == 1
    assert clock.now == 2 * (PLAIN_D + R1 + PLAIN_G)  # one step warms up, one counts
    clock.now = 0.0
    seconds_per_image(stepper, phases(config.growth)[-1], 1e9, clock)
    assert clock.now == 2 * MOST_STEPS * (PLAIN_D + R1 + PLAIN_G)


@pytest.mark.parametrize(("kind", "fades"), [(ReplayingStepper, True), (Stepper, False)])
def test_fades_are_measured_where_steps_are_replayed(
    kind: type[Stepper], fades: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stable steps are replayed there and fades are not; all were charged as if they were."""
    config, clock = replace(preset("tiny"), settle_steps=0), Clock()
    monkeypatch.setattr(timing, "stepper_kind", lambda _: timed(kind, clock))
    told: list[tuple[int, int]] = []
    found = measure(config, CPU, torch.float32, 1e6, lambda *far: told.append(far), clock)
    stable = (PLAIN_D + R1 + PLAIN_G) / 8
    expected = {(level, "stable"): stable for level in range(3)}
    expected |= {(level, "fade"): FADING * stable for level in (1, 2)} if fades else {}
    assert found == pytest.approx(expected)
    assert [done for done, _ in told] == ([0, 1, 1, 2, 2] if fades else [0, 1, 2])
    assert {total for _, total in told} == {3}


def test_the_first_level_to_come_is_timed_with_few_images_where_it_is_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that went on at 512² would have stood still for two of its whole batches."""
    clock, batches = Clock(), list[int]()

    class Noted(timed(Stepper, clock)):  # type: ignore[misc]
        def generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
            batches.append(batch)

    config = small("ffhq-1024")
    begin = next(phase.begin_kimg for phase in phases(config.growth) if 4 << phase.level == 512)
    monkeypatch.setattr(timing, "stepper_kind", lambda _: Noted)
    monkeypatch.setattr(timing, "USUAL_WORK_PER_SECOND", 1e9)
    measure(config, CPU, torch.float32, 8.0, clock=clock, from_kimg=begin)
    assert set(batches) == {config.network.mbstd_group}
    batches.clear()
    measure(config, CPU, torch.float32, 1e9, clock=clock, from_kimg=begin)
    assert max(batches) == next(plan.batch for plan in config.growth.levels if 4 << plan.level == 512)
