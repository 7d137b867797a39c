"""Pixels and Qt's pictures: one from the other."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

Pixels = npt.NDArray[np.uint8]  # [height, width, 3]


def image_of(pixels: Pixels) -> QImage:
    """A QImage with its own copy of pixels."""
    rows = np.ascontiguousarray(pixels)
    height, width, _ = rows.shape
    return QImage(rows.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def pixels_of(image: QImage) -> Pixels:
    """uint8 [height, width, 3] of a QImage, copied."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
