"""What each level will see: a few pictures of a data set, at every resolution of the plan, side by side."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.pixels import Pixels, image_of
from explorer.train.pictures import spread
from explorer.train.words import square
from explorer.work.task import Report
from stylegan_core.amounts import counted
from stylegan_core.bands import band_of_resolution
from stylegan_core.data.containers import Container, NotNow, open_container
from stylegan_core.data.pictures import Fit, pyramid
from stylegan_core.data.source import WHITE

FACES = 6
GAP = 5
LABEL_WIDTH = 66
HIGHEST = 320  # pixels that all rows together may take, so that what it costs stays in sight
NO_DATA = "No data chosen."
LARGEST = 256  # a preview needs no more, whatever the network draws


@dataclass(frozen=True, slots=True)
class Preview:
    """``levels`` maps each resolution to a strip uint8 [r, N · r, 3]; ``count`` pictures lie at ``path``."""

    path: Path
    count: int
    levels: dict[int, Pixels]


def look_at(
    path: Path, resolutions: tuple[int, ...], fit: str = "crop", report: Report = lambda _done, _total: None
) -> Preview:
    """Reads a few pictures, evenly spread, cut out as ``fit`` says ("crop" or "letterbox").

    Raises ValueError or OSError with one sentence, and what ``report`` raises, which is told of every picture.
    """
    container = open_container(path)
    top = min(max(resolutions), LARGEST)
    faces = _some(container, top, "letterbox" if fit == "letterbox" else "crop", report)
    if not faces:
        raise ValueError(f"{path} holds no picture that can be read; choose another folder.")
    levels = {level.shape[-1]: side_by_side(level) for level in pyramid(np.stack(faces))}
    return Preview(path, len(container.names), {side: levels[side] for side in resolutions if side in levels})


def side_by_side(faces: Pixels) -> Pixels:
    """uint8 [N, 3, r, r] as one strip [r, N · r, 3]."""
    return np.ascontiguousarray(np.concatenate(list(faces.transpose(0, 2, 3, 1)), axis=1))


def _some(container: Container, side: int, fit: Fit, report: Report) -> list[Pixels]:
    found = []
    for done, index in enumerate(spread(len(container.names), FACES)):
        report(done, FACES)
        try:
            found.append(container.read(index, side, fit, WHITE))
        except (ValueError, NotNow):
            continue  # the data check names it
    return found


class LevelPreview(QWidget):
    """One row per level, every row equally high: the same faces, coarse on top, fine below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[int, QPixmap]] = []
        self._why = NO_DATA
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What each level will see")

    def show_preview(self, preview: Preview | None, why: str = NO_DATA) -> None:
        """Shows the pictures of a data set, or why there are none."""
        self._why = why
        levels = preview.levels if preview else {}
        self._rows = [(side, QPixmap.fromImage(image_of(strip))) for side, strip in levels.items()]
        self.setToolTip(counted(preview.count, "picture") if preview else "")
        self._refit()

    @property
    def why(self) -> str:
        """Why there are no pictures; said only where there are none."""
        return self._why

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(420, self._height())

    def _side(self) -> int:
        rows = max(len(self._rows), 1)
        return max(min((self.width() - LABEL_WIDTH) // FACES - GAP, 76, HIGHEST // rows - GAP), 24)

    def _height(self) -> int:
        return max(len(self._rows), 1) * (self._side() + GAP)

    def _refit(self) -> None:
        self.setFixedHeight(self._height())
        self.update()

    def resizeEvent(self, _event: object) -> None:
        """Follows the width."""
        self._refit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Labels in the colour of the band, pictures enlarged without blurring."""
        tokens, painter, side = theme.current(), QPainter(self), self._side()
        if not self._rows:
            painter.setPen(tokens.colour("muted"))
            place = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), place, self._why)
            return
        top_side = self._rows[-1][0]
        painter.setFont(theme.sans(theme.LABEL))
        for row, (resolution, strip) in enumerate(self._rows):
            y = row * (side + GAP)
            painter.setPen(tokens.band(band_of_resolution(resolution, top_side).name))
            label = QRect(0, y, LABEL_WIDTH, side)
            painter.drawText(label, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, square(resolution))
            height = strip.height()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, height > side)
            for face in range(strip.width() // height):
                target = QRect(LABEL_WIDTH + face * (side + GAP), y, side, side)
                painter.drawPixmap(target, strip, QRect(face * height, 0, height, height))
