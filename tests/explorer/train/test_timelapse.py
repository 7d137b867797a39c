"""Time-lapses of a run."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.problem import Problem
from explorer.train import timelapse
from explorer.train.monitor import Monitor
from explorer.train.pictures import Pixels
from explorer.train.timelapse import Wish, write_timelapse
from explorer.train.workspace import TrainWorkspace
from explorer.work.task import Stopped
from stylegan_core.run.events import Samples
from stylegan_core.rundir import EventReader, RunDir
from tests.explorer.at_once import AtOnce
from tests.explorer.train import fake_run


@pytest.fixture
def snapshots(run: RunDir) -> tuple[Samples, ...]:
    return tuple(event for event in EventReader(run).poll() if isinstance(event, Samples))


def test_a_gif_shows_the_chosen_face_at_every_snapshot(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    done: list[tuple[int, int]] = []
    write_timelapse(run.path / "face.gif", Wish(run.path, snapshots[:2], 16, 9, False), lambda *at: done.append(at))
    with Image.open(run.path / "face.gif") as film:
        first = next(ImageSequence.Iterator(film)).convert("RGB")
        assert first.size == (384, 384)
        assert first.getpixel((100, 100)) == pytest.approx(tuple(fake_run.COLOURS[9]), abs=6)
    assert sorted(set(done)) == [(0, 2), (1, 2), (2, 2)]


def test_words_stand_below_the_whole_grid(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    write_timelapse(run.path / "all.gif", Wish(run.path, snapshots, 16, None, True))
    with Image.open(run.path / "all.gif") as film:
        assert film.size == (384, 192 + 28)
        assert film.n_frames == len(snapshots)  # the words differ, so no two frames are alike


def test_a_film_can_be_read_again(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    av = pytest.importorskip("av")
    write_timelapse(run.path / "all.mp4", Wish(run.path, snapshots[:2], 16, None, True))
    with av.open(str(run.path / "all.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 6 + 48


def test_a_place_that_is_no_folder_is_one_sentence(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    with pytest.raises(OSError, match="choose another folder"):
        write_timelapse(run.path / "config.json" / "a.gif", Wish(run.path, snapshots[:1], 16, 0, False))


def test_without_pictures_there_is_nothing_to_film(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    for path in run.samples.glob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match="holds no picture"):
        write_timelapse(run.path / "a.gif", Wish(run.path, snapshots, 16, 0, False))


@pytest.mark.parametrize("name", ["film.gif", "film.mp4"])
def test_a_film_that_is_given_up_anywhere_leaves_the_old_file(
    run: RunDir, snapshots: tuple[Samples, ...], tmp_path: Path, name: str
) -> None:
    if name.endswith("mp4"):
        pytest.importorskip("av")
    (tmp_path / "films").mkdir()
    path = tmp_path / "films" / name
    path.write_bytes(b"of yesterday")
    calls: list[tuple[int, int]] = []
    write_timelapse(tmp_path / name, Wish(run.path, snapshots, 16, 0, True), lambda *done: calls.append(done))
    assert len(calls) > len(snapshots)
    for stop_at in sorted({*range(1, len(calls), 3), len(calls) - 1, len(calls)}):
        left = iter(range(stop_at))

        def report(_done: int, _total: int, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Stopped

        if stop_at == len(calls):
            write_timelapse(path, Wish(run.path, snapshots, 16, 0, True), report)
        else:
            with pytest.raises(Stopped):
                write_timelapse(path, Wish(run.path, snapshots, 16, 0, True), report)
            assert path.read_bytes() == b"of yesterday"
        assert [each.name for each in path.parent.iterdir()] == [name]
    assert path.stat().st_size > 100


class Gate:
    """The disk under a time-lapse, held up until the gate opens; ``begun`` is set when somebody waits there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open, self.begun = threading.Event(), threading.Event()
        self._read = timelapse.read_picture
        monkeypatch.setattr(timelapse, "read_picture", self._hold_up)

    def _hold_up(self, path: Path) -> Pixels | None:
        self.begun.set()
        assert self.open.wait(60)
        return self._read(path)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.open.set()


def filming(workspace: TrainWorkspace, run: RunDir, path: Path, gate: Gate, qtbot: QtBot) -> Monitor:
    """The monitor of a run, in the middle of a time-lapse."""
    workspace.watch(run.path)
    monitor = workspace.monitor
    assert monitor is not None
    qtbot.waitUntil(lambda: bool(monitor.samples.story[1]))
    monitor.face.write(path, True, True)
    assert gate.begun.wait(60)
    return monitor


def test_leaving_does_not_wait_for_the_film_and_its_end_is_told(
    workspace: TrainWorkspace, run: RunDir, tmp_path: Path, gate: Gate, qtbot: QtBot
) -> None:
    """The window stood still until the film was written, and nobody heard of it."""
    filming(workspace, run, tmp_path / "face.gif", gate, qtbot)
    workspace.show_runs()
    assert workspace.monitor is None and not gate.open.is_set()
    (unfinished,) = workspace.unfinished
    assert unfinished.startswith("the time-lapse face.gif (0 of ")
    workspace.watch(run.path)  # another monitor, the same film
    assert workspace.monitor.face.cancel.isVisible() and not workspace.monitor.face.save.isVisible()
    with qtbot.waitSignal(workspace.said) as told:
        gate.open.set()
    assert told.args == [Problem(f"Saved the time-lapse as {tmp_path / 'face.gif'}."), "good"]
    assert workspace.unfinished == []
    assert (tmp_path / "face.gif").stat().st_size > 100
    assert workspace.monitor.face.save.isVisible()


def test_a_film_is_given_up_by_a_click(
    workspace: TrainWorkspace, run: RunDir, tmp_path: Path, gate: Gate, qtbot: QtBot
) -> None:
    before = sorted(tmp_path.iterdir())
    monitor = filming(workspace, run, tmp_path / "face.gif", gate, qtbot)
    assert monitor.face.cancel.text().startswith("cancel · 0 of")
    qtbot.mouseClick(monitor.face.cancel, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(workspace.said) as told:
        gate.open.set()
    assert told.args == [Problem("The time-lapse was given up; face.gif is not written."), "warning"]
    assert sorted(set(tmp_path.iterdir()) - {tmp_path / "home"}) == before
    assert monitor.face.save.isVisible()


def test_a_film_that_fails_says_why(
    workspace: TrainWorkspace, run: RunDir, tmp_path: Path, gate: Gate, qtbot: QtBot
) -> None:
    gate.open.set()
    workspace.watch(run.path)
    qtbot.waitUntil(lambda: bool(workspace.monitor.samples.story[1]))
    with qtbot.waitSignal(workspace.said) as told:
        workspace.monitor.face.write(run.path / "config.json" / "face.gif", True, True)
    assert "choose another folder" in told.args[0].sentence and told.args[1] == "bad"


def test_closing_the_window_does_not_wait_for_the_film(run: RunDir, tmp_path: Path, gate: Gate, qtbot: QtBot) -> None:
    before = sorted(tmp_path.iterdir())
    workspace = TrainWorkspace(tmp_path / "home", AtOnce())
    qtbot.addWidget(workspace)
    filming(workspace, run, tmp_path / "face.gif", gate, qtbot)
    workspace.close_workspace()
    assert not gate.open.is_set()
    gate.open.set()
    for thread in threading.enumerate():
        if thread.name == "time-lapse":
            thread.join(60)
    assert sorted(set(tmp_path.iterdir()) - {tmp_path / "home"}) == before
