"""Several processes: the joined batch's gradients, one writer, and runs that go on with another number of them."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from stylegan_core.run.events import End, Resume, Start
from stylegan_core.rundir import RunDir
from stylegan_core.schedule import Phase
from stylegan_core.training import launch
from stylegan_core.training.config import changed, preset
from stylegan_core.training.distributed import Team, backends, share_of
from stylegan_core.training.loop import Loop
from stylegan_core.training.parts import Part
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import Stepper
from tests.core.training import processes
from tests.core.training.final import final_state, story
from tests.core.training.processes import lose_a_process, lose_a_run, together, train_a_run
from tests.core.training.threads import in_threads, step_in_float64

NEVER = 10**9
Tensors = dict[str, torch.Tensor]
SETTINGS = ("growth.batch=16", "snapshot_kimg=0.064", "precision=float32", "settle_steps=2")


def steps(folder: Path, world: int, settings: tuple[str, ...], patch: pytest.MonkeyPatch) -> list[Tensors]:
    """What each process got from one step; a single one is this one."""
    folder.mkdir()
    if world == 1:
        patch.setattr(torch.Tensor, "float", torch.Tensor.double)
        processes.step_in_float64(folder, settings)
    else:
        together(world, processes.step_in_float64, folder, settings)
    return [load_file(folder / f"{rank}.safetensors") for rank in range(world)]


@pytest.mark.parametrize(
    "settings",
    [
        (),
        pytest.param(("micro_batch=4",), marks=pytest.mark.slow),
        pytest.param(
            ("objective.path_length=2", "objective.lazy_steps=true", "objective.r2=1"), marks=pytest.mark.slow
        ),
    ],
    ids=["v1", "micro-batches", "v2"],
)
def test_two_processes_give_the_gradients_of_one(
    tmp_path: Path, settings: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone,) = steps(tmp_path / "one", 1, settings, monkeypatch)
    first, second = steps(tmp_path / "two", 2, settings, monkeypatch)
    assert len(alone) > 40
    assert first.keys() == second.keys() == alone.keys()
    for name, tensor in alone.items():
        rough = name in ("loss_d", "loss_g", "d_real", "d_fake", "r1")  # added up in float32
        torch.testing.assert_close(first[name], tensor, rtol=1e-6 if rough else 1e-9, atol=1e-6 if rough else 1e-9)
        assert torch.equal(first[name], second[name])


def train_with(world: int, run: Path, pictures: Path, stop_at: int, patch: pytest.MonkeyPatch) -> None:
    """Trains in so many processes; a single one is this one."""
    if world > 1:
        together(world, train_a_run, run, pictures, SETTINGS, stop_at)
        return
    with patch.context() as inner:
        inner.setattr(Loop, "step", Loop.step)  # undone with what follows
        train_a_run(run, pictures, SETTINGS, stop_at)


@pytest.mark.parametrize(("first", "then"), [(2, 1), pytest.param(1, 2, marks=pytest.mark.slow)])
def test_a_run_goes_on_with_another_number_of_processes(
    tmp_path: Path, pictures: Path, first: int, then: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, other = RunDir(tmp_path / "whole"), RunDir(tmp_path / "other")
    train_with(1, whole.path, pictures, NEVER, monkeypatch)
    train_with(first, other.path, pictures, 96, monkeypatch)
    events = story(other)
    assert [type(event) for event in events if isinstance(event, Start | Resume | End)] == [Start, End]
    assert events[-1].reason == "stopped"  # one process alone has written
    assert [event.img for event in events] == sorted(event.img for event in events)
    stopped = final_state(other)[0]["img"]
    assert isinstance(stopped, int) and 96 <= stopped < 192
    train_with(then, other.path, pictures, NEVER, monkeypatch)
    assert story(other)[-1].reason == "finished"
    (counters, tensors), (expected, theirs) = final_state(other), final_state(whole)
    assert counters == expected
    assert tensors.keys() == theirs.keys()
    for name, tensor in tensors.items():
        if not name.startswith("adam_"):  # Adam turns rounding into steps of the whole rate
            torch.testing.assert_close(tensor, theirs[name], rtol=0, atol=0.1)


def test_too_many_processes_are_refused_before_the_run_begins(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crowd(Team):
        world = 3

    monkeypatch.setattr(launch, "join", Crowd)
    with pytest.raises(ValueError, match="too few for 3 processes"):
        launch.Launch(launch.Wish(tmp_path / "run", "tiny", str(pictures)))
    assert not (tmp_path / "run" / "config.json").exists()


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics too are computed in float64."""
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)


PATHS = ("objective.path_length=2", "objective.path_interval=1", "gamma=0")


