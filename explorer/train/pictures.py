"""Pictures of a run, read from disk beside the window's thread, a few of them remembered."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImageReader

from explorer.pixels import Pixels, pixels_of
from explorer.work.background import Background
from stylegan_core.run.events import Samples

LARGEST = 4096  # pixels a side; a larger picture is shrunk while it is read
REMEMBERED = 256 << 20  # bytes


class PictureLoader(QObject):
    """Reads pictures in order of request; ``loaded`` brings path and uint8 [height, width, 3], or None if unreadable.

    Only the wishes of the last ``want`` are read: scrubbing quickly does not queue up what nobody looks at any more.
    """

    loaded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = Background(self)
        self._known: OrderedDict[Path, Pixels | None] = OrderedDict()
        self._wanted: dict[str, tuple[Path, ...]] = {}
        self._reading: Path | None = None

    def get(self, path: Path) -> Pixels | None:
        """A picture that is already here, or None."""
        if path in self._known:
            self._known.move_to_end(path)
        return self._known.get(path)

    def lacks(self, path: Path) -> bool:
        """Whether a picture was looked for and is gone or cannot be read."""
        return path in self._known and self._known[path] is None

    def want(self, owner: str, paths: list[Path]) -> None:
        """Asks for pictures in the name of ``owner``; replaces what it wanted before."""
        self._wanted[owner] = tuple(paths)
        self._next()

    def forget(self, paths: list[Path]) -> None:
        """Reads these anew when they are wanted again: a short run writes its samples over each other."""
        for path in paths:
            self._known.pop(path, None)

    def close(self) -> None:
        """Drops all wishes and the thread."""
        self._wanted.clear()
        self._disk.leave()

    def _next(self) -> None:
        if self._reading is not None:
            return
        path = next((path for paths in self._wanted.values() for path in paths if path not in self._known), None)
        if path is not None:
            self._reading = path
            self._disk.do(lambda: read_picture(path), lambda pixels: self._take(path, pixels))

    def _take(self, path: Path, pixels: Pixels | None) -> None:
        self._reading = None
        self._known[path] = pixels
        while len(self._known) > 1 and self._held() > REMEMBERED:
            self._known.popitem(last=False)
        self.loaded.emit(path, pixels)
        self._next()

    def _held(self) -> int:
        return sum(each.nbytes for each in self._known.values() if each is not None)


def read_picture(path: Path) -> Pixels | None:
    """uint8 [height, width, 3] of a picture file, at most LARGEST pixels a side; None if it cannot be read."""
    if not path.is_file():  # whoever opens a pipe may wait for ever
        return None
    reader = QImageReader(str(path))
    size = reader.size()
    longest = max(size.width(), size.height())
    if longest > LARGEST:
        factor = -(-longest // LARGEST)  # whole steps keep the tiles on whole pixels
        reader.setScaledSize(QSize(size.width() // factor, size.height() // factor))
    image = reader.read()
    return None if image.isNull() else pixels_of(image)


def tiles(pixels: Pixels, tile: int = 0) -> list[Pixels]:
    """The square pictures of a grid, row after row; without ``tile`` a strip of squares is taken for granted."""
    height, width = pixels.shape[:2]
    side = tile or min(height, width)
    return [
        pixels[y : y + side, x : x + side]
        for y in range(0, height - side + 1, side)
        for x in range(0, width - side + 1, side)
    ]


def spread(count: int, most: int) -> Iterator[int]:
    """At most ``most`` indices below ``count``, evenly spread, the first and the last always among them."""
    if count <= most:
        yield from range(count)
        return
    yield from sorted({round(index * (count - 1) / (most - 1)) for index in range(most)})


def tile_side(event: Samples, resolution: int, pixels: Pixels) -> int:
    """The side of one picture in a grid: the working resolution, small ones enlarged to 64 or the network's own.

    Where nobody knows the network (``resolution`` 0) the grid is taken for one of 8 × 4 pictures.
    """
    height, width = pixels.shape[:2]
    if not resolution and width == 2 * height and width % 8 == 0:
        return int(width // 8)
    side: int = max(min(resolution, 64), 4 << event.level)
    return side if height % side == 0 and width % side == 0 else int(min(height, width))


def strips(event: Samples) -> tuple[str, str, str, str]:
    """The four strips of pictures of a samples event, relative to the run."""
    return event.fakes_old, event.fakes_new, event.reals_old, event.reals_new
