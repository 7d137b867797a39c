"""The averaged generator, Adam's reset and first step, keyed randomness (spec-core 10, items 18, 23, 24)."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from stylegan_core.schedule import phases
from stylegan_core.training.config import changed, preset
from stylegan_core.training.keys import Purpose, drawn_here, drawn_there, mixing_cutoff
from stylegan_core.training.state import TrainingState, adam, average_beta
from tests.core.training.conftest import Train

TINY = preset("tiny")
CPU = torch.device("cpu")


@pytest.fixture
def state() -> TrainingState:
    return TrainingState.fresh(TINY, CPU)


def test_the_average_is_half_way_after_its_half_life(state: TrainingState) -> None:
    with torch.no_grad():
        for mine, theirs in zip(state.average.parameters(), state.generator.parameters(), strict=True):
            mine.zero_()
            theirs.fill_(1)
        state.generator.w_avg.fill_(7)
    for _ in range(312):
        state.update_average(average_beta(32, 1000, 10, 0))
    state.update_average(average_beta(16, 1000, 10, 0))
    assert {round(float(p.detach().flatten()[0]), 4) for p in state.average.parameters()} == {0.5}
    assert torch.equal(state.average.w_avg, state.generator.w_avg)


@pytest.mark.parametrize(("batch", "beta"), [(256, 0.982412), (64, 0.995574), (32, 0.997784), (4, 0.999723)])
def test_the_decay_of_the_official_code(batch: int, beta: float) -> None:
    assert average_beta(batch, 9999, 10, 0) == pytest.approx(beta, abs=1e-6)


def test_the_average_follows_closely_at_first() -> None:
    assert average_beta(16, 0, 10, 0.05) == 0
    assert average_beta(16, 4, 10, 0.05) == pytest.approx(0.5 ** (16 / 200))
    assert average_beta(16, 500, 10, 0.05) == average_beta(16, 500, 10, 0)


def step(state: TrainingState) -> dict[str, Tensor]:
    """One step of the generator's Adam on a loss that touches every weight; returns how far each moved."""
    before = copy.deepcopy(dict(state.generator.named_parameters()))
    state.adam_g.zero_grad()
    sum((p * torch.randn_like(p)).sum() for p in state.generator.parameters()).backward()  # type: ignore[union-attr]
    state.adam_g.step()
    return {name: (p - before[name]).abs().detach() for name, p in state.generator.named_parameters()}


def test_the_first_step_after_a_reset_moves_every_stored_weight_by_the_rate(state: TrainingState) -> None:
    state.set_rate(0.004)
    for _ in range(3):
        step(state)
    assert any(float((moved - 0.004).abs().max()) > 1e-4 for moved in step(state).values())
    state.reset_adams()
    for name, moved in step(state).items():
        rate = 0.004 * (TINY.noise_rate if name.endswith("noise_strength") else 1)
        assert float((moved - rate).abs().max()) < 1e-4 * rate + 2e-7 * 400, name


def test_adams_have_the_betas_and_the_epsilon_of_the_paper(state: TrainingState) -> None:
    for optimizer in (state.adam_g, state.adam_d):
        assert (optimizer.defaults["betas"], optimizer.defaults["eps"]) == ((0.0, 0.99), 1e-8)