def assert_same_step(settings: tuple[str, ...], batch: int = 8, *, in_classes: bool = False) -> list[TrainingState]:
    """Two threads got the gradients of one process; returns their states."""
    config = changed(preset("tiny"), [f"growth.batch={batch}", *settings])
    labels = None
    if in_classes:
        config = replace(config, network=config.network.with_classes(("one", "other")))
        labels = torch.eye(2, dtype=torch.float64)[torch.arange(batch) // 2 % 2]
    expected, numbers, alone = step_in_float64(Team(), config, labels)
    teams = in_threads(2, lambda team: step_in_float64(team, config, labels))
    for gradients, theirs, state in teams:
        assert [found.keys() for found in gradients] == [found.keys() for found in expected]
        for found, right in zip(gradients, expected, strict=True):
            for name, gradient in found.items():
                torch.testing.assert_close(gradient, right[name], rtol=1e-7, atol=1e-7)
        torch.testing.assert_close(theirs.r1, numbers.r1, rtol=1e-6, atol=1e-6)
        assert state.counters.path_mean == pytest.approx(alone.counters.path_mean, rel=1e-6)
    return [state for *_, state in teams]


@pytest.mark.usefixtures("double")
def test_a_process_without_any_of_the_groups_of_r1_takes_the_same_step() -> None:
    assert_same_step(("objective.lazy_steps=true", "r1_groups=1", "r1_interval=1"))


@pytest.mark.usefixtures("double")
def test_path_lengths_have_the_classes_that_one_process_gives_them() -> None:
    assert_same_step(PATHS, in_classes=True)


@pytest.mark.usefixtures("double")
def test_a_process_without_any_of_the_path_lengths_takes_the_same_step() -> None:
    assert_same_step((*PATHS, "network.mbstd_group=1"), batch=2)


@pytest.mark.usefixtures("double")
def test_path_lengths_of_several_processes_become_fewer_at_a_time_where_memory_runs_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original, refused = Stepper._path_lengths, []

    def short(stepper: Stepper, labels: torch.Tensor | None, part: Part, phase: Phase) -> torch.Tensor:
        if stepper.team.world > 1 and len(part.places) > 1:
            refused.append(part)
            raise MemoryError
        return original(stepper, labels, part, phase)

    monkeypatch.setattr(Stepper, "_path_lengths", short)
    states = assert_same_step(PATHS)
    assert len(refused) == 2 and [state.counters.micro_batch for state in states] == [1, 1]


@pytest.mark.parametrize(("gpus", "carriers"), [(True, "cpu:gloo,cuda:nccl"), (False, "gloo")])
def test_what_lies_in_main_memory_never_goes_through_a_gpu(
    gpus: bool, carriers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus)
    monkeypatch.setattr(torch.distributed, "is_nccl_available", lambda: True)
    assert backends() == carriers
    monkeypatch.setattr(torch.distributed, "is_nccl_available", lambda: False)  # as on Windows
    assert backends() == "gloo"


def test_every_process_has_a_gpu_of_its_own_or_they_share_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for chosen in ("cuda", "cuda:0", "cuda:1"):
        assert [str(share_of(torch.device(chosen), rank)) for rank in (0, 1)] == ["cuda:0", "cuda:1"]
        with pytest.raises(ValueError, match="2 CUDA devices, too few"):
            share_of(torch.device(chosen), 2)
    assert [str(share_of(torch.device("cpu"), rank)) for rank in (0, 1, 2)] == ["cpu"] * 3
    with pytest.raises(ValueError, match=r"one process only.* device=cpu"):
        share_of(torch.device("mps"), 0)


def test_a_run_computes_where_its_team_says(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(Team):
        def device(self, chosen: torch.device) -> torch.device:
            assert chosen.type == "cpu"
            return torch.device("cuda", 1)

    monkeypatch.setattr(launch, "join", Elsewhere)
    wish = launch.Wish(tmp_path / "run", "tiny", str(pictures), ("device=cpu",))
    assert launch.Launch(wish).device == torch.device("cuda", 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open")
def test_all_processes_end_where_the_folder_of_the_run_is_deleted(tmp_path: Path, pictures: Path) -> None:
    """They trained on for days, and with one that ended the others waited for two hours."""
    together(2, lose_a_run, tmp_path / "run", pictures, SETTINGS, 96)
    assert final_state(RunDir(tmp_path / "run"))[0]["img"] >= 96  # what it has learnt is kept


def test_where_one_process_is_killed_the_first_says_so_and_saves(tmp_path: Path, pictures: Path) -> None:
    """The log ended with gloo's own words, and what was learnt since the last checkpoint was lost."""
    run = RunDir(tmp_path / "run")
    together(2, lose_a_process, run.path, pictures, (*SETTINGS, "snapshot_kimg=9"), 96)
    assert final_state(run)[0]["img"] == 96
    end = story(run)[-1]
    assert isinstance(end, End) and end.reason == "error"
    assert end.text.endswith("the same command for all goes on from the last checkpoint.")


@pytest.mark.slow
def test_the_command_under_torchrun(tmp_path: Path, pictures: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["stylegan_core", "train", str(tmp_path / "run"), "--preset", "tiny", "--data", str(pictures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr.count("finished") == 1
    assert final_state(RunDir(tmp_path / "run"))[0]["img"] == 192
