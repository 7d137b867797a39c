"""A coloured dot and a few words beside it, as widgets show them that tell a state."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from explorer import theme

HEIGHT, MARGIN = 20, 18  # pixels; of the width, what is not words


def dot_size(words: str) -> QSize:
    """The room that a dot and these words take."""
    return QSize(QFontMetrics(theme.sans(theme.LABEL)).horizontalAdvance(words) + MARGIN, HEIGHT)


def paint_dot(widget: QWidget, dot: str, words: str, ink: str) -> None:
    """Paints both on a widget, in colours of the theme by their tokens."""
    colours = theme.current()
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.colour(dot))
    painter.drawEllipse(QPointF(4.5, widget.height() / 2), 3.5, 3.5)
    painter.setPen(colours.colour(ink))
    painter.setFont(theme.sans(theme.LABEL))
    painter.drawText(widget.rect().adjusted(15, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
