"""Samples in the monitor: the grid, the scrubber, one face through time, and those of another run beside."""

import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip

from explorer.train.monitor import Monitor
from stylegan_core.rundir import RunDir
from tests.explorer.train import fake_run
from tests.explorer.train.conftest import look


def test_the_scrubber_goes_back_and_the_newest_is_followed_again(monitor: Monitor, run: RunDir, qtbot) -> None:
    samples = monitor.samples
    assert samples.scrubber.maximum() == 6
    assert samples.current.img == 30_000
    qtbot.waitUntil(lambda: samples.grid._pixmap is not None)
    samples.scrubber.setValue(1)
    assert samples.at.text() == "5 kimg"
    common = {"img": 32_000, "time": time.time()}
    fake_run.append(run, fake_run.write_samples(run, 32, 2, 0.7, common, True))
    look(monitor)
    assert samples.current.img == 5_000
    qtbot.mouseClick(samples.newest, Qt.MouseButton.LeftButton)
    assert samples.current.img == 32_000


def test_a_face_is_followed_through_time(monitor: Monitor, qtbot) -> None:
    grid, strip = monitor.samples.grid, monitor.samples.face_strip
    qtbot.waitUntil(lambda: not any(each.empty for each in strip.thumbnails[:4]))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cells()[9].center())
    assert grid.face == 9
    colour = strip.thumbnails[3].pixmap.toImage().pixelColor(2, 2)
    assert colour.getRgb()[:3] == tuple(fake_run.COLOURS[9])
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.face == 8


def test_every_sample_has_a_place_in_the_window(monitor: Monitor, qtbot) -> None:
    grid = monitor.samples.grid
    qtbot.waitUntil(lambda: grid._pixmap is not None)
    cells = grid.cells()
    assert len(cells) == 32
    assert all(grid.rect().contains(cell) for cell in cells)
    assert cells[0].width() >= 48


def test_a_film_gets_the_suffix_of_its_kind(
    monitor: Monitor, tmp_path: Path, dialogs: list[QFileDialog], qtbot
) -> None:
    """An mp4 named without one became a GIF without one."""
    monitor.face.save.menu().actions()[0].trigger()
    assert dialogs[0].defaultSuffix() == "gif"
    dialogs[0].filterSelected.emit("mp4 film (*.mp4)")
    assert dialogs[0].defaultSuffix() == "mp4"
    with qtbot.waitSignal(monitor.film_wanted) as wanted:
        dialogs[0].fileSelected.emit(str(tmp_path / "film.MP4"))
    assert wanted.args[0] == tmp_path / "film.MP4"
    with qtbot.waitSignal(monitor.said) as said:
        dialogs[0].fileSelected.emit(str(tmp_path / "film.v2"))
    assert "ends in .gif or .mp4" in said.args[0].sentence


def test_a_run_of_another_size_is_compared_with_whole_pictures(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    """The other run's grid was cut into pictures of this run's size."""
    other = fake_run.write_run(tmp_path / "00013-large", 5)
    config = other.config()
    config["network"]["resolution"] = 64
    other.write_config(config)
    for path in other.samples.glob("00????.png"):
        Image.new("RGB", (8 * 64, 4 * 64)).save(path)
    monitor.comparison.start(other.path)
    qtbot.waitUntil(lambda: monitor.samples.other_grid._pixmap is not None)
    assert monitor.samples.other_grid._tile == 64
    assert len(monitor.samples.other_grid.cells()) == 32


def test_full_rows_are_worth_a_little_size(monitor: Monitor, qtbot) -> None:
    grid = monitor.samples.grid
    grid.resize(446, 358)  # where seven columns of 32 pictures would be a tenth larger
    assert grid._best_columns() == 8
    grid.resize(780, 720)  # where eight columns would leave two fifths of the room empty
    assert grid._best_columns() == 6
    grid.resize(300, 800)
    assert 32 % grid._best_columns() == 0
    grid.resize(700, 640)
    before = grid._best_columns()
    grid._native = 4
    assert grid._best_columns() == before  # the level does not move the faces


def test_the_class_of_a_face_is_named(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    grid = monitor.samples.grid
    grid.classes = ("hat", "shoe", "bag")
    where = grid.cells()[4].center()
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, where, grid.mapToGlobal(where)))
    assert said[0].startswith("shoe\n")


def test_two_grids_share_the_height(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    other = fake_run.write_run(tmp_path / "00013-tiny", 20)
    monitor.comparison.start(other.path)
    qtbot.waitUntil(lambda: monitor.samples.other_grid._pixmap is not None)
    qtbot.waitUntil(lambda: abs(monitor.samples.grid.height() - monitor.samples.other_grid.height()) < 12)
