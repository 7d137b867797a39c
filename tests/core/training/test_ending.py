"""How a run ends where something fails at its end: it saves what can be saved, and says it where it could not."""

import contextlib
import errno
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from stylegan_core.__main__ import main
from stylegan_core.cli import train as command
from stylegan_core.files.tensor_file import write_safetensors
from stylegan_core.files.whole_file import part_of, write_whole
from stylegan_core.run import locks
from stylegan_core.run.events import Checkpoint
from stylegan_core.run.stems import img_of
from stylegan_core.rundir import RunDir
from stylegan_core.training import checkpoint, ending, keeping, loop, samples
from stylegan_core.training.keeping import spare
from stylegan_core.training.loop import Loop
from stylegan_core.training.state import Adam
from stylegan_core.training.step import Stepper
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import alerts, assert_same_end, final_state, story, the_end

PLAIN = (*QUICK, "snapshot_kimg=0.064")
NEVER = (*QUICK, "snapshot_kimg=9")


class Clock:
    """Time that goes by only where it is waited for."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: Callable[[float], None] = lambda _: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waiting(self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(ending, "time", made)
    return made


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def stopping_at(monkeypatch: pytest.MonkeyPatch, img: int) -> None:
    original = Loop.step

    def step(self: Loop) -> None:
        if self.state.counters.img == img:
            self.run.request("stop")
            self._looked = 0.0
        original(self)

    monkeypatch.setattr(Loop, "step", step)


@pytest.mark.parametrize(
    "stopped", [pytest.param(True, marks=pytest.mark.slow), False], ids=["stopped", "at the end of its plan"]
)
def test_a_run_that_could_not_save_says_so(
    train: Train,
    finished: Train,
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    stopped: bool,
) -> None:
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    run, original = RunDir(tmp_path / "run"), checkpoint.write_state

    def write(path: Path, *rest: Any) -> None:
        if img_of(path) != 64:
            full()
        original(path, *rest)

    monkeypatch.setattr(checkpoint, "write_state", write)
    if stopped:
        stopping_at(monkeypatch, 80)
    arguments = ["train", str(run.path), "--preset", "tiny", "--data", str(pictures)]
    assert main([*arguments, *(word for setting in PLAIN for word in ("--set", setting))]) == 2
    assert (the_end(run).reason, the_end(run).img) == ("error", 80 if stopped else 192)
    assert f"checkpoint at {the_end(run).img / 1000:g} kimg could not be written" in the_end(run).text
    assert "all since 0.064 kimg" in the_end(run).text and "No space left" in the_end(run).text
    assert the_end(run).text in capsys.readouterr().err
    assert 59 < clock.now < 62
    assert [img_of(path) for path in run.every_state()] == [64]
    monkeypatch.undo()
    assert_same_end(train(*PLAIN), finished(*PLAIN, name="whole"))
    assert caplog.records


def test_a_disk_that_has_room_again_within_a_minute_loses_nothing(
    train: Train, monkeypatch: pytest.MonkeyPatch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    original = checkpoint.write_state
    monkeypatch.setattr(checkpoint, "write_state", lambda *args: original(*args) if clock.now > 12 else full())
    stopping_at(monkeypatch, 80)
    run = train(*NEVER)
    assert (the_end(run).reason, clock.now) == ("stopped", pytest.approx(15, abs=0.2))
    assert final_state(run)[0]["img"] == 80
    assert len(alerts(run, "disk")) == 1
    assert caplog.records


def test_a_second_stop_ends_the_waiting(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    run = RunDir(tmp_path / "run")
    clock.waiting = lambda now: run.request("stop") if now > 3 else None
    monkeypatch.setattr(checkpoint, "write_state", full)
    stopping_at(monkeypatch, 80)
    with pytest.raises(OSError, match="all of the run is lost"):
        train(*NEVER)
    assert clock.now == pytest.approx(3, abs=0.3)
    assert the_end(run).reason == "error"
    assert caplog.records


@pytest.mark.slow
def test_what_is_on_disk_already_is_not_called_lost(
    train: Train, finished: Train, monkeypatch: pytest.MonkeyPatch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    run, whole = finished(*PLAIN), finished(*PLAIN, name="whole")
    monkeypatch.setattr(checkpoint, "write_state", full)
    train(*PLAIN)
    assert (the_end(run).reason, clock.now) == ("finished", 0)
    assert_same_end(run, whole)
    assert caplog.records


def test_old_states_make_room_for_a_new_one_but_no_drawable_does(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = checkpoint.write_state

    def write(path: Path, *rest: Any) -> None:
        if len(list(path.parent.glob("*.state.safetensors"))) > 1:
            full()
        original(path, *rest)

    monkeypatch.setattr(checkpoint, "write_state", write)
    run = train(*PLAIN, "snapshot_kimg=0.048", "keep=9")
    assert [event.img for event in story(run) if isinstance(event, Checkpoint)] == [48, 96, 144, 192, 192]
    assert [img_of(path) for path in run.every_state()] == [192]
    assert [img_of(path) for path in run.every_drawable()] == [192, 144, 96, 48]
    assert len(alerts(run, "disk")) == 3 and all("was deleted to make room" in text for text in alerts(run, "disk"))
    assert caplog.records


def test_what_can_be_spared_is_older_than_one_that_can_be_read(finished: Train) -> None:
    run = finished(*PLAIN)
    newest, middle, oldest = run.every_state()
    assert spare(run) == oldest
    content = newest.read_bytes()
    newest.write_bytes(content[:-1])
    assert spare(run) == oldest
    middle.write_bytes(content[:-1])
    assert spare(run) is None
    oldest.unlink()
    newest.write_bytes(content)
    middle.unlink()
    assert spare(run) is None


def test_a_full_disk_gets_room_from_old_states(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not shutil.which("mount") or os.system(f"mount -t tmpfs -o size=4m tmpfs {disk} 2>/dev/null"):
        pytest.skip("mounting a small disk is not permitted here")
    original, ballast = Loop.checkpoint, disk / "ballast"

    def save(self: Loop) -> bool:
        if self.state.counters.img == 192 and not ballast.exists():
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            os.truncate(ballast, ballast.stat().st_size - 4 * 4096)  # for the log
        return original(self)

    monkeypatch.setattr(Loop, "checkpoint", save)
    try:
        run = train(*PLAIN, "snapshot_kimg=0.048", "keep=9", name="disk/run")
        assert [event.img for event in story(run) if isinstance(event, Checkpoint)] == [48, 96, 144, 192, 192]
        assert final_state(run)[0]["img"] == 192
        assert [img_of(path) for path in run.every_drawable()] == [192, 144, 96, 48]
        assert all("was deleted to make room" in text for text in alerts(run, "disk")) and alerts(run, "disk")
    finally:
        os.system(f"umount {disk}")
    assert caplog.records


def test_memory_that_runs_out_at_a_checkpoint_is_an_alert(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original, calls = checkpoint.write_state, []

    def write(path: Path, *rest: Any) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise MemoryError
        original(path, *rest)

    monkeypatch.setattr(checkpoint, "write_state", write)
    run = train(*PLAIN)
    assert the_end(run).reason == "finished"
    assert ["memory ran out" in text for text in alerts(run, "disk")] == [True]
    assert caplog.records


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_known_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 1)
    part_of(tmp_path / "bytes", 1).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as whole:
        write_whole(tmp_path / "bytes", b"1")
    assert whole.value.errno in keeping.NO_ROOM
    monkeypatch.setattr("stylegan_core.files.tensor_file.save_file", lambda *_: rust_says_full())
    with pytest.raises(OSError, match="No space left") as tensors:
        write_safetensors(tmp_path / "other", {"a": torch.zeros(1)}, {})
    assert tensors.value.errno in keeping.NO_ROOM


def rust_says_full() -> None:
    from safetensors import SafetensorError

    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def test_an_error_between_steps_leaves_a_checkpoint_and_the_run_goes_on_exactly(
    train: Train,
    finished: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole, run, original = finished(*NEVER, name="whole"), RunDir(tmp_path / "run"), loop.Reals.batch

    def batch(self: loop.Reals, img: int, *rest: int) -> object:
        if img >= 150:
            raise OSError("The folder of pictures is gone.")
        return original(self, img, *rest)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="is gone"):
        patch.setattr(loop.Reals, "batch", batch)
        train(*NEVER)
    assert (the_end(run).reason, the_end(run).text) == ("error", "The folder of pictures is gone.")
    assert final_state(run)[0]["img"] == 160
    assert_same_end(train(*NEVER), whole)
    assert caplog.records


def test_an_error_within_an_update_leaves_none(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = Adam.step

    def step(self: Adam, *rest: Any) -> Any:
        done, calls = original(self, *rest), next(iter(self.state.values()))["step"]
        if calls == 3 and len(story(RunDir(tmp_path / "run"))) > 3:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return done

    monkeypatch.setattr(Adam, "step", step)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        train(*NEVER)
    run = RunDir(tmp_path / "run")
    assert the_end(run).reason == "error"
    assert not run.every_state()
    assert caplog.records


def test_an_error_within_the_other_half_leaves_the_first(
    train: Train,
    finished: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole, original = finished(*NEVER, name="whole"), Stepper._generator_gradients

    def gradients(self: Stepper, *rest: Any) -> Any:
        if self.state.counters.img == 80:
            raise RuntimeError("a driver fell over")
        return original(self, *rest)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="fell over"):
        patch.setattr(Stepper, "_generator_gradients", gradients)
        train(*NEVER)
    counters, _ = final_state(RunDir(tmp_path / "run"))
    assert (counters["img"], counters["half"]) == (80, True)
    assert_same_end(train(*NEVER), whole)
    assert caplog.records


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), "memory"),
        (MemoryError("no room"), "memory"),
        (OSError("The folder of pictures is gone."), "disk"),
    ],
)
def test_samples_that_cannot_be_drawn_are_an_alert_and_come_after_the_checkpoint(
    train: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    code: str,
) -> None:
    original, states, run = samples.draw, [], RunDir(tmp_path / "run")

    def draw(*args: Any) -> Any:
        states.append(len(run.every_state()))
        if len(states) == 2:
            raise error
        return original(*args)

    monkeypatch.setattr(samples, "draw", draw)
    train(*PLAIN)
    assert the_end(run).reason == "finished"
    assert [str(error) in text for text in alerts(run, code)] == [True]
    assert states == [0, 1, 2, 3, 3]
    assert caplog.records


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
@pytest.mark.parametrize("ignored", [False, True], ids=["terminal closed", "nohup"])
def test_a_closed_terminal_stops_a_run_but_not_under_nohup(
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ignored: bool,
) -> None:
    caught: dict[int, Any] = {}
    monkeypatch.setattr(command.signal, "signal", caught.__setitem__)
    monkeypatch.setattr(command.signal, "getsignal", lambda _: signal.SIG_IGN if ignored else signal.SIG_DFL)
    original = Loop.step

    def step(self: Loop) -> None:
        if self.state.counters.img == 80 and not ignored:
            caught[signal.SIGHUP](signal.SIGHUP, None)
        original(self)

    monkeypatch.setattr(Loop, "step", step)
    settings = [word for setting in NEVER for word in ("--set", setting)]
    assert command.main([str(tmp_path / "run"), "--preset", "tiny", "--data", str(pictures), *settings]) == 0
    assert (signal.SIGHUP in caught) != ignored
    assert the_end(RunDir(tmp_path / "run")).reason == ("finished" if ignored else "stopped")
    assert ("stopping" in capsys.readouterr().err) != ignored  # a step at 1024² takes minutes


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open")
@pytest.mark.parametrize("stays", ["nothing", "another run", "the lock"])
def test_a_run_whose_folder_is_deleted_ends(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stays: str
) -> None:
    """It trained on for days where no window could see or stop it, beside whoever began anew under its name."""
    run, original = RunDir(tmp_path / "run"), Loop.step

    def step(self: Loop) -> None:
        if self.state.counters.img == 80:
            config = run.config()
            for each in run.path.iterdir():
                if each != run.lock_file or stays != "the lock":
                    shutil.rmtree(each) if each.is_dir() else each.unlink()
            if stays == "another run":
                run.create()
                run.write_config(config)
            self._looked = 0.0
        original(self)

    monkeypatch.setattr(Loop, "step", step)
    monkeypatch.setattr(locks, "STAYS", stays == "the lock")  # as on Windows, where nobody can delete it
    says = (
        r"lock was deleted, so that another may train there" if stays == "another run" else r"run was deleted while it"
    )
    with pytest.raises(OSError, match=says):
        train(*NEVER)
    assert bool(run.every_state()) is (stays != "another run")  # what it learnt is kept where that is in nobody's way
    assert caplog.records
