"""MIDI controllers: which there are, and one of them opened; the system calls back in a thread of its own."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.remote.message import Message

SEQUENCER = Path("/dev/snd/seq")  # what ALSA gives programs MIDI through
MISSING = (
    "MIDI needs the packages mido and python-rtmidi: install them with pip install mido python-rtmidi, "
    "where they are ready-made for this Python."
)
WHEEL = 8192  # in the middle of the pitch wheel


class MidiPort:
    """One controller at a time; ``take`` gets its messages, in the thread of the system.

    Its methods may wait for the system, so that they are called away from the window's thread.
    """

    def __init__(self, take: Callable[[Message], object]) -> None:
        self._take = take
        self._port: Any = None
        self._name = ""  # of the open controller
        self._away = False  # whether it was not connected when it was last looked for

    def open(self, name: str) -> str:
        """Begins to listen to the controller of that name, or the first there is; returns its name.

        Raises OSError with one sentence where that cannot be.
        """
        self.close()
        found = inputs()
        if not found:
            raise OSError("No MIDI controller is connected: plug one in and look again.")
        wanted = next((each for each in found if same_device(each, name)), "" if name else found[0])
        if not wanted:
            raise OSError(f"{name} is not connected: plug it in and look again, or choose another.")
        try:
            self._port = backend().open_input(wanted, callback=self._hear)
        except OSError as error:
            raise OSError(f"{wanted} cannot be opened ({error}): perhaps another program has it.") from None
        self._name, self._away = wanted, False
        return wanted

    def look_after(self) -> bool:
        """Whether the open controller is connected; one that was away is opened anew, for the system does not.

        Raises OSError with one sentence where that cannot be.
        """
        there = any(same_device(each, self._name) for each in inputs())
        if there and self._away:
            self.open(self._name)
        self._away = not there
        return there

    def close(self) -> None:
        """Listens no more."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _hear(self, heard: Any) -> None:
        message = message_of(heard)
        if message is not None:
            self._take(message)


def backend() -> Any:
    """The way to the system's MIDI. Raises OSError with one sentence where there is none."""
    try:
        import mido
        import rtmidi  # noqa: F401
    except ImportError:
        raise OSError(MISSING) from None
    if sys.platform == "linux" and not SEQUENCER.exists():
        raise OSError(f"This computer has no MIDI: {SEQUENCER} is not there (the kernel's module snd-seq makes it).")
    return mido.Backend("mido.backends.rtmidi")


def inputs() -> list[str]:
    """The names of the controllers that are connected. Raises OSError with one sentence."""
    system = backend()
    try:
        return list(dict.fromkeys(system.get_input_names()))
    except OSError as error:
        raise OSError(f"This computer's MIDI cannot be used ({error}).") from None


def same_device(one: str, other: str) -> bool:
    """Whether two names are of one controller: ALSA puts numbers behind them that change when it is plugged in."""
    return bool(other) and (one == other or _plain(one) == _plain(other))


def message_of(heard: Any) -> Message | None:
    """A message of mido as one of ours: controllers, keys that go down and the pitch wheel; None for all others."""
    if heard.type == "control_change":
        return Message(f"cc {heard.channel + 1} {heard.control}", (int(heard.value),))
    if heard.type == "note_on" and heard.velocity:
        return Message(f"note {heard.channel + 1} {heard.note}", (int(heard.velocity),))
    if heard.type == "pitchwheel":
        return Message(f"bend {heard.channel + 1}", (int(heard.pitch) + WHEEL,))
    return None


def _plain(name: str) -> str:
    words, _, numbers = name.rpartition(" ")
    return words if words and numbers.replace(":", "").isdigit() else name
