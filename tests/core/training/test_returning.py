"""Going back where gradients are not finite: how far, how often, and that it ends as if nobody had interrupted it."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from stylegan_core.run.events import Alert, End, Event, Resume
from stylegan_core.run.stems import STATE
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training import loop
from stylegan_core.training.checkpoint import write_checkpoint
from stylegan_core.training.config import TrainingConfig, preset
from stylegan_core.training.distributed import Team
from stylegan_core.training.finetune import open_init
from stylegan_core.training.journal import Silent
from stylegan_core.training.keeping import LEFT, left_behind, spare
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from stylegan_core.training.returning import came_past, go_back, rolled_back
from stylegan_core.training.state import Counters, TrainingState
from stylegan_core.training.step import Stepper
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import alerts, assert_same_end, final_state, story
from tests.core.training.test_keeping import stop_at

PLAIN = (*QUICK, "snapshot_kimg=0.032")


def poisoned_once_at(monkeypatch: pytest.MonkeyPatch, img: int) -> None:
    """The first checkpoint at an image holds a weight that makes every gradient from there on overflow."""
    original, struck = Loop.checkpoint, []

    def checkpoint(self: Loop) -> bool:
        if self.state.counters.img == img and not struck:
            struck.append(img)
            with torch.no_grad():
                next(self.state.discriminator.parameters()).fill_(1e30)
        return original(self)

    monkeypatch.setattr(Loop, "checkpoint", checkpoint)
    monkeypatch.setattr(loop, "MOST_SKIPPED", 1)


def poisoned_from(monkeypatch: pytest.MonkeyPatch, img: int) -> None:
    """No step from an image on is finite."""
    original = Stepper.discriminator_half

    def half(self: Stepper, reals: torch.Tensor, *rest: Any) -> None:
        original(self, reals * float("nan") if self.state.counters.img >= img else reals, *rest)

    monkeypatch.setattr(Stepper, "discriminator_half", half)
    monkeypatch.setattr(loop, "MOST_SKIPPED", 1)


def returns(run: RunDir) -> list[int]:
    """Where the run went back to, none of it dropped."""
    return [event.img for event in EventReader(run).poll() if isinstance(event, Alert) and "went back" in event.text]


def test_a_poisoned_newest_checkpoint_gives_way_to_an_older_one_and_is_then_forgotten(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left: list[list[str]] = []
    original = Loop.step

    def step(self: Loop) -> None:
        original(self)
        left.append(sorted(path.name for path in self.run.checkpoints.glob(f"*{LEFT}*")))

    poisoned_once_at(monkeypatch, 128)
    monkeypatch.setattr(Loop, "step", step)
    run = train(*PLAIN)
    assert returns(run) == [128, 96]
    assert isinstance(end := story(run)[-1], End) and end.reason == "finished"
    assert [f"000000_128{LEFT}.safetensors", f"000000_128{LEFT}{STATE}"] in left and left[-1] == []
    counters, tensors = final_state(run)
    assert [counters[name] for name in ("rollbacks", "rate_factor", "troubled", "returned")] == [0, 1.0, 0, 0]
    assert all(torch.isfinite(tensor).all() for tensor in tensors.values())
    assert alerts(run, "rollback")[-1] == "Training came past the trouble and goes on at the whole rate."
    assert caplog.records


@pytest.mark.parametrize("stop", [104, *(pytest.param(img, marks=pytest.mark.slow) for img in (128, 152, 160))])
def test_a_run_that_went_back_goes_on_exactly(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stop: int
) -> None:
    with monkeypatch.context() as patch:
        poisoned_once_at(patch, 128)
        whole = train(*PLAIN, name="whole")
    with monkeypatch.context() as patch:
        poisoned_once_at(patch, 128)
        original = Loop.step

        def step(self: Loop) -> None:
            self.stop_wanted = self.state.counters.rollbacks == 2 and self.state.counters.img >= stop
            original(self)

        patch.setattr(Loop, "step", step)
        run = train(*PLAIN)
        assert final_state(run)[0]["rollbacks"] == 2
    monkeypatch.setattr(loop, "MOST_SKIPPED", 1)
    train(*PLAIN)
    assert_same_end(run, whole)
    assert caplog.records


def test_without_progress_it_goes_further_back_each_time_and_names_what_is_left(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned_from(monkeypatch, 136)
    run = RunDir(tmp_path / "run")
    with pytest.raises(ValueError, match="not finite after three returns") as raised:
        train(*PLAIN)
    assert returns(run) == [128, 96, 64]
    said = str(raised.value)
    assert "000000_064.safetensors" in said and f"000000_128{LEFT}.safetensors" in said and "--init" in said
    assert len(left_behind(run)) == 2
    assert spare(run) == run.checkpoints / f"000000_096{LEFT}{STATE}"
    with pytest.raises(ValueError, match="not finite after three returns"):
        train(*PLAIN)
    assert caplog.records


def run_with_checkpoints(path: Path, *images: int) -> tuple[RunDir, TrainingState]:
    """A run that wrote checkpoints after so many images, and its state at the last of them."""
    run, state = RunDir(path), TrainingState.fresh(preset("tiny"), torch.device("cpu"))
    run.create()
    for img in images:
        state.counters.img = img
        write_checkpoint(run, state)
    return run, state


def test_who_asks_for_the_network_of_a_run_that_went_back_gets_the_one_it_went_back_to(tmp_path: Path) -> None:
    run, state = run_with_checkpoints(tmp_path / "run", 64, 96, 128)
    state.counters = Counters(img=136, rollbacks=1, returned=128)
    found, troubles = rolled_back(run, state, Team())
    assert (found.counters.img, troubles) == (96, [])
    assert run.drawable() == run.checkpoint_file(96)
    assert open_init(run.path).model.path == run.checkpoint_file(96)
    assert open_init(run.checkpoints / f"000000_128{LEFT}.safetensors").discriminator is not None


def test_init_takes_what_is_named_where_training_ends(tmp_path: Path) -> None:
    run, state = run_with_checkpoints(tmp_path / "run", 64, 96, 128)
    state.counters = Counters(img=136, rollbacks=2, returned=96)
    state, _ = rolled_back(run, state, Team())
    with pytest.raises(ValueError, match="not finite after three returns") as raised:
        rolled_back(run, state, Team())
    (listed,) = re.findall(r"lie (.+); --init", str(raised.value))
    names = listed.split(", ")
    assert names == ["000000_064.safetensors", *(f"000000_{img}{LEFT}.safetensors" for img in ("128", "096"))]
    assert all(open_init(run.checkpoints / name).discriminator is not None for name in names)


class Told(Silent):
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def write(self, event: Event) -> None:
        self.events.append(event)


def test_the_log_says_what_goes_on_after_a_return_and_on_what_machine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run, state = run_with_checkpoints(tmp_path / "run", 64)
    journal = Told()
    go_back(run, state, Team(), journal)
    (resume,) = (event for event in journal.events if isinstance(event, Resume))
    assert resume.version and resume.machine.startswith("CPU, ")
    assert (resume.preset, resume.threads, resume.processes) == ("tiny", torch.get_num_threads(), 1)
    assert "went back to 0.064 kimg" in caplog.text


def test_with_nothing_older_it_goes_back_to_the_oldest_again(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned_from(monkeypatch, 72)
    with pytest.raises(ValueError, match="not finite after three returns"):
        train(*PLAIN, "keep=1")
    assert returns(RunDir(tmp_path / "run")) == [64, 64, 64]
    assert caplog.records


def test_only_finite_steps_beyond_the_trouble_are_progress() -> None:
    counters = Counters(img=100, rollbacks=2, rate_factor=0.25, troubled=140, returned=96)
    assert not came_past(Counters(img=1000), 32)
    for img, skipped, past in ((139, 0, False), (144, 1, False), (168, 0, False), (176, 0, True), (184, 0, False)):
        counters.img, counters.skipped_d = img, skipped
        assert came_past(counters, 32) == past
    assert counters == Counters(img=184)


def test_a_run_begun_from_a_network_begins_again_from_it_where_nothing_was_saved(
    finished: Train, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = finished(*QUICK, name="source")
    origin = source.every_drawable()[0]
    wish = Wish(tmp_path / "run", "tiny", str(pictures), ("settle_steps=0", "snapshot_kimg=9"), str(origin))
    with monkeypatch.context() as patch:
        stop_at(patch, 16)
        Launch(wish).train()
    run = RunDir(wish.run)
    shutil.rmtree(run.checkpoints)
    run.create()
    state = TrainingState.fresh(TrainingConfig.from_dict(run.config()), torch.device("cpu"))
    state.counters.img = 40
    found, troubles = rolled_back(run, state, Team())
    assert not troubles and found.counters == Counters(rollbacks=1, rate_factor=0.5, troubled=40)
    for name, tensor in open_init(origin).model.generator.state_dict().items():
        assert torch.equal(found.generator.state_dict()[name], tensor)
        assert torch.equal(found.average.state_dict()[name], tensor)


@pytest.mark.slow
def test_a_state_that_cannot_be_set_aside_is_said(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if LEFT in target.name:
            raise PermissionError(13, "It is being used by another process", str(self))
        return original(self, target)

    poisoned_once_at(monkeypatch, 128)
    monkeypatch.setattr(Path, "replace", replace)
    run = train(*PLAIN)
    assert returns(run) == [128, 96]
    assert ["could not be set aside" in text for text in alerts(run, "checkpoint")] == [True, True]
    assert caplog.records
