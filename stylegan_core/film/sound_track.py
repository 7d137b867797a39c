"""The sound of a film: a piece of music, written beside the pictures as far as they go."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from stylegan_core.film.hearing import Floats, samples_of

RATE = 48_000
FADE = 1.0  # seconds in which it dies away where the film ends before it
BITS = 192_000  # a second


@dataclass(frozen=True, slots=True)
class Sound:
    """What is heard: ``seconds`` of the file ``path`` from its second ``start`` on, or as long as there is sound."""

    path: Path
    start: float
    seconds: float


class SoundTrack:
    """A second stream of an mp4; ``write`` adds as much of it as the pictures have come, ``end`` the rest."""

    def __init__(self, av: Any, container: Any, sound: Sound) -> None:
        self._av, self._container = av, container
        self._stream = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=BITS)
        self._samples = heard_from(sound)
        self._written = 0  # samples
        self._over = False

    def write(self, seconds: float) -> None:
        """Up to this second of the film, or a little farther. Raises ValueError or OSError as ``samples_of``."""
        while not self._over and self._written < seconds * RATE:
            samples = next(self._samples, None)
            if samples is None:
                self._over = True
                return
            frame = self._av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._written, Fraction(1, RATE)
            self._container.mux(self._stream.encode(frame))
            self._written += samples.shape[1]

    def end(self) -> None:
        """Writes what is left."""
        self.write(float("inf"))
        self._container.mux(self._stream.encode(None))


def heard_from(sound: Sound, begin: float = 0.0) -> Iterator[Floats]:
    """What is heard of a sound from its second ``begin`` on, dying away at its end; less where the file ends before.

    Yields float32 [2, n] at RATE a second. Raises ValueError or OSError as ``samples_of``.
    """
    wanted, done = round(sound.seconds * RATE), round(begin * RATE)
    fade = max(min(round(FADE * RATE), wanted // 4), 1)
    for piece in samples_of(sound.path, RATE, "stereo", start=sound.start + begin):
        piece = piece[:, : wanted - done]
        at = np.arange(done, done + piece.shape[1])
        yield (piece * np.clip((wanted - at) / fade, 0, 1)).astype(np.float32)
        done += piece.shape[1]
        if done >= wanted:
            return
