"""The pictures of a sweep as a table to look at and to choose from: a row for each face, a column for each value."""

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.literal import literal_tip, with_capital
from explorer.controls.source_words import source_words
from explorer.lab.face import paint_square
from explorer.pixels import Pixels, image_of
from stylegan_core.lab.sweep_plan import Sweep
from stylegan_core.recipe import Recipe

GAP, LABEL, VALUE = 4, 66, 20  # pixels between pictures, for a row's face, for a column's value
LEAST, ENOUGH, MOST = 48, 64, 256  # pixels of a picture; from enough on, rows scroll rather than shrink further
_MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PictureTable(ShowsFocus, QWidget):
    """One face alone fills the room in several lines; ``chosen`` carries the index of a picture.

    ``moved`` comes where the keys have gone to another one, which is to be seen then.
    """

    chosen = Signal(int)
    moved = Signal(QRect)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sweep: Sweep | None = None
        self.images: list[QImage | None] = []
        self.current = 0
        self.words: Callable[[int], str] = self.place_words  # what a tooltip says of a picture
        self._room = QSize(800, 500)  # what is seen at once
        self._rows: tuple[Recipe, ...] = ()
        self._across, self._side = 1, LEAST  # pictures in a line, pixels of each
        self._fresh, self._hovered = 0, -1
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # until there is a sweep
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Pictures of the sweep")

    def show_sweep(self, sweep: Sweep | None) -> None:
        """The pictures of another sweep are to come; those at the same places stay until then."""
        before = len(self._rows), len(self.images)
        self.sweep, self._fresh = sweep, 0
        self._rows = sweep.rows if sweep is not None else ()
        count = len(self._rows) * len(sweep.values) if sweep is not None else 0
        if (len(self._rows), count) != before:
            self.images = [None] * count
            self.current = sweep.middle if sweep is not None else 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if count else Qt.FocusPolicy.NoFocus)
        self._describe()
        self._fit()

    def clear(self) -> None:
        """No pictures: those of another network must not stay."""
        self.images = [None] * len(self.images)
        self._fresh = 0
        self.update()

    def show_pixels(self, index: int, pixels: Pixels) -> None:
        """One more picture is there; they come in their order."""
        if index < len(self.images):
            self.images[index] = image_of(pixels)
            self._fresh = index + 1
            self._repaint(index)

    def set_stale(self) -> None:
        """All pictures are older than what is asked for."""
        self._fresh = 0
        self.update()

    def fit(self, room: QSize) -> None:
        """Pictures as large as they can be with all of them seen at once, if that is not too small."""
        self._room = room
        self._fit()

    def box(self, index: int) -> QRectF:
        """Where a picture is."""
        side = self._side
        row, column = divmod(index, self._across)
        pitch = side + GAP
        if self._alone:
            return QRectF(column * pitch, row * (pitch + VALUE), side, side)
        return QRectF(LABEL + column * pitch, VALUE + row * pitch, side, side)

    def index_at(self, place: QPointF) -> int:
        """The picture at a place, -1 for none."""
        return next((at for at in range(len(self.images)) if self.box(at).contains(place)), -1)

    def place_words(self, index: int) -> str:
        """Which picture it is: "seed 3 at +1.5 σ"."""
        assert self.sweep is not None
        row, column = divmod(index, len(self.sweep.values))
        return f"{source_words(self._rows[row].latent)} at {self.sweep.words(column)}"

    @property
    def _alone(self) -> bool:
        return len(self._rows) == 1

    def _fit(self) -> None:
        """Chooses how large pictures are, and how many of one face stand in a line."""
        count = len(self.sweep.values) if self.sweep is not None else 1
        if self._alone:
            self._across = max(range(1, count + 1), key=lambda across: (self._side_alone(across), -across))
            self._side = self._side_alone(self._across)
        else:
            wide = (self._room.width() - LABEL) // count - GAP
            high = (self._room.height() - VALUE) // max(1, len(self._rows)) - GAP
            self._across, self._side = count, max(LEAST, min(wide, MOST, max(high, ENOUGH)))
        self.setMinimumWidth(0 if self._alone else LABEL + count * (self._side + GAP))
        last = self.box(len(self.images) - 1) if self.images else QRectF()
        self.setFixedHeight(max(1, round(last.bottom()) + (VALUE if self._alone else 0) + 2))
        self.update()

    def _side_alone(self, across: int) -> int:
        """The side of the pictures of one face in lines of so many."""
        lines = math.ceil(len(self.images) / across)
        wide, high = self._room.width() // across - GAP, self._room.height() // lines - GAP - VALUE
        return max(LEAST, min(wide, high, MOST))

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        sweep = self.sweep
        if sweep is None:
            return
        painter = QPainter(self)
        seen = QRectF(event.rect())
        for at, image in enumerate(self.images):
            box = self.box(at)
            if box.intersects(seen):
                paint_square(painter, box, image, at >= self._fresh)
                self._paint_frame(painter, at, box)
        painter.setFont(theme.mono(theme.SMALL))
        for column in range(len(sweep.values)):
            box = self.box(column)
            top = box.bottom() + 1 if self._alone else 0.0
            painter.setPen(theme.current().colour("text" if column == sweep.middle else "muted"))
            painter.drawText(
                QRectF(box.left(), top, box.width(), VALUE), Qt.AlignmentFlag.AlignCenter, sweep.words(column)
            )
        painter.setPen(theme.current().colour("muted"))
        for row, recipe in enumerate(self._rows if not self._alone else ()):
            box = self.box(row * len(sweep.values))
            place = QRectF(0, box.top(), LABEL - 8, box.height())
            words = str(recipe.latent.seed) if sweep.seeds else source_words(recipe.latent)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_frame(self, painter: QPainter, at: int, box: QRectF) -> None:
        current = at == self.current and self.hasFocus()
        if current or at == self._hovered:
            painter.setPen(QPen(theme.current().colour("accent" if current else "text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.index_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self._repaint(at, self.current)
            self.current = at
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {**_MOVES, Qt.Key.Key_Up: -self._across, Qt.Key.Key_Down: self._across}
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.images:
            self.chosen.emit(self.current)
        elif key in moves and 0 <= self.current + moves[key] < len(self.images):
            before = self.current
            self.current += moves[key]
            self.moved.emit(self.box(self.current).toRect())
            self._describe()
            self._repaint(before, self.current)
        elif key not in moves:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.index_at(QPointF(event.pos()))
            if at >= 0:
                words = f"{with_capital(self.words(at))}. Click it to go on from it in Explore."
                QToolTip.showText(event.globalPos() + QPoint(0, 8), literal_tip(words), self, self.box(at).toRect())
            return True
        return super().event(event)

    def _hover(self, at: int) -> None:
        if at != self._hovered:
            self._repaint(at, self._hovered)
            self._hovered = at
            self.setCursor(Qt.CursorShape.PointingHandCursor if at >= 0 else Qt.CursorShape.ArrowCursor)

    def _repaint(self, *indices: int) -> None:
        """Paints some pictures anew, and nothing else."""
        for at in indices:
            if 0 <= at < len(self.images):
                self.update(self.box(at).toAlignedRect())

    def _describe(self) -> None:
        if self.sweep is not None and self.images:
            self.setAccessibleDescription(self.place_words(self.current))
