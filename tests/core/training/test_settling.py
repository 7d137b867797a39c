"""Settling: what is new draws and sees what the level below does, and nothing else has moved."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.model import save_model
from stylegan_core.networks.discriminator import GrowingDiscriminator
from stylegan_core.networks.generator import build_generator
from stylegan_core.run.events import Alert, Heartbeat
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.schedule import Phase, phase_at
from stylegan_core.training.config import PRESETS, TrainingConfig, changed, plan, preset
from stylegan_core.training.distributed import Team
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.losses import as_float
from stylegan_core.training.settling import Settler
from stylegan_core.training.state import TrainingState
from tests.core.training.conftest import Train
from tests.core.training.final import assert_same_end, final_state

TINY = changed(preset("tiny"), ["settle_steps=100"])
SHORT = ("growth.fade_kimg=0.016", "growth.stable_kimg=0.016")  # two steps a phase
BRIEFLY = ("settle_steps=2", *SHORT)
FADING = phase_at(0.04, TINY.growth)


def reals(phase: Phase) -> Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (32, 3, phase.resolution, phase.resolution), generator=draw, dtype=torch.uint8)


def apart(state: TrainingState, phase: Phase) -> tuple[float, float]:
    """Mean squared difference of the two pictures, and of the two feature maps, that a fade blends."""
    draw = torch.Generator().manual_seed(2)
    z = torch.randn(16, state.config.network.z_dim, generator=draw)
    ws = state.generator.mapping(z)[:, None].expand(-1, state.config.network.num_layers, -1)
    judge = state.discriminator
    assert isinstance(judge, GrowingDiscriminator)
    with torch.no_grad():
        grown = state.generator.synthesis.grow(ws, "const", phase.level, 0.0)
        new, old = judge.entries(as_float(reals(phase)), phase.level, torch.float32)
    assert grown.old is not None
    return float((grown.new - grown.old).square().mean()), float((new - old).square().mean())


@pytest.mark.parametrize("changes", [(), ("network.architecture=stylegan2-growing",)])
def test_new_layers_draw_and_see_what_the_level_below_does(changes: tuple[str, ...]) -> None:
    config = changed(TINY, changes)
    state = TrainingState.fresh(config, torch.device("cpu"))
    before = {name: tensor.clone() for name, tensor in _tensors(state).items()}
    drawn, seen = apart(state, FADING)
    assert Settler(state, torch.float32).settle(FADING, reals(FADING), None)
    settled_drawn, settled_seen = apart(state, FADING)
    assert settled_drawn < drawn / 2  # its own blur stays between them
    assert settled_seen < seen / 2
    moved = {name for name, tensor in _tensors(state).items() if not torch.equal(tensor, before[name])}
    level = FADING.level
    new = {id(p) for m in state.generator.synthesis.of_level(level) for p in m.parameters()}
    new |= {id(p) for m in state.discriminator.of_level(level) for p in m.parameters()}  # type: ignore[operator]
    of_level = {name for name, p in _parameters(state).items() if id(p) in new}
    assert moved <= of_level and moved
    ours, average = (network.synthesis.of_level(level) for network in (state.generator, state.average))
    for mine, its in zip(ours, average, strict=True):
        assert all(torch.equal(p, q) for p, q in zip(mine.parameters(), its.parameters(), strict=True))
    assert all(p.requires_grad and p.grad is None for p in _parameters(state).values())


def test_classes_and_small_memory_settle_too() -> None:
    config = changed(TINY, ["settle_steps=8", "micro_batch=4"])
    config = replace(config, network=config.network.with_classes(("one", "other")))
    state = TrainingState.fresh(config, torch.device("cpu"))
    labels = torch.eye(2)[torch.arange(32) % 2]
    kept = {name: tensor.clone() for name, tensor in _tensors(state).items()}
    assert Settler(state, torch.float32).settle(FADING, reals(FADING), labels)
    assert any(not torch.equal(tensor, kept[name]) for name, tensor in _tensors(state).items())


SPECTRAL = "network.d_norm=spectral"


@pytest.mark.parametrize("changes", [(), (SPECTRAL,)])
def test_the_step_is_the_same_in_small_parts(changes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tensor, "float", Tensor.double)
    ends = []
    for size in (0, 4, 6):
        state = TrainingState.fresh(changed(TINY, [*changes, "settle_steps=6"]), torch.device("cpu"))
        for network in (state.generator, state.discriminator, state.average):
            network.double()
        state.counters.micro_batch = size
        assert Settler(state, torch.float64).settle(FADING, reals(FADING), None)
        ends.append(_tensors(state))
    for name, tensor in ends[0].items():
        for other in ends[1:]:
            torch.testing.assert_close(other[name], tensor, rtol=1e-5, atol=1e-6)


class Crowd(Team):
    """One of more processes than a settling batch has groups."""

    world = 8


def memory_runs_out(monkeypatch: pytest.MonkeyPatch, at: int, also: Callable[[int], None] = lambda _: None) -> None:
    """Lets memory run out the ``at``-th time that settling draws; ``also`` is told each time."""
    original = Settler._drawn
    calls = 0

    def drawn(*arguments: object) -> tuple[Tensor, Tensor]:
        nonlocal calls
        calls += 1
        if calls == at:
            raise MemoryError
        also(calls)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Settler, "_drawn", drawn)


def test_memory_that_runs_out_does_not_end_one_of_many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    state = TrainingState.fresh(changed(TINY, ["growth.batch=32", "settle_steps=4"]), torch.device("cpu"))
    memory_runs_out(monkeypatch, 3)
    said: list[str] = []
    settler = Settler(state, torch.float32, alert=lambda _, text: said.append(text), team=Crowd())
    assert settler.settle(FADING, reals(FADING), None)
    assert said == ["Memory ran out: the batch of 16 is computed 8 at a time; the step is the same."]


@pytest.mark.usefixtures("caplog")
@pytest.mark.slow
def test_stopped_after_memory_ran_out_while_settling_it_goes_on_exactly(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stylegan_core.training.asked.LOOK", 0.0)
    with monkeypatch.context() as patch:
        memory_runs_out(patch, 6)
        whole = train()
    with monkeypatch.context() as patch:
        memory_runs_out(patch, 6, lambda call: RunDir(tmp_path / "parts").request("stop") if call == 12 else None)
        train(name="parts")
    assert final_state(RunDir(tmp_path / "parts"))[0]["micro_batch"] == 8
    assert_same_end(train(name="parts"), whole)


class Enough(Exception):
    """Somebody asks to stop."""


@pytest.mark.parametrize("changes", [(), (SPECTRAL,)])
def test_what_is_abandoned_or_not_finite_leaves_no_trace(changes: tuple[str, ...]) -> None:
    state = TrainingState.fresh(changed(TINY, [*changes, "settle_steps=20"]), torch.device("cpu"))
    kept = {name: tensor.clone() for name, tensor in _tensors(state).items()}
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 24:  # in the middle of seeing
            raise Enough

    with pytest.raises(Enough):
        Settler(state, torch.float32, check).settle(FADING, reals(FADING), None)
    assert all(torch.equal(tensor, kept[name]) for name, tensor in _tensors(state).items())
    state.generator.mapping.layers[0].bias.data[0] = torch.nan  # type: ignore[union-attr, index]
    kept = {name: tensor.clone() for name, tensor in _tensors(state).items()}
    assert not Settler(state, torch.float32).settle(FADING, reals(FADING), None)
    assert all(torch.equal(tensor, kept[name]) or tensor.isnan().any() for name, tensor in _tensors(state).items())
    assert all(p.requires_grad for p in _parameters(state).values())


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Kind of phase and resolution of whatever is settled."""
    found: list[tuple[str, int]] = []
    original = Settler.settle

    def note(settler: Settler, phase: Phase, *rest: object) -> bool:
        found.append((phase.kind, phase.resolution))
        return original(settler, phase, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Settler, "settle", note)
    return found


