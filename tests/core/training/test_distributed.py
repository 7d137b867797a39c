"""Several processes: the joined batch's gradients, one writer, and runs that go on with another number of them."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from stylegan_core.events import End, Event, Resume, Start
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training import launch
from stylegan_core.training.distributed import Team
from stylegan_core.training.loop import Loop
from tests.core.training.final import final_state
from tests.core.training.processes import step_in_float64, together, train_a_run

NEVER = 10**9
Tensors = dict[str, torch.Tensor]
SETTINGS = ("growth.batch=16", "snapshot_kimg=0.064", "precision=float32", "settle_steps=2")


def steps(folder: Path, world: int, settings: tuple[str, ...], patch: pytest.MonkeyPatch) -> list[Tensors]:
    """What each process got from one step; a single one is this one."""
    folder.mkdir()
    if world == 1:
        patch.setattr(torch.Tensor, "float", torch.Tensor.double)
        step_in_float64(folder, settings)
    else:
        together(world, step_in_float64, folder, settings)
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


def story(run: RunDir) -> list[Event]:
    reader = EventReader(run)
    reader.poll()
    return reader.events


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
    whole, changed = RunDir(tmp_path / "whole"), RunDir(tmp_path / "changed")
    train_with(1, whole.path, pictures, NEVER, monkeypatch)
    train_with(first, changed.path, pictures, 96, monkeypatch)
    events = story(changed)
    assert [type(event) for event in events if isinstance(event, Start | Resume | End)] == [Start, End]
    assert events[-1].reason == "stopped"  # one process alone has written
    assert [event.img for event in events] == sorted(event.img for event in events)
    stopped = final_state(changed)[0]["img"]
    assert isinstance(stopped, int) and 96 <= stopped < 192
    train_with(then, changed.path, pictures, NEVER, monkeypatch)
    assert story(changed)[-1].reason == "finished"
    (counters, tensors), (expected, theirs) = final_state(changed), final_state(whole)
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


@pytest.mark.slow
def test_the_command_under_torchrun(tmp_path: Path, pictures: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["stylegan_core", "train", str(tmp_path / "run"), "--preset", "tiny", "--data", str(pictures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr.count("finished") == 1
    assert final_state(RunDir(tmp_path / "run"))[0]["img"] == 192
