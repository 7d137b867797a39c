"""The monitor of one run: its sentence, timeline, status, messages and buttons."""

import errno
import math
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.train import workspace as workspace_module
from explorer.train.monitor import Monitor
from explorer.train.run_list import RunCard
from explorer.train.summary import summarise
from explorer.train.workspace import TrainWorkspace
from stylegan_core.run import events
from stylegan_core.rundir import EventWriter, RunDir
from tests.explorer.train import fake_run
from tests.explorer.train.conftest import look


def test_one_sentence_says_where_the_run_is(monitor: Monitor) -> None:
    said = monitor.header.sentence.text()
    assert "Fading 8×8 into 16×16" in said
    assert "alpha 0.50" in said
    assert "40 s until 16×16 is stable" in said
    assert monitor.header.title.text() == "tiny · run 00012"
    assert monitor.header.pill.state == "training"


def test_the_name_of_a_folder_is_shown_letter_by_letter(tmp_path: Path, qtbot: QtBot) -> None:
    """It was read as HTML: what stands in angle brackets was missing, and what came after it was bold."""
    run = fake_run.write_run(tmp_path / "cats &amp; <b>dogs", 10, pictures=False)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    look(monitor)
    for label in (monitor.header.title, monitor.status, monitor.samples.other_at):
        assert label.textFormat() is Qt.TextFormat.PlainText
    assert "cats &amp; <b>dogs" in monitor.header.title.text()
    card = RunCard(summarise(run.path))
    qtbot.addWidget(card)
    for widget in (monitor.header.title, monitor.status, card):
        assert "cats &amp;amp; &lt;b&gt;dogs" in widget.toolTip()
    monitor.close_run()


