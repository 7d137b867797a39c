"""The pad: a map of seeds on which a point is dragged; between four seeds the face is between theirs."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.slider import REST
from explorer.pixels import Pixels, image_of
from stylegan_core.recipe import Latent, grid_seed

PITCH = 64  # logical pixels between two seeds
PICTURE = 54
MARGIN = 0.8  # in steps: the map moves before the point comes nearer to its edge
NEAR = 0.35  # a click this near to a seed means the seed itself
KEPT = 400  # small pictures kept
STORED = "This face is stored as it is, it has no neighbours on the map: change it with Vary, or type a seed."
_KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class SeedPad(ShowsFocus, QWidget):
    """``moving`` carries x and y in steps of the grid on every move, ``committed`` ends the gesture.

    Arrow keys move by 0.05, with Shift by a whole step; Home or a double-click goes back to the seed. ``view_moved``
    tells that other seeds may be in sight: :meth:`missing` names those without a picture.
    """

    moving = Signal(float, float)
    committed = Signal()
    view_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed, self._x, self._y = 0, 0.0, 0.0
        self._centre = QPointF(0.0, 0.0)
        self._pictures: dict[int, QPixmap] = {}
        self._pressed: QPointF | None = None
        self._dragged = False
        self._hollow = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.committed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Pad of seeds")

    def sizeHint(self) -> QSize:
        return QSize(4 * PITCH, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * PITCH, 2 * PITCH)  # a low window shows fewer seeds before its column scrolls

    def set_position(self, latent: Latent) -> None:
        """Shows where a latent lies, without emitting; a stored w has no place and shows a hollow point."""
        hollow = latent.w is not None
        if (latent.seed, latent.x, latent.y, hollow) == (self._seed, self._x, self._y, self._hollow):
            return
        if latent.seed != self._seed:
            self._centre = QPointF(latent.x, latent.y)
        self._seed, self._x, self._y, self._hollow = latent.seed, latent.x, latent.y, hollow
        self._follow_point()
        self.setAccessibleDescription(f"x {latent.x:.2f}, y {latent.y:.2f} around seed {latent.seed}")
        self.update()

    def missing(self) -> list[int]:
        """The seeds in sight that have no picture yet, nearest to the middle first."""
        middle = (round(self._centre.x()), round(self._centre.y()))
        cells = sorted(self._cells(), key=lambda cell: math.dist(cell, middle))
        seeds = [grid_seed(self._seed, column, row) for column, row in cells]
        return [seed for seed in seeds if seed not in self._pictures]

    def show_pixels(self, seed: int, pixels: Pixels) -> None:
        """Shows the face of a seed, uint8 [height, width, 3]."""
        while len(self._pictures) >= KEPT:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[seed] = QPixmap.fromImage(image_of(pixels))
        self.update()

    def clear(self) -> None:
        """Forgets every picture: they belong to another model."""
        self._pictures.clear()
        self.update()

    def _cells(self) -> list[tuple[int, int]]:
        """(column, row) of every seed in sight."""
        across, down = self.width() / 2 / PITCH + 0.45, self.height() / 2 / PITCH + 0.45
        columns = range(math.ceil(self._centre.x() - across), math.floor(self._centre.x() + across) + 1)
        rows = range(math.ceil(self._centre.y() - down), math.floor(self._centre.y() + down) + 1)
        return [(column, row) for row in rows for column in columns]

    def _place(self, x: float, y: float) -> QPointF:
        return QPointF(
            self.width() / 2 + (x - self._centre.x()) * PITCH, self.height() / 2 + (y - self._centre.y()) * PITCH
        )

    def _follow_point(self) -> None:
        """Moves the map just so far that the point keeps its distance from the edge."""
        room_x = max(0.0, self.width() / 2 / PITCH - MARGIN)
        room_y = max(0.0, self.height() / 2 / PITCH - MARGIN)
        before = QPointF(self._centre)
        self._centre.setX(min(max(self._centre.x(), self._x - room_x), self._x + room_x))
        self._centre.setY(min(max(self._centre.y(), self._y - room_y), self._y + room_y))
        if before != self._centre:
            self.view_moved.emit()

    def _go(self, x: float, y: float) -> None:
        x, y = round(x, 3), round(y, 3)
        if (x, y, False) != (self._x, self._y, self._hollow):
            self._x, self._y, self._hollow = x, y, False
            self._follow_point()
            self.update()
            self.moving.emit(x, y)

    def _under(self, at: QPointF) -> tuple[float, float]:
        return (
            self._centre.x() + (at.x() - self.width() / 2) / PITCH,
            self._centre.y() + (at.y() - self.height() / 2) / PITCH,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._rest.stop()
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        if not self._dragged and (event.position() - self._pressed).manhattanLength() < 4:
            return
        self._dragged = True
        self._go(*self._under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._dragged:
            x, y = self._under(self._pressed)
            near = math.dist((x, y), (round(x), round(y))) < NEAR
            self._go(round(x), round(y)) if near else self._go(x, y)
            self._rest.start()  # it may be the first half of a double-click, which goes back: both are one gesture
        else:
            self.committed.emit()
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._rest.stop()
            self._pressed = None
            self._go(0.0, 0.0)
            self.committed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.05
        across, down = _KEYS.get(Qt.Key(event.key()), (0, 0))
        if across or down:
            self._go(self._x + across * step, self._y + down * step)
        elif event.key() == Qt.Key.Key_Home:
            self._go(0.0, 0.0)
        else:
            super().keyPressEvent(event)
            return
        self._rest.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_point()
        self.view_moved.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(box, 8, 8)
        painter.fillPath(path, colours.colour("well"))
        painter.save()
        painter.setClipPath(path)
        for column, row in self._cells():
            self._paint_seed(painter, column, row)
        painter.restore()
        painter.setPen(QPen(colours.colour("accent" if self.hasFocus() else "line"), 1))
        painter.drawRoundedRect(box, 8, 8)
        self._paint_point(painter, self._place(self._x, self._y))

    def _paint_seed(self, painter: QPainter, column: int, row: int) -> None:
        middle = self._place(column, row)
        square = QRectF(middle.x() - PICTURE / 2, middle.y() - PICTURE / 2, PICTURE, PICTURE)
        path = QPainterPath()
        path.addRoundedRect(square, 5, 5)
        picture = self._pictures.get(grid_seed(self._seed, column, row))
        weight = max(0.0, 1 - abs(column - self._x)) * max(0.0, 1 - abs(row - self._y))
        painter.setOpacity((0.5 + 0.5 * weight) * (1.0 if self.isEnabled() else 0.5))
        painter.fillPath(path, theme.current().colour("raised"))
        if picture is not None:
            painter.save()
            painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
            painter.drawPixmap(square.toRect().adjusted(0, 0, 1, 1), picture)
            painter.restore()
        painter.setOpacity(1.0)

    def _paint_point(self, painter: QPainter, at: QPointF) -> None:
        colours = theme.current()
        accent = colours.colour("accent" if self.isEnabled() else "dim")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.transparent(accent, 0.35))
        painter.drawEllipse(at, 14, 14)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._hollow else accent)
        painter.setPen(QPen(colours.colour("handle"), 2.5))
        painter.drawEllipse(at, 7, 7)
