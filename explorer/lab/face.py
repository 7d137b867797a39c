"""The present picture in a square of its own, for orientation."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme

RADIUS = 6
STEPS = 3  # from this enlargement on pixel by pixel


def paint_square(painter: QPainter, box: QRectF, image: QImage | None, stale: bool) -> None:
    """An image that fills a square with round corners, dimmed where it is stale; the empty well for None."""
    path = QPainterPath()
    path.addRoundedRect(box, RADIUS, RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, theme.current().colour("well"))
    if image is None or image.isNull():
        return
    painter.save()
    painter.setClipPath(path)
    painter.setOpacity(0.45 if stale else 1.0)
    small = box.width() * painter.device().devicePixelRatioF() < STEPS * image.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
    painter.drawImage(box, image)
    painter.restore()


class Face(QWidget):
    """A small square with the picture."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.image: QImage | None = None
        self._stale = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Picture")
        self.setToolTip("The picture that the layers draw.")

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def show_image(self, image: QImage | None, stale: bool) -> None:
        """Shows the picture, dimmed while it is older than the recipe."""
        self.image, self._stale = image, stale
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = min(self.width(), self.height())
        paint_square(painter, QRectF(0, 0, side, side), self.image, self._stale)
