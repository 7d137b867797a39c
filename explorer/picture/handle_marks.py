"""How a handle is painted: light with a dark rim, so that it is seen on any picture and in both themes."""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from explorer import theme

RADIUS, CHOSEN = 6.0, 8.0  # pixels of a handle's ring
TARGET = 4.5
HEAD = 9.0  # pixels of the arrow's head
LEAST = 10.0  # pixels between handle and target, from which an arrow is painted
RIM, LIGHT = QColor(10, 11, 14, 190), QColor("#ffffff")


def paint_handle(painter: QPainter, here: QPointF, target: QPointF, *, chosen: bool) -> None:
    """A ring where the handle is, and where it has another target an arrow to a full dot; the chosen one is larger."""
    accent = theme.DARK.colour("accent")
    way = target - here
    far = math.hypot(way.x(), way.y())
    if far >= LEAST:
        _paint_arrow(painter, here + way * (RADIUS / far), target - way * (TARGET / far), way / far)
    if far >= 1:
        _paint_dot(painter, target, TARGET, accent)
    ring = CHOSEN if chosen else RADIUS
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((RIM, 5.0), (LIGHT, 2.2)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(here, ring, ring)
    _paint_dot(painter, here, 2.2, accent if chosen else LIGHT)


def _paint_dot(painter: QPainter, where: QPointF, radius: float, colour: QColor) -> None:
    painter.setBrush(colour)
    for rim, width, size in ((RIM, 3.0, radius + 0.8), (LIGHT, 1.4, radius)):
        painter.setPen(QPen(rim, width))
        painter.drawEllipse(where, size, size)


def _paint_arrow(painter: QPainter, begin: QPointF, end: QPointF, way: QPointF) -> None:
    across = QPointF(-way.y(), way.x())
    foot = end - way * HEAD
    head = QPolygonF([end, foot + across * (HEAD / 2), foot - across * (HEAD / 2)])
    for colour, width in ((RIM, 5.0), (LIGHT, 2.2)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(colour)
        painter.drawLine(begin, foot)
        painter.setPen(QPen(colour, max(width - 2.0, 0.5)))
        painter.drawPolygon(head)
