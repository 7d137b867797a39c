"""Library: the directions a person found in one model, as one small versioned file that can be shared."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from stylegan_core.files.places import check_ends, place
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.recipe import AppliedDirection, Direction, Recipe, Vector

VERSION = 1
KIND = "stylegan-explorer directions"
LARGEST_FILE = 64 * 2**20
SHIPPED = Path(__file__).parent.parent.parent / "resources" / "models"
SOURCES = ("pca", "sefa", "sorting", "labels", "recipe")


@dataclass(frozen=True, slots=True)
class Entry:
    """One direction, where it came from, and what is known of it.

    ``explained`` is its share of the variance of W (PCA), ``accuracy`` the share of held-out pictures it sorts right
    (sorting, labels), ``number`` its place in the order it was computed in, ``first`` and ``last`` the layers it
    is meant for (last None: to the end). ``effect`` is how much the share of faces that have what it is named after
    rises from −``reach`` to +``reach`` sigma, ``leak`` the mean change of the shares of everything else (labels).
    """

    direction: Direction
    source: str
    number: int = 0
    explained: float | None = None
    accuracy: float | None = None
    starred: bool = False
    first: int = 0
    last: int | None = None
    effect: float | None = None
    leak: float | None = None
    reach: float = 3.0

    @property
    def key(self) -> tuple[str, Vector]:
        """What tells two directions apart: names may change, vectors do not."""
        return self.source, self.direction.vector


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A number of the style space, its layer and number from 0, and what a person calls it."""

    layer: int
    channel: int
    name: str

    @property
    def place(self) -> tuple[int, int]:
        """Layer and number."""
        return self.layer, self.channel


@dataclass(frozen=True, slots=True)
class Library:
    """The kept directions and the named channels of the model with hash ``model``; every change is a new library."""

    model: str = ""
    model_name: str = ""
    entries: tuple[Entry, ...] = ()
    channels: tuple[NamedChannel, ...] = ()

    def with_entry(self, entry: Entry) -> Self:
        """This library with an entry replaced, where the same vector is there, or added at the end."""
        kept = [entry if old.key == entry.key else old for old in self.entries]
        return replace(self, entries=tuple(kept if entry in kept else [*kept, entry]))

    def without(self, entry: Entry) -> Self:
        """This library without an entry."""
        return replace(self, entries=tuple(old for old in self.entries if old.key != entry.key))

    def merged(self, entries: Iterable[Entry]) -> Self:
        """This library with the entries of another one that it lacks."""
        known = {entry.key for entry in self.entries}
        return replace(self, entries=self.entries + tuple(entry for entry in entries if entry.key not in known))

    def with_named(self, named: NamedChannel) -> Self:
        """This library with a channel of that name, in the place of the one it had; without one where it is empty."""
        made = [named if old.place == named.place else old for old in self.channels]
        made += [] if named in made else [named]
        return replace(self, channels=tuple(each for each in made if each.name))

    def with_names(self, channels: Iterable[NamedChannel]) -> Self:
        """This library with the names of those channels that have none here."""
        known = {each.place for each in self.channels}
        return replace(self, channels=self.channels + tuple(each for each in channels if each.place not in known))

    def save(self, path: Path) -> None:
        """Writes the library as JSON, beside and renamed; raises OSError with one sentence."""
        made = {
            "kind": KIND,
            "version": VERSION,
            "model": self.model,
            "model_name": self.model_name,
            "directions": [_encode(entry) for entry in self.entries],
        }
        if self.channels:
            made["channels"] = [asdict(each) for each in self.channels]
        write_whole(path, json.dumps(made, indent=1).encode())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads :meth:`save`; raises OSError or ValueError with one sentence naming the file."""
        check_ends(path)
        with _said_of(path):
            data = _read(path)
            entries = tuple(_decode(part) for part in data["directions"])
            channels = tuple(_named(part) for part in data.get("channels", ()))
            return cls(str(data["model"]), str(data["model_name"]), entries, channels)


def library_path(model: str, model_name: str) -> Path:
    """Where the library of the model with this hash lies among the person's files."""
    spoken = re.sub(r"[^A-Za-z0-9._-]+", "-", model_name).strip("-.") or "model"
    return place("libraries") / f"{spoken}-{model[:16]}.json"


def shipped_library(model: str) -> Library | None:
    """The library that came in the box with the model of this hash; None where there is none.

    It is ``directions.json`` beside a model, ``<model>-directions.json`` in a set. Raises as :meth:`Library.load` if it
    is damaged.
    """
    for path in sorted(SHIPPED.glob("*/*directions.json")):
        with _said_of(path):
            model_of_it = str(_read(path)["model"])
        if model_of_it == model:
            return Library.load(path)
    return None


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """What is wrong with a library, in one sentence that names its file."""
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise ValueError(f"{path} is no direction library ({reason}): choose a file this program has saved.") from None


def _read(path: Path) -> dict[str, Any]:
    """What :meth:`Library.save` wrote, its directions not decoded yet."""
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError("it is too large")
    data = read_json(path.read_text("utf-8"))
    if not isinstance(data, dict) or data.get("kind") != KIND or not isinstance(data.get("version"), int):
        raise ValueError("its kind is another one")
    return data


def _encode(entry: Entry) -> dict[str, Any]:
    recipe = json.loads(Recipe(directions=(AppliedDirection(entry.direction),)).to_json())
    return {
        "direction": recipe["directions"][0]["direction"],
        "source": entry.source,
        "number": entry.number,
        "explained": entry.explained,
        "accuracy": entry.accuracy,
        "starred": entry.starred,
        "first": entry.first,
        "last": entry.last,
        "effect": entry.effect,
        "leak": entry.leak,
        "reach": entry.reach,
    }


def _decode(data: dict[str, Any]) -> Entry:
    if data["source"] not in SOURCES:
        raise ValueError(f"it names a source {data['source']!r} this version does not know")
    applied = {"direction": data["direction"], "first": data.get("first", 0), "last": data.get("last")}
    recipe = Recipe.from_json(json.dumps({"version": 1, "directions": [applied]}))
    found = recipe.directions[0]
    return Entry(
        found.direction,
        data["source"],
        int(data.get("number", 0)),
        _share(data.get("explained")),
        _share(data.get("accuracy")),
        bool(data.get("starred")),
        found.first,
        found.last,
        _share(data.get("effect")),
        _share(data.get("leak")),
        _positive(data.get("reach", 3.0)),
    )


def _named(data: dict[str, Any]) -> NamedChannel:
    layer, channel, name = data["layer"], data["channel"], data["name"]
    if type(layer) is not int or type(channel) is not int or min(layer, channel) < 0 or not isinstance(name, str):
        raise ValueError("a channel has no layer, number and name")
    return NamedChannel(layer, channel, name)


def _share(value: Any) -> float | None:
    return None if value is None else min(max(float(value), 0.0), 1.0)


def _positive(value: Any) -> float:
    found = float(value)
    if not 0 < found < math.inf:
        raise ValueError(f"it was measured at {value} sigma")
    return found
