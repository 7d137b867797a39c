"""What tests of the training workspace share: a run on disk, a monitor that watches it, and the page of a new one."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from explorer.train.monitor import Monitor
from explorer.train.setup import SetupPage
from explorer.train.workspace import TrainWorkspace
from explorer.work.command import CoreCommand
from stylegan_core.rundir import RunDir
from tests.explorer.at_once import AtOnce
from tests.explorer.train import fake_run


def look(monitor: Monitor) -> None:
    """Has a monitor take what was written since it last looked."""
    monitor.watcher.take(monitor.watcher.look())


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run in the middle of its last fade, by a clock that is a minute ahead.

    So it has said its last word just now when it is looked at first, however long that takes.
    """
    return fake_run.write_run(tmp_path / "00012-tiny", 30, began=time.time())


@pytest.fixture
def monitor(run: RunDir, qtbot) -> Iterator[Monitor]:
    """The monitor of that run, on screen, with its first look taken."""
    made = Monitor(run.path)
    qtbot.addWidget(made)
    made.resize(1280, 646)
    made.show()
    look(made)
    yield made
    made.close_run()


@pytest.fixture
def workspace(tmp_path: Path, qtbot) -> Iterator[TrainWorkspace]:
    """The workspace on screen, in a home without runs."""
    made = TrainWorkspace(tmp_path / "home", AtOnce())
    qtbot.addWidget(made)
    made.resize(1280, 646)
    made.show()
    yield made
    made.close_workspace()


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> list[QFileDialog]:
    """Every file dialog, none of which is opened."""
    found: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: found.append(dialog))
    return found


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """A folder of eight pictures of noise."""
    folder = tmp_path / "faces"
    folder.mkdir()
    for index in range(8):
        pixels = np.random.RandomState(index).randint(0, 255, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Every question to the core, none of which is asked for real."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(CoreCommand, "ask", lambda _self, *arguments: found.append(arguments))
    return found


@pytest.fixture
def page(tmp_path: Path, asked: list[tuple[str, ...]], qtbot) -> Iterator[SetupPage]:
    """The page of a new run on screen, for which nothing is asked of the core."""
    made = SetupPage(tmp_path / "runs", tmp_path / "data")
    qtbot.addWidget(made)
    made.resize(1280, 646)
    made.show()
    made.open_page()
    yield made
    made.close_page()
