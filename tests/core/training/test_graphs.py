"""Replayed steps are the steps themselves, whatever changes between them; CUDA's own are in test_accelerator."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from stylegan_core.schedule import Phase, phases
from stylegan_core.training.config import TrainingConfig, changed
from stylegan_core.training.graphs import ReplayingStepper, Tape
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.test_presets import phase_of, small

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


class Plain:
    """A tape that computes again, so that only the recording itself is another than CUDA's."""

    def __init__(self) -> None:
        self.recordings = self.replays = 0
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


def tensors(found: Any) -> list[Tensor]:
    """The tensors in what a half returns."""
    if isinstance(found, Tensor):
        return [found]
    return [t for part in found for t in tensors(part)] if isinstance(found, tuple) else found.all


def trained(
    config: TrainingConfig,
    kind: Callable[..., Stepper],
    phase: Phase,
    steps: int = 8,
    device: torch.device = CPU,
    dtype: torch.dtype = torch.float32,
    **options: Tape,
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


@pytest.mark.parametrize("classes", [(), ("boot", "shirt")])
@pytest.mark.parametrize("case", CASES)
def test_replayed_steps_are_the_steps_themselves(case: str, classes: tuple[str, ...]) -> None:
    name, settings = CASES[case]
    config = changed(small(name), settings)
    config = replace(config, network=config.network.with_classes(classes))
    phase, tape = phases(config.growth)[-1], Plain()
    ours, measured = trained(config, ReplayingStepper, phase, tape=tape)
    theirs, expected = trained(config, Stepper, phase)
    assert measured == expected
    assert ours.keys() == theirs.keys()
    assert [key for key, tensor in ours.items() if not torch.equal(tensor, theirs[key])] == []
    assert (tape.replays > tape.recordings) == (case not in ("gradient penalty", "ADA", "parts"))


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


def test_the_recordings_of_a_level_that_was_left_make_room() -> None:
    config = small("config-f")
    stepper = ReplayingStepper(TrainingState.fresh(config, CPU), torch.float32, tape=Plain())
    stepper.state.set_rate(0.002)
    held = []
    for phase in (phase for phase in phases(config.growth) if phase.kind == "stable"):
        reals = torch.zeros(8, 3, phase.resolution, phase.resolution)
        stepper.discriminator_half(reals, None, phase, StepNumbers())
        held.append(len(stepper._recorded))
    assert held == [1] * len(held) and len(held) > 1


def test_what_cannot_be_recorded_is_computed_as_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
            raise RuntimeError("an operation is not permitted when a stream is capturing")

    config = small("config-f")
    phase = phases(config.growth)[-1]
    ours, _ = trained(config, ReplayingStepper, phase, steps=2, tape=Broken())
    theirs, _ = trained(config, Stepper, phase, steps=2)
    assert all(torch.equal(tensor, theirs[key]) for key, tensor in ours.items())


def test_where_memory_runs_out_recordings_make_room_for_parts() -> None:
    class Full(Plain):
        def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
            if self.recordings == 1:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().record(compute)

    config, alerts = small("config-f"), []
    phase = phases(config.growth)[-1]
    state = TrainingState.fresh(config, CPU)
    stepper = ReplayingStepper(state, torch.float32, alert=lambda code, _: alerts.append(code), tape=Full())
    reals = torch.zeros(8, 3, phase.resolution, phase.resolution)
    for _ in range(2):
        stepper.discriminator_half(reals, None, phase, StepNumbers())
        stepper.generator_half(None, 8, phase, StepNumbers())
    assert alerts == ["memory"] and state.counters.micro_batch == 4
    assert not stepper._recorded and not stepper._places
