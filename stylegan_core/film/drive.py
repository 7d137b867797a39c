"""How music moves a film: the share of the way that its accents go, and how far they take a picture; no torch."""

import numpy as np

from stylegan_core.film.music import ACCENTS, Music


class Drive:
    """The accents of a piece at the seconds of a film, none before its beginning and behind its end."""

    def __init__(self, music: Music) -> None:
        self.motion, self.pulse = music.motion, music.pulse
        heard = np.frombuffer(music.accents, np.uint8).astype(np.float64) / 255
        self._heard = heard
        self._until = np.concatenate([[0.0], np.cumsum(heard)])  # in accents, up to the beginning of each
        self._start = music.start

    def level(self, seconds: float) -> float:
        """How hard it sounds at a second of the film, 0 to 1."""
        at = self._place(seconds)
        if not 0 <= at < len(self._heard):
            return 0.0
        return float(np.interp(at - 0.5, np.arange(len(self._heard)), self._heard))  # said of the middle of its time

    def part(self, begin: float, end: float, part: float) -> float:
        """The share of the accents between two seconds that have sounded ``part`` of the time through."""
        first, here, last = (self._sum(begin + share * (end - begin)) for share in (0.0, part, 1.0))
        return (here - first) / (last - first) if last - first > 1e-9 else part

    def _sum(self, seconds: float) -> float:
        return float(np.interp(self._place(seconds), np.arange(len(self._until)), self._until))

    def _place(self, seconds: float) -> float:
        return (self._start + seconds) * ACCENTS
