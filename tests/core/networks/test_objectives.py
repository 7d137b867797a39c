"""The family's losses and penalties against cases that can be worked out by hand (spec-core 4, 10: 19–21)."""

import math

import pytest
import torch
from torch import Tensor

from stylegan_core.networks.layers import downsample, upsample
from stylegan_core.training.config import changed
from stylegan_core.training.losses import LOSSES, gradient_penalty, path_lengths, r1_penalty, r1_weight
from stylegan_core.training.objective import ObjectiveConfig
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.test_presets import phase_of, small, stepped

CPU = torch.device("cpu")
A = torch.linspace(-1, 2, 3 * 8 * 8, dtype=torch.float64).reshape(3, 8, 8)
SCORES = torch.tensor([[2.0], [-0.5]])
HALF = torch.full((4, 1, 1, 1), 0.5, dtype=torch.float64)


def linear(images: Tensor) -> Tensor:
    """D(x) = ⟨a, x⟩, a discriminator whose gradient is a everywhere."""
    return (images * A).sum(dim=(1, 2, 3))[:, None]


def test_wgan_is_the_difference_of_the_means() -> None:
    loss = LOSSES["wgan"]
    assert loss.d_fake(SCORES).item() == pytest.approx(0.75)
    assert loss.d_real(SCORES).item() == loss.g(SCORES).item() == pytest.approx(-0.75)


def test_hinge_stops_at_one() -> None:
    loss = LOSSES["hinge"]
    assert loss.d_fake(SCORES).item() == pytest.approx((3.0 + 0.5) / 2)
    assert loss.d_real(SCORES).item() == pytest.approx((0.0 + 1.5) / 2)
    assert loss.g(SCORES).item() == pytest.approx(-0.75)


def test_saturating_is_the_discriminators_loss_turned_round() -> None:
    assert LOSSES["saturating"].g(SCORES).item() == pytest.approx(-LOSSES["logistic"].d_fake(SCORES).item())
    assert LOSSES["logistic"].g(torch.zeros(1, 1)).item() == pytest.approx(math.log(2))


def test_gradient_penalty_of_a_linear_discriminator() -> None:
    x, y = torch.randn(4, 3, 8, 8, dtype=torch.float64), torch.randn(4, 3, 8, 8, dtype=torch.float64)
    length = A.square().sum().sqrt().item()
    assert gradient_penalty(linear, x, y, HALF, 0).item() == pytest.approx((length - 1) ** 2)
    assert gradient_penalty(lambda z: linear(z) / length, x, y, HALF, 0).item() == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("below", [0, 1, 2])
def test_gradient_penalty_below_full_size_equals_that_through_the_enlarged_picture(below: int) -> None:
    x, y = torch.randn(4, 3, 8, 8, dtype=torch.float64), torch.randn(4, 3, 8, 8, dtype=torch.float64)
    factor = 1 << below
    official = gradient_penalty(
        lambda z: linear(downsample(z, factor)), upsample(x, factor), upsample(y, factor), HALF, 0
    )
    assert gradient_penalty(linear, x, y, HALF, below).item() == pytest.approx(official.item())


def test_gradient_penalty_looks_between_the_pictures() -> None:
    seen: list[Tensor] = []

    def score(images: Tensor) -> Tensor:
        seen.append(images.detach())
        return linear(images)

    x, y = torch.zeros(4, 3, 8, 8, dtype=torch.float64), torch.ones(4, 3, 8, 8, dtype=torch.float64)
    place = torch.tensor([0.0, 0.25, 0.5, 1.0], dtype=torch.float64)
    gradient_penalty(score, x, y, place[:, None, None, None], 0)
    assert torch.allclose(seen[0].mean(dim=(1, 2, 3)), place)


@pytest.mark.parametrize("layers", [1, 4])
def test_path_length_of_a_linear_generator(layers: int) -> None:
    random = torch.Generator().manual_seed(0)
    matrix = torch.randn(3 * 4 * 4, 5, generator=random, dtype=torch.float64)
    ws = torch.randn(4000, layers, 5, generator=random, dtype=torch.float64, requires_grad=True)
    images = (ws[:, 0] @ matrix.T).view(-1, 3, 4, 4)
    noise = torch.randn(images.shape, generator=random, dtype=torch.float64)
    mean = path_lengths(images, ws, noise).square().mean().item()
    assert mean == pytest.approx(matrix.square().sum().item() / (4 * 4 * layers), rel=0.03)


