"""What is kept of remote control: where to listen, and which knob moves what; one dataclass and one file."""

import json
import logging
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from explorer.remote.osc import LOCAL, LONGEST, MOST_PORT, PORT, checked_address
from stylegan_core.files.places import home
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.recipe import FARTHEST

log = logging.getLogger(__name__)

VERSION = 1
MOST = 500


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages from ``source`` move ``control``, from ``low`` to ``high``; None is the control's own end.

    ``source`` is a message's address, ``control`` a control's. ``fine``: a MIDI controller below 32 and the one 32
    above it bring 14 bits together.
    """

    source: str
    control: str
    low: float | None = None
    high: float | None = None
    invert: bool = False
    fine: bool = False


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """Frozen: a change makes a new value. Nothing listens at the start unless a person has asked for it."""

    address: str = LOCAL
    port: int = PORT
    osc_at_start: bool = False
    device: str = ""
    midi_at_start: bool = False
    bindings: tuple[Binding, ...] = ()

    @classmethod
    def load(cls) -> tuple[Self, str]:
        """The kept settings, and a sentence where the file is spoilt: it is then put aside, and these are the usual."""
        path = remote_file()
        try:
            return cls(**_fields(cls, read_json(path.read_text("utf-8")))), ""
        except FileNotFoundError:
            return cls(), ""
        except (OSError, ValueError, TypeError, OverflowError) as error:
            log.info("%s cannot be read: %s", path, error)
        aside = path.with_suffix(".damaged")
        try:
            path.replace(aside)
        except OSError:
            aside = path
        return cls(), f"The settings of remote control were damaged and are kept as {aside.name}: it starts anew."

    def save(self) -> None:
        """Writes the file beside and renames it; raises OSError with one sentence."""
        path = remote_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"version": VERSION, **asdict(self)}, indent=1).encode())


def remote_file() -> Path:
    """Where they lie, beside the other settings."""
    return home() / "remote.json"


def _fields(owner: type, data: Any) -> dict[str, Any]:
    """The fields this version knows. Raises ValueError where one is of another kind than it must be."""
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    known = {item.name for item in fields(owner)}
    return {name: _checked(name, value) for name, value in data.items() if name in known}


def _checked(name: str, value: Any) -> Any:
    if name == "bindings":
        if not isinstance(value, list) or len(value) > MOST:
            raise ValueError("the bindings are no list, or too long")
        return tuple(Binding(**_fields(Binding, each)) for each in value)
    if name == "address":
        return checked_address(_text(value))
    if name in ("device", "source", "control"):
        return _text(value)
    if name == "port":
        if type(value) is not int or not 1 <= value <= MOST_PORT:
            raise ValueError("the port is none")
        return value
    if name in ("low", "high"):
        return None if value is None else _number(value)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError("no text, or too long")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return min(max(float(value), -FARTHEST), FARTHEST)
