"""One sound that is played: a thread decodes it ahead, the system takes it away, and its clock says what is heard."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from explorer.problem import sentence_of
from explorer.sound.device import Block, Device
from stylegan_core.film.hearing import Floats
from stylegan_core.film.sound_track import RATE

AHEAD = 4 * RATE  # samples that are decoded before they are heard
LOOK = 0.05  # seconds between two looks of the thread
SILENT = 2.0  # seconds without a call of the system, after which its device has gone
DRIFT, JUMP = 0.05, 0.03  # of what the system says of its clock, what counts at once; seconds beyond which all does
GONE = "the sound device has gone."


class Playback:
    """Runs in a thread as soon as :meth:`run` is called there; everything else is asked from another one.

    ``gain`` is what samples are multiplied by, 0 to 1, and may change at any time. ``trouble`` says in half a sentence
    why nothing is heard any more.
    """

    def __init__(self, samples: Callable[[], Iterator[Floats]], gain: float = 1.0) -> None:
        self.gain = gain
        self.trouble = ""
        self._samples = samples
        self._stopped = threading.Event()
        self._waiting: deque[Block] = deque()  # [n, 2]
        self._made = self._given = 0  # samples that are decoded, and that the system has
        self._zero: float | None = None  # when the first sample is heard, as perf_counter says it
        self._called = 0.0
        self._reached = 0.0  # the gain of the last sample: it comes in and goes softly
        self._heard = 0.0

    @property
    def begun(self) -> bool:
        """Whether the system has something of it."""
        return self._zero is not None

    def heard(self) -> float:
        """The second of the sound that is heard now; it never goes back, nor beyond what the system has."""
        if self._zero is not None:
            now = min(time.perf_counter() - self._zero, self._given / RATE)
            self._heard = max(self._heard, now)
        return self._heard

    def stop(self) -> None:
        """Nothing is heard any more; does not wait."""
        self._stopped.set()

    def run(self, device: Device) -> None:
        """Plays until it is stopped or something goes wrong."""
        stream = None
        try:
            samples = self._samples()
            going = self._decode(samples)
            if self._stopped.is_set():
                return
            self._called = time.perf_counter()
            stream = device.open(self.fill)
            while not self._stopped.wait(LOOK) and self._goes(stream):
                going = going and self._decode(samples)
            if not self._stopped.is_set():
                device.forget()
                self.trouble = GONE
        except (ValueError, OSError) as error:
            self.trouble = sentence_of(error)
        finally:
            if stream is not None:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)

    def fill(self, block: Block, ahead: float) -> None:
        """Writes what comes next into a block [n, 2] of which the first sample is heard in ``ahead`` seconds."""
        self._called = time.perf_counter()
        zero = self._called + ahead - self._given / RATE
        if self._zero is None or abs(zero - self._zero) > JUMP:
            self._zero = zero if self._waiting else self._zero
        else:
            self._zero += DRIFT * (zero - self._zero)
        written = 0
        while written < len(block) and self._waiting:
            piece = self._waiting.popleft()
            part = piece[: len(block) - written]
            block[written : written + len(part)] = part
            written += len(part)
            if len(part) < len(piece):
                self._waiting.appendleft(piece[len(part) :])
        block[written:] = 0
        self._given += written
        gain = self.gain
        if gain != 1 or self._reached != 1:
            block *= np.linspace(self._reached, gain, len(block), dtype=np.float32)[:, None]
        self._reached = gain

    def _decode(self, samples: Iterator[Floats]) -> bool:
        """Decodes ahead as far as is wanted; whether there is more."""
        while self._made - self._given < AHEAD and not self._stopped.is_set():
            piece = next(samples, None)
            if piece is None:
                return False
            if piece.shape[1]:
                self._made += piece.shape[1]
                self._waiting.append(np.ascontiguousarray(piece.T))
        return True

    def _goes(self, stream: Any) -> bool:
        return bool(stream.active) and time.perf_counter() - self._called < SILENT
