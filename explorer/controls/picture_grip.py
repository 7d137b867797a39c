"""What a hand that drags on the picture has hold of: the map of seeds or, with Shift, the whole picture."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF

from explorer.controls.pad import STORED
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
