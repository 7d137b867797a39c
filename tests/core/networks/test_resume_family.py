"""Runs of every kind of network go on bit by bit, and an abandoned half step leaves no trace in any of them."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylegan_core.training.checkpoint import read_state, write_state
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.test_presets import phase_of, small

NAMES = ("config-a", "stylegan2-d-32", "stylegan2-32", "dcgan-32", "sn-dcgan-32")
CPU = torch.device("cpu")


def tensors(state: TrainingState) -> dict[str, Tensor]:
    networks = {"g": state.generator, "d": state.discriminator, "average": state.average}
    return {f"{key}.{name}": t.clone() for key, net in networks.items() for name, t in net.state_dict().items()}


def fresh(config: TrainingConfig) -> TrainingState:
    state = TrainingState.fresh(config, CPU)
    state.set_rate(0.001)
    return state


def step(state: TrainingState) -> None:
    phase, stepper = phase_of(state.config), Stepper(state, torch.float32)
    shape = (8, 3, phase.resolution, phase.resolution)
    reals = torch.rand(shape, generator=torch.Generator().manual_seed(state.counters.img))
    stepper.discriminator_half(reals, None, phase, StepNumbers())
    stepper.generator_half(None, 8, phase, StepNumbers())


@pytest.mark.parametrize("name", NAMES)
def test_a_run_goes_on_where_it_stopped(name: str, tmp_path: Path) -> None:
    config = small(name)
    through, first = fresh(config), fresh(config)
    for _ in range(3):
        step(through)
    step(first)
    write_state(tmp_path / "state.safetensors", first)
    again = fresh(config)
    read_state(tmp_path / "state.safetensors", again)
    step(again)
    step(again)
    assert again.counters == through.counters
    for key, tensor in tensors(again).items():
        assert torch.equal(tensor, tensors(through)[key]), key


class Abandoned(Exception):
    """Somebody wants to stop."""


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_an_abandoned_half_leaves_no_trace(name: str, half: int) -> None:
    def check() -> None:
        if counting[0] == half:
            raise Abandoned

    config = small(name)
    phase, state, counting = phase_of(config), fresh(config), [-1]
    stepper = Stepper(state, torch.float32, check)
    reals = torch.rand(8, 3, phase.resolution, phase.resolution)
    if half:
        stepper.discriminator_half(reals, None, phase, StepNumbers())
    before, counting[0] = tensors(state), half
    with pytest.raises(Abandoned):
        if half:
            stepper.generator_half(None, 8, phase, StepNumbers())
        else:
            stepper.discriminator_half(reals, None, phase, StepNumbers())
    for key, tensor in tensors(state).items():
        assert torch.equal(tensor, before[key]), key
