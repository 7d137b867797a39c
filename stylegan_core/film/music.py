"""What a film knows of the music it goes to: its beats, and how hard it sounds at every moment; plain Python."""

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import count, pairwise
from pathlib import PureWindowsPath
from statistics import fmean, median
from typing import Any, Self, TypeGuard

from stylegan_core.recipe_json import kept

ACCENTS = 50  # a second
LONGEST_MUSIC = 2 * 3600.0  # seconds
MOST_BEATS = 50_000
GAP = 2.0  # seconds between beats where none is heard
USUAL = 0.1  # how far from the median a gap may be to count as usual


@dataclass(frozen=True, slots=True)
class Music:
    """A sound file that a film goes to, and what was heard in it (``hearing.hear``).

    ``seconds`` is how long it lasts, ``beats`` are the seconds at which it has one, ``accents`` say ACCENTS times a
    second how hard it sounds, 0 to 255. The film begins at its second ``start``. ``motion``, 0 to 1: how far the film
    moves with the accents instead of evenly. ``pulse``, 0 to 1: how much farther than they are from the mean face the
    pictures go at the hardest accents (0.5: half as far again). ``unknown`` keeps fields of a newer version.
    """

    path: str
    seconds: float
    beats: tuple[float, ...] = ()
    accents: bytes = b""
    start: float = 0.0
    motion: float = 0.7
    pulse: float = 0.0
    unknown: str = ""

    @property
    def name(self) -> str:
        """What a person calls it: the name of the file."""
        return PureWindowsPath(self.path).name or self.path  # which knows both kinds of slashes

    @property
    def left(self) -> float:
        """Seconds from ``start`` to its end."""
        return max(self.seconds - self.start, 0.0)

    @property
    def tempo(self) -> float:
        """Beats a minute, 0 where none is heard."""
        return 60 / self.gap if len(self.beats) > 1 else 0.0

    @property
    def gap(self) -> float:
        """The usual seconds from one beat to the next, finer than the beats are told; GAP where none is heard."""
        gaps = [later - earlier for earlier, later in pairwise(self.beats)]
        if not gaps:
            return GAP
        middle = median(gaps)
        return fmean([gap for gap in gaps if abs(gap - middle) < USUAL * middle] or [middle])

    def moments(self, every: int) -> Iterator[float]:
        """The seconds of a film at which one in ``every`` beats behind its start comes.

        Behind the last one, and where none is heard, they go on evenly without end.
        """
        gap = self.gap
        beats = [beat - self.start for beat in self.beats if beat - self.start > gap / 2]
        yield from beats[every - 1 :: every]
        last = beats[-1] if beats else 0.0
        for number in count(len(beats) // every + 1):
            yield last + (number * every - len(beats)) * gap

    def cut(self, seconds: float) -> Self:
        """What a film of so many seconds hears of it, as a piece of its own that begins where the film does."""
        begin, end = self.start, min(self.start + seconds, self.seconds)
        beats = tuple(beat - begin for beat in self.beats if begin <= beat <= end)
        accents = self.accents[round(begin * ACCENTS) : math.ceil(end * ACCENTS)]
        return replace(self, seconds=end - begin, beats=beats, accents=accents, start=0.0)

    def to_data(self) -> dict[str, Any]:
        """As it stands in a film's JSON, without fields of newer versions."""
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "unknown"}
        beats = [round(beat, 3) for beat in self.beats]
        return {**told, "beats": beats, "accents": base64.b64encode(self.accents).decode()}

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """Reads :meth:`to_data`. Raises ValueError with one sentence on anything else."""
        if not isinstance(data, dict) or not isinstance(data.get("path"), str):
            raise ValueError("The music of the film must be a JSON object with the path of its sound.")
        seconds = _number(data, "seconds", 0.0, LONGEST_MUSIC, None)
        known = {each.name for each in fields(cls)} - {"unknown"}
        return cls(
            path=data["path"],
            seconds=seconds,
            beats=_beats(data.get("beats", []), seconds),
            accents=_accents(data.get("accents", "")),
            start=_number(data, "start", 0.0, seconds, 0.0),
            motion=_number(data, "motion", 0.0, 1.0, 0.7),
            pulse=_number(data, "pulse", 0.0, 1.0, 0.0),
            unknown=kept({name: value for name, value in data.items() if name not in known}, "music of the film"),
        )


def _is_number(value: Any, least: float, most: float) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _number(data: dict[str, Any], name: str, least: float, most: float, usual: float | None) -> float:
    value = data.get(name, usual)
    if not _is_number(value, least, most):
        raise ValueError(f"The {name} of the film's music must be a number from {least:g} to {most:g}.")
    return float(value)


def _beats(told: Any, seconds: float) -> tuple[float, ...]:
    if not isinstance(told, list) or len(told) > MOST_BEATS or not all(_is_number(beat, 0, seconds) for beat in told):
        raise ValueError("The beats of the film's music must be a list of seconds within it.")
    if any(later <= earlier for earlier, later in pairwise(told)):
        raise ValueError("The beats of the film's music must come one after the other.")
    return tuple(float(beat) for beat in told)


def _accents(told: Any) -> bytes:
    try:
        accents = base64.b64decode(told, validate=True) if isinstance(told, str) else None
    except (binascii.Error, ValueError):
        accents = None
    if accents is None or len(accents) > math.ceil(LONGEST_MUSIC * ACCENTS) + 1:
        raise ValueError("The accents of the film's music must be bytes in base 64.")
    return accents
