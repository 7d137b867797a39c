"""What goes wrong in the night: full disks, torn files, poisoned numbers, second trainers; each in one sentence."""

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from stylegan_core.data import loader
from stylegan_core.data.cache import LevelCache
from stylegan_core.files.whole_file import part_of
from stylegan_core.run.events import Checkpoint, End, Event, Resume
from stylegan_core.run.stems import STATE
from stylegan_core.rundir import RunDir
from stylegan_core.training import launch, loop
from stylegan_core.training.journal import Journal
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from stylegan_core.training.step import Stepper
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import alerts, assert_same_end, final_state, story, the_end

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

SHORT = ("settle_steps=0", "growth.stable_kimg=0.008", "growth.fade_kimg=0.008")  # a step a phase
OFTEN = (*QUICK, "snapshot_kimg=0.064")
FULL = Path("/dev/full")  # takes nothing: every write to it fails with ENOSPC
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def blocked_checkpoint(monkeypatch: pytest.MonkeyPatch, block: Callable[[], None], free: Callable[[], None]) -> None:
    """Runs ``block`` before a run's second checkpoint and ``free`` after it."""
    original = Loop.checkpoint
    times = 0

    def checkpoint(self: Loop) -> bool:
        nonlocal times
        times += 1
        if times != 2:
            return original(self)
        block()
        try:
            assert original(self) is False
        finally:
            free()
        return False

    monkeypatch.setattr(Loop, "checkpoint", checkpoint)


def assert_one_checkpoint_was_lost(run: RunDir) -> None:
    assert any("could not be written, the one before it stays" in text for text in alerts(run))
    assert [event.img for event in story(run) if isinstance(event, Checkpoint)] == [64, 192, 192]
    assert final_state(run)[0]["img"] == 192
    assert not list(run.path.glob("*/.*"))


