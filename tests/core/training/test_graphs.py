"""Replayed steps are the steps themselves, whatever changes between them; CUDA's own are in test_accelerator."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from stylegan_core.schedule import Phase, phases
from stylegan_core.training import loop
from stylegan_core.training.config import TrainingConfig, changed
from stylegan_core.training.graphs import CudaTape, ReplayingStepper
from stylegan_core.training.parts import Part
from stylegan_core.training.settling import Settler
from stylegan_core.training.state import Counters, TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.test_presets import phase_of, small
from tests.core.training.conftest import Train
from tests.core.training.final import assert_same_end

CPU = torch.device("cpu")
CASES = {
    "riding R1": ("config-f", ("r1_interval=2",)),
    "lazy R1 and path lengths": ("stylegan2-32", ("r1_interval=2", "objective.path_interval=2")),
    "R2": ("config-f", ("r1_interval=3", "objective.r2=0.5")),
    "lazy R2": ("stylegan2-32", ("r1_interval=2", "objective.r2=0.5")),
    "gradient penalty": ("config-a", ()),
    "ADA": ("config-f", ("ada.target=0.6",)),
    "parts": ("config-f", ("micro_batch=4",)),
}


CLASSES = ("boot", "shirt")


class Plain:
    """A tape that computes again, so that only the recording itself is another than CUDA's."""

    def __init__(self) -> None:
        self.recordings = self.replays = self.forgotten = 0
        self._made: list[Tensor] = []

    def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        self.recordings += 1
        found = compute()

        def replay() -> None:
            self.replays += 1
            for other in self._made:  # a replay may write over what lies in the memory that all share
                other.fill_(torch.nan)
            for mine, new in zip(tensors(found), tensors(compute()), strict=True):
                mine.copy_(new)

        self._made += tensors(found)

        return replay, found

    def forget(self) -> None:
        self.forgotten += 1
        self._made.clear()


def tensors(found: Any) -> list[Tensor]:
    """The tensors in what a half returns."""
    if isinstance(found, Tensor):
        return [found]
    return [t for part in found for t in tensors(part)] if isinstance(found, tuple) else found.all


def trained(
    config: TrainingConfig,
    kind: Callable[..., Stepper],
    phase: Phase,
    steps: int = 6,
    device: torch.device = CPU,
    dtype: torch.dtype = torch.float32,
    **options: Any,
) -> tuple[dict[str, Tensor], list[float]]:
    """The weights, averages and moments after some steps on pictures that change, and what was measured."""
    state = TrainingState.fresh(config, device)
    state.set_rate(0.002)
    stepper, measured = kind(state, dtype, **options), []
    draw = torch.Generator().manual_seed(1)
    for step in range(steps):
        numbers = StepNumbers()
        reals = torch.rand(8, 3, phase.resolution, phase.resolution, generator=draw) * 2 - 1
        classes = config.network.classes
        labels = torch.eye(len(classes))[torch.arange(step, step + 8) % len(classes)] if classes else None
        labels = None if labels is None else labels.to(device)
        stepper.discriminator_half(reals.to(device), labels, phase, numbers)
        stepper.generator_half(labels, 8, phase, numbers)
        assert not numbers.skipped
        measured += [float(value) for value in (numbers.loss_d, numbers.loss_g, numbers.r1) if value is not None]
    networks = {"g": state.generator, "d": state.discriminator, "average": state.average}
    found = {f"{key}.{name}": t for key, net in networks.items() for name, t in net.state_dict().items()}
    for name, adam in (("g", state.adam_g), ("d", state.adam_d)):
        for number, moments in enumerate(adam.state.values()):
            found |= {f"{name}.{number}.{key}": t for key, t in moments.items()}
    return found, measured


@pytest.mark.parametrize(
    ("case", "classes"),
    [
        ("parts", ()),
        ("lazy R1 and path lengths", CLASSES),
        *(pytest.param(case, (), marks=pytest.mark.slow) for case in CASES if case != "parts"),
        *(pytest.param(case, CLASSES, marks=pytest.mark.slow) for case in CASES if case != "lazy R1 and path lengths"),
    ],
)
def test_replayed_steps_are_the_steps_themselves(case: str, classes: tuple[str, ...]) -> None:
    name, settings = CASES[case]
    config = changed(small(name), settings)
    config = replace(config, network=config.network.with_classes(classes))
    phase, tape = phases(config.growth)[-1], Plain()
    replayed = case not in ("gradient penalty", "ADA", "parts")
    steps = 6 if replayed else 3
    ours, measured = trained(config, ReplayingStepper, phase, steps, tape=tape)
    theirs, expected = trained(config, Stepper, phase, steps)
    assert measured == expected
    assert ours.keys() == theirs.keys()
    assert [key for key, tensor in ours.items() if not torch.equal(tensor, theirs[key])] == []
    assert (tape.replays > tape.recordings) == replayed


