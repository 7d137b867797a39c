"""The picture: large, sharp, with the marks that say how exact and how fresh it is; dragging on it moves the latent."""

from collections import OrderedDict
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from explorer import theme
from explorer.controls.pill import Pill
from explorer.controls.thumbnails import image_of
from explorer.jobs import Frame
from explorer.session import Session
from stylegan_core.recipe import Recipe

MARGIN, PILL_ROOM, RADIUS = 18, 30, 10
KEPT = 24  # exact pictures kept to show the other side of A/B at once
LEAST_STEP = 3  # whole-step enlargement from this factor on, where it uses most of the room
GRID_STEPS = 2.0  # steps on the grid of seeds for a drag across the whole picture
LATE = 120  # milliseconds after which an old picture says so in words


class PictureView(QWidget):
    """Shows frames of the session's recipe, the other side of A/B while asked, and what the pad drag does."""

    menu_asked = Signal(QPoint)
    comparing = Signal(object)  # Recipe to draw for the other side, or None when the key is let go
    smooth_changed = Signal(bool)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._frame: Frame | None = None
        self._image: QImage | None = None
        self._kept: OrderedDict[tuple[str, Recipe], QImage] = OrderedDict()
        self._other: Recipe | None = None
        self._smooth = False
        self._message = ""
        self._grip: tuple[QPointF, float, float] | None = None
        self._dragging = self._tabbed_to = False
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._mark)
        self._precision, self._time = Pill(parent=self), Pill(mono=True, parent=self)
        self._compare, self._zoom = Pill(parent=self), Pill(parent=self)
        self._set_up()
        session.recipe_changed.connect(self._recipe_changed)

    def sizeHint(self) -> QSize:
        return QSize(720, 720)

    def minimumSizeHint(self) -> QSize:
        # The picture itself keeps at least 520 pixels at 1280×720.
        return QSize(520 + 2 * 6, 420)

    @property
    def frame(self) -> Frame | None:
        """The frame on screen."""
        return self._frame

    @property
    def image(self) -> QImage | None:
        """The picture on screen at its own size."""
        return self._image

    @property
    def stale(self) -> bool:
        """True while the picture is older than the recipe."""
        return self._frame is not None and self._frame.recipe != self._wanted()

    @property
    def smooth(self) -> bool:
        """Whether whole-step enlargement is given up for smooth."""
        return self._smooth

    def show_frame(self, frame: Frame) -> None:
        """Shows a frame; exact ones are kept for A/B."""
        image = image_of(frame.pixels)
        if frame.precision == "exact":
            self._keep(frame, image)
        if self._other is not None and frame.recipe != self._other:
            return
        self._frame, self._image, self._message = frame, image, ""
        self._mark()
        self._place_pills()
        self.update()

    def show_message(self, message: str) -> None:
        """Says in the middle what is going on; used while there is no picture yet."""
        self._message = message
        self.update()

    def forget(self) -> None:
        """Another model: its predecessor's pictures are no longer comparable, the last stays until the next comes."""
        self._kept.clear()
        self._mark()

    def set_smooth(self, smooth: bool) -> None:
        """Enlarges smoothly instead of pixel by pixel."""
        if smooth != self._smooth:
            self._smooth = smooth
            self._place_pills()
            self.update()
            self.smooth_changed.emit(smooth)

    def compare(self, other: bool) -> None:
        """Shows the recipe before the last change while ``other``, else the current one."""
        before = self._session.previous_recipe if other else None
        if other and (before is None or self._other is not None):
            return
        if not other and self._other is None:
            return
        self._other = before
        self.comparing.emit(before)
        wanted = self._wanted()
        kept = self._kept.get((self._frame.model_hash, wanted)) if self._frame else None
        if kept is not None and self._frame is not None:
            self._image = kept
            self._frame = replace(self._frame, recipe=wanted, precision="exact", dtype="float32")
        self._mark()
        self.update()

    def _set_up(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Picture")
        self.setAccessibleDescription("Drag to move between neighbouring faces; hold B to see the last change undone.")
        self._precision.setToolTip("How the picture on screen was drawn; a moving hand gets a fast draft.")
        self._time.setToolTip("How long the last picture took to draw.")
        self._compare.setToolTip("Hold B to see the picture before the last change.")
        self._zoom.setToolTip("How much the picture is enlarged. Click for smooth or pixel by pixel.")
        self._zoom.set_clickable(True)
        self._zoom.clicked.connect(lambda: self.set_smooth(not self._smooth))
        for pill in (self._precision, self._time, self._compare, self._zoom):
            pill.hide()

    def _wanted(self) -> Recipe:
        return self._session.recipe if self._other is None else self._other

    def _keep(self, frame: Frame, image: QImage) -> None:
        self._kept[(frame.model_hash, frame.recipe)] = image
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _recipe_changed(self, recipe: Recipe) -> None:
        if self._frame is not None and not self._late.isActive():
            self._late.start()

    def _mark(self) -> None:
        """Writes the pills: precision with a coloured dot, amber while the picture is older than the recipe."""
        frame = self._frame
        if frame is None:
            return
        if self.stale:
            self._precision.say("behind · drawing", "warning")
        else:
            self._late.stop()
            dot = "good" if frame.precision == "exact" else "accent"
            self._precision.say(f"{frame.precision} · {frame.dtype}", dot)
        self._time.say(f"{1000 * frame.seconds:.{1 if frame.seconds < 0.1 else 0}f} ms")
        other = self._other is not None
        can_compare = other or self._session.previous_recipe is not None
        self._compare.say(("A · before" if other else "A/B  hold B") if can_compare else "", "warning" if other else "")
        self._place_pills()

    def picture_rect(self) -> QRectF:
        """Where the picture lies, in logical pixels: whole steps where that uses the room, else as large as fits."""
        if self._image is None:
            return QRectF()
        ratio = self.devicePixelRatioF()
        tight = self.height() < 640
        edge = 6 if tight else MARGIN
        room_w, room_h = self.width() - 2 * edge, self.height() - edge - (edge if tight else PILL_ROOM)
        width, height = self._image.width(), self._image.height()
        fit = min(room_w * ratio / width, room_h * ratio / height)
        steps = int(fit)
        whole = not self._smooth and steps >= LEAST_STEP and steps >= 0.8 * fit
        factor = (steps if whole else max(fit, 0.05)) / ratio
        size = QSize(round(width * factor), round(height * factor))
        left = (self.width() - size.width()) / 2
        top = (edge if tight else PILL_ROOM) + (room_h - size.height()) / 2
        # On the grid of device pixels, so that whole steps stay whole.
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width * factor, height * factor)

    def _whole_steps(self, box: QRectF) -> int:
        """The factor of enlargement where it is whole, else 0."""
        if self._image is None:
            return 0
        factor = box.width() * self.devicePixelRatioF() / self._image.width()
        return round(factor) if abs(factor - round(factor)) < 1e-3 and factor > 0.999 else 0

    def _place_pills(self) -> None:
        box = self.picture_rect()
        if box.isEmpty():
            return
        factor = box.width() * self.devicePixelRatioF() / (self._image.width() if self._image else 1)
        steps = self._whole_steps(box)
        self._zoom.say(f"{steps}× pixels" if steps else f"{factor:.1f}× smooth")
        above = box.top() >= 28
        top = round(box.top() - 26 if above else box.top() + 8)
        left, right = round(box.left() + (0 if above else 8)), round(box.right() - (0 if above else 8))
        for pill in (self._precision, self._time):
            pill.move(left, top)
            left += pill.width() + 6
        for pill in (self._zoom, self._compare):
            right -= pill.width()
            pill.move(right, top)
            right -= 6

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        if self._image is None:
            self._paint_message(painter, colours)
            return
        box = self.picture_rect()
        self._paint_shadow(painter, box)
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._whole_steps(box))
        painter.drawImage(box, self._image)
        painter.restore()
        if self._other is not None or (self._tabbed_to and self.hasFocus()):
            painter.setPen(QPen(colours.colour("warning" if self._other is not None else "accent"), 2))
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)

    def _paint_shadow(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        dark = theme.current().name == "dark"
        for spread in range(10, 0, -2):
            painter.setBrush(theme.transparent(theme.DARK.colour("well"), 0.10 if dark else 0.02))
            painter.drawRoundedRect(box.adjusted(-spread, 4 - spread, spread, 4 + spread), RADIUS + spread, 10 + spread)

    def _paint_message(self, painter: QPainter, colours: theme.Theme) -> None:
        side = min(self.width() - 2 * MARGIN, self.height() - MARGIN - PILL_ROOM, 640)
        box = QRectF((self.width() - side) / 2, PILL_ROOM + (self.height() - PILL_ROOM - MARGIN - side) / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.colour("panel"))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(colours.colour("muted"))
        painter.setFont(theme.sans(14))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(40, 40, -40, -40), int(flags), self._message)

    def resizeEvent(self, event: object) -> None:
        self._place_pills()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        latent = self._session.recipe.latent
        inside = self.picture_rect().contains(event.position())
        if event.button() == Qt.MouseButton.LeftButton and inside and latent.w is None:
            self._grip = (event.position(), latent.x, latent.y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        start, x, y = self._grip
        moved = event.position() - start
        if not self._dragging and moved.manhattanLength() < QApplication.startDragDistance():
            return
        self._dragging = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        side = max(1.0, self.picture_rect().width())
        latent = self._session.recipe.latent
        # The face is pulled along with the hand: moving right brings in what lies to the left.
        here = replace(
            latent,
            x=round(x - GRID_STEPS * moved.x() / side, 3),
            y=round(y - GRID_STEPS * moved.y() / side, 3),
        )
        self._session.edit(latent=here)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._session.commit()
        self._grip, self._dragging = None, False
        self.unsetCursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tabbed_to = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.compare(False)
        self.update()
