"""A coloured dot and a few words beside it, as widgets show them that tell a state."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer import theme

HEIGHT, MARGIN = 20, 18  # pixels; of the width, what is not words
LEAST = QSize(110, HEIGHT)  # for longer words in a narrow window


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
    room = widget.rect().adjusted(15, 0, 0, 0)
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width() + 1)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)


class StateDot(QWidget):
    """A coloured dot and a word: "ready", "drawing", "loading avatars-64"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word, self._token = "", "warning"
        self.say("starting", "warning")

    @property
    def word(self) -> str:
        """What it says."""
        return self._word

    def say(self, word: str, token: str = "good") -> None:
        """Changes word and colour."""
        if (word, token) != (self._word, self._token):
            self._word, self._token = word, token
            self.setAccessibleName(f"State: {word}")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return dot_size(self._word)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint().boundedTo(LEAST)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_dot(self, self._token, self._word, "muted")
