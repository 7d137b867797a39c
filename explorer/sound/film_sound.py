"""The sound of a film that is played in the window: it leads the film's clock, and the film goes on without it."""

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from PySide6.QtCore import QObject, Signal

from explorer.sound.device import Device
from explorer.sound.playback import Playback
from stylegan_core.film.film import Film
from stylegan_core.film.hearing import Floats
from stylegan_core.film.sound_track import RATE, Sound, heard_from

log = logging.getLogger(__name__)

PATIENCE = 4.0  # seconds that a film waits for its sound
LATE = "the sound device does not answer."
BROKEN = "something went wrong with it."
FULL = 100  # percent of the volume
FAREWELL = 1.0  # seconds that the window's end waits for a device that does not answer


class FilmSound(QObject):
    """Plays the music of a film from where it is; a trouble is said once, and the film goes on without sound."""

    said = Signal(str)  # one sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device = Device()
        self.muted = False
        self.volume = FULL  # percent
        self._film = Film()
        self._playback: Playback | None = None
        self._begin = self._asked = 0.0
        self._told: set[str] = set()
        self._queue: SimpleQueue[Playback | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def leads(self) -> bool:
        """Whether it has the clock of the film."""
        return self._playback is not None

    @property
    def gain(self) -> float:
        """What samples are multiplied by: the square of the volume, for ears hear in ratios."""
        return 0.0 if self.muted else (self.volume / FULL) ** 2

    def set_loudness(self, muted: bool, volume: int, seconds: float | None) -> None:
        """Whether it is heard, and at how many percent; ``seconds`` is where the film is while it plays, else None."""
        self.muted, self.volume = muted, volume
        if self._playback is not None:
            self._playback.gain = self.gain
        elif seconds is not None:
            self.play(self._film, seconds)

    def play(self, film: Film, seconds: float) -> None:
        """Begins at this second of the film; does not wait for it."""
        self.stop()
        self._film = film
        if film.music is None or not self.gain:
            return
        self._begin, self._asked = seconds, time.perf_counter()
        self._playback = Playback(partial(_sound_of, film, seconds), self.gain)
        if self._thread is None:
            self._thread = threading.Thread(target=_run, args=(self._queue, self.device), name="sound", daemon=True)
            self._thread.start()
        self._queue.put(self._playback)

    def follow(self, film: Film, seconds: float) -> None:
        """The film has changed while it plays: another sound, or another end of it, begins anew."""
        before = self._film
        if (film.music, film.seconds, film.loop) != (before.music, before.seconds, before.loop):
            self.play(film, seconds)
        self._film = film

    def stop(self) -> None:
        """Nothing is heard any more."""
        if self._playback is not None:
            self._playback.stop()
            self._playback = None

    def lead(self, seconds: float) -> float:
        """The second of the film that is heard now, or ``seconds``, what its own clock says, where nothing is.

        Behind the end of a film that begins again it counts on.
        """
        playback = self._playback
        if playback is None:
            return seconds
        late = not playback.begun and time.perf_counter() - self._asked > PATIENCE
        trouble = playback.trouble or (LATE if late else "")
        if trouble:
            self.stop()
            self._tell(trouble)
            return seconds
        return self._begin + playback.heard()

    def close(self) -> None:
        """Ends its thread."""
        self.stop()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(FAREWELL)
            if self._thread.is_alive():
                self.device.leave()
            self._thread = None

    def _tell(self, trouble: str) -> None:
        if trouble not in self._told:
            self._told.add(trouble)
            self.said.emit(f"The film plays without sound: {trouble}")


def _run(queue: "SimpleQueue[Playback | None]", device: Device) -> None:
    """Plays one after the other, for PortAudio is used by one thread."""
    while (playback := queue.get()) is not None:
        try:
            playback.run(device)
        except Exception:
            log.exception("The sound ended")
            playback.trouble = BROKEN


def _sound_of(film: Film, begin: float) -> Iterator[Floats]:
    """What is heard of a film from a second of it on, silence where its music has ended, and that again if it loops."""
    assert film.music is not None
    sound = Sound(Path(film.music.path), film.music.start, film.seconds)
    if not sound.path.exists():
        raise ValueError(f"{sound.path}, the music of the film, is not there.")
    while round(film.seconds * RATE):
        left = round((film.seconds - begin) * RATE) + (0 if film.loop else RATE)  # so that its clock passes the end
        for piece in heard_from(sound, begin):
            left -= piece.shape[1]
            yield piece
        while left > 0:
            silence = np.zeros((2, min(left, RATE)), np.float32)
            left -= silence.shape[1]
            yield silence
        if not film.loop:
            return
        begin = 0.0
