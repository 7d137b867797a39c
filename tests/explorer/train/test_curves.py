"""Curves in the monitor: what they draw, other runs behind them, and how they are exported."""

import threading
import time
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea

from explorer.train import monitor as monitor_module
from explorer.train.curves import PLOTS, CurvesPanel
from explorer.train.monitor import Monitor
from explorer.train.record import RunRecord
from explorer.train.workspace import TrainWorkspace
from stylegan_core.files.table import read_table
from stylegan_core.run import events
from stylegan_core.rundir import EventWriter, RunDir
from tests.explorer.train import fake_run
from tests.explorer.train.conftest import look


def test_curves_are_exported(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    for name in ("curves.png", "curves.svg"):
        monitor.curves.export_to(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500
    with qtbot.waitSignal(monitor.table.done):
        monitor.curves.export_to(tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_bytes().startswith(BOM_UTF8)  # or a spreadsheet takes it for an old code page
    rows = read_table(tmp_path / "curves.csv").splitlines()
    assert len(rows) == 32
    assert rows[0].startswith("kimg,time,level,alpha,loss_g")
    with qtbot.waitSignal(monitor.said) as said:
        monitor.curves.export_to(tmp_path / "curves.csv" / "curves.csv")
    assert "choose another folder" in said.args[0].sentence


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
    with qtbot.waitSignal(monitor.said) as said:
        dialogs[0].fileSelected.emit(str(tmp_path / "curves.v2"))
    assert said.args[0].sentence.endswith("choose one that ends in .png, .svg or .csv.")


def test_the_table_holds_the_ticks_that_the_curves_leave_out(run: RunDir, tmp_path: Path, qtbot) -> None:
    """A long run's table held one tick in many, without a word about it."""
    fake_run.append(run, *(fake_run.tick(30 + i / 1000, 2, 0.5, {"img": 30_000 + i, "time": 0.0}) for i in range(500)))
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.watcher._reader.most_ticks = 50
    look(monitor)
    assert len(monitor.record.ticks) <= 101
    with qtbot.waitSignal(monitor.table.done) as written:
        monitor.curves.export_to(tmp_path / "curves.csv")
    assert written.args[0].startswith("Saved 531 ticks as ")
    monitor.close_run()


def test_leaving_does_not_wait_for_the_table(
    workspace: TrainWorkspace, run: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, ended, write = threading.Event(), threading.Event(), monitor_module.write_csv

    def held_up(run: Path, path: Path) -> int:
        assert gate.wait(60)
        count = write(run, path)
        ended.set()
        return count

    monkeypatch.setattr(monitor_module, "write_csv", held_up)
    workspace.watch(run.path)
    workspace.monitor.write_table(tmp_path / "curves.csv")
    workspace.show_runs()
    assert workspace.monitor is None and not ended.is_set()
    gate.set()
    assert ended.wait(60)
    assert len((tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()) == 32


def test_a_metric_gets_a_plot_of_its_own(monitor: Monitor, run: RunDir) -> None:
    fake_run.append(run, events.Metric(name="FD-E", value=61.3, img=30_000, time=time.time()))
    look(monitor)
    assert [plot.title.text() for plot in monitor.curves._metric_plots.values()] == ["Fréchet distance (FD-E)"]


def test_another_run_is_drawn_behind(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    other = fake_run.write_run(tmp_path / "00013-tiny", 20, pictures=False)
    monitor.comparison.start(other.path)
    qtbot.waitUntil(lambda: bool(monitor.curves._others))
    assert len(monitor.curves.plots[0]._others[0]["loss_g"].xData) == 21
    monitor.samples.scrubber.setValue(2)
    assert monitor.samples.other.img == 10_000
    assert monitor.samples.other_at.text().startswith("00013-tiny at 10 kimg")
    monitor.comparison.stop()
    assert not monitor.curves._others
    assert not monitor.samples.other_grid.isVisible()


def test_alerts_are_flags_that_explain_themselves(monitor: Monitor, run: RunDir) -> None:
    fake_run.append(run, events.Alert(code="collapse", text="All alike.", img=29_000, time=time.time()))
    look(monitor)
    flags = monitor.curves.plots[0]._flags
    assert [(flag.value(), flag.toolTip()) for flag in flags] == [(29, "29 kimg: All alike.")]
    assert monitor.messages.messages.message(0).tone == "warning"


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
    assert not monitor.curves._others


def test_plots_are_made_one_in_each_turn_and_show_what_was_said_before(qtbot) -> None:
    """All at once they kept the window for 0.2 s when a run was opened."""
    panel, record = CurvesPanel(), RunRecord()
    qtbot.addWidget(panel)
    record.add([events.Tick(time=1.0, img=1000 * kimg, kimg=kimg, loss_g=1.0, img_per_s=90) for kimg in range(3)])
    assert len(panel.every_plot()) == 1
    panel.show_record(record)
    panel.smooth.click()
    qtbot.waitUntil(lambda: len(panel.every_plot()) == len(PLOTS))
    speed = next(plot for plot in panel.every_plot() if plot.title.text() == "Speed")
    assert speed._data["img_per_s"][1].tolist() == [90, 90, 90]
    assert not speed._smooth
    assert panel.plots == panel.every_plot()


def test_metrics_stand_below_plots_that_are_made_after_them(qtbot) -> None:
    panel, record = CurvesPanel(), RunRecord()
    qtbot.addWidget(panel)
    record.add([events.Metric(time=1.0, img=1000, name="FD-E", value=9.0)])
    panel.show_record(record)
    assert [panel._column.indexOf(plot) for plot in (*panel.plots, *panel._metric_plots.values())] == [
        *range(len(PLOTS) + 1)
    ]


def turn_wheel(curves: CurvesPanel, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One notch down over the first plot, as a mouse gives it."""
    over, window = curves.plots[0].view.viewport(), curves.window()
    at = QPointF(over.mapTo(window, over.rect().center()))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, -120), QPoint(), keys)
    QApplication.processEvents()


def test_the_wheel_scrolls_the_plots_and_zooms_with_ctrl(monitor: Monitor, qtbot) -> None:
    """Whoever scrolled down to R1 had made the whole run a dash on the way."""
    curves = monitor.curves
    monitor.resize(1280, 640)
    monitor.show()
    bar = curves.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    before = curves.plots[0].stretch()
    turn_wheel(curves)
    assert bar.value() > 0 and curves.plots[0].stretch() == before and curves.whole.isHidden()
    bar.setValue(0)
    turn_wheel(curves, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == 0 and curves.plots[0].stretch() != before and not curves.whole.isHidden()
    qtbot.mouseDClick(curves.plots[0].view.viewport(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: curves.plots[0].stretch() == pytest.approx(before))
    assert curves.whole.isHidden()


def test_kimg_can_be_read_below_the_plots_that_are_seen(monitor: Monitor, tmp_path: Path, qtbot) -> None:
    """They stood below the lowest of ten plots, and under the mouse they were not said at all."""
    curves = monitor.curves
    monitor.resize(1280, 640)
    monitor.show()
    scale = curves._scale
    qtbot.waitUntil(lambda: [words for _, words in scale.marks()] == ["0", "10", "20", "30"])
    assert scale.isVisible() and not scale.visibleRegion().isEmpty()
    places = [x for x, _ in scale.marks()]
    view = curves.plots[0].view
    box = view.getPlotItem().getViewBox()
    ten = view.viewport().mapToGlobal(view.mapFromScene(box.mapViewToScene(QPointF(10, 0)))).x()
    assert places[1] == pytest.approx(scale.mapFromGlobal(QPoint(ten, 0)).x(), abs=1.5)
    plain = scale.grab().toImage()
    curves.set_cursor(15)
    assert scale.grab().toImage() != plain
    curves.set_cursor(float("nan"))
    curves.export_to(tmp_path / "curves.png")
    page = QImage(str(tmp_path / "curves.png"))
    below = page.copy(0, page.height() - 20, page.width(), 20)
    assert len(colours(below)) > 1


def colours(image: QImage) -> set[int]:
    """All that are in it."""
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