def test_a_fade_is_computed_as_everywhere() -> None:
    config, tape = small("config-f"), Plain()
    trained(config, ReplayingStepper, phase_of(config), steps=2, tape=tape)
    assert not tape.recordings


def test_new_networks_are_recorded_anew() -> None:
    config, tape = small("config-f"), Plain()
    phase = phases(config.growth)[-1]
    first, second = (TrainingState.fresh(config, CPU) for _ in range(2))
    stepper = ReplayingStepper(first, torch.float32, tape=tape)
    reals = torch.zeros(8, 3, phase.resolution, phase.resolution)
    for state in (first, second):
        state.set_rate(0.002)
        stepper.state = state
        stepper.discriminator_half(reals, None, phase, StepNumbers())
        stepper.generator_half(None, 8, phase, StepNumbers())
    for one, other in zip(first.generator.parameters(), second.generator.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_recordings_of_a_level_that_was_left_make_room_for_its_fade() -> None:
    config, tape = small("config-f"), Plain()
    stepper = ReplayingStepper(TrainingState.fresh(config, CPU), torch.float32, tape=tape)
    stepper.state.set_rate(0.002)
    held = []
    for phase in phases(config.growth):
        forgotten = tape.forgotten
        one_step(stepper, replace(phase, alpha=0.5) if phase.kind == "fade" else phase)
        held.append((phase.kind, len(stepper._recorded)))
        assert (tape.forgotten > forgotten) == (phase.kind == "fade" or forgotten == 0)
    assert set(held) == {("fade", 0), ("stable", 2)} and len(held) > 2


class Abandoned(Exception):
    """Somebody wants to stop."""


@pytest.mark.parametrize("kind", [Stepper, pytest.param(ReplayingStepper, marks=pytest.mark.slow)])
@pytest.mark.parametrize("case", ["riding R1", "lazy R1 and path lengths", "lazy R2", "parts"])
def test_whoever_stops_at_any_check_leaves_no_half_behind(case: str, kind: type[Stepper]) -> None:
    name, settings = CASES[case]
    config = changed(small(name), settings)
    phase, options = phases(config.growth)[-1], {"tape": Plain()} if kind is ReplayingStepper else {}
    state = TrainingState.fresh(config, CPU)
    state.set_rate(0.002)
    left = 0

    def check() -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Abandoned

    stepper, abandoned = kind(state, torch.float32, check, **options), 0
    for _ in range(2):  # one of which has what is due at every other
        for half in (discriminator_half, generator_half):
            for patience in range(1, 99):
                before, left = everything(state), patience
                try:
                    half(stepper, phase)
                except Abandoned:
                    abandoned += 1
                    assert everything_is(state, before)
                else:
                    break
    assert (state.counters.img, state.counters.half) == (16, False)
    assert abandoned > 4


def discriminator_half(stepper: Stepper, phase: Phase) -> None:
    reals = torch.zeros(phase.batch, 3, phase.resolution, phase.resolution)
    stepper.discriminator_half(reals, None, phase, StepNumbers())


def generator_half(stepper: Stepper, phase: Phase) -> None:
    stepper.generator_half(None, phase.batch, phase, StepNumbers())


def one_step(stepper: Stepper, phase: Phase) -> None:
    discriminator_half(stepper, phase)
    generator_half(stepper, phase)


def everything(state: TrainingState) -> tuple[list[Tensor], Counters]:
    networks = (state.generator, state.discriminator, state.average)
    return [t.clone() for network in networks for t in network.state_dict().values()], replace(state.counters)


def everything_is(state: TrainingState, before: tuple[list[Tensor], Counters]) -> bool:
    tensors, counters = everything(state)
    return counters == before[1] and all(torch.equal(*pair) for pair in zip(tensors, before[0], strict=True))


def test_what_cannot_be_recorded_is_computed_as_everywhere_and_said() -> None:
    class Broken(Plain):
        def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
            raise RuntimeError("an operation is not permitted when a stream is capturing")

    config, told = small("config-f"), []
    phase, tape = phases(config.growth)[-1], Broken()
    options = {"tape": tape, "alert": lambda code, text: told.append((code, text))}
    ours, _ = trained(config, ReplayingStepper, phase, steps=2, **options)
    theirs, _ = trained(config, Stepper, phase, steps=2)
    assert all(torch.equal(tensor, theirs[key]) for key, tensor in ours.items())
    assert [code for code, _ in told] == ["recording"] and "is not permitted" in told[0][1]
    assert tape.forgotten == 2  # at the first step, and when it failed


class Full(Plain):
    """A tape that holds so many recordings and no more."""

    def __init__(self, most: int, hidden: bool = False) -> None:
        super().__init__()
        self.most, self.hidden = most, hidden

    def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        if self.recordings < self.most:
            return super().record(compute)
        try:
            raise torch.OutOfMemoryError("CUDA out of memory")
        finally:
            if self.hidden:
                raise RuntimeError("operation failed due to a previous error during capture")


@pytest.mark.parametrize(
    "hidden", [pytest.param(False, marks=pytest.mark.slow), True], ids=["plainly", "behind another error"]
)
def test_where_memory_runs_out_steps_are_not_recorded_at_this_level(hidden: bool) -> None:
    config = small("config-f")
    last = phases(config.growth)[-1]
    theirs, _ = trained(config, Stepper, last, steps=3)
    for most in (0, 1):
        alerts: list[tuple[str, bool]] = []
        options = {
            "tape": Full(most, hidden),
            "alert": lambda code, text, alerts=alerts: alerts.append((code, "no room" in text)),
        }
        ours, _ = trained(config, ReplayingStepper, last, steps=3, **options)
        assert all(torch.equal(tensor, theirs[key]) for key, tensor in ours.items())
        assert alerts == [("recording", True)]


def test_the_next_level_is_recorded_again() -> None:
    config, tape = small("config-f"), Full(0)
    stepper = ReplayingStepper(TrainingState.fresh(config, CPU), torch.float32, tape=tape)
    stable = [phase for phase in phases(config.growth) if phase.kind == "stable"]
    one_step(stepper, stable[0])
    assert not stepper._recorded and not stepper._places
    tape.most = 99
    one_step(stepper, stable[0])
    assert not stepper._recorded
    one_step(stepper, stable[1])
    assert len(stepper._recorded) == 2 and not stepper.state.counters.micro_batch


def test_recordings_make_room_before_parts_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was never recorded, the path lengths, does not fit beside the recordings; then not even without them."""
    config, alerts = changed(small("stylegan2-32"), ["objective.path_interval=2"]), []
    phase, lengths = replace(phases(config.growth)[-1], batch=16), Stepper._path_lengths
    state = TrainingState.fresh(config, CPU)
    stepper = ReplayingStepper(
        state, torch.float32, alert=lambda code, _: alerts.append((code, state.counters.micro_batch)), tape=Plain()
    )
    most = [99]

    def short(self: Stepper, labels: Tensor | None, part: Part, phase: Phase) -> Tensor:
        if stepper._recorded or len(part.places) > most[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return lengths(self, labels, part, phase)

    monkeypatch.setattr(Stepper, "_path_lengths", short)
    one_step(stepper, phase)
    assert alerts == [("recording", 0)] and not stepper._recorded
    most[0] = 4
    for _ in range(2):
        one_step(stepper, phase)
    assert alerts == [("recording", 0), ("memory", 4)]


def test_the_pool_of_a_tape_dies_with_its_recordings() -> None:
    tape = CudaTape()
    tape._pool = (0, 1)
    tape.forget()
    assert tape._pool is None


@pytest.mark.slow
def test_nothing_is_held_while_new_layers_settle(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, steppers, held = train("settle_steps=2", name="whole"), [], []

    def made(*inputs: Any) -> ReplayingStepper:
        steppers.append(ReplayingStepper(*inputs, tape=Plain()))
        return steppers[-1]

    def settle(self: Settler, *inputs: Any) -> bool:
        held.append(len(steppers[-1]._recorded))
        return original(self, *inputs)

    original = Settler.settle
    monkeypatch.setattr(loop, "stepper_kind", lambda _: made)
    monkeypatch.setattr(Settler, "settle", settle)
    assert_same_end(train("settle_steps=2"), whole)
    assert held == [0, 0] and steppers[-1]._recorded
