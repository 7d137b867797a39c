"""The monitor of one run: sentence, timeline, alpha, samples, curves, messages, buttons."""

import math
import threading
import time
from codecs import BOM_UTF8
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.train import numbers
from explorer.train.alpha import blend
from explorer.train.monitor import Monitor
from explorer.train.workspace import TrainWorkspace
from stylegan_core.files.table import read_table
from stylegan_core.run import events
from stylegan_core.run.locks import RunLock
from stylegan_core.rundir import EventWriter, RunDir
from stylegan_core.training.config import preset
from tests.explorer.train import fake_run


def look(monitor: Monitor) -> None:
    monitor.watcher.take(monitor.watcher.look())


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
    monitor.close_run()


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
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    x = round(monitor.timeline.x_of(12))
    with qtbot.waitSignal(monitor.timeline.pointed) as pointed:
        qtbot.mouseMove(monitor.timeline, QPoint(x, 50))
    assert pointed.args[0] == pytest.approx(12, abs=0.2)
    assert monitor.curves.plots[0]._cursor.isVisible()
    assert said[-1].startswith("8×8 fading in · level 1 · alpha 0.5")
    assert "batch 8 · rate 0.002" in said[-1]


def test_the_blend_is_linear() -> None:
    old, new = np.full((2, 2, 3), 100, np.uint8), np.full((2, 2, 3), 200, np.uint8)
    assert np.array_equal(blend(old, new, 0), old)
    assert np.array_equal(blend(old, new, 1), new)
    assert np.all(blend(old, new, 0.42) == 142)


def test_alpha_follows_the_run_until_a_hand_drags_it(monitor: Monitor, run: RunDir, qtbot) -> None:
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert monitor.alpha.alpha == pytest.approx(0.5)
    monitor.alpha.slider.track.setValue(25)
    fake_run.append(run, fake_run.tick(33, 2, 0.75, {"img": 33_000, "time": time.time()}))
    look(monitor)
    assert monitor.alpha.alpha == 0.25
    qtbot.mouseClick(monitor.alpha.follow, Qt.MouseButton.LeftButton)
    assert monitor.alpha.alpha == pytest.approx(0.75)


def test_pictures_that_are_gone_are_said_to_be(qtbot: QtBot, tmp_path: Path) -> None:
    run = fake_run.write_run(tmp_path / "00012-tiny", 30, began=time.time() - 60, pictures=False)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    assert "With the first samples" in monitor.alpha.explanation.text()
    look(monitor)
    qtbot.waitUntil(lambda: "newest samples are gone" in monitor.alpha.explanation.text())
    qtbot.waitUntil(lambda: monitor.samples.state.text() == "gone, or cannot be read")
    assert monitor.samples.grid._pixmap is None
    fake_run.append(run, fake_run.write_samples(run, 31, 2, 0.5, {"img": 31_000, "time": time.time()}, True))
    look(monitor)
    qtbot.waitUntil(lambda: "faded with the same alpha" in monitor.alpha.explanation.text())
    qtbot.waitUntil(lambda: monitor.samples.grid._pixmap is not None)
    assert monitor.samples.state.text() == "EMA · 16×16 · alpha 0.50"
    monitor.close_run()


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


def test_the_buttons_ask_by_files(monitor: Monitor, run: RunDir, qtbot) -> None:
    with RunLock(run):
        look(monitor)
        for name in ("snapshot", "pause", "stop"):
            assert not run.requested(name)
            qtbot.mouseClick(getattr(monitor.header, name), Qt.MouseButton.LeftButton)
            assert run.requested(name)
        look(monitor)
        assert monitor.header.pill.state == "stopping"
        assert not monitor.header.stop.isEnabled()


def test_pause_turns_into_go_on(monitor: Monitor, run: RunDir, qtbot) -> None:
    with RunLock(run):
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


