"""The labelled slider: a word, a track with a natural zero, and a number that can be typed, also beyond the range."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSlider, QWidget

from explorer import theme
from stylegan_core.recipe import Knob

REST = 400  # milliseconds without a key or wheel step after which the gesture counts as finished
_RADIUS = 7


class Track(QSlider):
    """The groove and handle: whole steps inside, painted by hand, filled from a natural zero."""

    grabbed = Signal()
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
        self.grabbed.emit()
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self._hover = event.type() == QEvent.Type.HoverEnter
            self.update()
        return super().event(event)


class NumberField(QLineEdit):
    """A number that is typed: Return takes it, Escape brings the old one back; a comma counts as a point."""

    typed = Signal(float)

    def __init__(self, decimals: int, signed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "number")
        self.setFont(theme.mono())
        self.setAlignment(theme.ALIGN_NUMBER)
        self.decimals, self.signed = decimals, signed
        self._value = 0.0
        self.editingFinished.connect(self._take)

    def show_value(self, value: float) -> None:
        """Shows a value, unless a person is typing another one."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self._write()

    def _write(self) -> None:
        text = f"{self._value:+.{self.decimals}f}" if self.signed else f"{self._value:.{self.decimals}f}"
        self.setText(text.replace("+0.0", "0.0") if self._value == 0 else text)
        self.setModified(False)

    def _take(self) -> None:
        if not self.isModified():
            return
        try:
            value = float(self.text().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            value = math.nan
        self.setModified(False)
        if math.isfinite(value) and value != self._value:
            self._value = value
            self._write()
            self.typed.emit(value)
        else:
            self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._write()
        else:
            super().keyPressEvent(event)


class LabelledSlider(QWidget):
    """Label, track and number of one knob of the recipe.

    ``changing`` follows every move, ``committed`` ends a gesture: the mouse button let go, a number typed, a reset,
    or 400 ms after the last key or wheel step. ``set_value`` is silent. ``zero`` is where the fill starts; by
    default 0 where the range holds it, and None draws no fill. ``colour`` is a band's name or "" for the accent.
    ``limit`` = False keeps typed numbers as they are, also beyond the range.
    """

    changing = Signal(float)
    committed = Signal(float)

    def __init__(
        self,
        label: str,
        knob: Knob,
        default: float,
        *,
        zero: float | None = 0.0,
        colour: str = "",
        signed: bool = False,
        label_width: int | None = None,
        number_width: int = 52,
        limit: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.knob, self.default, self._limit = knob, default, limit
        self._decimals = max(0, -math.floor(math.log10(knob.step) + 1e-9))
        self._value = default
        self.label, self.track = QLabel(label), Track()
        self.number = NumberField(self._decimals, signed)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._set_up_track(zero, colour)
        self._lay_out(label_width, number_width)
        self._connect()
        self._name(label)
        self.set_value(default)

    @property
    def value(self) -> float:
        """The value shown, which may lie beyond the track's range."""
        return self._value

    def set_value(self, value: float) -> None:
        """Shows a value without emitting anything."""
        self._value = value
        with QSignalBlocker(self.track):
            self.track.setValue(self._steps(value))
        self.number.show_value(value)
        self.track.update()

    def set_colour(self, token: str) -> None:
        """Fills the track in a band's colour; "" is the accent."""
        self.track.colour = token
        self.track.update()

    def set_why_not(self, reason: str) -> None:
        """Disables the slider and says why in its tooltip; an empty reason enables it again."""
        self.setEnabled(not reason)
        self.setToolTip(reason or self._tip)

    def reset(self) -> None:
        """Back to the default, as one gesture."""
        self._rest.stop()
        changed = self._value != self.default
        self.set_value(self.default)
        if changed:
            self.changing.emit(self._value)
        self.committed.emit(self._value)

    def _set_up_track(self, zero: float | None, colour: str) -> None:
        span = round((self.knob.maximum - self.knob.minimum) / self.knob.step)
        self.track.setRange(0, span)
        self.track.setPageStep(max(1, span // 10))
        self.track.colour = colour
        if zero is not None and self.knob.minimum <= zero <= self.knob.maximum:
            self.track.zero = self._steps(zero)

    def _lay_out(self, label_width: int | None, number_width: int) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if label_width is not None:
            self.label.setFixedWidth(label_width)
        self.number.setFixedWidth(number_width)
        row.addWidget(self.label)
        self.label.setVisible(bool(self.label.text()))  # after it has a parent, or it opens as a window for a moment
        row.addWidget(self.track, 1)
        row.addWidget(self.number)

    def _connect(self) -> None:
        self.track.valueChanged.connect(self._moved)
        self.track.let_go.connect(self._finish)
        self.track.nudged.connect(self._rest.start)
        self.track.reset_asked.connect(self.reset)
        self.number.typed.connect(self._typed)
        self._rest.timeout.connect(self._finish)

    def _name(self, label: str) -> None:
        self._tip = f"{self.knob.meaning} Double-click resets."
        self.setToolTip(self._tip)
        self.setAccessibleName(label)
        self.track.setAccessibleName(label)
        self.track.setAccessibleDescription(self.knob.meaning)
        self.number.setAccessibleName(f"{label}, number")
        self.label.setBuddy(self.track)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()

    def _steps(self, value: float) -> int:
        steps = round((value - self.knob.minimum) / self.knob.step)
        return min(self.track.maximum(), max(0, steps))

    def _moved(self, steps: int) -> None:
        # Rounded to the step's decimals: 70 · 0.01 is not 0.7, and "is default" must come true.
        value = round(self.knob.minimum + steps * self.knob.step, self._decimals)
        if value != self._value:
            self._value = value
            self.number.show_value(value)
            self.changing.emit(value)

    def _typed(self, value: float) -> None:
        if self._limit:
            value = min(self.knob.maximum, max(self.knob.minimum, value))
        self.set_value(value)
        self.changing.emit(value)
        self._finish()

    def _finish(self) -> None:
        self._rest.stop()
        self.committed.emit(self._value)
