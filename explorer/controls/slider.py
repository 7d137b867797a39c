"""The labelled slider: a word, a track with a natural zero, and a number that can be typed, also beyond the range."""

import math

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.field import Field
from explorer.controls.track import Track
from stylegan_core.recipe import FARTHEST, Knob

REST = 400  # milliseconds without a key or wheel step after which the gesture counts as finished


class NumberField(Field):
    """A number that is typed; a comma counts as a point."""

    typed = Signal(float)

    def __init__(self, decimals: int, signed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "number")
        self.setFont(theme.mono())
        self.setAlignment(theme.ALIGN_NUMBER)
        self.decimals, self.signed = decimals, signed
        self._value = 0.0

    @property
    def value(self) -> float:
        """The number that is in force."""
        return self._value

    def show_value(self, value: float) -> None:
        """Shows a value, unless a person is typing another one."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self.write()

    def write(self) -> None:
        text = f"{self._value:+.{self.decimals}f}" if self.signed else f"{self._value:.{self.decimals}f}"
        if self._value == 0:
            text = text.replace("+0.0", "0.0")
        self.setText("–" if math.isnan(self._value) else text)
        self.setModified(False)

    def take(self) -> None:
        if not self.isModified():
            return
        try:
            value = float(self.text().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            value = math.nan
        self.setModified(False)
        if math.isfinite(value) and value != self._value:
            self._value = value
            self.write()
            self.typed.emit(value)
        else:
            self.write()


class LabelledSlider(QWidget):
    """Label, track and number of one knob of the recipe.

    ``changing`` follows every move, ``committed`` ends a gesture: the mouse button let go, a number typed, a reset,
    or 400 ms after the last key or wheel step. ``set_value`` is silent. ``zero`` is where the fill starts; by
    default 0 where the range holds it, and None draws no fill. ``colour`` is a band's name or "" for the accent.
    Typed numbers may lie beyond the range, as far as a recipe's may. ``bend`` is the track's.
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
        bend: float = 1.0,
        label_width: int | None = None,
        number_width: int = 52,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.knob, self.default = knob, default
        self._decimals = max(0, -math.floor(math.log10(knob.step) + 1e-9))
        self._value = default
        self.label, self.track = QLabel(label), Track()
        self.number = NumberField(self._decimals, signed)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self.track.bend = bend
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

    def show_mixed(self) -> None:
        """Stands for several values that differ: whatever is chosen next is a change, the default too."""
        self.set_value(self.default)
        self._value = math.nan
        self.number.show_value(math.nan)

    def steer(self, value: float) -> None:
        """Moves it as a hand does; whoever steers it ends the gesture."""
        self.set_value(value)
        self.changing.emit(value)

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
        row = Across(self, 8)
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
        self.number.finished.connect(self.track.setFocus)
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
        value = min(FARTHEST, max(-FARTHEST, value))
        self.set_value(value)
        self.changing.emit(value)
        self._finish()

    def _finish(self) -> None:
        self._rest.stop()
        self.committed.emit(self._value)
