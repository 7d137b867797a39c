"""Faces that are dragged from one place to another carry their recipe."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QWidget

from stylegan_core.recipe import Recipe

MIME = "application/x-stylegan-explorer-recipe"


def drag_recipe(source: QWidget, recipe: Recipe, pixmap: QPixmap | None) -> None:
    """Lets a person drag a face out of ``source``; returns when it is dropped."""
    data = QMimeData()
    data.setData(MIME, recipe.to_json().encode())
    drag = QDrag(source)
    drag.setMimeData(data)
    if pixmap is not None:
        drag.setPixmap(pixmap.scaledToWidth(64))
    drag.exec()


def dragged_recipe(data: QMimeData) -> Recipe | None:
    """The recipe that is being dragged, or None where it is something else."""
    if not data.hasFormat(MIME):
        return None
    try:
        return Recipe.from_json(bytes(data.data(MIME).data()).decode())
    except ValueError:
        return None
