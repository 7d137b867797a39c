"""One channel seen large in colours of heat, beside the picture that it helps to draw."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, chip
from explorer.controls.heat_map import heat
from explorer.controls.slider import LabelledSlider
from explorer.controls.strength_row import BEND
from explorer.controls.text import text_label
from explorer.lab.face import paint_square
from explorer.lab.words import number
from explorer.pixels import image_of
from stylegan_core.info import ModelInfo
from stylegan_core.lab.layer_facts import Floats
from stylegan_core.recipe import AppliedChannel, knob

GAP, LEGEND = 16, 34  # between the two squares, and below them
Doubles = npt.NDArray[np.float64]
WORDS_BESIDE = 520  # pixels of width
STYLE_WIDTH = 420  # pixels of the slider, as in a side column
OUTPUT = (
    "Number {number} of layer {layer}'s style scales this map as it leaves the layer: it and all that is drawn from it "
    "change, in standard deviations over random w."
)
INPUT = (
    "Number {number} of layer {layer}'s style scales this map where that layer's convolution reads it, in standard "
    "deviations over random w: the map stays as it is, what follows changes. A toRGB that reads it has its own scale."
)
UNSCALED = "No layer's style scales this map: only the picture is made from it."
EDGE = 3.0  # standard deviations from the mean at which colours end


class CloseUp(QWidget):
    """Picture and channel side by side; ``left`` goes back to all channels, ``stepped`` to the one before or after."""

    left = Signal()
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = chip("‹ all channels", "Goes back to the grid of all channels (Escape).")
        self.previous = IconButton(
            "left", "Channel before", "Shows the channel before, in the order of the grid (left key)."
        )
        self.next = IconButton(
            "right", "Channel after", "Shows the channel after, in the order of the grid (right key)."
        )
        self.name, self.words = text_label("", "title"), text_label("", "muted", wraps=True)
        self.pair = Pair()
        strength = knob(AppliedChannel, "strength")
        self.scale = LabelledSlider("Style", strength, 0.0, signed=True, bend=BEND, number_width=48)
        self.scale.setMaximumWidth(STYLE_WIDTH)
        self.no_style = text_label(UNSCALED, "small")
        head = self._head = Across(spacing=8)
        head.add(self.back, self.previous, self.next, self.name)
        head.addWidget(self.words, 1)
        column = self._column = Down(self, 8, edges=(0, 4, 0, 0))
        column.addLayout(head)
        column.addWidget(self.scale)
        column.addWidget(self.no_style)
        column.addWidget(self.pair, 1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("One channel")
        self.setToolTip("One channel beside the picture; left and right keys step through the channels.")
        self.back.clicked.connect(self.left)
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sentence beside the name, or below it where that leaves it a few words a line."""
        super().resizeEvent(event)
        below = event.size().width() < WORDS_BESIDE
        if below == (self._head.indexOf(self.words) >= 0):
            (self._head if below else self._column).removeWidget(self.words)
            if below:
                self._column.insertWidget(1, self.words)
            else:
                self._head.addWidget(self.words, 1)

    def show_style(self, place: tuple[int, int] | None, info: ModelInfo, strength: float = 0.0) -> None:
        """The number (layer, number) of the style space that scales this map, as far as the recipe moves it."""
        self.scale.setVisible(place is not None)
        self.no_style.setVisible(place is None and not info.why_not("styles"))
        if place is None:
            return
        layer, number = place
        name = f"Style {layer}:{number}"
        tip = (INPUT if info.scales_inputs else OUTPUT).format(layer=layer, number=number)
        self.scale.label.setText(name)
        for part, spoken in ((self.scale.track, name), (self.scale.number, f"{name}, number")):
            part.setAccessibleName(spoken)
            part.setToolTip(tip)
        self.scale.setToolTip(tip)
        self.scale.track.setAccessibleDescription(tip)
        self.scale.set_value(strength)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)


class Pair(QWidget):
    """Two equal squares: the picture, and the channel with a scale below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: QImage | None = None
        self._heat: QImage | None = None
        self.values: Floats | None = None
        self._low = self._high = 0.0
        self._face_stale = self._stale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture and channel")

    def sizeHint(self) -> QSize:
        return QSize(480, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 160)

    def show_face(self, image: QImage | None, stale: bool) -> None:
        """The picture at the left."""
        self._face, self._face_stale = image, stale
        self.update()

    def show_values(self, values: Floats | None) -> None:
        """The values of the channel [h, w] at the right; None leaves the well empty."""
        self.values, self._heat = values, None
        if values is not None:
            finite = values[np.isfinite(values)].astype(np.float64)  # squares of large ones are beyond float32
            self._low, self._high = _ends(finite)
            table = heat(np.arange(256, dtype=np.float32), 255)
            part = np.nan_to_num((values.astype(np.float64) - self._low) / (self._high - self._low or 1.0))
            self._heat = image_of(table[(np.clip(part, 0, 1) * 255).astype(np.uint8)])
            self.setAccessibleDescription(_in_words(finite))
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Whether the channel is that of an older recipe."""
        self._stale = stale
        self.update()

    def squares(self) -> tuple[QRectF, QRectF]:
        """Where picture and channel lie."""
        side = max(0, min((self.width() - GAP) // 2, self.height() - LEGEND))
        return QRectF(0, 0, side, side), QRectF(side + GAP, 0, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, right = self.squares()
        paint_square(painter, left, self._face, self._face_stale)
        paint_square(painter, right, self._heat, self._stale)
        painter.setFont(theme.sans(theme.SMALL))
        painter.setPen(theme.current().colour("muted"))
        painter.drawText(
            QRectF(left.left(), left.bottom() + 6, left.width(), 16), Qt.AlignmentFlag.AlignLeft, "picture"
        )
        if self._heat is not None:
            self._paint_scale(painter, right)

    def _paint_scale(self, painter: QPainter, square: QRectF) -> None:
        """The colours with the values that they begin and end at."""
        bar = QRectF(square.left(), square.bottom() + 6, square.width(), 8)
        ramp = image_of(heat(np.arange(256, dtype=np.float32)[None], 255))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, ramp)
        painter.setFont(theme.mono(theme.SMALL))
        below = QRectF(bar.left(), bar.bottom() + 3, bar.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(self._low))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, number((self._low + self._high) / 2))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number(self._high))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos() + QPoint(0, 8), self.words_at(event.pos()), self)
            return True
        return super().event(event)

    def words_at(self, at: QPoint) -> str:
        """The value under the pointer, or what is seen there."""
        _, square = self.squares()
        if self.values is None or not square.contains(at.toPointF()):
            return (
                "The picture, and beside it the channel: dark where its values are small, bright where they are large."
            )
        height, width = self.values.shape
        column = min(width - 1, int((at.x() - square.left()) / square.width() * width))
        row = min(height - 1, int((at.y() - square.top()) / square.height() * height))
        return f"Column {column}, row {row}: {number(float(self.values[row, column]))}."


def _ends(finite: Doubles) -> tuple[float, float]:
    """Where the colours begin and end: as far from the mean as there are values, at most three deviations."""
    if not finite.size:
        return math.nan, math.nan
    mean, reach = float(finite.mean()), EDGE * float(finite.std())
    return max(float(finite.min()), mean - reach), min(float(finite.max()), mean + reach)


def _in_words(finite: Doubles) -> str:
    if not finite.size:
        return "None of the values is a number"
    return f"Values from {number(float(finite.min()))} to {number(float(finite.max()))}"
