"""The shelf: which directions a model has, where they came from, and in which order they are shown."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.work.background import Background
from stylegan_core.amounts import counted, listed
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry, Library, NamedChannel, library_path, shipped_library
from stylegan_core.recipe import AppliedDirection, Recipe

AGAIN = 5000  # milliseconds after which a disk that was full is tried once more
OWN = ("sorting", "labels", "recipe")  # sources whose directions are shown before computed ones
Change = Callable[[Library], Library]
Words = Callable[[int], str]  # what there is to say of so many directions that were new


class DirectionShelf(QObject):
    """The library of the open model beside what was computed for it; a change is seen at once, and written by ``disk``.

    ``view`` is "pca", "sefa" or "library"; ``trouble`` says what was wrong with the library's file, or is empty.
    """

    changed = Signal(str)  # the library is another one; a sentence where there is something to say, else empty
    names_changed = Signal(object)  # the named channels of the library, a tuple

    def __init__(self, disk: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = disk
        self._unwritten: dict[tuple[str, str], Library] = {}  # what the disk has not taken yet, or has refused
        self._owed: dict[tuple[str, str], tuple[Change, ...]] = {}  # changes that it has refused, in their order
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.write_again)
        self.library = Library()
        self.found: dict[str, tuple[Entry, ...]] = {}
        self.view = "pca"
        self.trouble = ""

    def open(self, info: ModelInfo) -> None:
        """Takes the person's library of a model, or the one in the box; a damaged file is put aside, not lost."""
        self.found.clear()
        self.view, self.trouble = "pca", ""
        self.library = replace(self._kept(info), model=info.hash, model_name=info.name)
        self.names_changed.emit(self.library.channels)

    def follow(self, info: ModelInfo) -> None:
        """The same directions for a later snapshot of the network: what is kept from now on is that one's."""
        kept = self._kept(info)
        follows = replace(self.library, model=info.hash, model_name=info.name)
        self.library = follows.merged(kept.entries).with_names(kept.channels)
        self.names_changed.emit(self.library.channels)

    def _kept(self, info: ModelInfo) -> Library:
        """The library that lies on the disk for a model, or will in a moment."""
        if (waiting := self._unwritten.get((info.hash, info.name))) is not None:
            return waiting
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

    def keep(self, entry: Entry) -> None:
        """Puts a direction into the library, or replaces it there."""
        self._change(lambda library: library.with_entry(entry))

    def name_channel(self, named: NamedChannel) -> None:
        """Gives a channel of the network a name, or with an empty one takes it away."""
        self._change(lambda library: library.with_named(named))

    def remove(self, entry: Entry) -> None:
        """Takes a direction out of the library."""
        self._change(lambda library: library.without(entry))

    def put_back(self, entry: Entry, library: Library) -> None:
        """Puts a direction back at its place in the library it was taken out of, be that the one shown or not."""
        before = {each.key for each in takewhile(lambda each: each.key != entry.key, library.entries)}

        def back(now: Library) -> Library:
            if entry.key in {each.key for each in now.entries}:
                return now
            at = sum(each.key in before for each in now.entries)
            return replace(now, entries=(*now.entries[:at], entry, *now.entries[at:]))

        if library.model == self.library.model:
            self._change(back)
        else:
            self._write(self._unwritten.get(_whose(library), library.without(entry)), back)

    def star(self, entry: Entry) -> None:
        """Makes a direction a favourite, or no longer; one that was found and never named leaves the library then."""
        unnamed = entry.direction.name in {each.direction.name for each in self.found.get(entry.source, ())}
        if entry.starred and unnamed:
            self.remove(entry)
        else:
            self.keep(replace(entry, starred=not entry.starred))

    def bring(self, path: Path, info: ModelInfo) -> None:
        """Adds the directions of a file; those of a network with another W are refused."""
        self._disk.do(lambda: Library.load(path), lambda other: self._bring(other, path.name, info), self._refuse)

    def _bring(self, other: Library, name: str, info: ModelInfo) -> None:
        """Adds the directions of a library that was read, if the model they are for is still shown."""
        if info.hash != self.library.model:
            return
        fitting = [entry for entry in other.entries if entry.direction.vector.shape[-1] == info.w_dim]
        same = other.model == info.hash
        channels = other.channels if same else ()  # a number of another network's style space is another one
        if not fitting and not channels:
            self.changed.emit(f"{name} holds no direction for this model: its W has {info.w_dim} dimensions.")
            return
        warning = "" if same else " They were found in another model and may mean something else."
        names = len(self.library.with_names(channels).channels) - len(self.library.channels)

        def words(new: int) -> str:
            if not new and not names:
                return f"Everything in {name} is here already."
            return f"Imported {_counted(new, names)}.{warning}"

        self._change(lambda library: library.merged(fitting).with_names(channels), words)

    def learn(self, found: Iterable[Entry], words: Words) -> None:
        """Adds directions that were found, but for those whose names are taken; ``words`` of how many that were."""
        every = tuple(found)

        def learnt(library: Library) -> Library:
            taken = {entry.direction.name.casefold() for entry in library.entries}
            return library.merged(entry for entry in every if entry.direction.name.casefold() not in taken)

        self._change(learnt, words)

    def export(self, path: Path) -> None:
        """Writes every kept direction to a file that other people can import."""
        library = self.library
        said = f"Saved {_counted(len(library.entries), len(library.channels))} to {path.name}."
        self._disk.do(lambda: library.save(path), lambda _: self.changed.emit(said), self._refuse)

    def _change(self, change: Change, words: Words | None = None) -> None:
        """Changes the library that is shown, and the one on the disk after whatever is asked of that already."""
        before, self.library = self.library, change(self.library)
        self._tell("", before)
        self._write(before, change, words)

    @property
    def owes(self) -> bool:
        """Whether the disk has refused a change."""
        return bool(self._owed)

    def write_again(self) -> None:
        """Tries once more what the disk has refused, without a word where it still does."""
        for whose in tuple(self._owed):
            wanted = self._unwritten[whose]
            self._send(whose, wanted, self._owed.pop(whose), None, lambda _: None)

    def end(self) -> None:
        """Has the last try; whoever ends the disk's thread comes next."""
        self.write_again()
        self._again.stop()

    def _write(self, before: Library, change: Change, words: Words | None = None) -> None:
        whose = _whose(before)
        self._unwritten[whose] = change(before)
        self._send(whose, before, (*self._owed.pop(whose, ()), change), words, self._refuse)

    def _send(
        self,
        whose: tuple[str, str],
        before: Library,
        changes: tuple[Change, ...],
        words: Words | None,
        refuse: Callable[[Exception], None],
    ) -> None:
        wanted = self._unwritten[whose]

        def written(made: tuple[Library, int]) -> None:
            library, new = made
            if self._unwritten.get(_whose(wanted)) is wanted:
                del self._unwritten[_whose(wanted)]
            come, shown = self.library == wanted != library, self.library
            self.library = library if come else self.library
            if come or words is not None:
                self._tell(words(new) if words is not None else "", shown)

        def refused(error: Exception) -> None:
            self._owed[whose] = (*self._owed.get(whose, ()), *changes)
            self._again.start()
            refuse(error)

        self._disk.do(lambda: _written(before, changes), written, refused)

    def _tell(self, said: str, before: Library) -> None:
        """The library is another one than before."""
        self.changed.emit(said)
        if self.library.channels != before.channels:
            self.names_changed.emit(self.library.channels)

    def _refuse(self, error: Exception) -> None:
        self.changed.emit(str(error))


def _whose(library: Library) -> tuple[str, str]:
    return library.model, library.model_name


def _written(before: Library, changes: Iterable[Change]) -> tuple[Library, int]:
    """The changed library as it lies on the disk now, and how many entries are new there. Raises OSError.

    It has what another window has kept in it since ``before`` was read: written without, that would be lost.
    """
    path = library_path(before.model, before.model_name)
    try:
        there = Library.load(path)
        both = there.merged(before.entries).with_names(before.channels)
        kept = replace(before, entries=both.entries, channels=both.channels)
    except (OSError, ValueError):
        kept = before  # there is none yet, or what is there cannot be kept either
    now = kept
    for change in changes:
        now = change(now)
    now.save(path)
    return now, len(now.entries) - len(kept.entries)


def _counted(directions: int, names: int) -> str:
    """ "1 direction and 2 names of channels", "3 directions"."""
    told = [counted(directions, "direction")] if directions or not names else []
    told += [f"{counted(names, 'name')} of channels"] if names else []
    return listed(told)


def stranger(applied: AppliedDirection) -> Entry:
    """A direction that came with a recipe and is in no list here."""
    return Entry(applied.direction, "recipe", first=applied.first, last=applied.last)
