"""What is asked of a run: refused where it does not fit, obeyed once, and never in the way of training."""

import errno
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from stylegan_core.cli import train as command
from stylegan_core.model import load_model
from stylegan_core.run.events import Checkpoint, End, Heartbeat, Resume, Start, Tick
from stylegan_core.rundir import RunDir
from stylegan_core.training import journal, launch
from stylegan_core.training.config import preset
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from stylegan_core.training.step import StepNumbers
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import story


def test_a_second_trainer_is_refused(train: Train, tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create()
    with run.locked(), pytest.raises(OSError, match="Another trainer works in"):
        train()


def test_a_folder_of_other_things_is_left_alone(train: Train, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").touch()
    with pytest.raises(ValueError, match="not empty and not a run"):
        train()


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are not UTF-8")
def test_a_folder_that_no_checkpoint_could_be_read_from_is_refused(tmp_path: Path, pictures: Path) -> None:
    """It was trained in, and could not go on: safetensors reads no file whose path is not UTF-8."""
    with pytest.raises(ValueError, match="is not UTF-8: rename it"):
        Launch(Wish(tmp_path / os.fsdecode(b"r\xf6n"), "tiny", str(pictures)))


@pytest.mark.skipif(sys.platform == "win32", reason="needs links that anybody may make")
def test_links_that_lead_in_a_circle_are_one_sentence(tmp_path: Path, pictures: Path) -> None:
    """Each was a traceback."""
    circle = tmp_path / "circle"
    circle.symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(circle)
    with pytest.raises(OSError, match="circle cannot hold a run"):
        Launch(Wish(circle, "tiny", str(pictures)))
    with pytest.raises(FileNotFoundError, match="circle does not exist; name a folder"):
        Launch(Wish(tmp_path / "new", "tiny", str(circle)))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(json.dumps(preset("tiny").to_dict()))
    with pytest.raises(FileNotFoundError, match="circle does not exist; name a folder"):
        Launch(Wish(tmp_path / "run", data=str(circle)))


def test_a_new_run_needs_a_preset_and_data(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(ValueError, match="needs --preset and --data"):
        Launch(Wish(tmp_path / "run", "tiny"))
    with pytest.raises(ValueError, match="There is no preset 'huge'; there are tiny, "):
        Launch(Wish(tmp_path / "run", "huge", str(pictures)))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("setting", ["device=foo", "device=cuda:99", "device=meta"])
def test_a_device_that_is_not_there_is_refused_before_anything_is_written(
    train: Train, tmp_path: Path, setting: str
) -> None:
    with pytest.raises(ValueError, match=r"There is no device 'foo'|This machine has"):
        train(setting)
    assert not (tmp_path / "run").exists()


def test_the_largest_seed_trains(train: Train) -> None:
    run = train(f"seed={2**63 - 1}", "settle_steps=0", "growth.stable_kimg=0.008", "growth.fade_kimg=0.008")
    assert isinstance(story(run)[-1], End)


def test_a_place_that_cannot_be_written_is_named(pictures: Path) -> None:
    with pytest.raises(OSError, match="/proc/run"):
        Launch(Wish(Path("/proc/run"), "tiny", str(pictures)))


def test_stale_requests_are_void_and_stop_stops_once(train: Train, tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.request("stop")
    run.request("pause")
    train(*QUICK)
    assert isinstance(story(run)[-1], End)
    assert story(run)[-1].reason == "finished"  # type: ignore[attr-defined]
    assert not any(run.control.iterdir())


def test_a_paused_run_waits_beats_and_goes_on(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SILENCE", 0.05)
    monkeypatch.setattr(journal, "BEAT", 0.02)
    monkeypatch.setattr("stylegan_core.training.asked.LOOK", 0.0)
    run = RunDir(tmp_path / "run")
    waits = before = 0

    def beats() -> int:
        return sum(isinstance(event, Heartbeat) for event in story(run))

    def sleep(_: float) -> None:
        nonlocal waits
        waits += 1
        original(0.03)
        if waits >= 5 and (beats() > before or waits == 1000):
            run.withdraw("pause")

    original = time.sleep
    monkeypatch.setattr("stylegan_core.training.asked.time.sleep", sleep)
    step = Loop.step

    def pausing(self: Loop) -> None:
        nonlocal before
        if self.state.counters.img == 80:
            before = beats()
            run.request("pause")
        step(self)

    monkeypatch.setattr(Loop, "step", pausing)
    train(*QUICK)
    assert 5 <= waits < 1000
    assert beats() > before
    assert any(isinstance(event, End) and event.reason == "finished" for event in story(run))


def test_a_snapshot_on_request(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunDir(tmp_path / "run")
    step = Loop.step

    def asking(self: Loop) -> None:
        if self.state.counters.img == 80:
            run.request("snapshot")
        step(self)

    monkeypatch.setattr(Loop, "step", asking)
    train(*QUICK)
    assert [event.img for event in story(run) if isinstance(event, Checkpoint)] == [96, 192]


def test_checkpoints_say_what_they_hold_and_old_ones_go(train: Train) -> None:
    longer = ("growth.4.stable_kimg=2.9", "growth.batch=64", "snapshot_kimg=0.5", "keep=1", "keep_every=1")
    run = train("settle_steps=0", *longer)
    kept = sorted(path.name.removesuffix(".safetensors") for path in run.checkpoints.iterdir())
    assert kept == ["000001_024", "000002_048", "000003_008", "000003_072", "000003_072.state"]
    model = load_model(run.path)
    assert (model.resolution, model.level, model.alpha) == (16, 2, 1.0)
    assert load_model(run.checkpoint_file(1024)).level < 2


def test_every_phase_has_a_tick_and_alpha_rises_from_0_to_1(train: Train) -> None:
    run = train(*QUICK, "growth.fade_kimg=0.064")
    ticks = [event for event in story(run) if isinstance(event, Tick)]
    assert {tick.level for tick in ticks} == {0, 1, 2}
    assert all(0 <= tick.alpha <= 1 for tick in ticks)
    assert ticks[-1].alpha == 1


def test_the_command_line_says_it_in_one_sentence(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    settings = [word for setting in QUICK for word in ("--set", setting)]
    assert command.main([str(tmp_path / "run"), "--preset", "tiny", "--data", str(pictures), *settings]) == 0
    assert "finished" in capsys.readouterr().err
    with pytest.raises(ValueError, match="There is no setting"):
        command.main([str(tmp_path / "x"), "--preset", "tiny", "--data", str(pictures), "--set", "gama=1"])


def test_numbers_of_a_step_default_to_unknown() -> None:
    means = journal.Means()
    means.add(StepNumbers())
    assert means.take()["r1"] != means.take()["r1"]


def test_the_pulse_goes_on_while_the_log_is_synced_to_a_busy_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SILENCE", 0.0)
    monkeypatch.setattr(journal, "BEAT", 0.01)
    beating = threading.Event()
    monkeypatch.setattr(journal.EventWriter, "write", lambda *_: beating.set())
    spoke = []

    def sync(_: journal.EventWriter) -> None:
        beating.clear()  # what the pulse had said before
        spoke.append(beating.wait(60))

    monkeypatch.setattr(journal.EventWriter, "sync", sync)
    run = RunDir(tmp_path)
    said = journal.Journal(run)
    said.sync()
    said.close()
    assert spoke == [True]


def test_the_pulse_has_as_much_time_to_wake_up_as_it_waits() -> None:
    assert 2 * (journal.SILENCE + journal.BEAT) <= 5  # seconds of silence that are promised to whoever watches


class EagerJournal(journal.Journal):
    """A journal whose pulse speaks before the run has begun, as it does when loading takes long."""

    def __init__(self, *inputs: Any) -> None:
        super().__init__(*inputs)
        self.write(Heartbeat())


def test_a_slow_start_is_not_taken_for_a_resume(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "Journal", EagerJournal)
    kinds = [type(event) for event in story(train(*QUICK, "growth.16.stable_kimg=0", "growth.16.fade_kimg=0.016"))]
    assert kinds[0] is Heartbeat
    assert next(kind for kind in kinds if kind is not Heartbeat) is Start
    assert Resume not in kinds


@pytest.mark.parametrize("trouble", ["stale", "held open"])
def test_one_error_on_a_control_file_does_not_end_the_run(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    run, failed = RunDir(tmp_path / "run"), []
    name, does = ("stop", "stat") if trouble == "stale" else ("snapshot", "unlink")
    original, step = getattr(os, does), Loop.step

    def fails(path: object, *args: object, **kwargs: object) -> object:
        if Path(str(path)).parts[-2:] == ("control", name) and asked and not failed:
            failed.append(path)
            raise OSError(errno.ESTALE, "Stale file handle", str(path))
        return original(path, *args, **kwargs)

    asked: list[str] = []

    def asking(self: Loop) -> None:
        if self.state.counters.img == 80:
            asked.append(name)
            run.request(name)
            monkeypatch.setattr("stylegan_core.training.asked.LOOK", 0.0)
        step(self)

    monkeypatch.setattr(os, does, fails)
    monkeypatch.setattr(Loop, "step", asking)
    train(*QUICK, "snapshot_kimg=9")
    assert failed
    assert [event.reason for event in story(run) if isinstance(event, End)] == [
        "stopped" if name == "stop" else "finished"
    ]
    checkpoints = [event.img for event in story(run) if isinstance(event, Checkpoint)]
    assert checkpoints == ([80] if name == "stop" else [96, 192])
    assert "it is tried again" in caplog.text or "it counts once" in caplog.text
