"""The state pill: a dot and one word, in the colour of the state."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.literal import literal_tip

TINT = 0.12  # of the state's colour behind its word; more of it would leave too little contrast
TONES = {
    "training": "good",
    "finished": "good",
    "paused": "warning",
    "pausing": "warning",
    "stopping": "warning",
    "starting": "accent",
    "silent": "warning",
    "failed": "bad",
    "died": "bad",
}


def tone(state: str) -> str:
    """The colour token of a run's state."""
    return TONES.get(state, "muted")


class StatePill(QWidget):
    """Shows how a run is; the word carries the meaning, the colour helps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = "empty"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, state: str, tip: str = "") -> None:
        """Shows another state; ``tip`` says more about it."""
        self._state = state
        self.setToolTip(literal_tip(tip or state))
        self.setAccessibleName(f"State: {state}")
        self.updateGeometry()
        self.update()

    @property
    def state(self) -> str:
        """The word that is shown."""
        return self._state

    def _font(self) -> QFont:
        return theme.sans(theme.LABEL, QFont.Weight.Medium)

    def sizeHint(self) -> QSize:
        """As wide as its word."""
        return QSize(round(QFontMetricsF(self._font()).horizontalAdvance(self._state)) + 34, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A tinted pill."""
        colour = theme.current().colour(tone(self._state))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.transparent(colour, TINT))
        painter.drawRoundedRect(QRectF(self.rect()), 11, 11)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(13, self.height() / 2), 4, 4)
        painter.setPen(colour)
        painter.setFont(self._font())
        words = QRectF(self.rect()).adjusted(23, 0, -8, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._state)