@pytest.mark.skipif(resource is None, reason="this system has no limits on a file's size")
def test_a_file_the_disk_will_not_take_costs_one_checkpoint_not_the_run(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert resource is not None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # noqa: E731
    blocked_checkpoint(monkeypatch, lambda: limit(100_000), lambda: limit(soft))
    assert_one_checkpoint_was_lost(train(*QUICK, "snapshot_kimg=0.064"))
    assert "File too large" in caplog.text


def test_a_full_disk_costs_one_checkpoint_not_the_run(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and not os.system(f"mount -t tmpfs -o size=2m tmpfs {disk} 2>/dev/null")
    if not mounted:
        pytest.skip("mounting a small disk is not permitted here")
    ballast = disk / "ballast"

    def fill() -> None:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        os.truncate(ballast, ballast.stat().st_size - 4 * 4096)  # a page for the log, wherever its last one ends

    try:
        blocked_checkpoint(monkeypatch, fill, ballast.unlink)
        assert_one_checkpoint_was_lost(train(*QUICK, "snapshot_kimg=0.064", name="disk/run"))
    finally:
        os.system(f"umount {disk}")
    assert "No space left" in caplog.text


@needs_full
def test_samples_that_find_no_room_are_an_alert(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = Loop.samples

    def samples(self: Loop) -> None:
        part_of(self.run.samples / "000000.png", os.getpid()).symlink_to(FULL)
        original(self)

    monkeypatch.setattr(Loop, "samples", samples)
    run = train(*SHORT)
    assert any(text.startswith("The samples could not be written") for text in alerts(run))
    assert caplog.records


@needs_full
@pytest.mark.slow
def test_events_that_find_no_room_do_not_stop_training(train: Train, caplog: pytest.LogCaptureFixture) -> None:
    run = train("snapshot_kimg=9")
    shutil.rmtree(run.checkpoints)
    run.create()
    run.events_file.unlink()
    run.events_file.symlink_to(FULL)
    train("snapshot_kimg=9")
    assert final_state(run)[0]["img"] == 192
    assert "Events cannot be written" in caplog.text


def test_a_torn_newest_checkpoint_gives_way_to_the_one_before(
    train: Train, finished: Train, caplog: pytest.LogCaptureFixture
) -> None:
    run = finished(*OFTEN, name="torn")
    states = sorted(run.checkpoints.glob(f"*{STATE}"))
    assert len(states) == 3
    content = bytearray(states[-1].read_bytes())
    content[-100] ^= 1
    states[-1].write_bytes(bytes(content))
    train(*OFTEN, name="torn")
    assert any(f"{states[-1].name} cannot be read" in text for text in alerts(run))
    assert states[-1].with_name(states[-1].name + ".damaged").read_bytes() == content
    assert "damaged" in caplog.text
    assert_same_end(run, finished(*OFTEN, name="whole"))


@pytest.mark.slow
def test_with_no_readable_checkpoint_it_refuses_and_begins_anew_only_where_they_were_moved_away(
    train: Train, caplog: pytest.LogCaptureFixture
) -> None:
    whole = train(name="whole")
    run = train()
    state = next(run.checkpoints.glob(f"*{STATE}"))
    state.write_bytes(state.read_bytes()[:1000])
    before = {path.name: path.read_bytes() for path in run.checkpoints.iterdir()}
    with pytest.raises(ValueError, match=r"No checkpoint of .* can be read .*move the folder checkpoints away"):
        train()
    assert {path.name: path.read_bytes() for path in run.checkpoints.iterdir()} == before
    assert not [event for event in story(run) if isinstance(event, Resume)]
    assert (the_end(run).reason, the_end(run).img) == ("error", 192)
    run.checkpoints.rename(run.path / "samples" / "old")
    train()
    assert_same_end(run, whole)
    assert [event.img for event in story(run) if isinstance(event, Resume)] == [0]
    assert caplog.records


def poison(monkeypatch: pytest.MonkeyPatch, poisoned: int) -> None:
    """The reals of the first ``poisoned`` discriminator steps hold numbers that are not finite."""
    original = Stepper.discriminator_half
    calls = 0

    def half(self: Stepper, reals: torch.Tensor, *rest: object) -> None:
        nonlocal calls
        calls += 1
        if 5 < calls <= 5 + poisoned:
            reals = reals * float("nan")
        original(self, reals, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Stepper, "discriminator_half", half)


def test_one_poisoned_batch_is_left_out(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poison(monkeypatch, 1)
    run = train(*QUICK)
    assert len([text for text in alerts(run) if "were not finite; this update was left out" in text]) == 1
    counters, tensors = final_state(run)
    assert counters["rate_factor"] == 1
    assert all(torch.isfinite(tensor).all() for tensor in tensors.values())
    assert caplog.records


def test_lasting_poison_sends_it_back_at_half_the_rate(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "MOST_SKIPPED", 1)
    poison(monkeypatch, 1)
    run = train("settle_steps=0", "snapshot_kimg=0.016")
    assert any(re.search(r"went back to 0.032 kimg and goes on at 0.5 of the rate", text) for text in alerts(run))
    counters, _ = final_state(run)
    assert (counters["img"], counters["rollbacks"], counters["rate_factor"]) == (192, 0, 1.0)
    assert any("came past the trouble" in text for text in alerts(run))
    images = [event.img for event in story(run)]
    assert images == sorted(images)
    assert caplog.records


def test_poison_that_never_ends_ends_the_run(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(loop, "MOST_SKIPPED", 1)
    poison(monkeypatch, 99)
    with pytest.raises(ValueError, match="not finite after three returns"):
        train(*QUICK)
    assert the_end(RunDir(tmp_path / "run")).reason == "error"
    assert caplog.records


def test_a_run_stops_while_its_data_hangs_and_goes_on_exactly(
    train: Train,
    finished: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = finished(*QUICK, name="whole")
    answers = threading.Event()
    caches: list[LevelCache] = []
    original = LevelCache.batch

    def batch(self: LevelCache, *which: object) -> object:
        caches.append(self)
        if len(caches) == 8:
            RunDir(tmp_path / "run").request("stop")
            answers.wait(60)
        return original(self, *which)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(LevelCache, "batch", batch)
        patch.setattr(loader, "PATIENCE", 0.01)
        run = train(*QUICK)
    assert [event.reason for event in story(run, End)] == ["stopped"]
    assert "does not answer" in caplog.text
    answers.set()
    caches[0].close()
    assert_same_end(train(*QUICK), whole)


def test_a_vanished_data_set_ends_the_run_with_its_reason(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: object) -> None:
        raise OSError("The folder of pictures is gone.")

    monkeypatch.setattr("stylegan_core.data.cache.LevelCache.batch", gone)
    with pytest.raises(OSError, match="is gone"):
        train()
    end = the_end(RunDir(tmp_path / "run"))
    assert (end.reason, end.text) == ("error", "The folder of pictures is gone.")
    assert caplog.records


class FullBoard:
    """TensorBoard's files on a disk that is full when they are finished."""

    def __init__(self, _run: RunDir) -> None:
        self.take: Callable[[Event], None] = lambda _: None

    def close(self) -> None:
        raise OSError(28, "No space left on device")


def test_tensorboards_files_that_cannot_be_finished_do_not_change_how_the_run_ended(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_launch: Launch, _journal: Journal) -> bool:
        raise ValueError("The pictures are gone.")

    monkeypatch.setattr(launch, "TensorBoard", FullBoard)
    started = Launch(Wish(tmp_path / "run", "tiny", str(pictures), tensorboard=True))
    monkeypatch.setattr(Launch, "_train", lambda _launch, _journal: True)
    assert started.train()
    assert "No space left" in caplog.text
    monkeypatch.setattr(Launch, "_train", fails)
    with pytest.raises(ValueError, match="The pictures are gone"):
        started.train()
