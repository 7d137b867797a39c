"""The training workspace: the list of runs, a run that is opened, and what becomes of a damaged one."""

import gc
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget

from explorer.controls.tab_order import focus_next
from explorer.run_state import RunState
from explorer.train.monitor_words import status
from explorer.train.record import RunRecord
from explorer.train.workspace import TrainWorkspace, remembered
from stylegan_core.run.events import Tick
from stylegan_core.rundir import RunDir
from tests.explorer.at_once import AtOnce
from tests.explorer.train import fake_run


def test_without_runs_there_is_one_sentence_and_one_button(workspace: TrainWorkspace, qtbot) -> None:
    workspace.runs.show_runs([])
    assert workspace.runs.begin.isVisible()
    assert not workspace.runs.new.isVisible()


def test_a_run_in_the_home_is_found_and_watched(workspace: TrainWorkspace, qtbot) -> None:
    run = fake_run.write_run(workspace.home / "runs" / "00001-tiny", 12, began=time.time())
    workspace.runs.refresh()
    qtbot.waitUntil(lambda: run.path.resolve() in workspace.runs.cards)
    card = workspace.runs.cards[run.path.resolve()]
    assert card.summary.progress == pytest.approx(12 / 56)
    assert card._picture is not None
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert workspace.monitor is not None
    qtbot.waitUntil(lambda: workspace.monitor.record.kimg == 12)
    qtbot.mouseClick(workspace.monitor.header.leave, Qt.MouseButton.LeftButton)
    assert workspace.monitor is None


def test_nothing_is_kept_of_a_monitor_that_was_left(workspace: TrainWorkspace, run: RunDir, qtbot) -> None:
    """Whoever came across it before it was deleted made PySide keep it for ever, with all its plots."""
    workspace.watch(run.path)
    monitor, plot = workspace.monitor, workspace.monitor.curves.every_plot()[0].view.getPlotItem()
    kept = [weakref.ref(monitor), weakref.ref(plot)]
    workspace.show_runs()
    focus_next(workspace, forward=True)
    assert monitor in workspace.findChildren(QWidget)
    del monitor, plot
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert [each() is None for each in kept] == [True, True]
    assert workspace.pages.currentWidget() is workspace.runs


def test_a_folder_that_is_no_run_is_refused_in_one_sentence(workspace: TrainWorkspace, tmp_path: Path, qtbot) -> None:
    with qtbot.waitSignal(workspace.said) as said:
        workspace.watch(tmp_path)
    assert "is not a run" in said.args[0].sentence


@pytest.mark.parametrize("damage", ["config", "log", "both", "pictures"])
def test_a_damaged_run_opens_all_the_same(workspace: TrainWorkspace, run: RunDir, damage: str, qtbot) -> None:
    if damage in ("config", "both"):
        run.config_file.write_text("{", encoding="utf-8")
    if damage in ("log", "both"):
        text = run.events_file.read_bytes()
        run.events_file.write_bytes(b'\x00\xff{"kind":"tick"\n{"kind":"new thing"}\n' + text + b'{"kind":"ti')
    if damage == "pictures":
        for path in run.samples.glob("*.png"):
            path.write_bytes(b"half a picture")
    workspace.watch(run.path)
    qtbot.waitUntil(lambda: workspace.monitor.record.kimg == 30)
    workspace.monitor.grab()


def test_a_run_from_elsewhere_stays_in_the_list_over_a_restart(workspace: TrainWorkspace, run: RunDir, qtbot) -> None:
    workspace.watch(run.path)
    workspace.show_runs()
    again = TrainWorkspace(workspace.home, AtOnce())
    qtbot.addWidget(again)
    again.runs.refresh()
    qtbot.waitUntil(lambda: run.path.resolve() in again.runs.cards)
    again.close_workspace()


def test_a_damaged_list_of_opened_runs_is_an_empty_one(tmp_path: Path) -> None:
    for damaged in ("[" * 100_000, '["a", ', "5"):
        (tmp_path / "opened.json").write_text(damaged)
        assert remembered(tmp_path / "opened.json") == ()


def test_a_run_that_is_opened_through_a_link_is_the_one_that_was_started(tmp_path: Path, qtbot) -> None:
    """Opened from the list, a run of a home behind a link had lost its trainer, and counted as one from elsewhere."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk", target_is_directory=True)
    run = fake_run.write_run(tmp_path / "home" / "runs" / "00001-tiny", 12, began=time.time())
    workspace = TrainWorkspace(tmp_path / "home", AtOnce())
    qtbot.addWidget(workspace)
    workspace.watch(run.path)
    assert workspace.monitor is not None and workspace.monitor.path == tmp_path / "disk" / "runs" / "00001-tiny"
    assert workspace.runs.also == ()
    workspace.close_workspace()


def test_without_a_config_the_pictures_are_whole_all_the_same(workspace: TrainWorkspace, run: RunDir, qtbot) -> None:
    """Pictures of a level below 32² were cut at their working resolution, though they are stored enlarged."""
    run.config_file.unlink()
    workspace.watch(run.path)
    qtbot.waitUntil(lambda: workspace.monitor.samples.grid._pixmap is not None)
    workspace.monitor.samples.scrubber.setValue(0)
    qtbot.waitUntil(lambda: not workspace.monitor.samples.face_strip.thumbnails[0].empty)
    assert len(workspace.monitor.samples.grid.cells()) == 32
    assert "config.json is missing or damaged" in workspace.monitor.status.text()


def test_a_run_that_starts_has_no_config_yet_and_nothing_is_said_of_damage(tmp_path: Path) -> None:
    watcher = SimpleNamespace(looked=True, broken=0, thinned=0, disk_free=-1, state=RunState("starting"))
    assert "config.json" not in status(tmp_path, watcher, RunRecord(), has_config=False)
    watcher.state = RunState("training")
    assert "config.json is missing or damaged" in status(tmp_path, watcher, RunRecord(), has_config=False)


def test_the_last_word_is_told_by_the_clock_of_this_machine(tmp_path: Path) -> None:
    """A run on a machine whose clock is an hour behind was alive, with its last word an hour ago."""
    now, record = time.time(), RunRecord()
    record.add([Tick(time=now - 3600, img=1)])
    watcher = SimpleNamespace(looked=True, broken=0, thinned=0, disk_free=-1, state=RunState("training"), heard=now)
    assert status(tmp_path, watcher, record, has_config=True).startswith("trainer alive, last word 0 s ago")
