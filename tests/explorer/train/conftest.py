"""What tests of the training workspace share: a run on disk and a monitor that watches it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from explorer.train.monitor import Monitor
from explorer.train.workspace import TrainWorkspace
from stylegan_core.rundir import RunDir
from tests.explorer.train import fake_run


def look(monitor: Monitor) -> None:
    """Has a monitor take what was written since it last looked."""
    monitor.watcher.take(monitor.watcher.look())


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run of another machine's clock that said its last word just now, in the middle of the last fade."""
    return fake_run.write_run(tmp_path / "00012-tiny", 30, began=time.time() - 60)


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
    made = TrainWorkspace(tmp_path / "home")
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
