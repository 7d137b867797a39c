"""Penalties as a step of the discriminator feels them, and their way back through all of it (spec-core 10: 20, 22)."""

import copy
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks import layers as ops
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import build_discriminator
from stylegan_core.schedule import phases
from stylegan_core.training.config import changed
from stylegan_core.training.keys import Purpose
from stylegan_core.training.losses import gradient_penalty, r1_penalty, r1_weight
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.small import FAMILY
from tests.core.networks.test_presets import phase_of, small

WITHOUT_BATCH_NORM = [name for name, config in FAMILY.items() if config.d_norm != "batch"]
REALS = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(3)) * 2 - 1


def doubled(name: str) -> Discriminator:
    """A discriminator in float64, none of whose weights is zero."""
    torch.manual_seed(0)
    judge = build_discriminator(FAMILY[name]).double()
    for parameter in judge.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return judge.eval()


def penalties(judge: Discriminator, labels: Tensor | None) -> dict[str, Tensor]:
    reals = REALS[:4].double().requires_grad_()
    place = torch.tensor([0.1, 0.4, 0.6, 0.9], dtype=torch.float64)[:, None, None, None]

    def scores(images: Tensor) -> Tensor:
        return judge(images, labels, dtype=torch.float64)  # type: ignore[no-any-return]

    blended = gradient_penalty(scores, reals.detach(), REALS[4:].double(), place, 0)
    return {"r1": r1_penalty(scores(reals), reals), "gradient penalty": blended}