@pytest.mark.parametrize("name", ["a" + 60 * "\n" + "b", 240 * "W"])
def test_the_name_of_a_folder_takes_one_line(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    """Line breaks in it pushed the run out of the window, and a long one its buttons."""
    run = fake_run.write_run(tmp_path / name, 10, pictures=False)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    look(monitor)
    assert monitor.header.title.sizeHint().height() < 2 * monitor.header.title.fontMetrics().height()
    assert monitor.header.minimumSizeHint().width() < 900
    assert "\n" not in monitor.status.text()
    monitor.close_run()


def test_a_message_is_shown_letter_by_letter(monitor: Monitor, run: RunDir) -> None:
    """Where the whole sentence stood, in the tooltip, what stands in angle brackets was missing."""
    fake_run.append(run, events.End(reason="error", text="no room in <b>", img=30_000, time=time.time()))
    look(monitor)
    newest = monitor.messages.messages.index(0)
    assert newest.data(Qt.ItemDataRole.DisplayRole) == "error: no room in <b>"
    date, sentence = newest.data(Qt.ItemDataRole.ToolTipRole).removeprefix("<p>").removesuffix("</p>").split("<br>")
    assert sentence == "error: no room in &lt;b&gt;" and date
    assert "no room in &lt;b&gt;" in monitor.header.pill.toolTip()


def test_what_holds_the_counter_is_said(monitor: Monitor, run: RunDir) -> None:
    writer = EventWriter(run)
    writer.write(events.Heartbeat(time=time.time(), img=30_000, text="The layers of 16² learn <what> 8² draws, 40%"))
    writer.close()
    look(monitor)
    said = monitor.header.sentence.text()
    assert "The layers of 16² learn &lt;what&gt; 8² draws, 40%; the count of images stands still" in said


def test_the_timeline_is_read_with_keys(monitor: Monitor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    timeline = monitor.timeline
    pointed: list[float] = []
    timeline.pointed.connect(pointed.append)
    timeline.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Right):
        qtbot.keyClick(timeline, key)
    whole = timeline.total
    assert pointed == pytest.approx([0, whole / 100, 0, 0, whole, whole])
    assert "level 0" in said[0] and "alpha" in said[0] and "thousands of real pictures" in said[0]
    timeline.clearFocus()
    qtbot.waitUntil(lambda: math.isnan(pointed[-1]))


def test_the_timeline_knows_every_place(monitor: Monitor) -> None:
    timeline = monitor.timeline
    assert timeline.kimg_at(timeline.x_of(30)) == pytest.approx(30)
    phase = timeline.phase_under(30)
    assert phase is not None
    assert (phase.kind, phase.level) == ("fade", 2)
    assert phase.alpha == pytest.approx(0.5)


def test_pointing_at_the_timeline_shows_the_place_in_the_curves(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    pointed: list[float] = []
    monitor.timeline.pointed.connect(pointed.append)
    at, none = QPointF(monitor.timeline.x_of(12), 50), Qt.MouseButton.NoButton
    there = monitor.timeline.mapToGlobal(at)  # sent to it: the cursor belongs to whichever window lies there
    moved = QMouseEvent(QEvent.Type.MouseMove, at, there, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(monitor.timeline, moved)
    assert pointed == [pytest.approx(12, abs=0.2)]
    assert monitor.curves.plots[0]._cursor.isVisible()
    assert said[-1].startswith("8×8 fading in · level 1 · alpha 0.5")
    assert "batch 8 · rate 0.002" in said[-1]


def test_the_buttons_ask_by_files(monitor: Monitor, run: RunDir, qtbot) -> None:
    with run.locked():
        look(monitor)
        for name in ("snapshot", "pause", "stop"):
            assert not run.requested(name)
            qtbot.mouseClick(getattr(monitor.header, name), Qt.MouseButton.LeftButton)
            assert run.requested(name)
        look(monitor)
        assert monitor.header.pill.state == "stopping"
        assert not monitor.header.stop.isEnabled()


def test_pause_turns_into_go_on(monitor: Monitor, run: RunDir, qtbot) -> None:
    with run.locked():
        qtbot.mouseClick(monitor.header.pause, Qt.MouseButton.LeftButton)
        fake_run.append(run, events.Heartbeat(img=30_000, time=time.time()))
        look(monitor)
        assert monitor.header.sentence.text().count("Paused")
        assert monitor.header.pause.text() == "Go on"
        qtbot.mouseClick(monitor.header.pause, Qt.MouseButton.LeftButton)
        look(monitor)
        assert monitor.header.pill.state == "training"


def test_a_dead_trainer_leaves_one_sentence_its_last_words_and_a_way_on(monitor: Monitor, run: RunDir, qtbot) -> None:
    fake_run.leave_lock(run)
    run.log_file.write_text("step 12\nMemoryError: no room in <tensor>\n", encoding="utf-8")
    look(monitor)
    assert monitor.header.pill.state == "died"
    assert "MemoryError: no room in &lt;tensor&gt;" in monitor.header.sentence.text()  # which is rich text
    assert monitor.header.resume.isVisible()
    qtbot.mouseClick(monitor.header.details_chip, Qt.MouseButton.LeftButton)
    assert monitor.header.details.isVisible()
    with qtbot.waitSignal(monitor.resume_requested):
        qtbot.mouseClick(monitor.header.resume, Qt.MouseButton.LeftButton)


def test_a_finished_run_offers_nothing_to_stop(monitor: Monitor, run: RunDir) -> None:
    fake_run.leave_lock(run)
    fake_run.append(run, fake_run.end("finished", 56_000))
    look(monitor)
    assert "Finished: 16×16 after 56 kimg" in monitor.header.sentence.text()
    shown = [each.isVisible() for each in (monitor.header.stop, monitor.header.pause, monitor.header.resume)]
    assert shown == [False, False, False]


def test_a_click_on_stop_frames_nothing_when_the_button_goes(monitor: Monitor, run: RunDir, qtbot: QtBot) -> None:
    """The keyboard went on to the timeline, which stood in a frame as wide as the window."""
    monitor.show()
    monitor.activateWindow()
    qtbot.waitUntil(monitor.isActiveWindow)
    qtbot.mouseClick(monitor.header.stop, Qt.MouseButton.LeftButton)
    fake_run.leave_lock(run)
    fake_run.append(run, fake_run.end("stopped", 30_000))
    look(monitor)
    assert not monitor.header.stop.isVisible() and monitor.header.resume.isVisible()
    assert QApplication.focusWidget() is monitor  # which shows no frame


def test_a_killed_run_that_resumes_shows_no_seam(monitor: Monitor, run: RunDir) -> None:
    fake_run.append(run, events.Resume(img=24_000, time=time.time()), events.Tick(kimg=24.5, img=24_500))
    look(monitor)
    kimg = monitor.record.ticks.column("kimg")
    assert kimg[-1] == 24.5
    assert np.all(np.diff(kimg) > 0)


def test_messages_stand_newest_first(monitor: Monitor) -> None:
    model = monitor.messages.messages
    assert model.message(0).text == "checkpoint at 30 kimg saved"
    assert model.message(model.rowCount() - 1).text == "begins: tiny on here"


def test_exploring_without_a_checkpoint_says_so(monitor: Monitor, qtbot) -> None:
    with qtbot.waitSignal(monitor.said) as said:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert "Snapshot makes one" in said.args[0].sentence


def test_an_earlier_snapshot_is_explored_while_its_checkpoint_is_there(monitor: Monitor, run: RunDir, qtbot) -> None:
    kept = run.checkpoints / "000010.safetensors"
    kept.write_bytes((2).to_bytes(8, "little") + b"{}")  # a safetensors file that holds nothing
    monitor.samples.scrubber.setValue(2)
    assert monitor.header.explore.text() == "Explore 10 kimg"
    with qtbot.waitSignal(monitor.explore_requested) as explored:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert explored.args == [str(kept)]
    monitor.samples.scrubber.setValue(1)
    with qtbot.waitSignal(monitor.said) as said:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert "The checkpoint of 5 kimg is gone" in said.args[0].sentence


def test_a_run_whose_folder_is_gone_goes_not_on(
    workspace: TrainWorkspace, run: RunDir, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """The trainer that was started said that a new run needs --preset, and *Explore* that a snapshot was wanted."""
    launched: list[Path] = []
    monkeypatch.setattr(workspace, "_launch", lambda folder, _arguments: launched.append(folder))
    workspace.watch(run.path)
    look(workspace.monitor)
    run.path.rename(run.path.with_name("aside"))
    with qtbot.waitSignal(workspace.said) as said:
        workspace.resume(run.path)
    assert "its config.json is gone" in said.args[0].sentence and not launched
    with qtbot.waitSignal(workspace.monitor.said) as said:
        workspace.monitor.header.explore.setEnabled(True)
        workspace.monitor.header.explore.click()
    assert said.args[0].sentence.startswith(f"{run.path} is gone: bring the folder back")


@pytest.mark.parametrize(("number", "cure"), [(errno.EACCES, "a folder that can be written"), (errno.ENOSPC, "space")])
def test_a_trainer_that_cannot_be_started_says_what_cures_it(
    workspace: TrainWorkspace, run: RunDir, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, number: int, cure: str
) -> None:
    """A home that cannot be written was to be cured by memory or space."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(workspace_module, "Launch", refuse)
    with qtbot.waitSignal(workspace.said) as said:
        workspace.resume(run.path)
    assert os.strerror(number) in said.args[0].sentence and cure in said.args[0].sentence


def test_what_was_skipped_is_said(monitor: Monitor, run: RunDir) -> None:
    with run.events_file.open("ab") as file:
        file.write(b"rubbish\n{\n")
    look(monitor)
    monitor._show_status()
    assert "2 damaged lines of the log skipped" in monitor.status.text()
    assert "config.json" not in monitor.status.text()


def test_a_run_that_has_not_begun_can_be_started(
    workspace: TrainWorkspace, run: RunDir, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    """An empty run offered nothing at all."""
    launched: list[Path] = []
    monkeypatch.setattr(workspace, "_launch", lambda folder, _arguments: launched.append(folder))
    run.events_file.unlink()
    workspace.watch(run.path)
    header = workspace.monitor.header
    qtbot.waitUntil(lambda: header.resume.isVisible())
    assert (header.resume.text(), header.pill.state) == ("Start", "empty")
    qtbot.mouseClick(header.resume, Qt.MouseButton.LeftButton)
    assert launched == [run.path]


def test_a_long_log_says_how_much_is_to_be_read(run: RunDir, qtbot) -> None:
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.watcher._reader.behind = 480_000_000
    monitor._pulse()
    assert "Reading the log, 480 MB to go." in monitor.header.sentence.text()
    look(monitor)
    assert "Fading 8×8 into 16×16" in monitor.header.sentence.text()
    monitor.close_run()


def test_another_theme_reaches_the_sentence(monitor: Monitor, qtbot) -> None:
    """Its colours stood in the text and stayed those of the theme it was written in."""
    app = QApplication.instance()
    try:
        theme.apply(app, "light")
        qtbot.wait(1)
        assert theme.LIGHT.text in monitor.header.sentence.text()
    finally:
        theme.apply(app, "dark")


def test_a_stuck_trainer_can_be_stopped_but_no_second_one_begun(run: RunDir, qtbot) -> None:
    """Resume was offered, which could only fail: the first trainer still held the run."""
    fake_run.append(run, events.Heartbeat(img=30_000, time=time.time() - 300))
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.show()
    with run.locked():
        look(monitor)
        header = monitor.header
        assert header.pill.state == "silent"
        assert header.stop.isEnabled()
        assert [each.isVisible() for each in (header.stop, header.pause, header.resume)] == [True, False, False]
    monitor.close_run()
