"""A MIDI system for mido, as a backend module of its own: two controllers, which tests play."""

from collections.abc import Callable
from typing import Any

import mido
from mido.ports import BaseInput

NAMES = ["nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0", "Launchpad:Launchpad MIDI 1 24:0"]
ports: "list[Input]" = []


class Input(BaseInput):  # type: ignore[misc]
    """An open controller; ``play`` sends what a hand would."""

    def _open(self, callback: Callable[[mido.Message], object] | None = None, **_: Any) -> None:
        self.hear = callback
        ports.append(self)

    def play(self, kind: str, **values: int) -> None:
        """A message, in the thread of whoever calls."""
        assert self.hear is not None
        self.hear(mido.Message(kind, **values))


def get_devices(**_: Any) -> list[dict[str, Any]]:
    """What mido asks for."""
    return [{"name": name, "is_input": True, "is_output": False} for name in NAMES]