def test_a_run_settles_where_it_grows_and_only_there(train: Train, settled: list[tuple[str, int]]) -> None:
    run = train(*BRIEFLY)
    assert settled == [("fade", 8), ("fade", 16)]
    settled.clear()
    train(*BRIEFLY, "growth.8.fade_kimg=0.004", name="shorter than a batch")
    assert settled == [("stable", 8), ("fade", 16)]
    settled.clear()
    train(*BRIEFLY, "growth.16.fade_kimg=0", name="at once")
    assert settled == [("fade", 8), ("stable", 16)]
    settled.clear()
    train(*SHORT, "settle_steps=0", name="never")
    assert settled == []
    reader = EventReader(run)
    reader.poll()
    assert not [event for event in reader.events if isinstance(event, Alert)]


@pytest.mark.usefixtures("caplog")
@pytest.mark.slow
def test_a_run_from_a_network_settles_what_that_network_had_not_begun(
    pictures: Path, tmp_path: Path, settled: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"small": ((4, 0, 0.016, 8), (8, 0.016, 0.016, 8)), "later": ((8, 0, 0.016, 8), (16, 0.016, 0.016, 8))}
    for name, plan_rows in rows.items():
        network = replace(TINY.network, resolution=plan_rows[-1][0])
        config = replace(TINY, preset=name, network=network, growth=plan(*plan_rows, rate=0.002))
        monkeypatch.setitem(PRESETS, name, lambda config=config: config)

    def settled_by(preset: str, origin: int, alpha: float, *settings: str) -> list[tuple[str, int]]:
        """From a network that had come to this resolution and alpha."""
        init, run = tmp_path / "origin.safetensors", tmp_path / f"{preset} {origin} {alpha} {settings}"
        generator = build_generator(replace(TINY.network, resolution=16))
        save_model(init, generator, level=origin.bit_length() - 3, alpha=alpha)
        settled.clear()
        Launch(Wish(run, preset, str(pictures), ("settle_steps=2", *SHORT, *settings), str(init))).train()
        return list(settled)

    assert settled_by("tiny", 16, 0.9) == []
    assert settled_by("tiny", 16, 0.0) == [("fade", 16)]
    assert settled_by("tiny", 8, 0.5) == [("fade", 16)]
    assert settled_by("tiny", 8, 1.0, "init.grown=false") == [("fade", 16)]
    assert settled_by("tiny", 16, 1.0, "init.grown=false") == []
    assert settled_by("later", 4, 1.0) == [("stable", 8), ("fade", 16)]
    assert settled_by("tiny", 8, 1.0, "init.grown=false", "network.fmap_max=8") == [("fade", 8), ("fade", 16)]


