"""The entries of the history in their order, and which of them are pictures of the network that is open."""

import itertools
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from functools import cache
from pathlib import Path

from explorer.history.history_file import Entry
from explorer.session import Session
from stylegan_core.recipe import Recipe
from stylegan_core.rundir import run_of

_counter = itertools.count()


class Entries:
    """Every entry, oldest first; ``session`` says which network is open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_key: OrderedDict[str, Entry] = OrderedDict()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Entry:
        return self._by_key[key]

    def restore(self, kept: Iterable[Entry]) -> None:
        """Puts what was kept below what this session has already added."""
        self._by_key = OrderedDict((entry.key, entry) for entry in [*kept, *self])

    def add(self, recipe: Recipe) -> Entry:
        """A new entry of the open network, the newest of all."""
        entry = Entry(f"{time.time_ns():x}-{next(_counter)}", recipe, self._open_hash, self._session.model_path)
        self._by_key[entry.key] = entry
        return entry

    def turn_star(self, key: str) -> Entry:
        """The entry, from now on a favourite, or no longer one."""
        entry = replace(self._by_key[key], favourite=not self._by_key[key].favourite)
        self._by_key[key] = entry
        return entry

    def rename(self, key: str, name: str) -> Entry:
        """The entry, from now on under this name, or without one."""
        self._by_key[key] = replace(self._by_key[key], name=name)
        return self._by_key[key]

    def remove(self, key: str) -> tuple[Entry, Set[str]]:
        """Takes an entry away; it, and the keys of all that are older, say to :meth:`put_back` where it was."""
        older = set(itertools.takewhile(lambda each: each != key, self._by_key))
        return self._by_key.pop(key), older

    def put_back(self, entry: Entry, older: Set[str]) -> None:
        """Undoes a removal: the entry comes back between those ``older`` than it and the others."""
        newer = [key for key in self._by_key if key not in older]
        self._by_key[entry.key] = entry
        for key in newer:
            self._by_key.move_to_end(key)

    def newer_than(self, key: str) -> Iterator[str]:
        """The keys of all that are newer than an entry, the newest first."""
        return itertools.takewhile(lambda each: each != key, reversed(self._by_key))

    def newest_first(self) -> Iterator[Entry]:
        """Every entry, newest first."""
        return reversed(self._by_key.values())

    def worth_showing(self, most: int) -> list[str]:
        """The keys of the last ``most`` entries and of every favourite, oldest first."""
        late = len(self) - most
        return [entry.key for at, entry in enumerate(self) if entry.favourite or at >= late]

    def key_of(self, recipe: Recipe) -> str | None:
        """The key of the newest entry of a recipe drawn by the open network; None where there is none."""
        same = (e.key for e in self.newest_first() if e.recipe == recipe and e.model_hash == self._open_hash)
        return next(same, None)

    def favourites(self) -> tuple[Recipe, ...]:
        """The starred pictures of the open network, oldest first, also those starred at other snapshots of its run."""
        return self._once(entry.recipe for entry in self if entry.favourite and self._is_open(entry))

    def called(self, recipe: Recipe) -> str:
        """What a favourite of the open network is called; empty where it has no name."""
        names = (e.name for e in self.newest_first() if e.name and e.favourite and e.recipe == recipe)
        return next(names, "")

    def recipes(self) -> tuple[Recipe, ...]:
        """Every picture of the open network, oldest first, also those made at other snapshots of its run."""
        return self._once(entry.recipe for entry in self if self._is_open(entry))

    def is_favourite(self, recipe: Recipe) -> bool:
        """Whether this picture of the open network is starred."""
        return any(entry.favourite and entry.recipe == recipe and self._is_open(entry) for entry in self)

    @property
    def _open_hash(self) -> str:
        return self._session.info.hash if self._session.info else ""

    def _once(self, recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
        """Only snapshots of a run may have the same recipe several times; to look for it costs more than all else."""
        return tuple(recipes) if _run_of(self._session.model_path) is None else tuple(dict.fromkeys(recipes))

    def _is_open(self, entry: Entry) -> bool:
        """Whether an entry is of the open network, or of the same when it had learned less or more."""
        info = self._session.info
        if info is None or entry.model_hash == info.hash:
            return info is not None
        run = _run_of(self._session.model_path)
        return run is not None and run == _run_of(entry.model_path)


@cache
def _run_of(model: str) -> Path | None:
    """The folder of the run that a network is a snapshot of, without links; None where it belongs to none."""
    run = run_of(Path(model))
    return run.checkpoints.resolve() if run is not None else None
