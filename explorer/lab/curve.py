"""One curve of a sweep: its mean as a line, its spread over the faces as a band, and its numbers at the ends."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.boxes import discard
from explorer.controls.literal import literal_tip, with_capital
from explorer.lab.words import number
from stylegan_core.lab.sweep_facts import FEATURES, PATH, PIXELS, Curve, SweepFacts
from stylegan_core.latents.channel_effect import signed

HEIGHT, ACROSS, GAP = 96, 2, 8
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 20, 18  # pixels around a curve for its numbers
LEAST = 0.5  # standard deviations that the scale reaches at least, or nothing would look like much
_COLOURS = {PIXELS: "middle", FEATURES: "fine", PATH: "coarse"}
TITLES = {PIXELS: "distance in pixels", FEATURES: "distance in features", PATH: "path length"}


class CurveTile(QWidget):
    """A small plot; ``low`` and ``high`` are the ends of its scale, the same for all attributes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        self._low, self._high, self._stale = 0.0, 1.0, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)

    @property
    def curve(self) -> Curve | None:
        """What is shown."""
        return self._curve

    def sizeHint(self) -> QSize:
        return QSize(150, HEIGHT)

    def show_curve(self, curve: Curve, low: float, high: float) -> None:
        """Shows a curve on a scale."""
        self._curve, self._low, self._high = curve, low, high
        self.setAccessibleName(_title(curve))
        self.setAccessibleDescription(f"{self._words(0)} {self._words(len(curve.at) - 1)}")
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Dims what is older than what is asked for."""
        self._stale = stale
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        curve, colours = self._curve, theme.current()
        if curve is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.45 if self._stale else 1.0)
        box = self._box()
        painter.fillRect(box, colours.colour("well"))
        painter.setPen(QPen(colours.colour("line"), 1))
        if self._low < 0:
            painter.drawLine(QPointF(box.left(), self._y(0)), QPointF(box.right(), self._y(0)))
        colour = colours.colour(_COLOURS.get(curve.name, "accent"))
        painter.save()
        painter.setClipRect(box)
        self._paint_line(painter, curve, colour)
        painter.restore()
        self._paint_numbers(painter, curve)

    def _paint_line(self, painter: QPainter, curve: Curve, colour: QColor) -> None:
        xs = [self._x(float(at)) for at in curve.at]
        upper = [QPointF(x, self._y(value)) for x, value in zip(xs, curve.mean + curve.spread, strict=True)]
        lower = [QPointF(x, self._y(value)) for x, value in zip(xs, curve.mean - curve.spread, strict=True)]
        ground = QColor(colour)
        ground.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.setPen(QPen(colour, 1.75))
        painter.drawPolyline(QPolygonF([QPointF(x, self._y(value)) for x, value in zip(xs, curve.mean, strict=True)]))

    def _paint_numbers(self, painter: QPainter, curve: Curve) -> None:
        colours, box = theme.current(), self._box()
        painter.setFont(theme.sans(theme.LABEL))
        painter.setPen(colours.colour("text"))
        painter.drawText(QRectF(box.left(), 0, box.width(), TOP - 2), Qt.AlignmentFlag.AlignLeft, _title(curve))
        painter.setFont(theme.mono(theme.SMALL))
        painter.setPen(colours.colour("muted"))
        last = self._said(float(curve.mean[-1]))
        painter.drawText(QRectF(box.left(), 1, box.width(), TOP - 2), Qt.AlignmentFlag.AlignRight, last)
        for value, top in ((self._high, box.top() - 2), (self._low, box.bottom() - 13)):
            place = QRectF(0, top, LEFT - 5, 15)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, _short(value))
        below = QRectF(box.left(), box.bottom() + 2, box.width(), 15)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"{curve.at[0]:.3g}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{curve.at[-1]:.3g}")

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _x(self, value: float) -> float:
        assert self._curve is not None
        box, low, high = self._box(), float(self._curve.at[0]), float(self._curve.at[-1])
        return box.left() + (value - low) / (high - low) * box.width() if high != low else box.center().x()

    def _y(self, value: float) -> float:
        box, span = self._box(), self._high - self._low
        return box.bottom() - (value - self._low) / span * box.height() if span else box.center().y()

    def _said(self, value: float) -> str:
        return signed(value) if self._low < 0 else number(value)

    def _words(self, index: int) -> str:
        assert self._curve is not None
        curve = self._curve
        spread = f" ± {number(float(curve.spread[index]))}" if curve.spread.any() else ""
        return f"{self._said(float(curve.mean[index]))}{spread} at {curve.at[index]:.3g}."

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._curve is not None:
            words = literal_tip(self.words_at(event.pos().x()))
            QToolTip.showText(event.globalPos() + QPoint(0, 8), words, self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """The number of the value that is next to a place, and what the curve is."""
        assert self._curve is not None
        nearest = int(np.argmin([abs(self._x(float(at)) - x) for at in self._curve.at]))
        return f"{with_capital(_title(self._curve))}: {self._words(nearest)} {self._curve.meaning}"


class Curves(QWidget):
    """A tile for each curve, two side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[CurveTile] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._grid.setRowStretch(100, 1)
        for column in range(ACROSS):
            self._grid.setColumnStretch(column, 1)
        self.setAccessibleName("Curves")

    def show_facts(self, facts: SweepFacts | None) -> None:
        """Shows what a sweep has measured, or nothing."""
        curves = facts.curves() if facts is not None else ()
        while len(self.tiles) > len(curves):
            discard(self.tiles.pop())
        while len(self.tiles) < len(curves):
            tile = CurveTile()
            self._grid.addWidget(tile, len(self.tiles) // ACROSS, len(self.tiles) % ACROSS)
            self.tiles.append(tile)
        low, high = scale([curve for curve in curves if curve.name not in _COLOURS])
        for tile, curve in zip(self.tiles, curves, strict=True):
            far = float((curve.mean + curve.spread).max())
            tile.show_curve(curve, *((0.0, far or 1.0) if curve.name in _COLOURS else (low, high)))
            tile.set_stale(False)

    def set_stale(self, stale: bool) -> None:
        """Dims all of them."""
        for tile in self.tiles:
            tile.set_stale(stale)


def scale(curves: Sequence[Curve]) -> tuple[float, float]:
    """The ends of a scale that all of these fit on, with 0 inside it."""
    low = min((float((curve.mean - curve.spread).min()) for curve in curves), default=0.0)
    high = max((float((curve.mean + curve.spread).max()) for curve in curves), default=0.0)
    return min(low, -LEAST), max(high, LEAST)


def _title(curve: Curve) -> str:
    return TITLES.get(curve.name, curve.name)


def _short(value: float) -> str:
    return (
        f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") if abs(value) < 10 and value else number(value) if value else "0"
    )
