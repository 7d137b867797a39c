"""The critic beside the discriminator: what learns, what does not, and that a run with it resumes exactly."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.run.events import Tick
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.schedule import phases
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.critic import sensitivity
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.losses import generator_loss
from stylegan_core.training.preflight import memory_needed, preflight
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.training.conftest import Train
from tests.core.training.final import assert_same_end
from tests.core.training.test_resume import stop_at

CRITIC = ("critic.weight=0.2", "critic.side=32", "critic.gamma=0.5")
SHORT = ("growth.fade_kimg=0.016", "growth.stable_kimg=0.008", "settle_steps=2")  # two steps a fade
CPU = torch.device("cpu")
CONFIG = changed(preset("tiny"), (*CRITIC, "precision=float32"))
LAST = phases(CONFIG.growth)[-1]


@pytest.fixture
def state() -> TrainingState:
    torch.set_num_threads(1)
    state = TrainingState.fresh(CONFIG, CPU)
    state.set_rate(LAST.rate)
    return state


def reals() -> torch.Tensor:
    return torch.rand(LAST.batch, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> RunDir:
    path = tmp_path_factory.mktemp("critic") / "run"
    Launch(Wish(path, "tiny", str(pictures), (*CRITIC, *SHORT))).train()
    return RunDir(path)


@pytest.mark.parametrize("number", [*(pytest.param(n, marks=pytest.mark.slow) for n in (3, 5)), 38])
def test_stopped_between_any_parts_of_a_step_it_goes_on_exactly(
    train: Train, undisturbed: RunDir, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, lambda _, calls: calls == number)
        train(*CRITIC, *SHORT)
    assert_same_end(train(*CRITIC, *SHORT), undisturbed)


def test_its_verdict_changes_what_the_generator_learns(train: Train, undisturbed: RunDir) -> None:
    with pytest.raises(AssertionError):
        assert_same_end(train(*CRITIC[1:], *SHORT), undisturbed)


def test_sensitivity_is_the_variance_that_noise_as_strong_as_the_maps_would_make() -> None:
    draw = torch.Generator().manual_seed(0)
    maps = torch.randn(8, 3, 4, 4, generator=draw) * torch.tensor([1.0, 9.0] * 4)[:, None, None, None]
    along = torch.randn(3, 4, 4, generator=draw)
    noise = torch.randn(4096, 3, 4, 4, generator=draw) * maps.square().mean().sqrt()

    def found(maps: torch.Tensor) -> float:
        leaf = maps.clone().requires_grad_()
        return float(sensitivity((leaf * along).sum(dim=(1, 2, 3))[:, None], leaf).detach())

    assert found(maps) == pytest.approx(float((noise * along).sum(dim=(1, 2, 3)).var()), rel=0.1)
    assert found(maps) == pytest.approx((found(maps[:2]) + 3 * found(maps[2:])) / 4)  # whatever the parts of a batch


@pytest.mark.slow
def test_its_own_r1_keeps_its_scores_together() -> None:
    apart = []
    for gamma in (0.0, 10.0):
        state = TrainingState.fresh(changed(CONFIG, [f"critic.gamma={gamma}"]), CPU)
        state.set_rate(LAST.rate)
        stepper, numbers = Stepper(state, torch.float32), StepNumbers()
        for _ in range(12):
            stepper.discriminator_half(reals(), None, LAST, numbers)
        assert numbers.critic_real is not None
        assert numbers.critic_fake is not None
        apart.append(float(numbers.critic_real - numbers.critic_fake))
    assert apart[0] > 2 * apart[1]


def test_it_joins_when_the_run_has_seen_so_many_images() -> None:
    torch.set_num_threads(1)
    state = TrainingState.fresh(changed(CONFIG, ["critic.from_kimg=0.02"]), CPU)
    state.set_rate(LAST.rate)
    assert state.critic
    stepper, begun = Stepper(state, torch.float32), [p.clone() for p in state.critic.heads.parameters()]
    joined = []
    while state.counters.img < 20 + LAST.batch:
        numbers, before = StepNumbers(), state.counters.img
        stepper.discriminator_half(reals(), None, LAST, numbers)
        moved = any(not torch.equal(p, was) for p, was in zip(state.critic.heads.parameters(), begun, strict=True))
        assert (numbers.critic_real is not None) == moved == (before >= 20)
        stepper.generator_half(None, LAST.batch, LAST, numbers)
        joined.append(moved)
    assert joined[0] is False
    assert joined[-1] is True


def test_a_checkpoint_holds_its_heads_and_no_features(undisturbed: RunDir) -> None:
    _, tensors = read_safetensors(undisturbed.every_state()[0])
    names = {name for name in tensors if name.startswith(("critic.", "adam_c."))}
    assert any(name.startswith("critic.0.last.") for name in names)
    assert any(name.startswith("adam_c.3.") for name in names)
    assert sum(tensors[name].numel() for name in names) < 2_000_000


def test_ticks_tell_what_it_says(undisturbed: RunDir) -> None:
    ticks = [event for event in EventReader(undisturbed).poll() if isinstance(event, Tick)]
    last = ticks[-1]
    assert last.critic_real == last.critic_real
    assert last.critic_real != last.critic_fake


def test_it_learns_to_tell_drawn_pictures_from_real_ones(state: TrainingState) -> None:
    stepper, numbers = Stepper(state, torch.float32), StepNumbers()
    for _ in range(6):
        stepper.discriminator_half(reals(), None, LAST, numbers)
    assert numbers.critic_real is not None
    assert numbers.critic_fake is not None
    assert float(numbers.critic_real) > float(numbers.critic_fake) + 0.2


def test_only_its_heads_learn_and_only_in_its_own_half(state: TrainingState) -> None:
    assert state.critic is not None
    stepper, critic = Stepper(state, torch.float32), state.critic
    frozen = [*critic.features.buffers(), *critic.mixing.buffers()]
    before = [tensor.clone() for tensor in frozen]
    heads = [tensor.clone() for tensor in critic.heads.state_dict().values()]
    stepper.discriminator_half(reals(), None, LAST, StepNumbers())
    learned = [tensor.clone() for tensor in critic.heads.state_dict().values()]
    stepper.generator_half(None, LAST.batch, LAST, StepNumbers())
    assert all(torch.equal(one, other) for one, other in zip(before, frozen, strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(heads, learned, strict=True))
    now = critic.heads.state_dict().values()
    assert all(torch.equal(one, other) for one, other in zip(learned, now, strict=True))


def gradients(config: TrainingConfig) -> torch.Tensor:
    """The generator's in its first step, all of them in one row."""
    state = TrainingState.fresh(config, CPU)
    if state.critic:
        state.critic.heads.eval()
    Stepper(state, torch.float32)._generator_gradients(None, LAST.batch, LAST)
    return torch.cat([p.grad.double().flatten() for p in state.generator.parameters() if p.grad is not None])


