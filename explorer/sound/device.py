"""What the machine plays sound with: one stream at a time through the package sounddevice, which is asked for late."""

import atexit
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from stylegan_core.film.sound_track import RATE

Block = npt.NDArray[np.float32]
Fill = Callable[[Block, float], None]

LATENCY = 0.1  # seconds that are given away at once, so that a busy window is not heard
LONGEST_LATENCY = 5.0  # seconds: what a driver says beyond is no latency
MISSING = "the package sounddevice is missing (pip install sounddevice brings it)."
NO_LIBRARY = "the library PortAudio is missing (on Debian: apt-get install libportaudio2)."
NO_DEVICE = "no sound device can be opened."


class Device:
    """Opens streams. Its methods wait for the system, and all of them are called in one thread."""

    def __init__(self) -> None:
        self._stale = False  # whether devices may have come and gone

    def open(self, fill: Fill) -> Any:
        """A stream that begins at once, with ``start``, ``active``, ``abort`` and ``close``; nothing is recorded.

        ``fill`` gets blocks [n, 2] at RATE a second to write, in a thread of the system, and in how many seconds their
        first sample is heard. Raises OSError with half a sentence.
        """
        sounddevice = _package()
        if self._stale:  # PortAudio looks for devices once; only beginning anew lets it look again
            sounddevice._terminate()
            sounddevice._initialize()
        self._stale = False
        usual = LATENCY

        def call(block: Block, _frames: int, times: Any, _status: Any) -> None:
            ahead = times.outputBufferDacTime - times.currentTime
            fill(block, ahead if 0 < ahead < LONGEST_LATENCY else usual)

        try:
            stream = sounddevice.OutputStream(
                samplerate=RATE, channels=2, dtype="float32", latency=LATENCY, callback=call
            )
            usual = stream.latency
            stream.start()
        except sounddevice.PortAudioError as error:
            self._stale = True
            raise OSError(NO_DEVICE) from error
        return stream

    def forget(self) -> None:
        """Devices are looked for anew before the next stream: one has gone."""
        self._stale = True

    def leave(self) -> None:
        """The system does not answer: the end of the program does not wait for it either."""
        package = sys.modules.get("sounddevice")
        if package is not None:
            atexit.unregister(package._exit_handler)


def _package() -> Any:
    try:
        import sounddevice
    except ModuleNotFoundError:
        raise OSError(MISSING) from None
    except OSError:
        raise OSError(NO_LIBRARY) from None
    return sounddevice
