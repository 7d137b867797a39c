"""The axis below the curves of a run: thousands of images, in sight however far the plots are scrolled."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer import theme
from explorer.train.plot import Plot
from explorer.train.words import kimg_text

HEIGHT, LABELS = 20, 5  # pixels; about so many numbers along the axis


class KimgScale(QWidget):
    """Numbers below the drawing of ``plot``, whose stretch it shows, and while the mouse points at a kimg that one."""

    def __init__(self, plot: Plot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot = plot
        self._cursor = math.nan
        self.setFont(theme.mono(10))
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("kimg")
        self.setToolTip("kimg: thousands of real images shown. Ctrl and the wheel zoom, a drag moves along.")
        plot.view.getPlotItem().getViewBox().sigXRangeChanged.connect(lambda *_: self.update())

    def set_cursor(self, kimg: float) -> None:
        """Shows a kimg in place of the numbers near it; NaN ends that."""
        self._cursor = kimg
        self.update()

    def marks(self) -> list[tuple[float, str]]:
        """Where a number stands, in pixels from the left, and what it says."""
        left, right = self._reach()
        low, high = self._plot.stretch()
        if self._plot.empty or not (high > low and right > left):
            return []
        step = _round_step((high - low) / LABELS)
        at = [step * number for number in range(math.ceil(max(low, 0) / step), math.floor(high / step) + 1)]
        return [(left + (kimg - low) / (high - low) * (right - left), f"{kimg:.6g}") for kimg in at]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, right = self._reach()
        measure = self.fontMetrics()
        painter.setPen(theme.current().colour("muted"))
        said = QRectF()
        if self._cursor == self._cursor:
            low, high = self._plot.stretch()
            words = kimg_text(self._cursor)
            x = left + (self._cursor - low) / ((high - low) or 1) * (right - left)
            said = self._room(x, measure.horizontalAdvance(words))
            painter.setPen(theme.current().colour("text"))
            painter.drawText(said, Qt.AlignmentFlag.AlignCenter, words)
            painter.setPen(theme.current().colour("muted"))
        unit = QRectF(0, 0, left, self.height())
        painter.drawText(unit, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "kimg")
        for x, words in self.marks():
            room = self._room(x, measure.horizontalAdvance(words))
            if room.left() > measure.horizontalAdvance("kimg") + 6 and not room.intersects(said):
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def _room(self, x: float, width: float) -> QRectF:
        wide = width + 8
        return QRectF(min(max(x - wide / 2, 0.0), self.width() - wide), 0, wide, self.height())

    def _reach(self) -> tuple[float, float]:
        """Where the drawing of the plot begins and ends, in pixels of this widget."""
        view = self._plot.view
        box = view.getPlotItem().getViewBox().sceneBoundingRect()
        begins = self.mapFromGlobal(view.viewport().mapToGlobal(QPointF(view.mapFromScene(box.topLeft())))).x()
        return begins, begins + box.width()


def _round_step(least: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
