"""Thumbnails: small pictures with captions that are clicked, chosen, starred, and framed in a band's colour."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QGridLayout, QSizePolicy, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.pixels import Pixels, image_of

LEAST_NAMED = 48  # pixels of a side below which a name cannot be read


class Thumbnail(QAbstractButton):
    """One small picture; ``frame`` is a band's name, "accent" or "" for none."""

    drag_started = Signal()
    menu_asked = Signal(QPoint)
    name_asked = Signal()  # by a double-click or F2

    def __init__(self, size: int = 48, caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size, self._caption, self._frame = size, caption, ""
        self._pixmap: QPixmap | None = None
        self._name = ""
        self._starred = self._stale = self._selected = False
        self._pressed_at: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption or "Picture")

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size + (18 if self._caption else 0))

    @property
    def empty(self) -> bool:
        """True until a picture is shown."""
        return self._pixmap is None

    @property
    def stale(self) -> bool:
        """True while a newer picture is about to replace the one that is shown."""
        return self._stale

    @property
    def pixmap(self) -> QPixmap | None:
        """The picture, or None."""
        return self._pixmap

    def show_pixels(self, pixels: Pixels) -> None:
        """Shows uint8 [height, width, 3] pixels."""
        self.show_pixmap(QPixmap.fromImage(image_of(pixels)))

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        """Shows a pixmap, or the empty well for None."""
        self._pixmap, self._stale = pixmap, False
        self.update()

    def set_caption(self, caption: str) -> None:
        """Changes the small text below and the accessible name."""
        grows = bool(caption) != bool(self._caption)
        self._caption = caption
        self.setAccessibleName(caption or "Picture")
        if grows:
            self.updateGeometry()
        self.update()

    def set_name(self, name: str) -> None:
        """Writes a name across the foot of the picture, as much of it as there is room for; empty for none."""
        self._name = name
        self.update()

    def set_size(self, size: int) -> None:
        """Changes the side length in logical pixels."""
        self._size = size
        self.updateGeometry()
        self.update()

    def set_frame(self, token: str) -> None:
        """Frames the picture in a band's colour ("coarse"), in "accent", or not at all ("")."""
        self._frame = token
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Marks the picture as the one in use."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def set_starred(self, starred: bool) -> None:
        """Shows or hides the star of a favourite."""
        self._starred = starred
        self.update()

    def set_stale(self, stale: bool = True) -> None:
        """Dims a picture that a newer one is about to replace."""
        if stale != self._stale:
            self._stale = stale
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = self._frame or ("accent" if self._selected else "")
        box = QRectF(0, 0, self._size, self._size).adjusted(*((2.0, 2.0, -2.0, -2.0) if frame else (0, 0, 0, 0)))
        path = QPainterPath()
        path.addRoundedRect(box, 5, 5)
        painter.fillPath(path, colours.colour("raised"))
        painter.save()
        painter.setClipPath(path)
        if self._pixmap is not None:
            painter.setOpacity(0.45 if self._stale or not self.isEnabled() else 1.0)
            painter.drawPixmap(box.toRect().adjusted(0, 0, 1, 1) if not frame else box.toRect(), self._pixmap)
        painter.restore()
        self._paint_marks(painter, box, frame)

    def _paint_marks(self, painter: QPainter, box: QRectF, frame: str) -> None:
        colours = theme.current()
        if frame:
            painter.setPen(QPen(colours.colour(frame if self.isEnabled() else "line"), 2))
            painter.drawRoundedRect(QRectF(1, 1, self._size - 2, self._size - 2), 6, 6)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(colours.colour("accent" if self.hasFocus() else "muted"), 1.5))
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)
        if self._starred:
            self._paint_star(painter)
        if self._name and self._size >= LEAST_NAMED:
            self._paint_name(painter, box)
        if self._caption:
            painter.setFont(theme.mono(theme.SMALL))
            token = "dim" if not self.isEnabled() else "text" if self._selected else "muted"
            painter.setPen(colours.colour(token))
            below = QRect(-8, self._size + 2, self._size + 16, 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._caption)

    def _paint_star(self, painter: QPainter) -> None:
        """A star on a dark disc: on its own it would be lost on a face of its colour."""
        wide = 14 if self._size > 48 else 11
        disc = QRectF(self._size - wide - 6, 2, wide + 4, wide + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.transparent(theme.DARK.colour("well"), 0.7))
        painter.drawEllipse(disc)
        star = icons.pixmap("star-full", theme.DARK.colour("coarse"), wide, self.devicePixelRatioF())
        painter.drawPixmap(disc.topLeft() + QPointF(2, 2), star)

    def _paint_name(self, painter: QPainter, box: QRectF) -> None:
        foot = box.adjusted(2, box.height() - 16, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.transparent(theme.DARK.colour("well"), 0.75))
        painter.drawRoundedRect(foot, 3, 3)
        painter.setFont(theme.sans(theme.SMALL))
        painter.setPen(theme.DARK.colour("text"))
        room = foot.adjusted(3, 0, -3, 0)
        words = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.receivers("2name_asked()"):
            self.name_asked.emit()
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.receivers("2name_asked()"):
            self.name_asked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is not None:
            moved = (event.position().toPoint() - start).manhattanLength()
            if moved >= QApplication.startDragDistance() and self.receivers("2drag_started()"):
                self._pressed_at = None
                self.setDown(False)
                self.drag_started.emit()
                return
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())


class ThumbnailGrid(QWidget):
    """A grid of ``count`` thumbnails in ``columns``; one row makes a strip. ``chosen`` carries the index."""

    chosen = Signal(int)

    def __init__(
        self, count: int, columns: int, size: int = 48, spacing: int = 6, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.thumbnails: list[Thumbnail] = []
        self._columns, self._size = columns, size
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(spacing)
        self._grid.setColumnStretch(columns, 1)
        for index in range(count):
            thumbnail = Thumbnail(size)
            thumbnail.clicked.connect(lambda _=False, at=index: self.chosen.emit(at))
            self._grid.addWidget(thumbnail, index // columns, index % columns)
            self.thumbnails.append(thumbnail)

    def set_captions(self, captions: list[str]) -> None:
        """One caption each; also their accessible names."""
        for thumbnail, caption in zip(self.thumbnails, captions, strict=True):
            thumbnail.set_caption(caption)

    def show_pixels(self, index: int, pixels: Pixels) -> None:
        """Shows uint8 [height, width, 3] pixels in one place."""
        self.thumbnails[index].show_pixels(pixels)

    def select(self, index: int | None) -> None:
        """Marks one thumbnail as the one in use, or none."""
        for at, thumbnail in enumerate(self.thumbnails):
            thumbnail.set_selected(at == index)

    def set_stale(self, stale: bool = True) -> None:
        """Dims all of them until new pictures come."""
        for thumbnail in self.thumbnails:
            thumbnail.set_stale(stale)

    def clear(self) -> None:
        """Empties all of them: the pictures of another model must not stay."""
        for thumbnail in self.thumbnails:
            thumbnail.show_pixmap(None)

    def resizeEvent(self, event: object) -> None:
        """Fits the pictures into the width that is there."""
        room = (self.width() - (self._columns - 1) * self._grid.horizontalSpacing()) // self._columns
        size = max(24, min(self._size, room))
        for thumbnail in self.thumbnails:
            if thumbnail.sizeHint().width() != size:
                thumbnail.set_size(size)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._columns * 30, super().minimumSizeHint().height())
