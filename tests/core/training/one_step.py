"""The gradients of one whole step in float64, in which two ways to compute the same differ by next to nothing."""

import pytest
import torch
from torch import Tensor

from stylegan_core.schedule import Phase
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper


def gradients(
    config: TrainingConfig, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[dict[str, Tensor]], StepNumbers, TrainingState]:
    """Every gradient that an optimiser gets, a dict an update; weights do not move, so no update changes the next."""
    seen: list[dict[str, Tensor]] = []
    state = TrainingState.fresh(config, torch.device("cpu"))
    for network in (state.generator, state.discriminator, state.average):
        network.double()
    state.counters.ada_p = 0.5
    original = Stepper._update

    def look(stepper: Stepper, network: torch.nn.Module, *rest: object) -> float:
        seen.append({name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None})
        return original(stepper, network, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Tensor, "float", Tensor.double)  # statistics, which networks compute in float32 at least
        patch.setattr(Stepper, "_update", look)
        stepper, numbers = Stepper(state, torch.float64), StepNumbers()
        shape = (phase.batch, 3, phase.resolution, phase.resolution)
        reals = torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1
        state.set_rate(0.0)
        stepper.discriminator_half(reals, None, phase, numbers)
        stepper.generator_half(None, phase.batch, phase, numbers)
    return seen, numbers, state
