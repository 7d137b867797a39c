"""A rectangle that is drawn over the picture, by mouse or with keys, to say which place of it is meant."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer import theme
from explorer.controls.pill import Pill
from explorer.picture.handle_canvas import ARROWS
from explorer.picture.handle_marks import LIGHT, RIM
from stylegan_core.latents.region import SMALLEST, Region

STEP, FAR = 0.02, 0.1  # of the picture's side, by which an arrow key moves or resizes, and with Ctrl
MIDDLE = Region(0.35, 0.35, 0.65, 0.65)  # where the keys begin
SHADE = 0.45  # of black over what is not meant
BEGIN = "Drag a rectangle over a place, or move this one with the arrow keys and press Return"
DRAWN = "Let go to look for channels"
TIPS = {
    "words": "Arrow keys move the rectangle, with Shift they resize it, with Ctrl in large steps; Return takes it.",
    "leave": "Chooses no place (Escape).",
}
Key = Qt.Key


class PlacePicker(QWidget):
    """Lies over the picture, whose place ``box`` tells, while it is on; ``chosen`` carries a Region and ends it."""

    chosen = Signal(object)
    switched = Signal(bool)  # it is on, or no longer

    def __init__(self, box: Callable[[], QRectF], picture: QWidget) -> None:
        super().__init__(picture)
        self._box = box
        self.region = MIDDLE
        self._pressed: QPointF | None = None
        self.words, self.leave = Pill(parent=self), Pill(parent=self)
        self.leave.set_clickable(True)
        self.leave.say("leave  Esc")
        self.leave.clicked.connect(lambda: self.set_on(False))
        for name, tip in TIPS.items():
            getattr(self, name).setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Place of the picture")
        self.setAccessibleDescription(TIPS["words"])
        self.hide()
        self.lower()
        picture.installEventFilter(self)

    @property
    def on(self) -> bool:
        """Whether a place is being chosen."""
        return not self.isHidden()

    def set_on(self, on: bool) -> None:
        """Begins to choose a place, with the one that was chosen last, or gives it up."""
        if on == self.on:
            return
        self._pressed = None
        self.setVisible(on)
        if on:
            self.place()
            self.words.say(BEGIN, "accent")
            self.place()
            self.setFocus()
        elif (picture := self.parentWidget()) is not None:
            picture.setFocus()
        self.switched.emit(on)

    def place(self) -> None:
        """Lies where the picture is now."""
        picture = self.parentWidget()
        if not self.on or picture is None:
            return
        self.setGeometry(picture.rect())
        box = self._box()
        below = box.bottom() + 26 <= picture.height()
        top, inside = round(box.bottom() + 6 if below else box.bottom() - 28), 0 if below else 8
        self.words.move(round(box.left()) + inside, top)
        self.leave.move(round(box.right()) - inside - self.leave.width(), top)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        elif event.type() == QEvent.Type.ParentChange:  # to the stage, where only the picture is shown
            self.set_on(False)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, meant = self._box(), self._rect()
        around = QPainterPath()
        around.addRect(box)
        inside = QPainterPath()
        inside.addRect(meant)
        painter.fillPath(around - inside, theme.transparent(RIM, SHADE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        accent = theme.DARK.colour("accent")
        for colour, width in ((RIM, 5.0), (LIGHT, 2.2), (accent, 1.0 if self._pressed is None else 2.2)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(meant)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._box().contains(event.position()):
            event.ignore()
            return
        self._pressed = event.position()
        self.words.say(DRAWN, "accent")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and (region := self._between(self._pressed, event.position())) is not None:
            self._show(region)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        region = self._between(pressed, event.position())
        if region is None:  # a click: it was no rectangle yet
            self.words.say(BEGIN, "accent")
            self.update()
        else:
            self._show(region)
            self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        if key in ARROWS:
            step = FAR if modifiers & Qt.KeyboardModifier.ControlModifier else STEP
            across, down = (each * step for each in ARROWS[key])
            self._show(_moved(self.region, across, down, bool(modifiers & Qt.KeyboardModifier.ShiftModifier)))
        elif key in (Key.Key_Return, Key.Key_Enter):
            self._take()
        elif key == Key.Key_Escape:
            self.set_on(False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._pressed = None  # what has come between, such as a dialog, is told that it is let go
        self.update()

    def _show(self, region: Region) -> None:
        self.region = region
        self.update()

    def _take(self) -> None:
        self.set_on(False)
        self.chosen.emit(self.region)

    def _rect(self) -> QRectF:
        box, each = self._box(), self.region
        corner = QPointF(box.left() + each.left * box.width(), box.top() + each.top * box.height())
        opposite = QPointF(box.left() + each.right * box.width(), box.top() + each.bottom * box.height())
        return QRectF(corner, opposite)

    def _between(self, one: QPointF, other: QPointF) -> Region | None:
        """The place between two corners, as far as it is inside the picture; None where that is too small."""
        box = self._box()
        xs = sorted(min(max((at.x() - box.left()) / max(1.0, box.width()), 0.0), 1.0) for at in (one, other))
        ys = sorted(min(max((at.y() - box.top()) / max(1.0, box.height()), 0.0), 1.0) for at in (one, other))
        try:
            return Region(xs[0], ys[0], xs[1], ys[1])
        except ValueError:
            return None


def _moved(region: Region, across: float, down: float, resizes: bool) -> Region:
    """The place moved as far as the picture goes, or with its lower right corner moved alone."""

    def along(low: float, high: float, by: float) -> tuple[float, float]:
        if resizes:
            return low, min(max(high + by, low + max(STEP, 2 * SMALLEST)), 1.0)
        by = min(max(by, -low), 1.0 - high)
        return round(low + by, 6), round(high + by, 6)

    left, right = along(region.left, region.right, across)
    top, bottom = along(region.top, region.bottom, down)
    return Region(left, top, right, bottom)