def test_lazy_steps_correct_rate_and_betas() -> None:
    state = TrainingState.fresh(small("stylegan2-32"), CPU)
    state.set_rate(0.002)
    group_g, group_d = state.adam_g.param_groups[0], state.adam_d.param_groups[0]
    assert group_g["lr"] == pytest.approx(0.0016)
    assert group_d["lr"] == pytest.approx(0.00188235, abs=1e-8)
    assert group_g["betas"] == (0.0, pytest.approx(0.991992, abs=1e-6))
    assert group_d["betas"] == (0.0, pytest.approx(0.990585, abs=1e-6))


def test_path_lengths_are_of_every_fourth_step_and_half_the_batch() -> None:
    objective = small("stylegan2-32").objective
    assert (objective.path_length, objective.path_interval, objective.path_shrink) == (2, 4, 2)


def test_without_lazy_steps_nothing_is_corrected() -> None:
    assert ObjectiveConfig().discriminator_share(10, 8) == ObjectiveConfig().generator_share == 1
    assert ObjectiveConfig(lazy_steps=True).discriminator_share(10, 1) == 1


def test_path_length_and_lazy_r1_come_when_due() -> None:
    state = TrainingState.fresh(changed(small("stylegan2-32"), ["r1_interval=3", "objective.path_interval=2"]), CPU)
    state.set_rate(0.001)
    stepper, phase, path, r1 = Stepper(state, torch.float32), phase_of(state.config), [], []
    for _ in range(5):
        numbers, before = StepNumbers(), state.counters.path_mean
        stepper.discriminator_half(torch.rand(8, 3, 32, 32), None, phase, numbers)
        stepper.generator_half(None, 8, phase, numbers)
        path.append(state.counters.path_mean != before)
        r1.append(numbers.r1 is not None)
    assert [index for index, due in enumerate(path) if due] == [0, 2, 4]
    assert [index for index, due in enumerate(r1) if due] == [0, 3]
    steps = {int(moments["step"]) for moments in state.adam_d.state.values()}
    assert max(steps) == 5 + 2


def moved_by(setting: str) -> float:
    """How far one step of the discriminator lands from where it lands without ``setting``."""
    config = small("avatars-32")
    found = [stepped(changed(config, settings), phase_of(config))[0] for settings in ((), (setting,))]
    pairs = zip(found[0].discriminator.parameters(), found[1].discriminator.parameters(), strict=True)
    return max((one - other).abs().max().item() for one, other in pairs)


@pytest.mark.parametrize("setting", ["objective.r2=1", "objective.gradient_penalty=10", "objective.loss=hinge"])
def test_settings_change_the_discriminators_step(setting: str) -> None:
    assert moved_by(setting) > 1e-5


def test_lazy_r1_has_the_weight_of_all_the_steps_it_stands_for() -> None:
    """The gradient of a lazy step is that of R1 times its interval."""
    config = changed(small("stylegan2-32"), ["objective.path_length=0"])
    state, seen = TrainingState.fresh(config, CPU), []
    state.set_rate(0.0)
    stepper, phase = Stepper(state, torch.float32), phase_of(config)
    original = stepper._update

    def look(network: torch.nn.Module, *rest: object) -> float:
        seen.append(next(network.parameters()).grad)
        return original(network, *rest)  # type: ignore[arg-type]

    stepper._update = look  # type: ignore[method-assign,assignment]
    reals = torch.rand(8, 3, 32, 32)
    stepper.discriminator_half(reals, None, phase, StepNumbers())
    assert len(seen) == 2
    reals.requires_grad_()
    penalty = r1_penalty(state.discriminator(reals), reals) * r1_weight(config.gamma, 0) * 16
    (expected,) = torch.autograd.grad(penalty, next(state.discriminator.parameters()))
    assert seen[1] is not None
    assert torch.allclose(seen[1], expected, rtol=1e-3, atol=1e-6)
