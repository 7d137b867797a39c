"""Time-lapses of a run."""

from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from explorer.train.monitor import Monitor
from explorer.train.timelapse import Wish, write_timelapse
from stylegan_core.events import Samples
from stylegan_core.rundir import EventReader, RunDir
from tests.explorer.train import fake_run


@pytest.fixture
def snapshots(run: RunDir) -> tuple[Samples, ...]:
    return tuple(event for event in EventReader(run).poll() if isinstance(event, Samples))


def test_a_gif_shows_the_chosen_face_at_every_snapshot(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    done: list[int] = []
    write_timelapse(run.path / "face.gif", Wish(run.path, snapshots[:2], 16, 9, False), done.append)
    with Image.open(run.path / "face.gif") as film:
        first = next(ImageSequence.Iterator(film)).convert("RGB")
        assert first.size == (384, 384)
        assert first.getpixel((100, 100)) == pytest.approx(tuple(fake_run.COLOURS[9]), abs=6)
    assert done == [1, 2]


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


def test_a_folder_that_is_gone_is_one_sentence(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    with pytest.raises(OSError, match="choose another folder"):
        write_timelapse(run.path / "nowhere" / "a.gif", Wish(run.path, snapshots[:1], 16, 0, False))


def test_without_pictures_there_is_nothing_to_film(run: RunDir, snapshots: tuple[Samples, ...]) -> None:
    for path in run.samples.glob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match="holds no picture"):
        write_timelapse(run.path / "a.gif", Wish(run.path, snapshots, 16, 0, False))


def test_the_monitor_writes_beside_the_windows_thread(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    with qtbot.waitSignal(monitor.face.writer.written, timeout=5000):
        monitor.face.write(tmp_path / "face.gif", True, True)
    assert (tmp_path / "face.gif").stat().st_size > 100
    assert monitor.face.save.isEnabled()