def test_a_run_that_did_not_note_what_its_network_had_begun_settles_as_it_did() -> None:
    data = TINY.to_dict()
    for grown, levels in ((True, {1, 2}), (False, set())):
        older = TrainingConfig.from_dict({**data, "init": {"path": "there", "grown": grown}})
        assert older.settled_levels == levels


def test_a_run_says_what_it_does_while_it_settles(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stylegan_core.training.loop.TICK", 0.0)
    reader = EventReader(train(*SHORT))
    reader.poll()
    said = [event.text for event in reader.events if isinstance(event, Heartbeat)]
    assert said[0] == "The layers of 8² learn to draw what 4² draws"
    assert "The layers of 16² learn to draw what 8² draws, 50%" in said


def test_a_run_that_is_stopped_while_settling_goes_on_as_if_it_had_not_been(
    train: Train, finished: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = finished("settle_steps=10", *SHORT, name="whole")
    original = Settler.settle

    def stop_in_it(settler: Settler, *arguments: object) -> bool:
        Path(whole.path.parent / "parts" / "control" / "stop").touch()
        return original(settler, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Settler, "settle", stop_in_it)
    for _ in range(2):
        train("settle_steps=10", *SHORT, name="parts")
    monkeypatch.undo()
    parts = train("settle_steps=10", *SHORT, name="parts")
    assert _final(parts.path) == _final(whole.path)


def _final(run: Path) -> dict[str, bytes]:
    newest = sorted((run / "checkpoints").glob("*.state.safetensors"))[-1]
    return {name: tensor.numpy().tobytes() for name, tensor in read_safetensors(newest)[1].items()}


def _parameters(state: TrainingState) -> dict[str, torch.nn.Parameter]:
    networks = {"g": state.generator, "d": state.discriminator}
    return {f"{key}.{name}": p for key, network in networks.items() for name, p in network.named_parameters()}


def _tensors(state: TrainingState) -> dict[str, Tensor]:
    networks = {"g": state.generator, "d": state.discriminator}
    return {f"{key}.{name}": t for key, network in networks.items() for name, t in network.state_dict().items()}
