"""Steps: micro-batches give the joined batch's gradients, R1 comes when due, what is not finite is left out."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from stylegan_core.networks import fused
from stylegan_core.networks.fused import fused_passes
from stylegan_core.schedule import Phase, phase_at, phases
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.half import mixed_styles
from stylegan_core.training.keys import Purpose
from stylegan_core.training.losses import fade_reals, r1_penalty
from stylegan_core.training.parts import split
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

TINY = changed(preset("tiny"), ["growth.batch=16"])
FADING = phase_at(0.12, TINY.growth)


def labelled_without_r1(settings: tuple[str, ...]) -> TrainingConfig:
    config = changed(TINY, ["gamma=0", *settings])
    return replace(config, network=config.network.with_classes(("one", "other")))


def reals(phase: Phase = FADING) -> Tensor:
    return torch.rand(16, 3, phase.resolution, phase.resolution, generator=torch.Generator().manual_seed(1)) * 2 - 1


def stepped(config: TrainingConfig, phase: Phase = FADING, steps: int = 1) -> tuple[TrainingState, StepNumbers]:
    """The state after some whole steps in float32."""
    state = TrainingState.fresh(config, torch.device("cpu"))
    state.set_rate(0.002)
    stepper = Stepper(state, torch.float32)
    for _ in range(steps):
        numbers = StepNumbers()
        stepper.discriminator_half(reals(phase), None, phase, numbers)
        stepper.generator_half(None, 16, phase, numbers)
    return state, numbers


@pytest.mark.parametrize("size", [4, 8])
def test_micro_batches_take_the_same_step_as_the_joined_batch(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Tensor]] = []
    original = Stepper._update

    def look(stepper: Stepper, network: torch.nn.Module, *rest: object) -> float:
        seen.append({name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None})
        return original(stepper, network, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Stepper, "_update", look)
    _, joined = stepped(TINY)
    _, parts = stepped(changed(TINY, [f"micro_batch={size}"]))
    torch.testing.assert_close(joined.loss_d, parts.loss_d)
    torch.testing.assert_close(joined.loss_g, parts.loss_g, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(joined.r1, parts.r1)
    for name, gradient in seen[0].items():
        scale = float(gradient.abs().max()) + 1e-6
        torch.testing.assert_close(seen[2][name] / scale, gradient / scale, rtol=0, atol=2e-4)


@pytest.mark.parametrize("settings", [(), ("ada.target=0.6",), ("gamma=3", "r1_groups=1"), ("gamma=3", "r1_groups=4")])
def test_reals_and_fakes_in_one_pass_leave_the_gradients_of_two(
    settings: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = torch.eye(2)[torch.arange(16) % 2]

    def gradients(apart: bool) -> tuple[dict[str, Tensor], StepNumbers]:
        state = TrainingState.fresh(labelled_without_r1(settings), torch.device("cpu"))
        state.counters.ada_p = 0.5
        stepper, numbers = Stepper(state, torch.float32), StepNumbers()
        seen: dict[str, Tensor] = {}

        def look(network: torch.nn.Module, *_: object) -> float:
            seen.update({name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None})
            return 0.0

        def two_passes(real, fake, part, label, phase, sums, penalised) -> None:  # type: ignore[no-untyped-def]
            stepper._real_part(real, part, label, phase, False, sums)
            stepper._fake_part(fake, part, label, phase, False, sums)
            if penalised:
                sums.r1 = stepper._add_penalties(reals(), label, phase)

        monkeypatch.setattr(stepper, "_update", look)
        if apart:
            monkeypatch.setattr(stepper, "_both_part", two_passes)
        stepper.discriminator_half(reals(), labels, FADING, numbers)
        return seen, numbers

    (one, numbers), (two, others) = gradients(False), gradients(True)
    assert one.keys() == two.keys()
    assert one
    for name, gradient in two.items():
        scale = float(gradient.abs().max()) + 1e-6
        torch.testing.assert_close(one[name] / scale, gradient / scale, rtol=0, atol=2e-4)
    for name in ("d_real", "d_fake", "loss_d", "r1"):
        torch.testing.assert_close(getattr(numbers, name), getattr(others, name))


@pytest.mark.parametrize(("batch", "group"), [(2, 4), (3, 4), (8, 16)])
def test_reals_and_fakes_are_not_in_one_group_where_the_batch_is_less_than_one(batch: int, group: int) -> None:
    config = changed(preset("tiny"), [f"growth.batch={batch}", f"network.mbstd_group={group}", "gamma=0"])
    state, phase, numbers = TrainingState.fresh(config, torch.device("cpu")), phases(config.growth)[-1], StepNumbers()
    stepper = Stepper(state, torch.float32)
    pictures = reals(phase)[:batch]
    with torch.no_grad():
        alone = stepper._scores(pictures, None, phase).mean()
    stepper.discriminator_half(pictures, None, phase, numbers)
    torch.testing.assert_close(numbers.d_real, alone)


@pytest.mark.parametrize(("batch", "size"), [(16, 0), (16, 4), (16, 8), (8, 4), (32, 12), (2, 0)])
def test_parts_hold_whole_strided_groups(batch: int, size: int) -> None:
    parts = [part.places for part in split(batch, size, 4)]
    assert sorted(index for part in parts for index in part) == list(range(batch))
    stride = batch // min(4, batch)
    for part in parts:
        assert not size or len(part) <= max(size, 4)
        groups = {index % stride for index in part}
        assert sorted(part) == sorted(index for index in range(batch) if index % stride in groups)


def test_r1_comes_every_so_many_steps() -> None:
    state = TrainingState.fresh(changed(TINY, ["r1_interval=4"]), torch.device("cpu"))
    stepper = Stepper(state, torch.float32)
    due = []
    for _ in range(9):
        numbers = StepNumbers()
        stepper.discriminator_half(reals(), None, FADING, numbers)
        due.append(numbers.r1 is not None)
    assert due == [True, False, False, False] * 2 + [True]


def test_r1_counts_a_quarter_for_each_level_below_full_resolution() -> None:
    """As if reals were seen enlarged to full size, as the official code shows them (spec-core 4)."""
    state = TrainingState.fresh(changed(TINY, ["gamma=8"]), torch.device("cpu"))
    state.set_rate(0.0)
    lowest, highest = phases(TINY.growth)[0], phases(TINY.growth)[-1]
    for phase, weight in ((lowest, 4 / 16), (highest, 4)):
        numbers, pictures = StepNumbers(), reals(phase).requires_grad_()
        Stepper(state, torch.float32).discriminator_half(reals(phase), None, phase, numbers)
        scores = state.discriminator(pictures, None, phase.level, 1.0)
        assert numbers.r1 is not None
        assert float(numbers.r1) == pytest.approx(weight * r1_penalty(scores, pictures).item(), rel=1e-4)


def test_scores_and_r1_see_reals_faded_as_the_generator_fades() -> None:
    state = TrainingState.fresh(changed(TINY, ["gamma=8", "r1_groups=4"]), torch.device("cpu"))
    state.set_rate(0.0)
    numbers = StepNumbers()
    Stepper(state, torch.float32).discriminator_half(reals(), None, FADING, numbers)
    assert 0 < FADING.alpha < 1 and numbers.d_real is not None and numbers.r1 is not None
    pictures = fade_reals(reals(), FADING.alpha).requires_grad_()
    scores = state.discriminator(pictures, None, FADING.level, FADING.alpha)
    plain = state.discriminator(reals(), None, FADING.level, FADING.alpha)
    assert float(numbers.d_real) == pytest.approx(scores.mean().item(), rel=1e-4)
    assert float(numbers.d_real) != pytest.approx(plain.mean().item(), rel=1e-3)
    assert float(numbers.r1) == pytest.approx(4 * r1_penalty(scores, pictures).item(), rel=1e-4)


def test_counters_move_with_the_halves() -> None:
    state = TrainingState.fresh(TINY, torch.device("cpu"))
    stepper = Stepper(state, torch.float32)
    stepper.discriminator_half(reals(), None, FADING, StepNumbers())
    assert (state.counters.img, state.counters.half, state.counters.steps) == (0, True, 1)
    stepper.generator_half(None, 16, FADING, StepNumbers())
    assert (state.counters.img, state.counters.half) == (16, False)


class Abandoned(Exception):
    """Somebody wants to stop."""


@pytest.mark.parametrize("half", ["discriminator", "generator"])
def test_an_abandoned_half_leaves_no_trace(half: str) -> None:
    state = TrainingState.fresh(TINY, torch.device("cpu"))
    checks = 0

    def check() -> None:
        nonlocal checks
        checks += 1
        if checks == (3 if half == "discriminator" else 5):
            raise Abandoned

    stepper = Stepper(state, torch.float32, check)
    numbers = StepNumbers()
    if half == "generator":
        stepper.discriminator_half(reals(), None, FADING, numbers)
    networks = (state.generator, state.discriminator, state.average)
    before = [{name: tensor.clone() for name, tensor in network.state_dict().items()} for network in networks]
    with pytest.raises(Abandoned):
        if half == "generator":
            stepper.generator_half(None, 16, FADING, numbers)
        else:
            stepper.discriminator_half(reals(), None, FADING, numbers)
    for network, old in zip(networks, before, strict=True):
        assert all(torch.equal(tensor, old[name]) for name, tensor in network.state_dict().items())
    assert state.counters.half is (half == "generator")


def test_gradients_that_are_not_finite_change_nothing() -> None:
    state = TrainingState.fresh(TINY, torch.device("cpu"))
    before = {name: tensor.clone() for name, tensor in state.discriminator.state_dict().items()}
    numbers = StepNumbers()
    poisoned = reals()
    poisoned[0, 0, 0, 0] = float("nan")
    Stepper(state, torch.float32).discriminator_half(poisoned, None, FADING, numbers)
    assert numbers.skipped == ["discriminator"]
    assert state.counters.skipped_d == 1
    assert all(torch.equal(tensor, before[name]) for name, tensor in state.discriminator.state_dict().items())


def test_growing_trains_the_new_block_and_both_outputs() -> None:
    fresh = TrainingState.fresh(TINY, torch.device("cpu")).generator
    grown = stepped(TINY)[0].generator
    moved = {
        name
        for (name, new), old in zip(grown.named_parameters(), fresh.parameters(), strict=True)
        if not torch.equal(new, old)
    }
    assert {"synthesis.to_rgb.1.bias", "synthesis.to_rgb.2.bias", "synthesis.layers.5.conv.weight"} <= moved
    assert "synthesis.to_rgb.0.bias" not in moved


def test_mixed_styles_take_the_second_code_from_the_cutoff_on() -> None:
    generator = TrainingState.fresh(TINY, torch.device("cpu")).generator
    z1, z2 = torch.randn(2, 16), torch.randn(2, 16)
    ws, w = mixed_styles(generator, z1, z2, None, 2)
    assert torch.equal(w, generator.mapping(z1))
    assert torch.equal(ws[:, 1], w)
    assert torch.equal(ws[:, 2], generator.mapping(z2))
    assert torch.equal(mixed_styles(generator, z1, z2, None, 6)[0], w[:, None].expand(-1, 6, -1))


def test_styles_are_mixed_among_the_layers_of_the_level() -> None:
    stepper = Stepper(TrainingState.fresh(changed(TINY, ["style_mixing=1"]), torch.device("cpu")), torch.float32)
    for phase in phases(TINY.growth):
        found = {stepper._cutoff(Purpose.MIXING_D, first, phase) for first in range(200)}
        assert found == set(range(1, 2 * phase.level + 2))


def test_w_avg_follows_both_halves() -> None:
    state, _ = stepped(TINY)
    assert float(state.generator.w_avg.norm()) > 0
    assert not torch.equal(state.generator.w_avg, state.average.w_avg)  # the average copies after D's half only


def test_what_is_kept_of_weights_is_theirs_as_they_are_after_every_half() -> None:
    config = changed(TINY, ["network.fmap_max=32", "objective.lazy_steps=true", "r1_interval=2", "r1_groups=0"])
    state = TrainingState.fresh(config, torch.device("cpu"))
    state.set_rate(0.002)
    stepper, seen = Stepper(state, torch.float32), 0
    for _ in range(3):
        for half in (
            lambda: stepper.discriminator_half(reals(), None, FADING, StepNumbers()),
            lambda: stepper.generator_half(None, 16, FADING, StepNumbers()),
        ):
            half()
            with fused_passes(), torch.no_grad():
                for weight in (*state.generator.parameters(), *state.discriminator.parameters()):
                    for factor, how, dtype in fused._made.get(weight, {}):
                        seen += 1
                        right = fused._shaped(weight, factor, how, dtype, back=False)
                        assert torch.equal(fused.prepared(weight, factor, how, dtype), right)
    assert seen
