"""Faces that are dragged from one place to another carry their recipe."""

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QWidget

from explorer.controls.local_files import local_files
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


def may_hold_recipe(data: QMimeData) -> bool:
    """Whether a face of this window, or a PNG file, is being dragged."""
    return data.hasFormat(MIME) or dragged_file(data) is not None


def dragged_recipe(data: QMimeData) -> Recipe | None:
    """The recipe of a face that is dragged out of a window of this program; None where there is none."""
    try:
        return Recipe.from_json(bytes(data.data(MIME).data()).decode()) if data.hasFormat(MIME) else None
    except ValueError:
        return None


def dragged_file(data: QMimeData) -> Path | None:
    """The PNG file that is being dragged, if it is one alone; reading it is for another thread."""
    local = local_files(data)
    return local[0] if len(local) == 1 and local[0].suffix.lower() == ".png" else None
