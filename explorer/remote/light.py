"""The light in the footer while something is listened to: it glows when a message comes, a click opens the dialog."""

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from explorer.controls.dot import dot_size, paint_dot
from explorer.controls.focus import ShowsFocus

GLOW = 180  # milliseconds
TIP = "Remote control is on: other programs or a controller can steer the window. A click shows what came in."


class RemoteLight(ShowsFocus, QAbstractButton):
    """A dot and a few words; hidden while nothing is listened to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glows = QTimer(self, singleShot=True, interval=GLOW)
        self._glows.timeout.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(TIP)
        self.show_words("")

    @property
    def glowing(self) -> bool:
        """Whether a message has come just now."""
        return self._glows.isActive()

    def show_words(self, words: str) -> None:
        """What is listened to; nothing hides the light."""
        self.setText(words)
        self.setAccessibleName(f"Remote control: {words or 'off'}")
        self.setVisible(bool(words))
        self.updateGeometry()

    def glow(self) -> None:
        """A message has come."""
        if not self._glows.isActive():
            self.update()
        self._glows.start()

    def sizeHint(self) -> QSize:
        return dot_size(self.text())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = "text" if self.hasFocus() or self.underMouse() else "muted"
        paint_dot(self, "accent" if self.glowing else "dim", self.text(), ink)
