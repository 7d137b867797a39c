"""Drag points: handles on the picture; what lies under each goes where it is dragged, and the face follows."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.controls.panel import Asking
from explorer.jobs import Done, DragSearch, Failed, Piece
from explorer.picture.drag_bar import DragBar
from explorer.picture.handle_canvas import HandleCanvas
from explorer.picture.pills import WAITS
from explorer.problem import Problem
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.latents.drag import Dragged, Handle
from stylegan_core.recipe import Recipe

OWNER = "drag.search"
KEPT = 50  # pictures whose handles are remembered, so that undo brings them back
Handles = tuple[Handle, ...]


class DragPoints(Asking):
    """Lies over the picture while it is on. A search goes on after the hand is let go, and is one step of undo.

    The newest aim wins: while a step is being computed the hand only moves the arrow, and the next step begins where
    the last one has come to, with the targets as they are then.
    """

    switched = Signal(bool)  # it is on, or no longer

    def __init__(self, session: Session, box: Callable[[], QRectF], picture: QWidget) -> None:
        super().__init__(session, picture)
        self._box = box
        self._handles: Handles = ()
        self._known: OrderedDict[Recipe, Handles] = OrderedDict()
        self._origin: Recipe | None = None  # the picture that the gesture has begun with
        self._here: Dragged | None = None  # where its search has come to
        self._last: Recipe | None = None  # the picture that was shown last
        self._searching = self._awaited = self._steered = False
        self._held = ""
        self._waits = False
        self.canvas = HandleCanvas(box, self)
        self.bar = DragBar(self)
        self.setAccessibleName("Drag points")
        self._connect()
        self.hide()
        self.lower()  # what the picture says and offers lies over it, and can be clicked
        picture.installEventFilter(self)

    @property
    def on(self) -> bool:
        """Whether a press on the picture puts a handle."""
        return not self.isHidden()

    @property
    def handles(self) -> Handles:
        """The handles as they are seen."""
        return self._handles

    @property
    def searching(self) -> bool:
        """Whether the face is still following."""
        return self._searching

    def set_on(self, on: bool) -> None:
        """Begins to drag points, or ends it and takes the handles away."""
        if on == self.on:
            return
        if not on:
            self._finish()
            self._set(())
        self.setVisible(on)
        if on:
            self._fill()
            self.canvas.setFocus()
        elif (picture := self.parentWidget()) is not None:
            picture.setFocus()
        self.switched.emit(on)

    def hold(self, reason: str) -> None:
        """Why the face is to stay as it is, in one sentence; empty where it may be dragged."""
        self._held = reason
        if reason:
            self._finish()

    def wait(self, foreign: bool) -> None:
        """While the picture is another network's, nothing on it can be pointed at."""
        self._waits = foreign

    def set_compared(self, compared: bool) -> None:
        """Hides the handles while another picture than the session's is seen."""
        self.canvas.shows_handles = not compared
        self.canvas.update()

    def show_recipe(self, recipe: Recipe) -> None:
        before, self._last = self._last, recipe
        if before is None or recipe == before:
            return
        if self._origin is not None:  # undo or another panel has taken the face elsewhere
            self._remember(before)
            self._drop()
            self._keep(before, recipe)
        self._set(self._known[recipe] if recipe in self._known else self._carried(before, recipe))

    def _carried(self, before: Recipe, recipe: Recipe) -> Handles:
        """The handles on what they held, where the same face still shows it."""
        moves = self.info is not None and not self.info.why_not("transform")
        transform = recipe.transform if moves else before.transform
        found = [each.carried(before.transform, transform) for each in self._handles if recipe.latent == before.latent]
        return tuple(each for each in found if each is not None)

    def show_model(self, info: ModelInfo) -> None:
        self._finish()
        self._known.clear()
        self._last = None
        self._set(())
        super().show_model(info)

    def take(self, answer: Piece | Done) -> None:
        self._here, self._awaited = answer.value, False
        self._set(
            tuple(replace(ours, x=found.x, y=found.y)
                  for ours, found in zip(self._handles, answer.value.handles, strict=True))
        )  # fmt: skip
        self._last = answer.value.recipe
        self.session.edit_recipe(self._last)
        if self._steered:
            self._send()
        elif isinstance(answer, Done):
            self._searching = False
            self._tell()
            if not self.canvas.dragging:
                self._finish()

    def failed(self, answer: Failed) -> None:
        self._finish()
        self.said.emit(Problem(answer.reason), "bad")

    def hideEvent(self, event: QHideEvent) -> None:
        self._finish()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.on:
            self._fill()
        elif event.type() == QEvent.Type.ParentChange:  # to the stage, where only the picture is shown
            self.set_on(False)
        return False

    def place(self) -> None:
        """Lies where the picture is now."""
        if self.on:
            self._fill()

    def clear(self) -> None:
        """Takes every handle away; the face stays as it is."""
        self._finish()
        self._set(())

    def _connect(self) -> None:
        canvas, bar = self.canvas, self.bar
        canvas.added.connect(self._add)
        canvas.aimed.connect(self._aim)
        canvas.moved.connect(self._move)
        canvas.rested.connect(self._rest_hand)
        canvas.removed.connect(self._remove)
        canvas.left.connect(lambda: self.set_on(False))
        bar.left.connect(lambda: self.set_on(False))
        bar.cleared.connect(self.clear)
        bar.keep_changed.connect(self._change_keep)
        self.session.moves_itself.connect(self._give_way)

    def _fill(self) -> None:
        picture = self.parentWidget()
        assert picture is not None
        self.setGeometry(picture.rect())
        self.canvas.setGeometry(self.rect())
        self.bar.place(self._box())

    def _add(self, x: float, y: float) -> None:
        if why := self._held or (WAITS if self._waits else ""):
            QToolTip.showText(self.canvas.mapToGlobal(self.canvas.rect().center()), why, self.canvas)
            return
        self._finish()
        self._set((*self._handles, Handle.at(x, y)))

    def _move(self, index: int, x: float, y: float) -> None:
        """The handle is put on another point; the face stays as it is."""
        self._finish()
        self._change(index, self._handles[index].put(x, y))

    def _remove(self, index: int) -> None:
        self._finish()
        self._set(self._handles[:index] + self._handles[index + 1 :])

    def _aim(self, index: int, x: float, y: float) -> None:
        if self._held or self.info is None:
            return
        if self._origin is None:
            self._begin()
        self._change(index, self._handles[index].aimed(x, y))
        if self._awaited:
            self._steered = True
        else:
            self._send()

    def _begin(self) -> None:
        """A gesture: whatever else moves the picture stops, and the face is as it was before until the first step."""
        self.session.moves_itself.emit(self)
        self.session.commit()
        self._origin, self._here, self._last = self.session.recipe, None, self.session.recipe
        self._handles = tuple(handle.begun() for handle in self._handles)
        self._known[self._origin] = tuple(handle.put(handle.x, handle.y) for handle in self._handles)

    def _send(self) -> None:
        assert self._origin is not None
        self._searching, self._awaited, self._steered = True, True, False
        self.ask_anew(DragSearch(OWNER, self._origin, self._handles, self.bar.keeps, self._here))
        self._tell()

    def _rest_hand(self) -> None:
        if not self._searching:
            self._finish()

    def _change_keep(self) -> None:
        if self._searching:
            self._steered = True

    def _give_way(self, mover: object) -> None:
        """Something else moves the picture by itself now."""
        if mover is not self:
            self._finish()

    def _finish(self) -> None:
        """Ends the gesture where it has come to: one step of undo."""
        if self._origin is None:
            return
        self._drop()
        self._remember(self.session.recipe)
        self.session.commit()

    def _keep(self, come_to: Recipe, recipe: Recipe) -> None:
        """Where a gesture of another panel goes on from here, what this one had come to is a step of its own."""
        session = self.session
        if session.committed_recipe not in (come_to, recipe):
            session.edit_recipe(come_to)
            session.commit()
            session.edit_recipe(recipe)

    def _drop(self) -> None:
        """Ends the gesture and leaves the session alone."""
        self.forget(OWNER)
        self.canvas.let_go()
        self._origin = self._here = None
        self._searching = self._awaited = self._steered = False
        self._tell()

    def _remember(self, recipe: Recipe) -> None:
        self._known[recipe] = self._handles
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

    def _change(self, index: int, handle: Handle) -> None:
        self._set((*self._handles[:index], handle, *self._handles[index + 1 :]))

    def _set(self, handles: Handles) -> None:
        self._handles = handles
        self.canvas.show_handles(handles)
        self._tell()

    def _tell(self) -> None:
        """Says in words how it stands."""
        self.bar.tell(self._handles, self._searching)
        self.bar.place(self._box())
