"""The style below the style sheet: Fusion, with the tick of a check box in a colour of the palette.

A picture named in the style sheet is read once, with the colours it was drawn in, and stays as it is in another theme.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleFactory, QStyleOption, QWidget

BOXES = (QStyle.PrimitiveElement.PE_IndicatorCheckBox, QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck)
TICK = ((0.25, 0.53), (0.44, 0.70), (0.77, 0.34))  # of the side of the box
RADIUS, THICK = 4.0, 1.8  # pixels


class TickStyle(QProxyStyle):
    """Draws the boxes of check boxes and of lists whose items are ticked; everything else is Fusion's."""

    def __init__(self) -> None:
        super().__init__(QStyleFactory.create("Fusion"))

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element in BOXES:
            _draw_box(option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)


def _draw_box(option: QStyleOption, painter: QPainter) -> None:
    palette = QApplication.palette()  # a list's own has the colours of its selection
    usable = bool(option.state & QStyle.StateFlag.State_Enabled)
    on = bool(option.state & QStyle.StateFlag.State_On)
    box = QRectF(option.rect)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = palette.highlight() if on and usable else palette.placeholderText() if usable else palette.mid()
    painter.setPen(QPen(edge, 1))
    painter.setBrush(palette.highlight() if on and usable else palette.button())
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 0.5, RADIUS - 0.5)
    if on:
        ink = QPalette.ColorRole.HighlightedText if usable else QPalette.ColorRole.Dark
        painter.setPen(QPen(palette.brush(ink), THICK, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        places = [box.topLeft() + QPointF(x * box.width(), y * box.height()) for x, y in TICK]
        painter.drawPolyline(QPolygonF(places))
    painter.restore()