def test_parts_of_a_batch_give_the_generator_the_same_step() -> None:
    whole, parts = gradients(CONFIG), gradients(replace(CONFIG, micro_batch=4))
    assert float((whole - parts).norm()) < 1e-3 * float(whole.norm())


def test_its_weight_is_that_of_its_verdict() -> None:
    nothing, one, two = (
        gradients(replace(CONFIG, critic=replace(CONFIG.critic, weight=weight))) for weight in (0.0, 0.2, 0.4)
    )
    assert float((two - 2 * one + nothing).norm()) < 1e-3 * float(one.norm())
    assert float((one - nothing).norm()) > 0.1 * float(nothing.norm())


def test_every_place_of_every_scale_is_looked_at(state: TrainingState) -> None:
    assert state.critic is not None
    images = reals().requires_grad_()
    scores = state.critic.scores(state.critic.project(images))
    assert [tuple(one.shape) for one in scores] == [(LAST.batch, 1)] * 4
    torch.autograd.backward(torch.stack([generator_loss(one) for one in scores]).sum())
    assert images.grad is not None
    assert bool((images.grad.abs().sum(dim=(0, 1)) > 0).all())


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "efficientnet" in name else there(name))


@pytest.mark.usefixtures("nothing_installed")
def test_without_its_features_a_run_is_refused_before_it_begins(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(ValueError, match=r"^The critic needs .*metrics.*, or train without it \(critic\.weight=0\)\.$"):
        Launch(Wish(tmp_path / "run", "tiny", str(pictures), CRITIC))
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("nothing_installed")
def test_the_check_before_a_run_says_so(tmp_path: Path) -> None:
    found = preflight(CONFIG, 12, tmp_path)
    assert any(problem.startswith("The critic needs the feature network") for problem in found.problems)


def test_the_check_before_a_run_counts_its_memory() -> None:
    plain = replace(CONFIG, critic=replace(CONFIG.critic, weight=0.0))
    more = memory_needed(CONFIG, torch.float32) - memory_needed(plain, torch.float32)
    assert 8 * 32**2 * 300 * 4 < more < 8 * 32**2 * 400 * 4


@pytest.mark.parametrize("setting", ["critic.weight=-1", "critic.rate=0", "critic.side=48"])
def test_settings_that_make_no_critic_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"^critic.+\.$"):
        changed(preset("tiny"), [setting])


def test_config_json_keeps_it() -> None:
    assert TrainingConfig.from_dict(CONFIG.to_dict()) == CONFIG


def test_a_run_that_begins_from_another_goes_on_with_its_heads(
    train: Train, undisturbed: RunDir, caplog: pytest.LogCaptureFixture
) -> None:
    again = train(*CRITIC, "seed=5", "growth.16.stable_kimg=0.032", name="second", init=str(undisturbed.path))
    _, before = read_safetensors(undisturbed.every_state()[0])
    _, begun = read_safetensors(again.state_file(0))
    heads = [name for name in before if name.startswith("critic.")]
    assert heads
    assert all(torch.equal(before[name], begun[name]) for name in heads)
    assert "takes over 100% of its generator" in caplog.text
