"""How long a picture of the open network takes, learned from those that came."""

from collections import deque
from statistics import median

from explorer.jobs import Frame
from stylegan_core.recipe import Recipe

COMPARED = 8  # pictures of one network: some are drafts, or parts only because other stages were there already
EXACT = "float32"


class Pace:
    """Hears of every frame; all numbers are seconds."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._took: deque[tuple[float, str]] = deque(maxlen=COMPARED)  # and what numbers it was drawn with
        self.last = 0.0  # that the last picture took, with its own draft

    def hear(self, frame: Frame) -> None:
        """Of an exact picture that its own draft has left nothing to do for, the draft's time is the picture's."""
        before, self._last = self._last, frame
        if before is None or before.model_hash != frame.model_hash:
            self._took.clear()
        self._took.append((frame.seconds, frame.dtype))
        same = before is not None and _picture(before) == _picture(frame) and before.precision == "draft"
        self.last = frame.seconds + (self.last if same else 0.0)

    def forget(self) -> None:
        """Nothing is known of the network that is opened."""
        self._took.clear()

    @property
    def longest(self) -> float:
        """What the next picture may take at most, by those there were; 0 where there were none."""
        return max(_wholes([seconds for seconds, _ in self._took]), default=0.0)

    @property
    def exact(self) -> float:
        """What an exact picture usually takes; 0 where nobody knows."""
        wholes = _wholes([seconds for seconds, dtype in self._took if dtype == EXACT])
        return median(wholes) if wholes else 0.0


def _wholes(took: list[float]) -> list[float]:
    """Those of whole pictures; the first of a network has its weights prepared, too, and counts only where it must."""
    wholes = [seconds for seconds in took if 3 * seconds >= max(took)]
    return wholes[1:] or wholes


def _picture(frame: Frame) -> tuple[str, Recipe, str]:
    return frame.model_hash, frame.recipe, frame.dtype
