"""Where a picture lies in a widget: whole steps of enlargement where they use the room, else as large as fits."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize

LEAST_STEP = 3  # whole-step enlargement from this factor on, where it uses most of the room
MARGIN, TIGHT_MARGIN, PILL_ROOM = 18, 6, 30
TIGHT = 640  # below this height the pills lie on the picture, not above it


@dataclass(frozen=True, slots=True)
class Fit:
    """The box of the picture in logical pixels, its enlargement in device pixels, and whether that is whole."""

    box: QRectF
    factor: float
    whole: bool

    @property
    def words(self) -> str:
        """The enlargement as a pill says it: "10× pixels", "2.5× smooth"."""
        return f"{round(self.factor)}× pixels" if self.whole else f"{self.factor:.1f}× smooth"


def fit(picture: QSize, room: QSize, ratio: float, smooth: bool, bare: bool = False) -> Fit:
    """Fits a picture into a widget of size ``room`` on a screen with ``ratio`` device pixels a logical one.

    A ``bare`` picture has neither pills nor a margin around it.
    """
    tight = room.height() < TIGHT
    edge, above = (0, 0) if bare else (TIGHT_MARGIN, TIGHT_MARGIN) if tight else (MARGIN, PILL_ROOM)
    wide, high = room.width() - 2 * edge, room.height() - edge - above
    largest = max(0.05, min(wide * ratio / picture.width(), high * ratio / picture.height()))
    steps = int(largest)
    whole = not smooth and steps >= LEAST_STEP and steps >= 0.8 * largest
    factor = float(steps) if whole else largest
    width, height = picture.width() * factor / ratio, picture.height() * factor / ratio
    left, top = (room.width() - width) / 2, above + (high - height) / 2
    # On the grid of device pixels, so that whole steps stay whole.
    box = QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)
    return Fit(box, factor, whole or factor == round(factor))
