"""The shelf: which directions a model has, where they came from, and in which order they are shown."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry, Library, library_path, shipped_library
from stylegan_core.recipe import AppliedDirection, Recipe

OWN = ("sorting", "labels", "recipe")  # sources whose directions are shown before computed ones


class DirectionShelf:
    """The library of the open model beside what was computed for it; methods that touch the disk return a sentence.

    ``view`` is "pca", "sefa" or "library"; ``trouble`` says what was wrong with the library's file, or is empty.
    """

    def __init__(self) -> None:
        self.library = Library()
        self.found: dict[str, tuple[Entry, ...]] = {}
        self.view = "pca"
        self.trouble = ""

    def open(self, info: ModelInfo) -> None:
        """Takes the person's library of a model, or the one in the box; a damaged file is put aside, not lost."""
        self.found.clear()
        self.view, self.trouble = "pca", ""
        self.library = replace(self._kept(info), model=info.hash, model_name=info.name)

    def follow(self, info: ModelInfo) -> None:
        """The same directions for a later snapshot of the network: what is kept from now on is that one's."""
        self.library = replace(self.library, model=info.hash, model_name=info.name).merged(self._kept(info).entries)

    def _kept(self, info: ModelInfo) -> Library:
        """The library that lies on the disk for a model."""
        try:
            path = library_path(info.hash, info.name)
            return (Library.load(path) if path.exists() else shipped_library(info.hash)) or Library()
        except OSError as error:
            self.trouble = str(error)
            return shipped_library(info.hash) or Library()
        except ValueError as error:
            aside = path.with_suffix(".damaged")
            self.trouble = str(error)
            if path.exists():
                path.replace(aside)
                self.trouble = f"The library of this model was damaged and is kept as {aside.name}."
            return Library()

    def entries(self) -> list[Entry]:
        """Every direction of the chosen view: favourites, the library, then what was computed."""
        kept = {entry.key: entry for entry in self.library.entries}
        whole = self.view == "library"
        own = [entry for entry in kept.values() if whole or entry.starred or entry.source in OWN]
        found = [kept.get(entry.key, entry) for entry in self.found.get(self.view, ())]
        every = own + [entry for entry in found if entry not in own]
        return sorted(every, key=lambda entry: not entry.starred)

    def every(self) -> list[Entry]:
        """Those of the chosen view, and behind them all others that are known."""
        shown = self.entries()
        seen = {entry.direction.vector for entry in shown}
        rest = (entry for part in (self.library.entries, *self.found.values()) for entry in part)
        return shown + [entry for entry in rest if entry.direction.vector not in seen]

    @property
    def named(self) -> int:
        """How many of them have a name that somebody gave, or stars."""
        return sum(entry.starred or entry.source in OWN for entry in self.entries())

    def wanted(self, recipe: Recipe, limit: int) -> list[Entry]:
        """The first ``limit`` entries, and whatever the recipe uses beyond them."""
        every = self.entries()
        computed = [entry for part in self.found.values() for entry in part]
        known = {entry.direction.vector: entry for entry in (*every, *computed, *self.library.entries)}
        used = [known.get(each.direction.vector) or stranger(each) for each in recipe.directions]
        seen = {entry.direction.vector for entry in every[:limit]}
        return every[:limit] + [entry for entry in used if entry.direction.vector not in seen]

    def keep(self, entry: Entry) -> str:
        """Puts a direction into the library, or replaces it there."""
        return self._save(_newest(self.library).with_entry(entry))

    def remove(self, entry: Entry) -> str:
        """Takes a direction out of the library."""
        return self._save(_newest(self.library).without(entry))

    def put_back(self, entry: Entry, library: Library) -> str:
        """Puts a direction back at its place in the library it was taken out of, be that the one shown or not."""
        shown = library.model == self.library.model
        now = _newest(self.library if shown else library.without(entry))
        if entry.key in {each.key for each in now.entries}:
            return ""
        before = {each.key for each in takewhile(lambda each: each.key != entry.key, library.entries)}
        at = sum(each.key in before for each in now.entries)
        whole = replace(now, entries=(*now.entries[:at], entry, *now.entries[at:]))
        return self._save(whole) if shown else _write(whole)

    def star(self, entry: Entry) -> str:
        """Makes a direction a favourite, or no longer; one that was found and never named leaves the library then."""
        unnamed = entry.direction.name in {each.direction.name for each in self.found.get(entry.source, ())}
        return self.remove(entry) if entry.starred and unnamed else self.keep(replace(entry, starred=not entry.starred))

    def bring(self, path: Path, info: ModelInfo) -> str:
        """Adds the directions of a file; those of a network with another W are refused."""
        try:
            other = Library.load(path)
        except (OSError, ValueError) as error:
            return str(error)
        fitting = [entry for entry in other.entries if entry.direction.vector.shape[-1] == info.w_dim]
        if not fitting:
            return f"{path.name} holds no direction for this network: its W has {info.w_dim} dimensions."
        before = _newest(self.library)
        now = before.merged(fitting)
        said, new = self._save(now), len(now.entries) - len(before.entries)
        if said or not new:
            return said or f"Every direction of {path.name} is here already."
        same = other.model == info.hash
        warning = "" if same else " They were found in another model and may mean something else."
        return f"Imported {new} direction{'s' if new > 1 else ''}.{warning}"

    def learn(self, found: Iterable[Entry]) -> tuple[int, str]:
        """Adds directions that were found, but for those whose names are taken; how many, and what went wrong."""
        now = _newest(self.library)
        taken = {entry.direction.name.casefold() for entry in now.entries}
        fresh = [entry for entry in found if entry.direction.name.casefold() not in taken]
        return len(fresh), self._save(now.merged(fresh)) if fresh else ""

    def export(self, path: Path) -> str:
        """Writes every kept direction to a file that other people can import."""
        try:
            self.library.save(path)
        except OSError as error:
            return str(error)
        return f"Saved {len(self.library.entries)} directions to {path.name}."

    def _save(self, library: Library) -> str:
        self.library = library
        return _write(library)


def _newest(library: Library) -> Library:
    """A library with what another window has kept in it since: written without, that would be lost."""
    try:
        kept = Library.load(library_path(library.model, library.model_name))
    except (OSError, ValueError):
        return library  # there is none yet, or what is there cannot be kept either
    return replace(library, entries=kept.merged(library.entries).entries)


def _write(library: Library) -> str:
    try:
        library.save(library_path(library.model, library.model_name))
    except OSError as error:
        return str(error)
    return ""


def stranger(applied: AppliedDirection) -> Entry:
    """A direction that came with a recipe and is in no list here."""
    return Entry(applied.direction, "recipe", first=applied.first, last=applied.last)
