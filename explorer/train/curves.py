"""The curves of a run, one plot below the other with a common kimg axis: losses, scores, diversity, speed and more."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QMenu, QScrollArea, QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import chip
from explorer.controls.literal import literal_tip
from explorer.controls.questions import ask_to_save
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.text import text_label
from explorer.controls.yielding import YieldingRow, hides
from explorer.problem import Problem
from explorer.train.kimg_scale import KimgScale
from explorer.train.plot import Curve, Plot
from explorer.train.record import RunRecord
from stylegan_core.amounts import counted
from stylegan_core.run.events import Alert

PLOT_HEIGHT = 118
PLOTS = (
    (
        "Loss",
        (Curve("loss_g", "G", "bad"), Curve("loss_d", "D", "accent")),
        "How badly the generator fools, and how badly the discriminator judges; both near 1 is a fair fight.",
    ),
    (
        "Diversity",
        (
            Curve("diversity", "pixels", "middle", "{:.3f}", exact=True),
            Curve("diversity_features", "features", "fine", "{:.3f}", exact=True),
        ),
        "How much the faces of the fixed latents differ; when it falls towards 0, the model draws one face only.",
    ),
    (
        "Speed",
        (Curve("img_per_s", "", "warning", "{:.1f} img/s"),),
        "Real images shown a second; it drops with every level.",
    ),
    (
        "Discriminator's scores",
        (Curve("d_real", "real", "good", "{:+.2f}"), Curve("d_fake", "fake", "fine", "{:+.2f}")),
        "What D says of real and of drawn pictures; above 0 it takes them for real.",
    ),
    (
        "Critic's scores",
        (Curve("critic_real", "real", "good", "{:+.2f}"), Curve("critic_fake", "fake", "fine", "{:+.2f}")),
        "What the critic says, which looks through a network trained on photographs; above 0 it takes them for real.",
    ),
    (
        "R1 penalty",
        (Curve("r1", "", "coarse", "{:.3g}"),),
        "The squared gradient of D at real pictures, before it is weighted.",
    ),
    (
        "Augmentation",
        (Curve("ada_p", "p", "accent", "{:.3f}"),),
        "How often the pictures D sees are altered, adapted so that D does not learn few pictures by heart.",
    ),
    (
        "Alpha",
        (Curve("alpha", "", "accent", exact=True),),
        "The weight of the newest block, 0 to 1 while a level fades in.",
    ),
    (
        "Gradient norms",
        (Curve("grad_g", "G", "bad", "{:.2g}"), Curve("grad_d", "D", "accent", "{:.2g}")),
        "The length of the gradients; sudden growth announces trouble.",
    ),
    ("Memory", (Curve("memory", "", "muted", "{:.2f} GB", 1e-9, exact=True),), "What the trainer's process holds."),
)
STYLES = ("dotted", "dashed", "dash-dotted")  # as plot.OTHER_STYLES
COMPARE_TIP = "Draws the curves of up to three other runs behind these, and shows their samples at the same kimg."
METRIC_COLOURS = ("good", "fine", "middle", "coarse")


class CurvesPanel(QWidget):
    """All plots in a scrolling column, made one after the other while the window goes on: each takes 10 to 20 ms.

    ``pointed`` gives the kimg under the mouse, NaN where there is none.

    ``numbers_wanted`` names a file for the numbers of every tick, ``said`` why a picture could not be written.
    """

    pointed = Signal(float)
    numbers_wanted = Signal(object)
    said = Signal(object, str)  # Problem, tone
    compare_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record = RunRecord()
        self._others: list[RunRecord] = []
        self._boundaries: list[float] = []
        self._flags = 0
        self.smooth = chip("smooth", "Draws the mean of recent values, each value faintly behind.", checkable=True)
        self.log = chip("log", "Logarithmic axes, where every value is above 0.", checkable=True)
        self.whole = chip("whole run", "Shows the whole run again, as a double-click does. Ctrl and the wheel zoom.")
        self.export = chip("export", "Saves the curves as a picture or as numbers.")
        self.measure = chip("measure", "Asks the trainer to measure the Fréchet distance (FD-E) now.")
        self.compare = chip("compare", COMPARE_TIP)
        self._content = QWidget()
        self._column = Down(self._content, 8, edges=(0, 0, 4, 0))
        self._plots: list[Plot] = []  # of the fixed ones those that were made
        self._metric_plots: dict[str, Plot] = {}
        self.smooth.setChecked(True)
        self._make_next()
        self._scale = KimgScale(self._plots[0])
        self._lay_out()
        self._connect()
        self._unmade = QTimer(self, interval=0)
        self._unmade.timeout.connect(self._go_on)
        self._unmade.start()

    @property
    def plots(self) -> list[Plot]:
        """The fixed ones; those that were not made yet are made now."""
        while len(self._plots) < len(PLOTS):
            self._make_next()
        return self._plots

    def _go_on(self) -> None:
        """One in each turn of the event loop."""
        if len(self._plots) < len(PLOTS):
            self._make_next()
        else:
            self._unmade.stop()

    def _make_next(self) -> None:
        plot = Plot(*PLOTS[len(self._plots)])
        self._plots.append(plot)
        self._column.insertWidget(len(self._plots) - 1, plot)  # those of metrics may be there already
        self._take(plot)
        plot.setVisible(self._says_something(plot))

    def _take(self, plot: Plot) -> None:
        """A new plot shows what the others do."""
        plot.setMinimumHeight(PLOT_HEIGHT)
        self._link(plot)
        plot.set_style(self.smooth.isChecked(), self.log.isChecked())
        plot.set_boundaries(self._boundaries)
        plot.set_data(self._data(plot, self._record))
        plot.set_others([self._data(plot, record) for record in self._others])

    def _lay_out(self) -> None:
        outer = Down(self, 6)
        head, title = YieldingRow(), text_label("Curves", "title")
        head.row.setSpacing(4)
        head.row.add(title, None, self.whole, self.smooth, self.log, self.measure, self.compare, self.export)
        self.whole.hide()
        head.yield_by(hides(title))
        outer.addWidget(head)
        scroll = QScrollArea()
        scroll_by_keys(scroll, "Curves")
        scroll.setWidget(self._content)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(scroll, 1)
        outer.addWidget(self._scale)

    def _connect(self) -> None:
        self.smooth.toggled.connect(self._style)
        self.log.toggled.connect(self._style)
        self.whole.clicked.connect(self._show_whole)
        self.compare.clicked.connect(self.compare_asked)
        menu = QMenu(self)
        menu.addAction("Picture (PNG)…", lambda: self._ask_export("PNG picture (*.png)"))
        menu.addAction("Drawing (SVG)…", lambda: self._ask_export("SVG drawing (*.svg)"))
        menu.addAction("Numbers (CSV)…", lambda: self._ask_export("CSV table (*.csv)"))
        self.export.setMenu(menu)

    def _link(self, plot: Plot) -> None:
        plot.pointed.connect(self.pointed)
        plot.whole_asked.connect(self._show_whole)
        box = plot.view.getPlotItem().getViewBox()
        if plot is not self._plots[0]:
            box.setXLink(self._plots[0].view.getPlotItem().getViewBox())
        box.sigRangeChangedManually.connect(lambda *_: self.whole.show())

    def every_plot(self) -> list[Plot]:
        """The fixed ones that were made and those of the metrics."""
        return [*self._plots, *self._metric_plots.values()]

    def show_record(self, record: RunRecord) -> None:
        """Draws what a run has said so far."""
        self._record = record
        self._add_metric_plots()
        for plot in self.every_plot():
            plot.set_data(self._data(plot, record))
        for plot in self._plots:
            plot.setVisible(self._says_something(plot))
        boundaries = [kimg for kimg in record.boundaries() if kimg <= record.kimg]
        if boundaries != self._boundaries:
            self._boundaries = boundaries
            for plot in self.every_plot():
                plot.set_boundaries(boundaries)
        if len(record.alerts) != self._flags:
            self._flags = len(record.alerts)
            self._plots[0].set_flags([(event.img / 1000, flag_text(event)) for event in record.alerts])

    def _says_something(self, plot: Plot) -> bool:
        """Not alpha where nothing ever fades, p without augmentation, the scores of a critic that is not there."""
        record, column = self._record, plot.curves[0].column
        match column:
            case "alpha":
                return any(phase.kind == "fade" for phase in record.plan) or not record.plan
            case "ada_p":
                return bool((record.ticks.column(column) > 0).any())
            case "critic_real":
                return bool(np.isfinite(record.ticks.column(column)).any())
        return True

    def show_others(self, others: Sequence[tuple[str, RunRecord]]) -> None:
        """Draws the curves of other runs behind, by name: the first dotted, the second dashed, the third both."""
        self._others = [record for _, record in others]
        names = [name for name, _ in others]
        self.compare.setText(f"with {counted(len(names), 'run')}" if names else "compare")
        said = ", ".join(f"{name} {style}" for name, style in zip(names, STYLES, strict=False))
        self.compare.setToolTip(f"Behind these: {said}." if names else COMPARE_TIP)
        for plot in self.every_plot():
            plot.set_others([self._data(plot, record) for record in self._others])

    def _data(self, plot: Plot, record: RunRecord) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        found = {}
        for curve in plot.curves:
            if curve.column in record.ticks.names:
                values = record.ticks.column(curve.column)
                kimg = record.ticks.column("kimg")
                found[curve.column] = (kimg, values * curve.scale if curve.scale != 1 else values)
            elif curve.column in record.metrics:
                table = record.metrics[curve.column]
                found[curve.column] = (table.column("kimg"), table.column("value"))
        return found

    def _add_metric_plots(self) -> None:
        for name in self._record.metrics:
            if name not in self._metric_plots:
                colour = METRIC_COLOURS[len(self._metric_plots) % len(METRIC_COLOURS)]
                plot = Plot(
                    metric_title(name),
                    (Curve(name, "", colour, "{:.3g}", exact=True, dots=True),),
                    f"{name}, measured now and then.",
                )
                self._metric_plots[name] = plot
                self._column.insertWidget(len(self._metric_plots), plot)
                self._take(plot)

    def set_cursor(self, kimg: float) -> None:
        """Shows one place of the run in all plots."""
        self._scale.set_cursor(kimg)
        for plot in self.every_plot():
            plot.set_cursor(kimg)

    def _style(self) -> None:
        for plot in self.every_plot():
            plot.set_style(self.smooth.isChecked(), self.log.isChecked())

    def _show_whole(self) -> None:
        self.whole.hide()
        for plot in self.every_plot():
            plot.view.getPlotItem().enableAutoRange()

    def _ask_export(self, kind: str) -> None:
        ask_to_save(self, "Export the curves", f"curves{kind[-5:-1]}", kind, self._export)

    def _export(self, name: str) -> None:
        try:
            self.export_to(Path(name))
        except (OSError, ValueError) as error:
            self.said.emit(Problem(str(error)), "bad")

    def export_to(self, path: Path) -> None:
        """Writes the curves to a .png or .svg file, or asks for a .csv.

        Raises ValueError for any other name, OSError if it cannot be written.
        """
        kind = path.suffix.lower()
        if kind == ".csv":
            self.show_writing(True)
            self.numbers_wanted.emit(path)
        elif kind == ".svg":
            self._paint_svg(path)
        elif kind != ".png":
            raise ValueError(f"{path.name} is no name for curves: choose one that ends in .png, .svg or .csv.")
        elif not self._page().save(str(path)):
            raise OSError(f"{path} cannot be written: choose another folder.")

    def show_writing(self, writes: bool, said: str = "") -> None:
        """While the numbers of a long run are written, nothing else is exported; ``said`` tells how it ended."""
        self.export.setText("saving …" if writes else "export")
        self.export.setEnabled(not writes)
        if said:
            self.export.setToolTip(literal_tip(said))

    def _page(self) -> QPixmap:
        """All plots below each other, as they are on screen, and the axis below them."""
        page = QPixmap(self._page_size() * self.devicePixelRatioF())
        page.setDevicePixelRatio(self.devicePixelRatioF())
        page.fill(self.palette().color(self._content.backgroundRole()))
        painter = QPainter(page)
        self._paint_page(painter)
        painter.end()
        return page

    def _page_size(self) -> QSize:
        return QSize(self._content.width(), self._content.height() + self._scale.height())

    def _paint_page(self, painter: QPainter) -> None:
        self._content.render(painter, QPoint())
        self._scale.render(painter, QPoint(0, self._content.height()))

    def _paint_svg(self, path: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(self._page_size())
        generator.setViewBox(QRect(QPoint(), self._page_size()))
        painter = QPainter()
        if not painter.begin(generator):
            raise OSError(f"{path} cannot be written: choose another folder.")
        self._paint_page(painter)
        painter.end()


def metric_title(name: str) -> str:
    """The headline of a metric's plot; distances are spelled out, their exact name stays beside."""
    words = {"FD": "Fréchet distance", "KID": "Kernel distance", "PPL": "Path length", "P": "Precision", "R": "Recall"}
    kind = words.get(name.upper().split("-")[0])
    return f"{kind} ({name})" if kind else name


def flag_text(event: Alert) -> str:
    """What an alert's flag says."""
    return f"{event.img / 1000:.4g} kimg: {event.text or event.code}"
