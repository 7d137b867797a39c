"""The picture: large, sharp, with the marks that say how exact and how fresh it is; dragging on it moves the latent."""

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.controls.empty import EmptyPage
from explorer.jobs import Frame
from explorer.picture.compare import Mode, Wipe
from explorer.picture.fit import Fit, fit
from explorer.picture.hand import PictureHand
from explorer.picture.painting import paint_picture, paint_rim
from explorer.picture.pills import PicturePills
from explorer.picture.seen import Seen
from explorer.problem import Problem
from explorer.session import Session
from explorer.work.pace import Pace
from stylegan_core.recipe import Recipe

LATE = 120  # milliseconds after which an old picture says so in words


class PictureView(QWidget):
    """Shows frames of the session's recipe, the other side of A/B while asked, and what the pad drag does."""

    menu_asked = Signal(QPoint)
    comparing = Signal(object)  # Recipe to draw for the other side, or None when the key is let go
    smooth_changed = Signal(bool)
    drag_asked = Signal()  # points are to be dragged, or no longer
    pin_wanted = Signal(object)  # Recipe whose exact picture is wanted as A of the wipe
    mode_changed = Signal(object)  # Mode
    marked = Signal()  # another picture is seen, or the same is exact, behind, or held beside another in another way

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._seen = Seen(session)
        self._smooth = self._bare = False
        self.wipe = Wipe()
        self.empty = EmptyPage(self)
        self._hand = PictureHand(self, session, self.wipe)
        self._tabbed_to = False
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._mark)
        self.pace = Pace()
        self._pills = PicturePills(self.pace, self)
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
        return self._seen.frame

    @property
    def image(self) -> QImage | None:
        """The picture on screen at its own size."""
        return self._seen.image

    @property
    def stale(self) -> bool:
        """True while the picture is older than the recipe, or another network's."""
        return self._seen.stale

    @property
    def foreign(self) -> bool:
        """True while the picture is that of the network that was open before: a large one takes long for its first."""
        return self._seen.foreign

    @property
    def failure(self) -> str:
        """Why what is wanted cannot be drawn, in one sentence; empty where it can."""
        return self._seen.failure

    @property
    def shows_before(self) -> bool:
        """Whether the picture before the last change is seen."""
        return self._seen.other is not None

    @property
    def smooth(self) -> bool:
        """Whether whole-step enlargement is given up for smooth."""
        return self._smooth

    def show_frame(self, frame: Frame) -> None:
        """Shows a frame; exact ones are kept for A/B."""
        self.pace.hear(frame)
        if self._seen.take(frame):
            self.empty.hide()
            self._mark()
            self._place_pills()
            self.update()

    def show_failure(self, problem: Problem) -> None:
        """What is wanted cannot be drawn: the picture says so until something else is wanted."""
        self.show_message(problem.sentence, lost=True)
        if self.stale:
            self._late.stop()
            self._seen.failure = problem.sentence
            self._mark()

    def show_message(self, message: str, lost: bool = False) -> None:
        """Says in the middle what is going on while there is no picture yet, with ways on where one is ``lost``."""
        if self.image is None:
            self.empty.say(message, lost)

    def forget(self) -> None:
        """Another model: its predecessor's pictures are no longer comparable, the last stays until the next comes."""
        self._seen.forget()
        self.pace.forget()
        self._pills.tell_asked()
        if self.wipe.mode is not Mode.OFF:
            self.set_mode(Mode.OFF)
        self._mark()

    def set_smooth(self, smooth: bool) -> None:
        """Enlarges smoothly instead of pixel by pixel."""
        if smooth != self._smooth:
            self._smooth = smooth
            self._place_pills()
            self.update()
            self.smooth_changed.emit(smooth)

    def set_bare(self, bare: bool) -> None:
        """Shows the picture alone, as large as it goes, without the pills that say how it was drawn."""
        self._bare = bare
        self._pills.set_seen(not bare)
        self._mark()
        self.update()

    def show_dragging(self, on: bool) -> None:
        """Says whether a press on the picture puts a handle, which what lies over it takes."""
        self._pills.tell_dragging(on)
        self._pills.set_seen(not self._bare)
        self._place_pills()

    def hold(self, reason: str) -> None:
        """Why dragging is not to move the face, in one sentence; empty where it may."""
        self._hand.held = reason

    def compare(self, other: bool) -> None:
        """Shows the recipe before the last change while ``other``, else the current one."""
        before = self._session.previous_recipe if other else None
        if other and (before is None or self.shows_before):
            return
        if not other and not self.shows_before:
            return
        self._seen.turn(before)
        self.comparing.emit(before)
        self._mark()
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """Compares with the picture before the last change, which stays pinned while B is edited, or no longer."""
        before = self._session.previous_recipe
        if mode is not Mode.OFF and self.wipe.mode is Mode.OFF:
            mode = mode if before is not None else Mode.OFF
            self._pin(before)
        self.wipe.mode = mode
        self._mark()
        self.update()
        self.mode_changed.emit(mode)

    def hold_beside(self, image: QImage, name: str) -> None:
        """Wipes between a picture from outside, ``name`` in a word, and what is shown, also while that is edited."""
        self.wipe.pin(image, name)
        self.wipe.mode = Mode.WIPE
        self._mark()
        self.update()
        self.mode_changed.emit(Mode.WIPE)

    def _pin(self, before: Recipe | None) -> None:
        self.wipe.pin(self._seen.kept(before))
        if before is not None and self.wipe.pinned is None:
            self.pin_wanted.emit(before)

    def pin(self, image: QImage) -> None:
        """A of the wipe was drawn; it comes too late where a picture from outside took its place."""
        if self.wipe.pinned is None:
            self.wipe.pin(image)
            self._mark()
            self.update()

    def _next_mode(self) -> None:
        order = list(Mode)
        self.set_mode(order[(order.index(self.wipe.mode) + 1) % len(order)])

    def _set_up(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Picture")
        self.setAccessibleDescription("Drag to move between neighbouring faces; hold B to see the last change undone.")
        self._pills.zoom.clicked.connect(lambda: self.set_smooth(not self._smooth))
        self._pills.compare.clicked.connect(self._next_mode)
        self._pills.drag.clicked.connect(self.drag_asked)

    def _recipe_changed(self, recipe: Recipe) -> None:
        self._pills.tell_asked()
        if self.frame is not None and not self._late.isActive():
            self._late.start()
        if self.failure:
            self._seen.failure = ""
            self._mark()

    def _mark(self) -> None:
        """Writes the pills."""
        frame = self.frame
        if frame is None:
            return
        if not self.stale:
            self._late.stop()
        if not self._bare:
            self._pills.tell(frame, self.stale, self.failure, self.foreign)
            possible = self._session.previous_recipe is not None
            self._pills.tell_compared(self.shows_before, self.wipe.mode, possible, self.wipe.name)
            self._place_pills()
        self.marked.emit()

    def picture_rect(self) -> QRectF:
        """Where the picture lies, in logical pixels; empty while there is none."""
        return QRectF() if self.image is None else self._fit(self.image).box

    def _fit(self, image: QImage) -> Fit:
        return fit(image.size(), self.size(), self.devicePixelRatioF(), self._smooth, self._bare)

    def _place_pills(self) -> None:
        if self.image is not None and not self._bare:
            found = self._fit(self.image)
            self._pills.zoom.say(found.words)
            self._pills.place(found.box)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        found = self._fit(self.image)
        paint_picture(painter, self.image, found, self.wipe, self._bare)
        if self.shows_before or (self._tabbed_to and self.hasFocus()):
            paint_rim(painter, found.box, "warning" if self.shows_before else "accent", self._bare)

    def resizeEvent(self, event: object) -> None:
        self.empty.setGeometry(self.rect().adjusted(40, 40, -40, -40))
        self._place_pills()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event, self.picture_rect())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.move(event, self.picture_rect())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        box = self.picture_rect()
        if self.wipe.at_line(box, event.position()):
            self.wipe.key(Qt.Key.Key_Delete, box)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.modifiers() and self.wipe.key(event.key(), self.picture_rect()):
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tabbed_to = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.compare(False)
        self.update()
