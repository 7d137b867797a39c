"""The track of a film: its time from left to right, a tick for each key, and where it is now, to be dragged."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.slider import REST
from stylegan_core.film.music import ACCENTS, Music

_RADIUS, _EDGE = 6, 8
HEIGHT = 20
BAR, BETWEEN = 2, 1  # pixels of what shows how hard the music sounds


class FilmTrack(ShowsFocus, QWidget):
    """``moved`` carries the second that is wanted, ``rested`` ends a gesture."""

    moved = Signal(float)
    rested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: tuple[float, ...] = (0.0,)
        self._step = 1 / 30
        self._music: Music | None = None
        self.seconds = 0.0
        self._pressed = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.rested)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Film position")
        self.setToolTip(
            "Drag to look at any moment of the film; the arrow keys go frame by frame, Page Up and Down key by key."
        )

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    @property
    def total(self) -> float:
        """How long the film is, in seconds."""
        return self._times[-1]

    def set_times(self, times: Sequence[float], fps: int) -> None:
        """The seconds at which the keys stand, and the end of the film last."""
        self._times, self._step = tuple(times) or (0.0,), 1 / fps
        self.set_seconds(min(self.seconds, self.total))

    def set_music(self, music: Music | None) -> None:
        """Shows how hard it sounds behind the line; None: nothing."""
        if music is not self._music:
            self._music = music
            self.update()

    def time_of(self, key: int) -> float:
        """The second at which a key stands."""
        return self._times[min(key, len(self._times) - 1)]

    def set_seconds(self, seconds: float) -> None:
        """Shows a moment without emitting."""
        self.seconds = seconds
        self.setAccessibleDescription(f"{seconds:.1f} of {self.total:.1f} seconds")
        self.update()

    def _x(self, seconds: float) -> float:
        return _EDGE + (seconds / self.total if self.total else 0.0) * (self.width() - 2 * _EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, middle = theme.current(), self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.colour("line"))
        painter.drawRoundedRect(QRectF(_EDGE - 2, middle - 2, self.width() - 2 * _EDGE + 4, 4), 2, 2)
        if not self.isEnabled():
            return
        self._paint_music(painter)
        here = self._x(self.seconds)
        painter.setBrush(colours.colour("accent"))
        painter.drawRoundedRect(QRectF(_EDGE - 2, middle - 2, here - _EDGE + 2, 4), 2, 2)
        for time in self._times:
            painter.setBrush(colours.colour("accent" if time <= self.seconds else "muted"))
            painter.drawRoundedRect(QRectF(self._x(time) - 1, middle - 5, 2, 10), 1, 1)
        painter.setBrush(colours.colour("handle"))
        painter.setPen(QPen(colours.colour("accent" if self.hasFocus() else "muted"), 1.5 if self.hasFocus() else 1))
        painter.drawEllipse(QPointF(here, middle), _RADIUS, _RADIUS)

    def _paint_music(self, painter: QPainter) -> None:
        """Bars around the line, as high as the accents within them."""
        if self._music is None or not self.total:
            return
        accents, start, step = self._music.accents, self._music.start, BAR + BETWEEN
        each = self.total / max(self.width() - 2 * _EDGE, 1) * ACCENTS
        for x in range(0, self.width() - 2 * _EDGE, step):
            first = round(start * ACCENTS + x * each)
            loud = max(accents[first : max(round(first + step * each), first + 1)], default=0) / 255
            passed = x / max(self.width() - 2 * _EDGE, 1) * self.total <= self.seconds
            painter.setBrush(theme.current().colour("accent" if passed else "dim"))
            height = 1 + loud * (self.height() - 5)
            painter.drawRect(QRectF(_EDGE + x, (self.height() - height) / 2, BAR, height))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = True
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            self.rested.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.go(0.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now, near = self.seconds, self._step / 2
        places = {
            Qt.Key.Key_Right: now + self._step,
            Qt.Key.Key_Left: now - self._step,
            Qt.Key.Key_PageDown: next((time for time in self._times if time > now + near), self.total),
            Qt.Key.Key_PageUp: next((time for time in reversed(self._times) if time < now - near), 0.0),
            Qt.Key.Key_End: self.total,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_Delete: 0.0,
        }
        wanted = places.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.go(wanted)

    def go(self, seconds: float) -> None:
        """Goes to a moment as one gesture."""
        self._move(seconds)
        self._rest.start()

    def _follow(self, event: QMouseEvent) -> None:
        part = (event.position().x() - _EDGE) / max(self.width() - 2 * _EDGE, 1)
        self._move(part * self.total)

    def _move(self, seconds: float) -> None:
        self.set_seconds(min(max(seconds, 0.0), self.total))
        self.moved.emit(self.seconds)
