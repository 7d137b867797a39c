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
from tests.core.training.final import final_state
from tests.core.training.processes import step_in_float64, together, train_a_run

NEVER = 10**9
SETTINGS = ("growth.batch=16", "snapshot_kimg=0.064")


def steps(folder: Path, world: int, *settings: str) -> list[dict[str, torch.Tensor]]:
    folder.mkdir()
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
def test_two_processes_give_the_gradients_of_one(tmp_path: Path, settings: tuple[str, ...]) -> None:
    (alone,) = steps(tmp_path / "one", 1, *settings)
    first, second = steps(tmp_path / "two", 2, *settings)
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


def test_only_one_process_writes_and_all_come_to_the_end(tmp_path: Path, pictures: Path) -> None:
    run = RunDir(tmp_path / "run")
    together(2, train_a_run, run.path, pictures, SETTINGS, NEVER)
    events = story(run)
    assert [type(event) for event in events if isinstance(event, Start | Resume | End)] == [Start, End]
    assert events[-1].reason == "finished"
    images = [event.img for event in events]
    assert images == sorted(images)
    assert final_state(run)[0]["img"] == 192


@pytest.mark.parametrize(("first", "then"), [(2, 1), pytest.param(1, 2, marks=pytest.mark.slow)])
def test_a_run_goes_on_with_another_number_of_processes(tmp_path: Path, pictures: Path, first: int, then: int) -> None:
    whole, changed = RunDir(tmp_path / "whole"), RunDir(tmp_path / "changed")
    exact = (*SETTINGS, "precision=float32")
    together(1, train_a_run, whole.path, pictures, exact, NEVER)
    together(first, train_a_run, changed.path, pictures, exact, 96)
    assert [event.reason for event in story(changed) if isinstance(event, End)] == ["stopped"]
    stopped = final_state(changed)[0]["img"]
    assert isinstance(stopped, int) and 96 <= stopped < 192
    together(then, train_a_run, changed.path, pictures, exact, NEVER)
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
