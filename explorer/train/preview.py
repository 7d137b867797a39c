"""What each level will see: a few pictures of a data set, at every resolution of the plan, side by side."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.thumbnails import image_of
from explorer.train.pictures import Pixels, spread
from explorer.train.words import number, square
from stylegan_core.bands import band_of_resolution
from stylegan_core.data.containers import Container, NotNow, open_container
from stylegan_core.data.pictures import Fit, pyramid
from stylegan_core.data.source import WHITE

FACES = 6
GAP = 5
LABEL_WIDTH = 66
HIGHEST = 320  # pixels that all rows together may take, so that what it costs stays in sight
LARGEST = 256  # a preview needs no more, whatever the network draws


@dataclass(frozen=True, slots=True)
class Preview:
    """``levels`` maps each resolution to a strip uint8 [r, N · r, 3]; ``count`` pictures lie at ``path``."""

    path: Path
    count: int
    levels: dict[int, Pixels]


def look_at(path: Path, resolutions: tuple[int, ...], fit: Fit = "crop") -> Preview:
    """Reads a few pictures, evenly spread; raises ValueError or OSError with one sentence."""
    container = open_container(path)
    top = min(max(resolutions), LARGEST)
    faces = _some(container, top, fit)
    if not faces:
        raise ValueError(f"{path} holds no picture that can be read; choose another folder.")
    levels = {level.shape[-1]: side_by_side(level) for level in pyramid(np.stack(faces))}
    return Preview(path, len(container.names), {side: levels[side] for side in resolutions if side in levels})


def side_by_side(faces: Pixels) -> Pixels:
    """uint8 [N, 3, r, r] as one strip [r, N · r, 3]."""
    return np.ascontiguousarray(np.concatenate(list(faces.transpose(0, 2, 3, 1)), axis=1))


def _some(container: Container, side: int, fit: Fit) -> list[Pixels]:
    found = []
    for index in spread(len(container.names), FACES):
        try:
            found.append(container.read(index, side, fit, WHITE))
        except (ValueError, NotNow):
            continue  # the data check names it
    return found


class PreviewReader(QObject):
    """Looks at data sets beside the window's thread; only the newest wish is answered."""

    ready = Signal(object)
    failed = Signal(object, str)
    _done = Signal(int, object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")
        self._newest = 0
        self._done.connect(self._take)

    def look(self, path: Path, resolutions: tuple[int, ...], fit: str = "crop") -> None:
        """Asks for another preview; ``fit`` is "crop" or "letterbox"."""
        self._newest += 1
        self._pool.submit(self._look, self._newest, path, resolutions, "letterbox" if fit == "letterbox" else "crop")

    def close(self) -> None:
        """Ends the thread; what it still finds is not told."""
        self.blockSignals(True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _look(self, wish: int, path: Path, resolutions: tuple[int, ...], fit: Fit) -> None:
        if wish != self._newest:
            return
        try:
            self._done.emit(wish, path, look_at(path, resolutions, fit), "")
        except (OSError, ValueError) as error:
            self._done.emit(wish, path, None, str(error))

    def _take(self, wish: int, path: Path, preview: Preview | None, why: str) -> None:
        if wish != self._newest:
            return
        if preview is None:
            self.failed.emit(path, why)
        else:
            self.ready.emit(preview)


class LevelPreview(QWidget):
    """One row per level, every row equally high: the same faces, coarse on top, fine below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[int, QPixmap]] = []
        self._why = "No data chosen."
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What each level will see")

    def show_preview(self, preview: Preview | None, why: str = "No data chosen.") -> None:
        """Shows the pictures of a data set, or why there are none."""
        self._why = why
        levels = preview.levels if preview else {}
        self._rows = [(side, QPixmap.fromImage(image_of(strip))) for side, strip in levels.items()]
        self.setToolTip(f"{number(preview.count)} pictures" if preview else "")
        self._refit()

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
