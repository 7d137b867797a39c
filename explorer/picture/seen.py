"""Which picture is seen, whether it is the one that is wanted, and which are kept for the other side of A/B."""

from collections import OrderedDict
from dataclasses import replace

from PySide6.QtGui import QImage

from explorer.jobs import Frame
from explorer.pixels import image_of
from explorer.session import Session
from stylegan_core.recipe import Recipe

KEPT = 24  # exact pictures kept to show the other side of A/B at once


class Seen:
    """The frame on screen beside what the session wants of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: OrderedDict[tuple[str, Recipe], QImage] = OrderedDict()
        self.frame: Frame | None = None
        self.image: QImage | None = None
        self.other: Recipe | None = None  # the other side of A/B, while that is asked for
        self.failure = ""  # why what is wanted cannot be drawn, in one sentence

    @property
    def wanted(self) -> Recipe:
        """The recipe whose picture is to be seen."""
        return self._session.recipe if self.other is None else self.other

    @property
    def stale(self) -> bool:
        """True while the picture is older than the recipe, or another network's."""
        frame = self.frame
        return frame is not None and (frame.model_hash, frame.recipe) != (self._model, self.wanted)

    @property
    def foreign(self) -> bool:
        """True while the picture is that of the network that was open before."""
        return self.frame is not None and self.frame.model_hash != self._model

    def take(self, frame: Frame) -> bool:
        """Keeps an exact frame; whether it is the one to be seen now."""
        image = image_of(frame.pixels)
        if frame.precision == "exact":
            self._kept[(frame.model_hash, frame.recipe)] = image
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if self.other is not None and frame.recipe != self.other:
            return False
        self.frame, self.image, self.failure = frame, image, ""
        return True

    def kept(self, recipe: Recipe | None) -> QImage | None:
        """The exact picture of a recipe in the network that is open, where it is kept."""
        return None if recipe is None else self._kept.get((self._model, recipe))

    def turn(self, other: Recipe | None) -> None:
        """To the other side of A/B, or back: what is kept of it is seen at once."""
        self.other, self.failure = other, ""
        kept = self.kept(self.wanted)
        if kept is not None and self.frame is not None:
            self.image = kept
            self.frame = replace(
                self.frame, recipe=self.wanted, model_hash=self._model, precision="exact", dtype="float32"
            )

    def forget(self) -> None:
        """Another model: its predecessor's pictures are no longer comparable, the last stays until the next comes."""
        self._kept.clear()
        self.other, self.failure = None, ""

    @property
    def _model(self) -> str:
        return self._session.info.hash if self._session.info else ""
