"""A run whose folder is renamed while it trains goes on there, and one that lies in the trash ends."""

import os
from pathlib import Path
from typing import Any

import pytest

from stylegan_core.rundir import RunDir
from stylegan_core.training import asked
from stylegan_core.training.loop import Loop
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import alerts, assert_same_end, the_end

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows renames no folder with an open file in it")
SETTINGS = (*QUICK, "snapshot_kimg=0.064")


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Any:
    """moving(old, new) has a run renamed at its 80th image."""

    def plan(old: Path, new: Path) -> None:
        original = Loop.step

        def step(self: Loop) -> None:
            if self.state.counters.img == 80:
                new.parent.mkdir(parents=True, exist_ok=True)
                old.rename(new)
            original(self)

        monkeypatch.setattr(Loop, "step", step)

    monkeypatch.setattr(asked, "LOOK", 0.0)
    return plan


def test_a_run_that_is_renamed_goes_on_under_its_new_name(
    train: Train, finished: Train, moving: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its checkpoints went to a ghost of the old folder, and no window could stop it."""
    undisturbed = finished(*SETTINGS, name="undisturbed")
    moving(tmp_path / "run", tmp_path / "elsewhere" / "new name")
    train(*SETTINGS)
    assert not (tmp_path / "run").exists()
    run = RunDir(tmp_path / "elsewhere" / "new name")
    assert the_end(run).reason == "finished"
    assert_same_end(run, undisturbed)
    (said,) = alerts(run, "moved")
    assert str(run.path) in said
    assert len(run.every_state()) == 3
    assert run.newest_grid() == run.samples / "000000_192.png"
    assert caplog.records


def test_pictures_that_are_drawn_when_the_run_is_renamed_lie_there_too(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of the start made the old folder anew, for themselves."""
    original = Loop.samples

    def samples(self: Loop) -> None:
        if not self.state.counters.img:
            (tmp_path / "run").rename(tmp_path / "new")
        original(self)

    monkeypatch.setattr(Loop, "samples", samples)
    train(*SETTINGS)
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "new" / "samples" / "000000.png").is_file()
    assert caplog.records


def test_a_run_that_is_renamed_is_stopped_by_its_new_name(
    train: Train, moving: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = RunDir(tmp_path / "new")
    moving(tmp_path / "run", run.path)
    original = Loop.step

    def step(self: Loop) -> None:
        if self.state.counters.img == 112:
            run.request("stop")
        original(self)

    monkeypatch.setattr(Loop, "step", step)
    train(*SETTINGS)
    assert the_end(run).reason == "stopped"
    assert not any(run.control.iterdir())
    assert caplog.records


def test_a_run_in_the_trash_ends(train: Train, moving: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    moving(tmp_path / "run", tmp_path / ".Trash-1000" / "files" / "run")
    with pytest.raises(OSError, match="run was deleted while it was trained"):
        train(*SETTINGS)
    assert caplog.records
