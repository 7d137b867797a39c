"""What a hand does to the picture: it moves the map of seeds, with Shift the whole picture, or the line of the wipe."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from explorer.controls.pad import STORED
from explorer.picture.compare import Wipe
from explorer.session import Session
from stylegan_core.recipe import Recipe

GRID_STEPS = 2.0  # steps on the grid of seeds for a drag across the whole picture


class Grip:
    """A place of the picture that was pressed, and the recipe of then; ``whole``: the picture is moved as it is."""

    def __init__(self, recipe: Recipe, at: QPointF, whole: bool) -> None:
        self._recipe, self._at, self._whole = recipe, at, whole

    def moved(self, to: QPointF) -> QPointF:
        """How far the hand has come, in pixels of the screen."""
        return to - self._at

    def why_not(self, recipe: Recipe, held: str) -> str:
        """Why the present recipe does not follow, in one sentence; ``held`` says why the face is to stay as it is."""
        if self._whole:
            return ""
        return held or (STORED if recipe.latent.w is not None else "")

    def changes(self, recipe: Recipe, to: QPointF, side: float) -> dict[str, Any]:
        """What becomes of the present recipe when the hand is there, on a picture of ``side`` pixels of the screen."""
        across, down = self.moved(to).x() / side, self.moved(to).y() / side
        if self._whole:
            start = self._recipe.transform
            x, y = round(start.x + across, 4), round(start.y + down, 4)
            return {"transform": replace(recipe.transform, x=x, y=y)}
        # The face is pulled along with the hand: moving right brings in what lies to the left.
        begun = self._recipe.latent
        x, y = round(begun.x - GRID_STEPS * across, 3), round(begun.y - GRID_STEPS * down, 3)
        return {"latent": replace(recipe.latent, x=x, y=y)}


class PictureHand:
    """Follows the mouse over ``view``, whose picture lies in a box; ``held`` says why the face is to stay as it is."""

    def __init__(self, view: QWidget, session: Session, wipe: Wipe) -> None:
        self._view, self._session, self._wipe = view, session, wipe
        self.held = ""
        self._grip: Grip | None = None
        self._dragging = self._wiping = False

    def press(self, event: QMouseEvent, box: QRectF) -> None:
        """Takes hold of the line of the wipe or of the picture; nothing moves yet."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._wiping = self._wipe.at_line(box, event.position())
        if not self._wiping and box.contains(event.position()):
            info = self._session.info
            moves = info is not None and not info.why_not("transform")
            whole = moves and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._grip = Grip(self._session.recipe, event.position(), whole)

    def move(self, event: QMouseEvent, box: QRectF) -> None:
        """What is held comes along."""
        if self._wiping:
            self._wipe.move_line(box, event.position())
            self._view.update()
        if self._grip is None:
            return
        recipe, far = self._session.recipe, self._grip.moved(event.position()).manhattanLength()
        if not self._dragging and far < QApplication.startDragDistance():
            return
        if reason := self._grip.why_not(recipe, self.held):
            QToolTip.showText(event.globalPosition().toPoint(), reason, self._view)
            self._grip = None
            return
        self._dragging = True
        self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._session.edit(**self._grip.changes(recipe, event.position(), max(1.0, box.width())))

    def release(self) -> None:
        """Lets go; what was dragged is one step of undo."""
        if self._dragging:
            self._session.commit()
        self._grip, self._dragging, self._wiping = None, False, False
        self._view.unsetCursor()
