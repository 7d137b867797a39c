"""Work beside the window's thread ends with its window, and nobody waits for a look at a disk that does not answer."""

import threading

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from explorer.runs import RunWatcher
from explorer.train.pictures import PictureLoader
from explorer.work.background import Background, wait_for_left
from stylegan_core.rundir import RunDir

SOON = 1.0  # seconds after which a disk answers after all


class Slow:
    """Work that lasts until it is told to end, and says whether it has."""

    def __init__(self) -> None:
        self.begun, self.go, self.over = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, *_: object) -> None:
        self.begun.set()
        self.go.wait(SOON)
        self.over.set()


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_what_only_reads_is_left_in_the_middle(slow: Slow, qtbot: QtBot) -> None:
    """Its parent goes; nothing is handed back, what waits is not begun, and the thread ends nevertheless."""
    parent, heard, never = QObject(), [], Slow()
    disk = Background(parent)
    disk.do(slow, heard.append)
    disk.do(never, heard.append)
    assert slow.begun.wait(SOON)
    disk.leave()
    assert not slow.over.is_set()
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert shiboken6.isValid(disk)
    slow.go.set()
    qtbot.waitUntil(lambda: not shiboken6.isValid(disk))
    assert slow.over.is_set() and not never.begun.is_set() and not heard


def test_a_window_that_closes_waits_for_what_was_left(slow: Slow, qtbot: QtBot) -> None:
    disk = Background()
    disk.do(slow, lambda _: None)
    assert slow.begun.wait(SOON)
    disk.leave()
    slow.go.set()
    wait_for_left()
    assert slow.over.is_set()


def test_nobody_waits_for_a_run_on_a_disk_that_does_not_answer(
    slow: Slow, qtbot: QtBot, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving its monitor stopped the window for as long as the look took."""
    monkeypatch.setattr(RunWatcher, "look", slow)
    RunDir(tmp_path / "run").create()
    watcher = RunWatcher(tmp_path / "run")
    watcher.start()
    assert slow.begun.wait(SOON)
    watcher.close()
    assert not slow.over.is_set()
    slow.go.set()
    wait_for_left()


def test_nobody_waits_for_a_picture_on_such_a_disk(
    slow: Slow, qtbot: QtBot, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.train.pictures.read_picture", slow)
    loader = PictureLoader()
    loader.want("somebody", [tmp_path / "picture.png"])
    assert slow.begun.wait(SOON)
    loader.close()
    assert not slow.over.is_set()
    slow.go.set()
    wait_for_left()
