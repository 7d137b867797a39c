"""One plot of the monitor: a few curves over kimg, thinned to what a screen can show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.literal import literal_tip
from explorer.controls.text import text_label
from explorer.train.record import Floats

OTHER_STYLES = (Qt.PenStyle.DotLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine)
BUCKETS = 500  # a minimum and a maximum each
AXIS_WIDTH = 40


@dataclass(frozen=True, slots=True)
class Curve:
    """A column of the record: its name there, the word beside the value, a colour token, how a value is written."""

    column: str
    label: str
    colour: str
    style: str = "{:.2f}"
    scale: float = 1.0
    exact: bool = False  # never smoothed: a ramp or a staircase would lie
    dots: bool = False  # measured now and then: each value is marked


def thin(x: Floats, y: Floats, buckets: int = BUCKETS) -> tuple[Floats, Floats]:
    """The outline of a long curve: the minimum and maximum of each of ``buckets`` stretches, short ones untouched."""
    count = len(x) // buckets
    if count < 4:
        return x, y
    whole = count * buckets
    rows_x, rows_y = x[:whole].reshape(buckets, count), y[:whole].reshape(buckets, count)
    known = np.isfinite(rows_y)
    low = np.argmin(np.where(known, rows_y, np.inf), axis=1)
    high = np.argmax(np.where(known, rows_y, -np.inf), axis=1)
    at = np.sort(np.stack([low, high], axis=1), axis=1)
    every = np.arange(buckets)[:, None]
    return (
        np.concatenate([rows_x[every, at].ravel(), x[whole:]]),
        np.concatenate([rows_y[every, at].ravel(), y[whole:]]),
    )


def smooth(y: Floats, width: int) -> Floats:
    """The mean over the last ``width`` values that are numbers, at every place where there is one."""
    if width < 2 or len(y) < 2:
        return y
    known = np.isfinite(y)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, y, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    start = np.maximum(np.arange(len(y)) - width + 1, 0)
    end = np.arange(len(y)) + 1
    counted = count[end] - count[start]
    return np.where(known, (total[end] - total[start]) / np.maximum(counted, 1), np.nan)


def width_of(count: int) -> int:
    """Over how many values the mean of a curve of ``count`` is taken: a sixtieth of them, fewer where there are few."""
    return max(count // 60, min(8, count // 8))


def show(line: pg.PlotDataItem, x: Floats, y: Floats, logarithmic: bool) -> None:
    """Gives a line its points; pyqtgraph wants the logarithm from us."""
    line.setData(x, np.log10(y) if logarithmic else y)


class Plot(QWidget):
    """Headline, newest values in the curves' colours, and the drawing. ``pointed``: kimg under the mouse or NaN.

    The wheel scrolls the column that it stands in, and zooms with Ctrl; ``whole_asked`` is a double-click.
    """

    pointed = Signal(float)
    whole_asked = Signal()

    def __init__(self, title: str, curves: Sequence[Curve], tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = tuple(curves)
        self._data: dict[str, tuple[Floats, Floats]] = {}
        self._others_data: list[dict[str, tuple[Floats, Floats]]] = []
        self._smooth = self._log = self._dirty = False
        self._boundaries: list[pg.InfiniteLine] = []
        self._flags: list[pg.InfiniteLine] = []
        self.title, self.values = text_label(title, "title"), QLabel()
        self.view = pg.PlotWidget(background=None, enableMenu=False)
        self.view.setAntialiasing(True)
        self.view.setObjectName("well")
        self._lines = {curve.column: self.view.plot(connect="finite") for curve in self.curves}
        self._raw = {curve.column: self.view.plot(connect="finite") for curve in self.curves}
        self._others: list[dict[str, pg.PlotDataItem]] = []  # of each run that is compared
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._lay_out(tip)
        self._set_up_view()
        self._recolour()

    def _lay_out(self, tip: str) -> None:
        column = Down(self, 3)
        self.title.setToolTip(tip)
        self.values.setFont(theme.mono(theme.SMALL))
        head = Across()
        head.add(self.title, None, self.values)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self.view.setMinimumHeight(84)
        self.view.setAccessibleName(self.title.text())
        self.view.setToolTip("")

    def _set_up_view(self) -> None:
        item = self.view.getPlotItem()
        item.hideButtons()
        item.setContentsMargins(0, 2, 4, 0)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setMouseEnabled(x=True, y=False)
        item.getViewBox().setDefaultPadding(0.03)
        item.getViewBox().enableAutoRange(y=True)
        item.getViewBox().setAutoVisible(y=True)
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        left.setWidth(AXIS_WIDTH)
        left.setStyle(tickLength=0, maxTickLevel=0, textFillLimits=[(0, 0.7)], showValues=False)
        bottom.setStyle(tickLength=0, maxTickLevel=0, showValues=False, tickAlpha=0)
        bottom.setHeight(4)
        left.setTickFont(theme.mono(10))
        self._cursor.setZValue(20)
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)
        item.getViewBox().sigXRangeChanged.connect(lambda *_: self._draw_if_seen())
        self.view.scene().sigMouseMoved.connect(self._moved)
        self.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # whoever is around scrolls
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.whole_asked.emit()
        return False

    @property
    def empty(self) -> bool:
        """Whether nothing is known to draw."""
        return not any(np.isfinite(y).any() for data in (self._data, *self._others_data) for _, y in data.values())

    def stretch(self) -> tuple[float, float]:
        """From which kimg to which it shows."""
        low, high = self.view.getPlotItem().getViewBox().viewRange()[0]
        return float(low), float(high)

    def _pen(self, colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        """A pen of so many logical pixels: those of plots know device pixels alone, and would be hairlines at 200 %."""
        made: QPen = pg.mkPen(colour, width=width * self.devicePixelRatioF(), style=style)
        return made

    def _recolour(self) -> None:
        tokens = theme.current()
        for curve in self.curves:
            self._lines[curve.column].setPen(self._pen(tokens.colour(curve.colour), width=1.5))
            if curve.dots:
                self._lines[curve.column].setSymbol("o")
                self._lines[curve.column].setSymbolSize(5)
                self._lines[curve.column].setSymbolPen(None)
                self._lines[curve.column].setSymbolBrush(tokens.colour(curve.colour))
            self._raw[curve.column].setPen(self._pen(theme.transparent(tokens.colour(curve.colour), 0.22), width=1))
            self._raw[curve.column].setZValue(-1)
            for lines, style in zip(self._others, OTHER_STYLES, strict=False):
                faint = self._pen(theme.transparent(tokens.colour(curve.colour), 0.65), width=1.2)
                faint.setStyle(style)
                lines[curve.column].setPen(faint)
        for name in ("left", "bottom"):
            axis = self.view.getPlotItem().getAxis(name)
            axis.setTextPen(tokens.colour("muted"))
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setTickPen(self._pen(tokens.colour("dim"), width=1) if name == "left" else QPen(Qt.PenStyle.NoPen))
            axis.setGrid(40 if name == "left" else False)
        self._cursor.setPen(self._pen(tokens.colour("muted"), width=1, style=Qt.PenStyle.DashLine))

    def changeEvent(self, event: QEvent) -> None:
        """Follows the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
            self._write_values(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._recolour()
        return super().event(event)

    def set_data(self, data: dict[str, tuple[Floats, Floats]]) -> None:
        """kimg and values of each curve, all that is known; drawn when the plot is on screen."""
        self._data = data
        self._draw_if_seen()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Brings the curves up to date; plots that are scrolled out of sight cost nothing."""
        super().paintEvent(event)
        self._bring_up_to_date()

    def _draw_if_seen(self) -> None:
        """At once where it is seen, so that the view paints once; else when it is scrolled into sight."""
        self._dirty = True
        if self.isVisible() and not self.visibleRegion().isEmpty():
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        if self._dirty:
            self._dirty = False
            self._draw()
            if not self._cursor.isVisible():
                self._write_values(None)

    def set_others(self, data: list[dict[str, tuple[Floats, Floats]]]) -> None:
        """The curves of other runs behind, each in a style of its own; an empty list removes them."""
        self._others_data = data
        while len(self._others) < len(data):
            self._others.append({curve.column: self.view.plot(connect="finite") for curve in self.curves})
            self._recolour()
        for lines in self._others[len(data) :]:
            for line in lines.values():
                line.setData([], [])
        self._draw()

    def set_style(self, smoothed: bool, logarithmic: bool) -> None:
        """Smoothing and a logarithmic axis, the latter only where no value is zero or below."""
        self._smooth, self._log = smoothed, logarithmic
        self._draw()

    def set_boundaries(self, kimgs: Sequence[float]) -> None:
        """Dashed lines where a new level begins."""
        pen = self._pen(theme.transparent(theme.current().colour("muted"), 0.55), width=1, style=Qt.PenStyle.DashLine)
        self._boundaries = self._replace(self._boundaries, [pg.InfiniteLine(kimg, 90, pen) for kimg in kimgs])

    def set_flags(self, flags: Sequence[tuple[float, str]]) -> None:
        """Alerts: kimg and sentence."""
        pen = self._pen(theme.current().colour("warning"), width=1)
        made = []
        for kimg, text in flags:
            line = pg.InfiniteLine(kimg, 90, pen)
            line.addMarker("v", 0.97, 9)
            line.setToolTip(literal_tip(text))
            made.append(line)
        self._flags = self._replace(self._flags, made)

    def _replace(self, old: list[pg.InfiniteLine], new: list[pg.InfiniteLine]) -> list[pg.InfiniteLine]:
        item = self.view.getPlotItem()
        for line in old:
            item.removeItem(line)
        for line in new:
            line.setZValue(1)
            item.addItem(line, ignoreBounds=True)
        return new

    def _draw(self) -> None:
        everything = [curve for data in (self._data, *self._others_data) for curve in data.values()]
        positive = self._log and all(np.nanmin(y, initial=1.0) > 0 for _, y in everything)
        left = self.view.getPlotItem().getAxis("left")
        left.setLogMode(positive)
        if left.style["showValues"] == self.empty:  # numbers beside nothing would be taken for some
            left.setStyle(showValues=not self.empty)
        pairs = ((self._lines, self._data), *zip(self._others, self._others_data, strict=False))
        for lines, data in pairs:
            for curve in self.curves:
                column, line = curve.column, lines[curve.column]
                smoothed = self._smooth and not curve.exact
                x, y = data.get(column, (np.empty(0), np.empty(0)))
                show(line, *self._in_view(x, smooth(y, width_of(len(y))) if smoothed else y), positive)
                if lines is self._lines:
                    few = self._in_view(x, y) if smoothed else (x[:0], y[:0])
                    show(self._raw[column], *few, positive)
        self.view.getPlotItem().getViewBox().updateAutoRange()  # at once: 400 img/s are not 10 to the power of 400

    def _in_view(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Only the stretch on screen, and one point beyond on each side, thinned."""
        if self.view.getPlotItem().getViewBox().autoRangeEnabled()[0]:
            return thin(x, y)
        low, high = self.view.getPlotItem().getViewBox().viewRange()[0]
        first, last = np.searchsorted(x, [low, high])
        return thin(x[max(first - 1, 0) : last + 1], y[max(first - 1, 0) : last + 1])

    def _moved(self, where: QPointF) -> None:
        box = self.view.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(where)
        self.pointed.emit(box.mapSceneToView(where).x() if inside else float("nan"))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is gone: no place is pointed at."""
        super().leaveEvent(event)
        self.pointed.emit(float("nan"))

    def set_cursor(self, kimg: float) -> None:
        """Shows where the mouse points in any of the plots, and the values there; NaN ends it."""
        seen = kimg == kimg
        self._cursor.setVisible(seen)
        if seen:
            self._cursor.setPos(kimg)
        self._write_values(kimg if seen else None)

    def _write_values(self, kimg: float | None) -> None:
        parts = []
        for curve in self.curves:
            x, y = self._data.get(curve.column, (np.empty(0), np.empty(0)))
            known = np.flatnonzero(np.isfinite(y))
            if not len(known):
                continue
            at = len(known) - 1 if kimg is None else min(int(np.searchsorted(x[known], kimg)), len(known) - 1)
            text = curve.style.format(y[known[at]])
            colour = theme.current().colour(curve.colour).name()
            parts.append(f'<span style="color:{colour}">{curve.label} {text}</span>'.replace("> ", ">"))
        self.values.setText("&nbsp;&nbsp;".join(parts))