def test_both_adams_begin_anew_in_every_phase(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start of every fade and at its end (spec-core 5.1)."""
    forgotten: list[tuple[int, int]] = []
    reset = TrainingState.reset_adams

    def counted(self: TrainingState) -> None:
        reset(self)
        forgotten.append((len(self.adam_g.state), len(self.adam_d.state)))

    monkeypatch.setattr(TrainingState, "reset_adams", counted)
    train("settle_steps=0", "growth.batch=4", "growth.stable_kimg=0.008", "growth.fade_kimg=0.008")
    assert forgotten == [(0, 0)] * len(phases(TINY.growth))


def test_the_mapping_network_learns_at_a_rate_of_its_own() -> None:
    state = TrainingState.fresh(changed(TINY, ["mapping_rate=20"]), CPU)
    state.set_rate(0.004)
    mapping = {id(p) for p in state.generator.mapping.layers.parameters()}
    for group in state.adam_g.param_groups:
        assert all((id(p) in mapping) == (group["lr"] == 0.08) for p in group["params"])
    assert sum(len(group["params"]) for group in state.adam_g.param_groups) == len(list(state.generator.parameters()))


@pytest.mark.parametrize("label_input", ["joint", "separate"])
def test_the_code_of_a_label_learns_at_the_plain_rate(label_input: str) -> None:
    # At mapping_rate times as much it grew until nothing of z was left beside it, and each class was one picture.
    small = TINY if label_input == "joint" else preset("stylegan2-32")
    network = replace(small.network, classes=("cat", "dog"), label_input=label_input)
    state = TrainingState.fresh(replace(small, network=network, mapping_rate=20.0), CPU)
    state.set_rate(0.004)
    mapping = state.generator.mapping
    layers = {id(p) for p in mapping.layers.parameters()}
    others = [p for p in mapping.parameters() if id(p) not in layers]
    rates = {id(p): group["lr"] for group in state.adam_g.param_groups for p in group["params"]}
    plain = rates[id(next(state.generator.synthesis.layers[1].conv.parameters()))]
    assert others and {rates[id(p)] for p in others} == {plain}
    assert {rates[id(p)] for p in mapping.layers.parameters()} == {20 * plain}


def test_a_rollback_lowers_the_rate(state: TrainingState) -> None:
    state.counters.rate_factor = 0.25
    state.set_rate(0.004)
    assert state.adam_g.param_groups[0]["lr"] == state.adam_d.param_groups[0]["lr"] == 0.001


def test_first_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    one = TrainingState.fresh(TINY, CPU)
    after = torch.rand(1)
    torch.manual_seed(2)
    two = TrainingState.fresh(TINY, CPU)
    other = TrainingState.fresh(changed(TINY, ["seed=5"]), CPU)
    for name, tensor in one.generator.state_dict().items():
        assert torch.equal(tensor, two.generator.state_dict()[name])
    assert not torch.equal(
        one.discriminator.dense0.weight,
        other.discriminator.dense0.weight,
    )
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(1))  # nobody else's random state was touched


@pytest.mark.parametrize("normals", [drawn_here, drawn_there])
def test_numbers_belong_to_their_image_whatever_the_batch(normals: Callable[..., Tensor]) -> None:
    whole = normals(3, Purpose.FAKES_D, range(100, 108), 50, CPU)
    assert torch.equal(whole[5:], normals(3, Purpose.FAKES_D, range(105, 108), 50, CPU))
    for others in (normals(4, Purpose.FAKES_D, [100], 50, CPU), normals(3, Purpose.FAKES_G, [100], 50, CPU)):
        assert not torch.equal(whole[:1], others)
    assert len({tuple(row.tolist()) for row in whole}) == 8


def test_images_and_purposes_share_no_numbers() -> None:
    rows = [drawn_here(3, purpose, range(4), 200, CPU) for purpose in Purpose]
    every = torch.cat(rows).flatten()
    assert len(every.unique()) > 0.999 * len(every)  # some of so many fall together by chance


def test_fewer_numbers_of_an_image_are_the_first_of_more() -> None:
    whole = drawn_here(3, Purpose.FAKES_D, range(100, 108), 50, CPU)
    assert torch.equal(whole[:, :20], drawn_here(3, Purpose.FAKES_D, range(100, 108), 20, CPU))


@pytest.mark.parametrize("normals", [drawn_here, drawn_there])
def test_numbers_are_standard_normal(normals: Callable[..., Tensor]) -> None:
    many = normals(0, Purpose.FAKES_D, range(200), 500, CPU)
    assert abs(float(many.mean())) < 0.01
    assert abs(float(many.std()) - 1) < 0.01


def test_styles_are_mixed_nine_times_in_ten_at_any_layer_but_the_first() -> None:
    cutoffs = [mixing_cutoff(0, Purpose.MIXING_D, index, 8, 0.9) for index in range(4000)]
    assert set(cutoffs) == set(range(1, 9))
    assert cutoffs.count(8) / 4000 == pytest.approx(0.1, abs=0.02)
    assert cutoffs.count(1) / 4000 == pytest.approx(0.9 / 7, abs=0.02)
    assert {mixing_cutoff(0, Purpose.MIXING_D, index, 8, 0.0) for index in range(50)} == {8}


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("of_gradients", [torch.channels_last, torch.contiguous_format])
def test_adam_takes_the_step_of_torch_s_plain_one_however_weights_and_gradients_lie(
    layout: torch.memory_format, of_gradients: torch.memory_format
) -> None:
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Conv2d(5, 4, 1), nn.Linear(4, 2)).to(memory_format=layout)  # type: ignore[call-overload]
    plain = copy.deepcopy(ours)
    optimizer = adam(ours, noise_rate=0.1)
    right = torch.optim.Adam(plain.parameters(), 0.001, (0.0, 0.99), 1e-8, foreach=False, fused=False)
    for _ in range(3):
        before = [p._version for p in ours.parameters()]
        for mine, other in zip(ours.parameters(), plain.parameters(), strict=True):
            drawn = torch.randn(other.shape)
            mine.grad = drawn.contiguous(memory_format=of_gradients) if drawn.dim() == 4 else drawn
            other.grad = drawn
        optimizer.step()
        right.step()
        for mine, other in zip(ours.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(mine, other)
        assert all(p._version > version for p, version in zip(ours.parameters(), before, strict=True))
