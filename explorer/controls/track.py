"""The track of a slider: groove and handle painted by hand, filled from a natural zero, whole steps inside."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus

_RADIUS = 7
FINE = 0.1  # steps of a drag with Ctrl or Shift held, for one without
_FINELY = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Track(ShowsFocus, QSlider):
    """The groove and handle: whole steps inside, painted by hand, filled from a natural zero.

    A press beside the handle brings it there, a press on it takes it where it was touched. With Ctrl (Command on a
    Mac) or Shift held the handle is taken wherever the press is, and goes ``FINE`` times as far, for a short track
    has fewer pixels than steps. ``bend`` above 1 gives the middle more of the track than the ends.
    """

    let_go = Signal()
    nudged = Signal()  # moved by key or wheel
    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.zero: int | None = None
        self.colour = ""  # a theme token; "" is the accent
        self.bend = 1.0  # distance from the middle goes with this power of the pixels
        self._hover = self._dragged = False
        self._hand = self._off = 0.0  # pixels: where the mouse was last, and how far from the handle's middle
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(48)

    def sizeHint(self) -> QSize:
        return QSize(120, 2 * _RADIUS + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 2 * _RADIUS + 8)

    def x_of(self, step: float) -> float:
        """Where the handle's middle is at a step, in pixels from the left."""
        half = (self.maximum() - self.minimum()) / 2 or 1
        part = (step - self.minimum()) / half - 1
        return self.width() / 2 + math.copysign(abs(part) ** (1 / self.bend), part) * self._reach

    @property
    def _reach(self) -> float:
        """Pixels from the middle to either end."""
        return max(1.0, self.width() / 2 - _RADIUS - 1)

    def _step_at(self, x: float) -> int:
        part = min(1.0, max(-1.0, (x - self.width() / 2) / self._reach))
        half = (self.maximum() - self.minimum()) / 2
        return self.minimum() + round(half + half * math.copysign(abs(part) ** self.bend, part))

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
        self._paint_handle(painter, QPointF(self.x_of(self.sliderPosition()), middle), fill)

    def _paint_fill(self, painter: QPainter, middle: float, fill: QColor) -> None:
        if self.zero is None:
            return
        start, end = self.x_of(self.zero), self.x_of(self.sliderPosition())
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
        self._hand = event.position().x()
        self._off = self._hand - self.x_of(self.sliderPosition())
        if abs(self._off) > _RADIUS and not event.modifiers() & _FINELY:
            self._off = 0.0
            self._follow()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._dragged = True
            x = event.position().x()
            if event.modifiers() & _FINELY:
                self._off += (1 - FINE) * (x - self._hand)
            self._hand = x
            self._follow()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            # A click may be the first half of a double-click, which resets: both are one gesture then.
            (self.let_go if self._dragged else self.nudged).emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.reset_asked.emit()

    def _follow(self) -> None:
        self.setValue(self._step_at(self._hand - self._off))
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

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover = False
        self.update()
