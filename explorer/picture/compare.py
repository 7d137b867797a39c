"""A beside B: a wipe with a line that is dragged, or a map of where the two differ."""

from enum import Enum

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from explorer import theme
from explorer.pixels import Pixels, image_of, pixels_of

GRIP = 14  # pixels either side of the line where it can be taken
STEP = 0.02  # of the picture's width, by which a key moves the line
BEFORE = "before"  # what A is, unless it is a picture from outside
GAIN = 4.0  # a difference of a quarter of the range is already drawn at full strength


class Mode(Enum):
    """How A and B are compared."""

    OFF = "off"
    WIPE = "wipe"
    DIFFERENCE = "difference"


class Wipe:
    """The picture pinned as A, the place of the line, and how both are painted over B."""

    def __init__(self) -> None:
        self.mode = Mode.OFF
        self.line = 0.5
        self.name = BEFORE
        self._other: QImage | None = None
        self._map: QImage | None = None
        self._map_of = -1

    @property
    def pinned(self) -> QImage | None:
        """A, or None until it was drawn."""
        return self._other

    def pin(self, image: QImage | None, name: str = BEFORE) -> None:
        """Takes another picture as A; ``name`` says in a word what it is."""
        self.name = name
        self._other, self._map, self._map_of = image, None, -1

    def at_line(self, box: QRectF, where: QPointF) -> bool:
        """True where the line can be taken."""
        on = self.mode is Mode.WIPE and self._other is not None and box.contains(where)
        return on and abs(where.x() - self._x(box)) <= GRIP

    def move_line(self, box: QRectF, where: QPointF) -> None:
        """Puts the line under the hand."""
        self.line = min(1.0, max(0.0, (where.x() - box.left()) / max(1.0, box.width())))

    def key(self, key: int, box: QRectF) -> bool:
        """Moves the line with the arrow keys, Home and End, or back to the middle with Delete; True if it moved."""
        shown = self.mode is Mode.WIPE and self._other is not None
        steps: dict[int, float] = {
            Qt.Key.Key_Left: self.line - STEP,
            Qt.Key.Key_Right: self.line + STEP,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
            Qt.Key.Key_Delete: 0.5,
        }
        wanted = steps.get(key) if shown else None
        if wanted is None:
            return False
        self.move_line(box, QPointF(box.left() + wanted * box.width(), box.top()))
        return True

    def paint(self, painter: QPainter, box: QRectF, image: QImage) -> None:
        """Paints A left of the line, or the map, over B; the painter is clipped to the picture."""
        if self._other is None or self.mode is Mode.OFF:
            return
        if self.mode is Mode.DIFFERENCE:
            painter.drawImage(box, self._difference(image, self._other))
            return
        left = QRectF(box.left(), box.top(), self._x(box) - box.left(), box.height())
        painter.save()
        painter.setClipRect(left, Qt.ClipOperation.IntersectClip)
        painter.drawImage(box, self._other)
        painter.restore()
        self._paint_line(painter, box)

    def _x(self, box: QRectF) -> float:
        return box.left() + self.line * box.width()

    def _paint_line(self, painter: QPainter, box: QRectF) -> None:
        x, middle = self._x(box), box.center().y()
        painter.setPen(QPen(QColor(0, 0, 0, 90), 4))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setBrush(QColor("white"))
        painter.drawEllipse(QPointF(x, middle), 9, 9)
        painter.setPen(QPen(theme.DARK.colour("panel"), 1.6))
        for side in (-1, 1):
            painter.drawLine(QPointF(x + 2 * side, middle - 3), QPointF(x + 5 * side, middle))
            painter.drawLine(QPointF(x + 5 * side, middle), QPointF(x + 2 * side, middle + 3))

    def _difference(self, image: QImage, other: QImage) -> QImage:
        key = image.cacheKey()
        if self._map is None or self._map_of != key:
            self._map, self._map_of = image_of(heat(pixels_of(image), pixels_of(other))), key
        return self._map


def heat(one: Pixels, other: Pixels) -> Pixels:
    """uint8 [H, W, 3] twice -> their mean difference a pixel as colours: black, violet, amber, white."""
    if one.shape != other.shape:
        return np.zeros_like(one)
    apart = np.abs(one.astype(np.float32) - other).mean(axis=2) / 255 * GAIN
    stops = np.array([0.0, 0.35, 0.7, 1.0])
    colours = np.array([[15, 17, 21], [124, 60, 190], [240, 176, 78], [255, 255, 245]], np.float64)
    channels = [np.interp(np.minimum(apart, 1.0), stops, colours[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=2).astype(np.uint8)