def test_curves_are_exported(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    for name in ("curves.png", "curves.svg"):
        monitor.curves.export_to(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500
    with qtbot.waitSignal(monitor.numbers.written):
        monitor.curves.export_to(tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_bytes().startswith(BOM_UTF8)  # or a spreadsheet takes it for an old code page
    rows = read_table(tmp_path / "curves.csv").splitlines()
    assert len(rows) == 32
    assert rows[0].startswith("kimg,time,level,alpha,loss_g")
    with qtbot.waitSignal(monitor.failed) as failed:
        monitor.curves.export_to(tmp_path / "curves.csv" / "curves.csv")
    assert "choose another folder" in failed.args[0]


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> list[QFileDialog]:
    """Every file dialog, none of which is opened."""
    found: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: found.append(dialog))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    return found


@pytest.mark.parametrize("suffix", ["png", "svg", "csv"])
def test_curves_get_the_suffix_of_their_kind(
    monitor: Monitor, tmp_path: Path, dialogs: list[QFileDialog], suffix: str, qtbot
) -> None:
    """A name without one, or with one in capitals, was taken for a folder that cannot be written to."""
    action = next(each for each in monitor.curves.export.menu().actions() if suffix.upper() in each.text())
    action.trigger()
    assert dialogs[0].defaultSuffix() == suffix
    path = tmp_path / f"curves.{suffix.upper()}"
    dialogs[0].fileSelected.emit(str(path))
    qtbot.waitUntil(lambda: path.exists() and path.stat().st_size > 500 and monitor.curves.export.isEnabled())
    with qtbot.waitSignal(monitor.failed) as failed:
        dialogs[0].fileSelected.emit(str(tmp_path / "curves.v2"))
    assert failed.args[0].endswith("choose one that ends in .png, .svg or .csv.")


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
    with qtbot.waitSignal(monitor.failed) as failed:
        dialogs[0].fileSelected.emit(str(tmp_path / "film.v2"))
    assert "ends in .gif or .mp4" in failed.args[0]


def test_the_table_holds_the_ticks_that_the_curves_leave_out(run: RunDir, tmp_path: Path, qtbot) -> None:
    """A long run's table held one tick in many, without a word about it."""
    fake_run.append(run, *(fake_run.tick(30 + i / 1000, 2, 0.5, {"img": 30_000 + i, "time": 0.0}) for i in range(500)))
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.watcher._reader.most_ticks = 50
    look(monitor)
    assert len(monitor.record.ticks) <= 101
    with qtbot.waitSignal(monitor.numbers.written) as written:
        monitor.curves.export_to(tmp_path / "curves.csv")
    assert written.args[1] == 531
    monitor.close_run()


def test_leaving_does_not_wait_for_the_table(
    workspace: TrainWorkspace, run: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, ended, write = threading.Event(), threading.Event(), numbers.write_csv

    def held_up(run: Path, path: Path) -> int:
        assert gate.wait(10)
        count = write(run, path)
        ended.set()
        return count

    monkeypatch.setattr(numbers, "write_csv", held_up)
    workspace.watch(run.path)
    workspace.monitor.numbers.write(tmp_path / "curves.csv")
    workspace.show_runs()
    assert workspace.monitor is None and not ended.is_set()
    gate.set()
    assert ended.wait(10)
    assert len((tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()) == 32


def test_a_metric_gets_a_plot_of_its_own(monitor: Monitor, run: RunDir) -> None:
    fake_run.append(run, events.Metric(name="FD-E", value=61.3, img=30_000, time=time.time()))
    look(monitor)
    assert [plot.title.text() for plot in monitor.curves._metric_plots.values()] == ["Fréchet distance (FD-E)"]


def test_another_run_is_drawn_behind(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    other = fake_run.write_run(tmp_path / "00013-tiny", 20, pictures=False)
    monitor.comparison.start(other.path)
    qtbot.waitUntil(lambda: monitor.curves.compares)
    assert len(monitor.curves.plots[0]._others[0]["loss_g"].xData) == 21
    monitor.samples.scrubber.setValue(2)
    assert monitor.samples.other.img == 10_000
    assert monitor.samples.other_at.text().startswith("00013-tiny at 10 kimg")
    monitor.comparison.stop()
    assert not monitor.curves.compares
    assert not monitor.samples.other_grid.isVisible()


def test_exploring_without_a_checkpoint_says_so(monitor: Monitor, qtbot) -> None:
    with qtbot.waitSignal(monitor.failed) as failed:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert "Snapshot makes one" in failed.args[0]


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


def test_a_folder_that_is_no_run_is_refused_in_one_sentence(workspace: TrainWorkspace, tmp_path: Path, qtbot) -> None:
    with qtbot.waitSignal(workspace.failed) as failed:
        workspace.watch(tmp_path)
    assert "is not a run" in failed.args[0]


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
    again = TrainWorkspace(workspace.home)
    qtbot.addWidget(again)
    again.runs.refresh()
    qtbot.waitUntil(lambda: run.path.resolve() in again.runs.cards)
    again.close_workspace()


def test_a_run_that_is_opened_through_a_link_is_the_one_that_was_started(tmp_path: Path, qtbot) -> None:
    """Opened from the list, a run of a home behind a link had lost its trainer, and counted as one from elsewhere."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk", target_is_directory=True)
    run = fake_run.write_run(tmp_path / "home" / "runs" / "00001-tiny", 12, began=time.time())
    workspace = TrainWorkspace(tmp_path / "home")
    qtbot.addWidget(workspace)
    workspace.watch(run.path)
    assert workspace.monitor is not None and workspace.monitor.path == tmp_path / "disk" / "runs" / "00001-tiny"
    assert workspace.runs.also == ()
    workspace.close_workspace()


def test_an_earlier_snapshot_is_explored_while_its_checkpoint_is_there(monitor: Monitor, run: RunDir, qtbot) -> None:
    kept = run.checkpoints / "000010.safetensors"
    kept.write_bytes((2).to_bytes(8, "little") + b"{}")  # a safetensors file that holds nothing
    monitor.samples.scrubber.setValue(2)
    assert monitor.header.explore.text() == "Explore 10 kimg"
    with qtbot.waitSignal(monitor.explore_requested) as explored:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert explored.args == [str(kept)]
    monitor.samples.scrubber.setValue(1)
    with qtbot.waitSignal(monitor.failed) as failed:
        qtbot.mouseClick(monitor.header.explore, Qt.MouseButton.LeftButton)
    assert "The checkpoint of 5 kimg is gone" in failed.args[0]


def test_alerts_are_flags_that_explain_themselves(monitor: Monitor, run: RunDir) -> None:
    fake_run.append(run, events.Alert(code="collapse", text="All alike.", img=29_000, time=time.time()))
    look(monitor)
    flags = monitor.curves.plots[0]._flags
    assert [(flag.value(), flag.toolTip()) for flag in flags] == [(29, "29 kimg: All alike.")]
    assert monitor.messages.messages.message(0).tone == "warning"


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


def test_without_a_config_the_pictures_are_whole_all_the_same(workspace: TrainWorkspace, run: RunDir, qtbot) -> None:
    """Pictures of a level below 32² were cut at their working resolution, though they are stored enlarged."""
    run.config_file.unlink()
    workspace.watch(run.path)
    qtbot.waitUntil(lambda: workspace.monitor.samples.grid._pixmap is not None)
    workspace.monitor.samples.scrubber.setValue(0)
    qtbot.waitUntil(lambda: not workspace.monitor.samples.face_strip.thumbnails[0].empty)
    assert len(workspace.monitor.samples.grid.cells()) == 32
    assert "config.json is missing or damaged" in workspace.monitor.status.text()


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


def test_at_the_first_level_drawn_and_real_pictures_stand_side_by_side(qtbot, tmp_path: Path) -> None:
    """The panel showed a blend with a level that is never trained."""
    monitor = Monitor(fake_run.write_run(tmp_path / "run", 5, began=time.time()).path)
    qtbot.addWidget(monitor)
    monitor.resize(1280, 646)
    monitor.show()
    look(monitor)
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert not monitor.alpha.slider.isVisible()
    assert "nothing to fade from; from 8×8 on" in monitor.alpha.explanation.text()
    assert monitor.alpha.fakes._captions == [("drawn", "4×4")] * 3
    assert monitor.alpha.title.text() == "Drawn and real"
    monitor.close_run()


def test_a_network_that_does_not_grow_has_no_alpha(run: RunDir, qtbot) -> None:
    config = run.config()
    dcgan = replace(preset("dcgan-32").network, resolution=16)
    config["network"] = dcgan.to_dict()
    config["growth"]["levels"] = [{"level": 2, "fade_kimg": 0, "stable_kimg": 56, "batch": 8, "rate": 0.002}]
    run.write_config(config)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.resize(1280, 646)
    monitor.show()
    look(monitor)
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert "Training at 16×16, the whole network at once" in monitor.header.sentence.text()
    assert "alpha" not in monitor.header.sentence.text()
    assert "nothing fades in" in monitor.alpha.explanation.text()
    assert not monitor.alpha.slider.isVisible()
    assert monitor.samples.title.text() == "Samples, same latents each time"
    monitor.samples.set_network(replace(preset("tiny").network, classes=("hat", "shoe", "bag")))
    assert monitor.samples.title.text() == "Samples, psi 1, classes in turn"
    monitor.close_run()


def test_a_critic_has_a_plot_of_its_own_and_only_where_there_is_one(monitor: Monitor, run: RunDir) -> None:
    (plot,) = (plot for plot in monitor.curves.plots if plot.title.text() == "Critic's scores")
    assert plot.isHidden()
    writer = EventWriter(run)
    writer.write(
        events.Tick(time=time.time(), img=30_000, kimg=30, level=2, alpha=0.5, critic_real=1.25, critic_fake=-1.5)
    )
    writer.close()
    look(monitor)
    assert not plot.isHidden()
    assert list(monitor.record.ticks.column("critic_real"))[-1] == 1.25


def test_the_class_of_a_face_is_named(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    grid = monitor.samples.grid
    grid.classes = ("hat", "shoe", "bag")
    where = grid.cells()[4].center()
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, where, grid.mapToGlobal(where)))
    assert said[0].startswith("shoe\n")


def test_a_stuck_trainer_can_be_stopped_but_no_second_one_begun(run: RunDir, qtbot) -> None:
    """Resume was offered, which could only fail: the first trainer still held the run."""
    fake_run.append(run, events.Heartbeat(img=30_000, time=time.time() - 300))
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.show()
    with RunLock(run):
        look(monitor)
        header = monitor.header
        assert header.pill.state == "silent"
        assert header.stop.isEnabled()
        assert [each.isVisible() for each in (header.stop, header.pause, header.resume)] == [True, False, False]
    monitor.close_run()


def test_what_is_measured_now_and_then_is_marked_and_never_smoothed(monitor: Monitor, run: RunDir) -> None:
    """Two values of a distance were drawn as a line to their mean."""
    for img, value in ((20_000, 836.0), (30_000, 916.0)):
        fake_run.append(run, events.Metric(name="FD-E", value=value, img=img, time=time.time()))
    look(monitor)
    (plot,) = monitor.curves._metric_plots.values()
    plot._draw()
    line = plot._lines["FD-E"]
    assert line.yData.tolist() == [836, 916]
    assert line.opts["symbol"] == "o"


def test_two_grids_share_the_height(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    other = fake_run.write_run(tmp_path / "00013-tiny", 20)
    monitor.comparison.start(other.path)
    qtbot.waitUntil(lambda: monitor.samples.other_grid._pixmap is not None)
    qtbot.waitUntil(lambda: abs(monitor.samples.grid.height() - monitor.samples.other_grid.height()) < 12)


def test_several_runs_are_compared(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    paths = [fake_run.write_run(tmp_path / f"0001{n}-tiny", 10 + n, pictures=False).path for n in range(3, 7)]
    for path in paths:
        monitor.comparison.start(path)
    assert monitor.comparison.shown == paths[:3]
    plot = monitor.curves.plots[0]

    def all_read() -> bool:
        read = [each["loss_g"].xData for each in plot._others]
        return len(read) == 3 and all(x is not None and len(x) > 10 for x in read)

    qtbot.waitUntil(all_read)
    assert monitor.curves.compare.text() == "with 3 runs"
    assert "00014-tiny dashed" in monitor.curves.compare.toolTip()
    assert monitor.samples.other_at.text().startswith("00015-tiny")
    monitor.samples.next_other.click()
    assert monitor.samples.other_at.text().startswith("00013-tiny")
    monitor.comparison.leave(paths[0])
    assert [len(each["loss_g"].xData) for each in plot._others[:2]] == [15, 16]
    assert plot._others[2]["loss_g"].xData is None
    monitor.comparison.stop()
    assert not monitor.curves.compares
