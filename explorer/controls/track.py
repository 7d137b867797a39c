"""The track of a slider: groove and handle painted by hand, filled from a natural zero, whole steps inside."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus

_RADIUS = 7


class Track(ShowsFocus, QSlider):
    """The groove and handle: whole steps inside, painted by hand, filled from a natural zero."""

    let_go = Signal()
    nudged = Signal()  # moved by key or wheel
    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.zero: int | None = None
        self.colour = ""  # a theme token; "" is the accent
        self._hover = self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(48)

    def sizeHint(self) -> QSize:
        return QSize(120, 2 * _RADIUS + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 2 * _RADIUS + 8)

    def _x(self, step: float) -> float:
        span = max(1, self.maximum() - self.minimum())
        return _RADIUS + 1 + (step - self.minimum()) / span * (self.width() - 2 * _RADIUS - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        painter.setBrush(colours.colour("line"))
        painter.drawRoundedRect(QRectF(1, middle - 2, self.width() - 2, 4), 2, 2)
        fill = colours.colour(self.colour or "accent") if self.isEnabled() else colours.colour("dim")
        self._paint_fill(painter, middle, fill)
        self._paint_handle(painter, QPointF(self._x(self.sliderPosition()), middle), fill)

    def _paint_fill(self, painter: QPainter, middle: float, fill: QColor) -> None:
        if self.zero is None:
            return
        start, end = self._x(self.zero), self._x(self.sliderPosition())
        if self.zero <= self.minimum():
            start = 1.0
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(min(start, end), middle - 2, abs(end - start), 4), 2, 2)
        if self.minimum() < self.zero < self.maximum():
            painter.drawRoundedRect(QRectF(start - 0.75, middle - 5, 1.5, 10), 0.75, 0.75)

    def _paint_handle(self, painter: QPainter, at: QPointF, fill: QColor) -> None:
        if self.hasFocus():
            painter.setBrush(theme.transparent(fill, 0.35))
            painter.drawEllipse(at, _RADIUS + 3, _RADIUS + 3)
        handle = theme.current().colour("handle") if self.isEnabled() else theme.current().colour("dim")
        painter.setBrush(handle)
        edge = theme.current().colour("muted" if theme.current().name == "light" else "window")
        painter.setPen(QPen(edge, 1))
        radius = _RADIUS - (0.0 if self._hover or self.isSliderDown() else 0.6)
        painter.drawEllipse(at, radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._dragged = False
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._dragged = True
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            # A click may be the first half of a double-click, which resets: both are one gesture then.
            (self.let_go if self._dragged else self.nudged).emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.reset_asked.emit()

    def _follow(self, event: QMouseEvent) -> None:
        part = (event.position().x() - _RADIUS - 1) / max(1, self.width() - 2 * _RADIUS - 2)
        span = self.maximum() - self.minimum()
        self.setValue(self.minimum() + round(span * min(1.0, max(0.0, part))))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        notches = event.angleDelta().y() / 120
        if notches:
            big = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            steps = self.pageStep() if big else self.singleStep()
            self.setValue(self.value() + math.copysign(max(1, round(abs(notches))) * steps, notches).__trunc__())
            self.nudged.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.value()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset_asked.emit()
            return
        super().keyPressEvent(event)
        if self.value() != before:
            self.nudged.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self._hover = event.type() == QEvent.Type.HoverEnter
            self.update()
        return super().event(event)
