"""The pictures of history entries: taken out of frames that were drawn anyway, a draft first, then the exact one."""

from collections.abc import Set

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from explorer.history.history_file import Entry
from explorer.jobs import Frame
from explorer.pixels import image_of
from stylegan_core.recipe import Recipe

STORED = 128  # pixels of a thumbnail's longer side


class EntryPictures(QObject):
    """Entries whose exact picture is still to come, and the best there is of them until then."""

    drawn = Signal(str, QImage)  # key of an entry, and its picture, no larger than it is stored
    settled = Signal(str, bytes)  # key of an entry, and the thumbnail file that is to be kept of it

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last: Frame | None = None
        self._waiting: dict[tuple[str, Recipe], str] = {}
        self._drafts: dict[str, QImage] = {}  # not yet told

    def wait_for(self, entry: Entry) -> None:
        """Takes the next frame of an entry; the hand may have rested before it let go: then nothing new is drawn."""
        self._waiting[(entry.model_hash, entry.recipe)] = entry.key
        if self._last is not None:
            self.take_frame(self._last)

    def take_frame(self, frame: Frame) -> None:
        """Takes the picture of a waiting entry out of a frame."""
        self._last = frame
        key = self._waiting.get((frame.model_hash, frame.recipe))
        if key is not None:
            self._take(key, image_of(frame.pixels))
            if frame.precision == "exact":
                del self._waiting[(frame.model_hash, frame.recipe)]
                self._settle(key)

    def take_draft(self, model_hash: str, recipe: Recipe, image: QImage) -> None:
        """Takes a picture that was drawn for a waiting entry alone, unless a frame has brought one."""
        key = self._waiting.get((model_hash, recipe))
        if key is not None and key not in self._drafts:
            self._take(key, image)
            self._settle(key)

    def settle_drafts(self) -> None:
        """Tells of pictures that no exact one has replaced: there may come none any more."""
        for key in list(self._drafts):
            self._settle(key)

    def missing(self, model_hash: str, keys: Set[str]) -> list[Recipe]:
        """The recipes of those of the entries that still wait for a picture by this network, oldest first."""
        return [recipe for (of, recipe), key in self._waiting.items() if of == model_hash and key in keys]

    def _take(self, key: str, image: QImage) -> None:
        self._drafts[key] = image.scaled(
            QSize(STORED, STORED), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.drawn.emit(key, self._drafts[key])

    def _settle(self, key: str) -> None:
        self.settled.emit(key, _file_of(self._drafts.pop(key)))


def _file_of(image: QImage) -> bytes:
    """The thumbnail as PNG."""
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(store.data())
