"""What a trainer says while it runs: frozen events, one JSON object a line (contracts: Run directory)."""

import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from stylegan_core.json_text import read_json
from stylegan_core.schedule import MOST_KIMG, MOST_LEVEL

UNKNOWN = "backslashreplace"  # half a letter, as in names of files that are not UTF-8, which JSON writes so too
LATEST = 32_503_680_000.0  # the year 3000 in seconds since 1970: no later one has a date on every system
NAMES_IN_JSON = {"begin_kimg": "from", "end_kimg": "to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has: ``time`` in seconds since 1970 and ``img``, the real images shown so far."""

    kind: ClassVar[str] = ""
    time: float = 0.0
    img: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch(Event):
    """A trainer sets to work: with which program, on what, by how many."""

    version: str = ""
    preset: str = ""
    machine: str = ""
    threads: int = 0
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Stretch):
    """A run begins."""

    kind: ClassVar[str] = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Stretch):
    """A run goes on from ``img``; earlier events with a larger img no longer count."""

    kind: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseBegin(Event):
    """A phase begins: ``phase`` is "stable" or "fade", bounds in kimg."""

    kind: ClassVar[str] = "phase"
    level: int = 0
    phase: str = "stable"
    begin_kimg: float = 0.0
    end_kimg: float = 0.0
    batch: int = 0
    rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Event):
    """How training goes: means since the last tick; ``memory`` in bytes, ``left_*`` in seconds; NaN is unknown.

    ``diversity`` of the fixed latents in pixels and in the discriminator's features; ``ada_p`` of the augmentation;
    ``critic_…`` are the critic's mean logits.
    """

    kind: ClassVar[str] = "tick"
    kimg: float = 0.0
    level: int = 0
    alpha: float = 1.0
    loss_g: float = math.nan
    loss_d: float = math.nan
    d_real: float = math.nan
    d_fake: float = math.nan
    r1: float = math.nan
    grad_g: float = math.nan
    grad_d: float = math.nan
    critic_real: float = math.nan
    critic_fake: float = math.nan
    diversity: float = math.nan
    diversity_features: float = math.nan
    ada_p: float = math.nan
    img_per_s: float = math.nan
    memory: int = 0
    left_phase: float = math.nan
    left_total: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples(Event):
    """New pictures: ``path`` a grid of EMA samples at psi 1; the strips blend by any alpha, linear in RGB.

    All paths are relative to the run directory; ``*_old`` is the level below, upsampled.
    """

    kind: ClassVar[str] = "samples"
    path: str = ""
    fakes_old: str = ""
    fakes_new: str = ""
    reals_old: str = ""
    reals_new: str = ""
    level: int = 0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint(Event):
    """A checkpoint was written; ``path`` is relative to the run directory."""

    kind: ClassVar[str] = "checkpoint"
    path: str = ""
    level: int = 0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Event):
    """A number was measured."""

    kind: ClassVar[str] = "metric"
    name: str = ""
    value: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Best(Event):
    """The best ``value`` of a metric so far; ``path`` is the checkpoint it belongs to, which stays."""

    kind: ClassVar[str] = "best"
    name: str = ""
    value: float = math.nan
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Event):
    """Something a person should know, in one sentence."""

    kind: ClassVar[str] = "alert"
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Event):
    """The trainer lives, though nothing else is to be said; ``text`` may say what it is busy with."""

    kind: ClassVar[str] = "heartbeat"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Event):
    """Why the trainer ended: ``reason`` is "finished", "stopped" or "error"."""

    kind: ClassVar[str] = "end"
    reason: str = ""
    text: str = ""


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (Start, Resume, PhaseBegin, Tick, Samples, Checkpoint, Metric, Best, Alert, Heartbeat, End)
}


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    return float(value)


def _whole(value: Any) -> int:
    return int(_number(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return sys.intern(value)


def _within(read: Callable[[Any], Any], most: float) -> Callable[[Any], Any]:
    """Reads a number from 0 to ``most``: what a damaged line says beyond has no date, picture or place to be shown."""

    def bounded(value: Any) -> Any:
        number = read(value)
        if not 0 <= number <= most:
            raise ValueError("out of bounds")
        return number

    return bounded


_READ: dict[Any, Callable[[Any], Any]] = {float: _number, int: _whole, str: _text}
_BOUNDED = {
    "time": _within(_number, LATEST),
    "img": _within(_whole, MOST_KIMG * 1000),
    "level": _within(_whole, MOST_LEVEL),
}
_FIELDS = {
    kind: tuple((f.name, NAMES_IN_JSON.get(f.name, f.name), _BOUNDED.get(f.name, _READ[f.type])) for f in fields(event))
    for kind, event in KINDS.items()
}


def encode(event: Event) -> bytes:
    """The event as one line of JSON, newline included; what is not finite becomes null."""
    record: dict[str, Any] = {"kind": event.kind}
    for name, key, _ in _FIELDS[event.kind]:
        value = getattr(event, name)
        record[key] = None if isinstance(value, float) and not math.isfinite(value) else value
    return json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode(errors=UNKNOWN) + b"\n"


def decode(line: bytes) -> Event | None:
    """The event of one line; None for a kind unknown here. Raises ValueError if the line is broken."""
    try:
        record = read_json(line)
        kind = record["kind"]
        if kind not in KINDS:
            return None
        return KINDS[kind](**{name: read(record[key]) for name, key, read in _FIELDS[kind] if key in record})
    except (KeyError, TypeError, OverflowError, ValueError) as error:
        raise ValueError("The line is not an event.") from error


def retell(story: list[Event], news: Iterable[Event]) -> bool:
    """Appends ``news`` to ``story``; at a resume, earlier events with a larger img go. True if any went."""
    rewritten = False
    for event in news:
        if isinstance(event, Resume):
            kept = [earlier for earlier in story if earlier.img <= event.img]
            rewritten |= len(kept) < len(story)
            story[:] = kept
        story.append(event)
    return rewritten
