"""What was measured of models against data: the numbers with all that is needed to cite and compare them; no torch."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from stylegan_core.amounts import thousands
from stylegan_core.files.table import as_text, lines_of
from stylegan_core.metrics.names import METRICS

LOWER = {number: row.better == "lower" for row in METRICS.values() for number in row.numbers}
NUMBERS = tuple(LOWER)  # in the order in which they are told
CONFIDENCE = "± is half of the 95 % confidence interval: of what other drawn pictures give beside the same real ones."
LIMITED = ("FD-E",)  # those that fall with the number of pictures to a limit that is told


@dataclass(frozen=True, slots=True)
class Quality:
    """Numbers of one model over ``fakes`` drawn and ``reals`` real pictures of the data set at ``data``.

    ``model`` and ``hash`` are empty where two sets of real pictures were compared instead: what a perfect model could
    get. ``numbers`` maps the names of METRICS, ``confidence`` and ``limits`` as ``metrics.table.Measured`` has them,
    empty in older measurements; ``when``, in seconds since 1970, tells one measurement from another.
    """

    model: str
    hash: str
    data: str
    resolution: int
    fakes: int
    reals: int
    seed: int
    when: float
    numbers: Mapping[str, float] = field(hash=False)
    confidence: Mapping[str, float] = field(default_factory=dict, hash=False)
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def is_floor(self) -> bool:
        """Whether it is of real pictures alone."""
        return not self.hash

    @property
    def name(self) -> str:
        """What was measured, for people."""
        return "real pictures" if self.is_floor else self.model

    @property
    def like(self) -> tuple[str, int, int, int]:
        """What two measurements must share for their numbers to be compared."""
        return self.data, self.resolution, self.fakes, self.reals

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Reads :meth:`to_json`; raises ValueError where a field is missing or is not what it should be."""
        try:
            told = (data["numbers"], data.get("confidence", {}), data.get("limits", {}))
            numbers = [{str(name): float(value) for name, value in each.items()} for each in told]
            model, key, pictures = (str(data[name]) for name in ("model", "hash", "data"))
            resolution, fakes, reals, seed = (int(data[name]) for name in ("resolution", "fakes", "reals", "seed"))
            return cls(model, key, pictures, resolution, fakes, reals, seed, float(data["when"]), *numbers)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"it is no measurement ({error})") from None


def best(rows: Sequence[Quality], at: int, number: str) -> bool:
    """Whether no other model measured alike does better in a number, and at least one was measured."""
    row = rows[at]
    if row.is_floor or not _counts(row, number):
        return False
    rivals = [other for other in rows if other.like == row.like and other.hash not in ("", row.hash)]
    values = [other.numbers[number] for other in rivals if _counts(other, number)]
    mine = row.numbers[number]
    return bool(values) and (mine <= min(values) if LOWER[number] else mine >= max(values))


def _counts(row: Quality, number: str) -> bool:
    return math.isfinite(row.numbers.get(number, math.nan))


def number_text(value: float, digits: int = 3) -> str:
    """A number in so many digits: "57.1", "0.0193", "111 000" with thin blanks; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    if f"{value:.{digits}g}".find("e+") < 0:
        return f"{value:.{digits}g}"
    scale = 10 ** (math.floor(math.log10(abs(value))) - digits + 1)
    return thousands(round(value / scale) * scale)


def half_text(half: float | None) -> str:
    """ "±0.41", the confidence of a number in two digits; empty where it is not known."""
    return "" if half is None or not math.isfinite(half) else f"±{number_text(half, 2)}"


def with_confidence(value: float, half: float | None) -> str:
    """ "57.12 ± 0.41": a number to the second digit of its confidence, in four digits where that is not known."""
    if half is None or not math.isfinite(half) or not math.isfinite(value) or half <= 0:
        return number_text(value, 4)
    last = math.floor(math.log10(half)) - 1
    said = [thousands(round(each, -last)) if last >= 0 else f"{each:,.{-last}f}" for each in (value, half)]
    return " ± ".join(each.replace(",", "\u2009") for each in said)


def quality_table(rows: Iterable[Quality]) -> str:
    """The measurements as CSV, one row each, numbers in full, with all that is needed to measure them again."""
    head = ["model", "hash", *NUMBERS, "data", "resolution", "drawn", "real", "seed", "measured"]
    head += [f"{name} confidence_95" for name in NUMBERS] + [f"{name} limit" for name in LIMITED]
    made: list[Sequence[object]] = [head]
    for row in rows:
        numbers, sure, limits = (
            [repr(told[name]) if name in told else "" for name in names]
            for told, names in ((row.numbers, NUMBERS), (row.confidence, NUMBERS), (row.limits, LIMITED))
        )
        when = datetime.fromtimestamp(row.when, UTC).isoformat(timespec="seconds")
        about = (as_text(str(Path(row.data).name)), row.resolution, row.fakes, row.reals, row.seed, when)
        made.append([as_text(row.name), row.hash, *numbers, *about, *sure, *limits])
    return "".join(lines_of(made))