@pytest.mark.parametrize("name", WITHOUT_BATCH_NORM)
def test_penalties_have_the_slope_that_small_steps_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second derivative through all of D, along one direction, against a central difference.

    All in float64, and with a rounded lrelu: at the kinks of the real one the penalties themselves jump.
    """
    monkeypatch.setattr(Tensor, "float", Tensor.double)
    monkeypatch.setattr(ops, "lrelu", lambda x: 0.2 * x + 0.8 * F.softplus(x))
    judge = doubled(name)
    labels = torch.eye(2)[[0, 1, 0, 1]] if FAMILY[name].classes else None
    weights = list(judge.parameters())
    draw = torch.Generator().manual_seed(1)
    direction = [torch.randn(w.shape, generator=draw, dtype=torch.float64) for w in weights]
    step, values = 1e-5, []
    for sign in (1, -1):
        moved = copy.deepcopy(judge)
        for weight, along in zip(moved.parameters(), direction, strict=True):
            weight.data += sign * step * along
        values.append({key: float(value.detach()) for key, value in penalties(moved, labels).items()})
    for key, value in penalties(judge, labels).items():
        slopes = torch.autograd.grad(value, weights, allow_unused=True, retain_graph=True)
        found = sum(float((s * d).sum()) for s, d in zip(slopes, direction, strict=True) if s is not None)
        assert found == pytest.approx((values[0][key] - values[1][key]) / (2 * step), rel=1e-5), key


def first_step(*settings: str) -> tuple[Stepper, dict[str, Tensor]]:
    """What the first step of a discriminator that never grows feels; nothing moves."""
    config = changed(small("wgan-gp-32"), ["objective.gradient_penalty=0", "r1_interval=3", *settings])
    state = TrainingState.fresh(config, torch.device("cpu"))
    state.set_rate(0.0)
    stepper, seen, discriminator = Stepper(state, torch.float32), dict[str, Tensor](), state.discriminator
    update = stepper._update

    def look(network: torch.nn.Module, *rest: object) -> float:
        seen.update({name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None})
        return update(network, *rest)  # type: ignore[arg-type]

    stepper._update = look  # type: ignore[method-assign,assignment]
    stepper.discriminator_half(REALS, None, phase_of(config), StepNumbers())
    assert set(seen) >= {name for name, _ in discriminator.named_parameters() if name != "last.bias"}
    return stepper, seen


def added_by(*settings: str) -> tuple[Stepper, dict[str, Tensor]]:
    stepper, seen = first_step(*settings)
    plain = first_step()[1]
    return stepper, {name: gradient - plain[name] for name, gradient in seen.items()}


def assert_gradients(found: dict[str, Tensor], value: Tensor, network: torch.nn.Module) -> None:
    names, weights = zip(*network.named_parameters(), strict=True)
    expected = torch.autograd.grad(value, weights, allow_unused=True)
    assert max(float(found[name].abs().max()) for name in names) > 1e-6
    for name, gradient in zip(names, expected, strict=True):
        wanted = torch.zeros_like(found[name]) if gradient is None else gradient
        assert torch.allclose(found[name], wanted, rtol=1e-3, atol=1e-6), name


def test_drift_pulls_at_the_scores_of_reals_alone() -> None:
    stepper, found = added_by("objective.drift=0.5")
    judge = stepper.state.discriminator
    assert_gradients(found, 0.5 * judge(REALS).square().mean(), judge)


def test_r2_is_r1_of_the_fakes_for_all_the_steps_it_stands_for() -> None:
    stepper, found = added_by("objective.r2=4")
    part, phase = next(iter(stepper._parts(8, 1))), phase_of(stepper.config)
    with torch.no_grad():
        fakes = stepper._fakes(part, None, phase, Purpose.FAKES_D, Purpose.MIXING_D).images
    judge = stepper.state.discriminator
    fakes.requires_grad_()
    assert_gradients(found, r1_penalty(judge(fakes), fakes) * r1_weight(4.0, 0) * 3, judge)


def test_r1_of_some_groups_is_the_mean_over_their_pictures_alone() -> None:
    stepper, found = added_by("gamma=4", "r1_groups=2")
    judge, reals = stepper.state.discriminator, REALS[:2].clone().requires_grad_()
    assert stepper.config.network.mbstd_group == 1
    assert_gradients(found, r1_penalty(judge(reals), reals) * r1_weight(4.0, 0) * 3, judge)


def test_r1_riding_on_a_step_has_the_weight_of_those_it_stands_for() -> None:
    stepper, found = added_by("gamma=4")
    judge, reals = stepper.state.discriminator, REALS.clone().requires_grad_()
    assert_gradients(found, r1_penalty(judge(reals), reals) * r1_weight(4.0, 0) * 3, judge)


def test_path_lengths_are_pulled_to_their_mean_which_moves_with_them() -> None:
    """Only what is remembered of the mean is a constant: a hundredth of it follows the lengths, and so do gradients."""
    config = changed(small("stylegan2-32"), ["objective.path_length=2", "objective.path_interval=3"])
    state, phase = TrainingState.fresh(config, torch.device("cpu")), phase_of(config)
    state.counters.path_mean = 0.01
    stepper = Stepper(state, torch.float32)
    mean = stepper._path_gradients(None, 4, phase, None)
    found = {name: p.grad.clone() for name, p in state.generator.named_parameters() if p.grad is not None}
    (part,) = stepper._parts(4, 1)
    lengths = stepper._path_lengths(None, part, phase)
    assert float(mean) == pytest.approx(float(lengths.detach().mean()))
    target = 0.01 + 0.01 * (lengths.mean() - 0.01)
    weights = {name: p for name, p in state.generator.named_parameters() if name in found}
    wanted = torch.autograd.grad(2 * 3 * (lengths - target).square().mean(), list(weights.values()))
    for name, gradient in zip(weights, wanted, strict=True):
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-3 * float(gradient.abs().max()))


def test_the_gradient_penalty_knows_how_far_below_full_resolution_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    config, below = small("config-a"), list[int]()

    def seen(scores_of: Callable[[Tensor], Tensor], reals: Tensor, _: Tensor, __: Tensor, levels: int) -> Tensor:
        below.append(levels)
        return scores_of(reals).sum() * 0

    monkeypatch.setattr("stylegan_core.training.penalties.gradient_penalty", seen)
    stepper = Stepper(TrainingState.fresh(config, torch.device("cpu")), torch.float32)
    for phase in (phases(config.growth)[0], phases(config.growth)[-1]):
        pictures = torch.zeros(phase.batch, 3, phase.resolution, phase.resolution)
        stepper.discriminator_half(pictures, None, phase, StepNumbers())
    assert (below[0], below[-1]) == (3, 0)
