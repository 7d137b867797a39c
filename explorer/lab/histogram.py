"""Histograms of a layer's values: a small one for a row of the list, and the large one with numbers at its axes."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.lab.words import ends, number, tick
from stylegan_core.lab.layer_facts import LayerFacts

SPIKE = 3  # times the second largest bin, above which the largest is cut off, or nothing else could be seen
LEFT, RIGHT, TOP, BOTTOM = 50, 14, 18, 20  # pixels around the bars for the numbers
TICKS = 7  # numbers along the lower axis, about


def heights(counts: tuple[int, ...]) -> tuple[list[float], int]:
    """Each bin's height from 0 to 1, and the count that 1 stands for; one spike is cut off at 1."""
    second, largest = sorted((0, 0, *counts))[-2:]
    top = min(largest, SPIKE * second) if second else largest
    return [min(count / top, 1.0) if top else 0.0 for count in counts], top


def paint_small(painter: QPainter, box: QRectF, counts: tuple[int, ...], colour: QColor) -> None:
    """The outline of a histogram, filled."""
    parts, _ = heights(counts)
    step = box.width() / max(1, len(parts))
    points = [QPointF(box.left(), box.bottom())]
    for index, part in enumerate(parts):
        height = box.bottom() - part * box.height()
        points += [QPointF(box.left() + index * step, height), QPointF(box.left() + (index + 1) * step, height)]
    points.append(QPointF(box.right(), box.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(points))


def ticks(low: float, high: float, most: int = TICKS) -> Iterator[float]:
    """Round numbers from low to high: steps of 1, 2 or 5 times a power of ten, at most about ``most`` of them."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    for index in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield index * step


class Histogram(QWidget):
    """The values of one layer: bars in the colour of its band, mean and standard deviation marked, axes in numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: LayerFacts | None = None
        self._stale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of the layer's values")
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(400, 144)

    def show_facts(self, facts: LayerFacts | None) -> None:
        """Shows a layer; nothing for None."""
        self._facts = facts
        self.setAccessibleDescription("" if facts is None else self._in_words(facts))
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Dims what is older than the recipe."""
        self._stale = stale
        self.update()

    def _in_words(self, facts: LayerFacts) -> str:
        if facts.not_finite == facts.values:
            return "None of the values is a number."
        most = max(range(len(facts.counts)), key=facts.counts.__getitem__)
        return f"Most values lie about {number(facts.low + (most + 0.5) * self._width_of_bin(facts))}."

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _width_of_bin(self, facts: LayerFacts) -> float:
        return (facts.high - facts.low) / len(facts.counts)

    def _x(self, value: float) -> float:
        assert self._facts is not None
        box, span = self._box(), self._facts.high - self._facts.low
        return box.left() + (value - self._facts.low) / span * box.width() if span > 0 else box.center().x()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._facts is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.mono(theme.SMALL))
        painter.setOpacity(0.45 if self._stale else 1.0)
        self._paint_spread(painter, self._facts)
        self._paint_bars(painter, self._facts)
        self._paint_axes(painter, self._facts)
        self._paint_mean(painter, self._facts)

    def _paint_spread(self, painter: QPainter, facts: LayerFacts) -> None:
        """A ground behind what lies within one standard deviation of the mean."""
        if facts.deviation > 0:
            box = self._box()
            left = max(box.left(), self._x(facts.mean - facts.deviation))
            right = min(box.right(), self._x(facts.mean + facts.deviation))
            painter.fillRect(QRectF(left, box.top(), right - left, box.height()), theme.current().colour("raised"))

    def _paint_bars(self, painter: QPainter, facts: LayerFacts) -> None:
        box, colour = self._box(), theme.current().band(facts.band)
        parts, top = heights(facts.counts)
        step = box.width() / len(parts)
        for index, part in enumerate(parts):
            bar = QRectF(box.left() + index * step, box.bottom() - part * box.height(), step, part * box.height())
            painter.fillRect(bar.adjusted(0.5, 0, -0.5, 0), colour)
            if facts.counts[index] > top:
                self._paint_cut(painter, bar, facts.counts[index] / facts.values)

    def _paint_cut(self, painter: QPainter, bar: QRectF, share: float) -> None:
        """A gap near the top of a bar that is higher than the picture, and how high it is."""
        painter.fillRect(QRectF(bar.left(), bar.top() + 7, bar.width(), 3), theme.current().colour("panel"))
        painter.setPen(theme.current().colour("text"))
        room = QRectF(bar.right() + 5, bar.top() - 2, 60, 16)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, f"{100 * share:.0f} %")

    def _paint_axes(self, painter: QPainter, facts: LayerFacts) -> None:
        colours, box = theme.current(), self._box()
        painter.setPen(QPen(colours.colour("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        _, top = heights(facts.counts)
        painter.setPen(colours.colour("muted"))
        share = 100 * top / facts.values
        for part in (0.0, 0.5, 1.0):
            label = f"{part * share:.{0 if share >= 20 else 1}f}%" if part else "0"
            place = QRectF(0, box.bottom() - part * box.height() - 8, LEFT - 7, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        for value in ticks(facts.low, facts.high) if facts.low < facts.high else (facts.low,):
            x = self._x(value)
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() + 3))
            place = QRectF(x - 32, box.bottom() + 4, 64, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tick(value))

    def _paint_mean(self, painter: QPainter, facts: LayerFacts) -> None:
        box, colours, x = self._box(), theme.current(), self._x(facts.mean)
        if not math.isfinite(x):
            return
        painter.setPen(QPen(colours.colour("text"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setPen(colours.colour("text"))
        words = f"mean {number(facts.mean)} ± {number(facts.deviation)}"
        width = painter.fontMetrics().horizontalAdvance(words) + 4
        left = max(box.left(), min(x - width / 2, box.right() - width))
        painter.drawText(QRectF(left, 0, width, 16), Qt.AlignmentFlag.AlignCenter, words)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._facts is not None:
            QToolTip.showText(event.globalPos() + QPoint(0, 8), self.words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """What the bar at a place says, or what is shown at all."""
        facts, box = self._facts, self._box()
        if facts is None or not box.left() <= x < box.right():
            return "How many of the layer's values are how large; the ground marks one standard deviation."
        index = int((x - box.left()) / box.width() * len(facts.counts))
        width = self._width_of_bin(facts)
        low, high = facts.low + index * width, facts.low + (index + 1) * width
        share = 100 * facts.counts[index] / facts.values
        return f"{' to '.join(ends(low, high))}: {share:.2f} % of the values."
