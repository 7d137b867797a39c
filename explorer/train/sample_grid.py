"""The pictures of one snapshot in a grid, as large as there is room; one of them is the face that is followed."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.literal import literal_tip
from explorer.pixels import Pixels, image_of

GAP = 3
LEAST_HEIGHT = 180  # pixels
TIP = "A click chooses the face that is followed through time."
HARD = 3  # from this enlargement on pixels stay hard; below, uneven ones would disturb more than a blur
WORTH_IT = 0.85  # of the room, to make all pixels of a picture equally large
FULL_ROWS = 0.85  # of the largest possible side, to have no gap in the last row


class SampleGrid(QWidget):
    """Square pictures in rows and columns, as large as there is room; a click or the arrow keys choose one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self._tile = self._native = 1
        self._count = QPoint(8, 4)
        self.face = 0
        self.classes: tuple[str, ...] = ()  # drawn in turn, by a network that knows classes
        self.setMinimumSize(220, LEAST_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(TIP)
        self.setAccessibleName("Samples")

    def sizeHint(self) -> QSize:
        """Room for a few rows."""
        return QSize(420, 360)

    def show_grid(self, pixels: Pixels | None, tile: int, native: int = 1) -> None:
        """Shows uint8 [rows · tile, columns · tile, 3], drawn at ``native``² each; None empties the grid."""
        if pixels is None:
            self._pixmap = None
        else:
            self._pixmap = QPixmap.fromImage(image_of(pixels))
            self._tile, self._native = max(tile, 1), max(native, 1)
            self._count = QPoint(max(pixels.shape[1] // tile, 1), max(pixels.shape[0] // tile, 1))
        self.update()

    def cells(self) -> list[QRect]:
        """Where each picture stands, row after row; whole multiples of the tile where it is enlarged enough."""
        columns, count = self._best_columns(), self._count.x() * self._count.y()
        rows = -(-count // columns)
        side = self._side(columns, rows)
        left = (self.width() - columns * (side + GAP) + GAP) // 2
        return [QRect(left + i % columns * (side + GAP), i // columns * (side + GAP), side, side) for i in range(count)]

    def _side(self, columns: int, rows: int) -> int:
        side = self._room(columns, rows)
        ratio = self.devicePixelRatioF()
        snapped = int(side * ratio) // self._native * self._native / ratio
        return max(int(snapped) if snapped > WORTH_IT * side else side, 8)

    def _room(self, columns: int, rows: int) -> int:
        """The side of a picture before its pixels are made equally large."""
        return min((self.width() + GAP) // columns, (self.height() + GAP) // rows) - GAP

    def _best_columns(self) -> int:
        """The number of columns that lets the pictures be largest; full rows where that costs little.

        It does not depend on the level, so that every face keeps its place while the network grows.
        """
        count = self._count.x() * self._count.y()
        sides = {columns: self._room(columns, -(-count // columns)) for columns in range(1, count + 1)}
        best = max(sides, key=lambda columns: (sides[columns], -columns))
        full = max((c for c in sides if count % c == 0), key=lambda columns: (sides[columns], -columns))
        return full if sides[full] >= FULL_ROWS * sides[best] else best

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Small pictures are enlarged without blurring, large ones scaled smoothly."""
        tokens = theme.current()
        painter = QPainter(self)
        cells = self.cells()
        if self._pixmap is None:
            for cell in cells:
                painter.fillRect(cell, tokens.colour("raised"))
            return
        blurred = cells[0].width() * self.devicePixelRatioF() < HARD * self._native
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, blurred)
        for index, cell in enumerate(cells):
            row, column = divmod(index, self._count.x())
            source = QRect(column * self._tile, row * self._tile, self._tile, self._tile)
            painter.drawPixmap(cell, self._pixmap, source)
        if 0 <= self.face < len(cells):
            painter.setPen(QPen(tokens.colour("accent"), 2))
            painter.drawRect(cells[self.face].adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the face under the mouse."""
        face = self._face_at(event.position().toPoint())
        if face is not None:
            self.choose(face)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, right, up and down choose another face."""
        columns = self._best_columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self.face + step < len(self.cells()):
            self.choose(self.face + step)

    def event(self, event: QEvent) -> bool:
        """The tooltip names the class of the face below the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.classes:
            face = self._face_at(event.pos())
            if face is not None:
                words = literal_tip(f"{self.classes[face % len(self.classes)]}\n{TIP}")
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    def _face_at(self, point: QPoint) -> int | None:
        return next((index for index, cell in enumerate(self.cells()) if cell.contains(point)), None)

    def choose(self, face: int) -> None:
        """Follows another face."""
        self.face = face
        self.chosen.emit(face)
        self.update()
