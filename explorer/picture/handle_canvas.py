"""The handles over the picture, each with an arrow to its target; a hand or keys put, aim, move and remove them."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer.controls.slider import REST
from explorer.picture.handle_marks import paint_handle
from stylegan_core.latents.drag import Handle

GRAB = 14.0  # pixels around a handle or a target in which it can be taken
STEP, FAR = 0.01, 0.05  # of the picture's side, by which an arrow key moves, and with Shift
Key = Qt.Key
ARROWS: dict[int, tuple[int, int]] = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, -1),
    Key.Key_Down: (0, 1),
}
TURNS: dict[int, int] = {Key.Key_PageDown: 1, Key.Key_PageUp: -1}


class HandleCanvas(QWidget):
    """Lies over a picture whose place ``box`` tells; the places in its signals are parts of the picture's sides."""

    added = Signal(float, float)
    aimed = Signal(int, float, float)  # handle, and its target: while the hand moves
    moved = Signal(int, float, float)  # the handle itself goes to another point of the face
    rested = Signal()  # the hand was let go, or the keys have rested for 400 ms
    removed = Signal(int)
    left = Signal()

    def __init__(self, box: Callable[[], QRectF], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = box
        self._handles: Sequence[Handle] = ()
        self.chosen: int | None = None
        self._taken: int | None = None
        self._pressed = QPointF()
        self._dragging = self._shifting = False
        self.shows_handles = True
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.rested)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Handles on the picture")

    @property
    def dragging(self) -> bool:
        """Whether a hand is moving something, or keys were a moment ago."""
        return self._taken is not None or self._rest.isActive()

    def show_handles(self, handles: Sequence[Handle]) -> None:
        """Paints these, and the marks of the chosen one."""
        self._handles = handles
        if self.chosen is not None and self.chosen >= len(handles):
            self.chosen = len(handles) - 1 if handles else None
        self.update()

    def let_go(self) -> None:
        """Forgets what the hand has taken: the handles are others now."""
        self._taken, self._dragging = None, False
        self._rest.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.shows_handles:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, handle in enumerate(self._handles):
            chosen = index == self.chosen and self.hasFocus()
            paint_handle(painter, self._at(handle.x, handle.y), self._at(handle.to_x, handle.to_y), chosen=chosen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._box().contains(event.position()):
            event.ignore()
            return
        self._end_keys()
        self._pressed, self._dragging = event.position(), False
        self._shifting = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        found = self._under(event.position())
        if found is None:
            count = len(self._handles)
            self.added.emit(*self._place(event.position()))
            found = count if len(self._handles) > count else None  # none where the face is to stay as it is
        self._taken = self.chosen = found
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._taken is None or not (self._dragging or far):
            return
        self._dragging = True
        (self.moved if self._shifting else self.aimed).emit(self._taken, *self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end_hand()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        found = self._under(QPointF(event.pos()))
        if found is None or event.reason() != QContextMenuEvent.Reason.Mouse:
            event.ignore()
            return
        self.removed.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in ARROWS and self.chosen is not None:
            self._nudge(*ARROWS[key], event.modifiers())
        elif key in TURNS and self._handles:
            self.chosen = ((self.chosen or 0) + TURNS[key]) % len(self._handles)
            self.update()
        elif key == Key.Key_Insert:
            self._end_keys()
            self.added.emit(0.5, 0.5)
            self.chosen = len(self._handles) - 1 if self._handles else None
            self.update()
        elif key in (Key.Key_Delete, Key.Key_Backspace) and self.chosen is not None:
            self._end_keys()
            self.removed.emit(self.chosen)
        elif key == Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_keys()
        self._end_hand()  # what has come between, such as a dialog, is told that it is let go
        self.update()

    def _nudge(self, across: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        """An arrow key moves the target of the chosen handle; with Ctrl the handle itself."""
        assert self.chosen is not None
        handle = self._handles[self.chosen]
        step = FAR if modifiers & Qt.KeyboardModifier.ShiftModifier else STEP
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(self.chosen, handle.x + step * across, handle.y + step * down)
            return
        self._rest.start()
        self.aimed.emit(self.chosen, handle.to_x + step * across, handle.to_y + step * down)

    def _end_hand(self) -> None:
        """What the mouse holds is let go."""
        taken, self._taken = self._taken, None
        self._dragging = False
        if taken is not None:  # also where the hand has only held a handle while the face came to it
            self.rested.emit()

    def _end_keys(self) -> None:
        """What the keys have moved so far is done with."""
        if self._rest.isActive():
            self._rest.stop()
            self.rested.emit()

    def _under(self, where: QPointF) -> int | None:
        """The handle whose target or self lies under the hand, the nearest one."""
        near = {
            index: min(_apart(where, self._at(handle.x, handle.y)), _apart(where, self._at(handle.to_x, handle.to_y)))
            for index, handle in enumerate(self._handles)
        }
        best = min(near, key=lambda index: near[index], default=None)
        return best if best is not None and near[best] <= GRAB else None

    def _at(self, x: float, y: float) -> QPointF:
        box = self._box()
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    def _place(self, where: QPointF) -> tuple[float, float]:
        box = self._box()
        x, y = (where.x() - box.left()) / max(1.0, box.width()), (where.y() - box.top()) / max(1.0, box.height())
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def _apart(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
