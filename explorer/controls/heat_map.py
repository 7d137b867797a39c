"""Heat map: an array of numbers as colours, with the number under the pointer in words."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.pixels import Pixels, image_of

Floats = npt.NDArray[np.float32]
# Dark to bright with steadily rising lightness, so that it reads in grey too.
_STOPS = ((12, 12, 30), (70, 20, 105), (150, 38, 100), (220, 80, 55), (248, 160, 40), (252, 250, 180))


def heat(values: Floats, top: float) -> Pixels:
    """uint8 [height, width, 3]: 0 is dark, ``top`` and above is bright."""
    part = np.clip(values / max(top, 1e-9), 0, 1) * (len(_STOPS) - 1)
    places = np.arange(len(_STOPS))
    channels = [np.interp(part, places, [stop[channel] for stop in _STOPS]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


class HeatMap(QWidget):
    """A square picture of numbers with a scale below."""

    def __init__(self, name: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Floats | None = None
        self._pixmap: QPixmap | None = None
        self._top, self._unit = 0.0, unit
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(180, 204)

    def show_values(self, values: Floats | None) -> None:
        """Shows numbers [height, width] from 0 up, or nothing."""
        self._values = values
        if values is None:
            self._pixmap = None
        else:
            self._top = max(float(np.quantile(values, 0.995)), 1e-6)
            self._pixmap = QPixmap.fromImage(image_of(heat(values, self._top)))
            self.setAccessibleDescription(f"mean {values.mean():.1f}, largest {values.max():.1f} {self._unit}")
        self.update()

    def _square(self) -> QRectF:
        side = min(self.width(), self.height() - 22)
        return QRectF((self.width() - side) / 2, 0, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        square = self._square()
        painter.fillRect(square, theme.current().colour("well"))
        if self._pixmap is None or self._values is None:
            return
        painter.drawPixmap(square.toRect(), self._pixmap)
        painter.setFont(theme.mono(theme.SMALL))
        painter.setPen(theme.current().colour("muted"))
        below = QRectF(square.left(), square.bottom() + 4, square.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"mean {self._values.mean():.1f}")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._top:.1f}")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._values is not None:
            QToolTip.showText(event.globalPos() + QPoint(0, 8), self._words(event.pos()), self)
            return True
        return super().event(event)

    def _words(self, at: QPoint) -> str:
        assert self._values is not None
        square, (height, width) = self._square(), self._values.shape
        column = int((at.x() - square.left()) / square.width() * width)
        row = int((at.y() - square.top()) / square.height() * height)
        if 0 <= column < width and 0 <= row < height:
            return f"Column {column}, row {row}: {self._values[row, column]:.1f} {self._unit}"
        return f"Standard deviation of each pixel, {self._unit}."
