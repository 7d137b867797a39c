"""Pills: small dark labels that lie over the picture and stay readable on any of it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme

_PRESSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BACK, _TEXT = QColor(10, 11, 14, 215), QColor("#e9ebf1")


class Pill(QWidget):
    """A word or number on a dark rounded ground; ``dot`` is a theme token for a coloured mark before it."""

    clicked = Signal()

    def __init__(self, text: str = "", mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._dot, self._live = text, "", False
        self._font = theme.mono(theme.SMALL) if mono else theme.sans(theme.SMALL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(self._font)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    @property
    def dot(self) -> str:
        """The token of its mark; empty without one."""
        return self._dot

    def say(self, text: str, dot: str = "") -> None:
        """Changes text and mark; an empty text hides the pill."""
        if (text, dot) == (self._text, self._dot):
            return
        self._text, self._dot = text, dot
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.resize(self.sizeHint())
        self.update()

    def set_clickable(self, clickable: bool) -> None:
        """Turns the pill into a button, for the mouse and the keyboard."""
        self._live = clickable
        self.setCursor(Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if clickable else Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._font).horizontalAdvance(self._text)
        return QSize(width + 16 + (12 if self._dot else 0), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.current().colour("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(_BACK)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
        left = 8
        if self._dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.DARK.colour(self._dot))
            painter.drawEllipse(QPointF(13, self.height() / 2), 3, 3)
            left = 20
        painter.setFont(self._font)
        painter.setPen(_TEXT)
        painter.drawText(self.rect().adjusted(left, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, self._text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._live and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._live and event.key() in _PRESSING and not event.isAutoRepeat():
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
