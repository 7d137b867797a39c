"""Pictures and recipes on the clipboard."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from explorer.controls.thumbnails import image_of
from stylegan_core.recipe import Recipe


def copy_picture(pixels: npt.NDArray[np.uint8], recipe: Recipe) -> None:
    """Puts uint8 [R, R, 3] on the clipboard, and the recipe as its text."""
    data = QMimeData()
    data.setImageData(image_of(pixels))
    data.setText(recipe.to_json())
    QGuiApplication.clipboard().setMimeData(data)


def let_go() -> None:
    """Gives a copied picture to Qt at the end: data made here and deleted after Python has ended is a crash."""
    clipboard = QGuiApplication.clipboard()
    data: QMimeData | None = clipboard.mimeData()  # none at all where the platform has no clipboard
    if data is not None and data.hasImage() and data.text().startswith("{"):
        clipboard.setImage(clipboard.image())


def copy_recipe(recipe: Recipe) -> None:
    """Puts the recipe on the clipboard as JSON text."""
    QGuiApplication.clipboard().setText(recipe.to_json())


def pasted_recipe() -> Recipe:
    """The recipe on the clipboard; raises ValueError with one sentence where there is none."""
    text = QGuiApplication.clipboard().text().strip()
    if not text.startswith("{"):
        raise ValueError("The clipboard holds no recipe: copy one first, with Copy recipe or from a text file.")
    return Recipe.from_json(text)
