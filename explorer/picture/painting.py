"""How the picture is painted: with round corners over its shadow, or bare, and with a rim that says something of it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen

from explorer import theme
from explorer.picture.compare import Wipe
from explorer.picture.fit import Fit

RADIUS = 10


def paint_picture(painter: QPainter, image: QImage, found: Fit, wipe: Wipe, bare: bool) -> None:
    """Paints an image where it lies, and over it what it is compared with."""
    radius = 0 if bare else RADIUS
    if not bare:
        _paint_shadow(painter, found.box)
    path = QPainterPath()
    path.addRoundedRect(found.box, radius, radius)
    painter.save()
    painter.setClipPath(path)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not found.whole)
    painter.drawImage(found.box, image)
    wipe.paint(painter, found.box, image)
    painter.restore()


def paint_rim(painter: QPainter, box: QRectF, role: str, bare: bool) -> None:
    """A line around the picture in a colour of the theme; inside where the picture may reach the edge of the screen."""
    outside, radius = (-1, 0) if bare else (2, RADIUS + 2)
    painter.setPen(QPen(theme.current().colour(role), 2))
    painter.drawRoundedRect(box.adjusted(-outside, -outside, outside, outside), radius, radius)


def _paint_shadow(painter: QPainter, box: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    dark = theme.current().name == "dark"
    for spread in range(10, 0, -2):
        painter.setBrush(theme.transparent(theme.DARK.colour("well"), 0.10 if dark else 0.02))
        painter.drawRoundedRect(box.adjusted(-spread, 4 - spread, spread, 4 + spread), RADIUS + spread, 10 + spread)
