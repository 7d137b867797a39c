"""The history on disk: one append-only file of lines, locked so that a second window writes its own."""

import base64
import contextlib
import json
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QLockFile

from stylegan_core.files.places import is_there, place
from stylegan_core.files.whole_file import write_whole
from stylegan_core.film.film import Film
from stylegan_core.json_text import read_json
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

KEPT = 400  # entries read back at start; favourites are always kept
COMPACT = 4000  # lines from which the file is written anew
WINDOWS = 50
FILM = "film.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished gesture; ``thumbnail`` is a small picture as file bytes, empty until it was drawn.

    ``name`` is what a person calls it, empty where it has none.
    """

    key: str
    recipe: Recipe
    model_hash: str
    model_path: str
    favourite: bool = False
    thumbnail: bytes = b""
    name: str = ""


class HistoryFile:
    """Reads the entries once, then appends; every line is whole or ignored, so a crash costs at most the last one."""

    def __init__(self, folder: Path, lock: QLockFile) -> None:
        self._file = folder / "history.jsonl"
        self._film, self._put_away = folder / FILM, folder / "film-before.json"
        self._written = Film()  # what was put away last, and is written
        self._owed: list[bytes] = []  # lines that the disk has not taken yet
        self._owed_films: tuple[Film, Film] | None = None
        self._refused = False  # by the disk, when it was asked last
        self._begun = False  # whether the file has been there
        self._lock = lock
        self._shown = ""

    @classmethod
    def acquire(cls) -> "HistoryFile":
        """The first history no other window holds. Raises OSError where none can be had."""
        root = place("history")
        for number in range(1, WINDOWS):
            folder = root if number == 1 else root / f"window-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            lock = _lock_of(folder)
            if lock.tryLock(0):
                made = cls(folder, lock)
                if folder == root:
                    made._adopt()
                return made
            if lock.error() == QLockFile.LockError.PermissionError:
                break
        raise OSError(f"{root} cannot be written: the history of this window will not be kept.")

    def _adopt(self) -> None:
        """Takes over what second windows left that are gone, so that no favourite waits for two windows to be open."""
        for folder in sorted(self._file.parent.glob("window-*")):
            lock = _lock_of(folder)
            if not lock.tryLock(0):
                continue
            left = folder / self._file.name
            try:
                self._adopt_film(folder / FILM)
                if left.exists():
                    mine = self._file.read_bytes() if self._file.exists() else b""
                    write_whole(self._file, left.read_bytes() + b"\n" + mine)  # what this window showed last stays last
                    left.unlink()
            except OSError as error:
                log.info("The history of a second window stays where it is: %s", error)
            finally:
                lock.unlock()

    def _adopt_film(self, left: Path) -> None:
        """The film of a second window that is gone, where none is kept here: else it waits for its window."""
        if left.exists() and not _read_film(self._film).keys:
            left.replace(self._film)

    def read(self) -> list[Entry]:
        """The entries, oldest first: the last few hundred and every favourite. Raises OSError."""
        try:
            lines = self._file.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = f"{self._file} cannot be read ({error.strerror})"
            raise OSError(f"{reason}: the history of this window will not be kept.") from None
        self._begun = True
        entries: dict[str, Entry] = {}
        gone: set[str] = set()
        for line in lines:
            self._shown = _take(entries, gone, line) or self._shown
        kept = [entry for key, entry in entries.items() if key not in gone]
        kept = [entry for at, entry in enumerate(kept) if entry.favourite or at >= len(kept) - KEPT]
        if len(lines) > COMPACT:
            self._write_anew(kept)
        return kept

    @property
    def shown(self) -> str:
        """The key of the entry that was on screen last, as far as :meth:`read` has found one."""
        return self._shown

    def stay(self, entries: Iterable[Entry], films: tuple[Film, Film]) -> None:
        """Where somebody has deleted the file meanwhile, owes all that is shown to a new one."""
        if self._begun and not is_there(self._file):
            self._owed[:0] = [_line(_told(entry)) for entry in entries]
            self._owed_films = films
            self._begun = False

    def add(self, entry: Entry) -> None:
        """Appends an entry. Raises OSError."""
        self._append(_told(entry))

    def tell_thumbnail(self, key: str, thumbnail: bytes) -> None:
        """Appends the picture of an entry. Raises OSError."""
        self._append({"of": key, "thumbnail": base64.b64encode(thumbnail).decode("ascii")})

    def tell_favourite(self, key: str, favourite: bool) -> None:
        """Appends that an entry is or is no longer a favourite. Raises OSError."""
        self._append({"of": key, "favourite": favourite})

    def tell_name(self, key: str, name: str) -> None:
        """Appends what an entry is called from now on; empty where it has no name any more. Raises OSError."""
        self._append({"of": key, "name": name})

    def tell_removed(self, key: str, gone: bool = True) -> None:
        """Appends that an entry was taken away by the person, or brought back. Raises OSError."""
        self._append({"of": key, "removed": gone})

    def tell_shown(self, key: str) -> None:
        """Appends that somebody came back to an entry. Raises OSError."""
        self._append({"of": key, "shown": True})

    def read_films(self) -> tuple[Film, Film]:
        """The film this window was making and the one put away before it, empty where there is none."""
        return _read_film(self._film), _read_film(self._put_away)

    def write_films(self, film: Film, put_away: Film) -> None:
        """Keeps both. Raises OSError."""
        self._owed_films = film, put_away
        self.write_what_is_owed()

    @property
    def owes(self) -> bool:
        """Whether the disk has refused something: it is written with whatever comes next.

        What is being written just now is not owed.
        """
        return self._refused

    def write_what_is_owed(self) -> None:
        """Writes what could not be written before. Raises OSError where it still cannot."""
        try:
            if self._owed:
                self._append_owed()
            if self._owed_films is not None:
                self._write_owed_films(*self._owed_films)
        except OSError:
            self._refused = True
            raise
        self._refused = False

    def close(self) -> None:
        """Lets another window have this history."""
        self._lock.unlock()

    def _append(self, made: dict[str, object]) -> None:
        self._owed.append(_line(made))
        self.write_what_is_owed()

    def _append_owed(self) -> None:
        if not self._begun and not is_there(self._file.parent):
            self._file.parent.mkdir(parents=True)
            Path(self._lock.fileName()).touch()  # else Qt complains that it is gone
            self._lock.unlock()
            self._lock.tryLock(0)
        with self._file.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # a line torn by a crash: the next one begins after it
                    file.write(b"\n")
            file.write(b"".join(self._owed))
        self._owed.clear()
        self._begun = True

    def _write_owed_films(self, film: Film, put_away: Film) -> None:
        if put_away.keys and put_away != self._written:
            write_whole(self._put_away, put_away.to_json().encode())
            self._written = put_away
        write_whole(self._film, film.to_json().encode())
        self._owed_films = None

    def _write_anew(self, entries: list[Entry]) -> None:
        old = self._file
        self._file = old.with_name("history.new.jsonl")
        self._file.unlink(missing_ok=True)
        try:
            for entry in entries:
                self.add(entry)
            if any(entry.key == self._shown for entry in entries[:-1]):
                self.tell_shown(self._shown)
            data = self._file.read_bytes()
            write_whole(old, data)
        except OSError as error:
            log.info("The history could not be made smaller: %s", error)
            self._owed.clear()  # of the file that does not come
            self._refused = False
        finally:
            self._file.unlink(missing_ok=True)
            self._file = old


def _told(entry: Entry) -> dict[str, object]:
    """What is written of an entry."""
    made: dict[str, object] = {
        "key": entry.key,
        "time": round(time.time(), 1),
        "model": entry.model_hash,
        "path": entry.model_path,
        "recipe": entry.recipe.to_json(),
    }
    if entry.thumbnail:
        made["thumbnail"] = base64.b64encode(entry.thumbnail).decode("ascii")
    if entry.favourite:
        made["favourite"] = True
    if entry.name:
        made["name"] = entry.name
    return made


def _line(made: dict[str, object]) -> bytes:
    return json.dumps(made, separators=(",", ":")).encode() + b"\n"


def _read_film(path: Path) -> Film:
    """A kept film; one that cannot be read is put aside, for it must not cost the history."""
    try:
        return Film.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return Film()
    except (ValueError, OSError) as error:
        log.info("The film %s cannot be read and is put aside: %s", path, error)
        names = (path.with_name(f"{path.stem}.damaged-{number}.json") for number in range(1, WINDOWS))
        with contextlib.suppress(OSError):
            path.replace(next(name for name in names if not name.exists()))
        return Film()


def _lock_of(folder: Path) -> QLockFile:
    """What only one window holds at a time; that of one that crashed is told by its process id, not by its age."""
    lock = QLockFile(str(folder / "lock"))
    lock.setStaleLockTime(0)
    return lock


def _take(entries: dict[str, Entry], gone: set[str], line: str) -> str:
    """Applies one line, and says which entry it puts on screen, if any; what cannot be read is left out.

    ``gone`` are the keys that the person took away.
    """
    try:
        data = read_json(line)
        if "of" not in data:
            entry = Entry(str(data["key"]), Recipe.from_json(data["recipe"]), str(data["model"]), str(data["path"]))
            entries[entry.key] = entry
        found = entries.get(str(data.get("of", data.get("key"))))
        if found is None:
            return ""
        if "removed" in data:
            (gone.add if data["removed"] else gone.discard)(found.key)
        if "thumbnail" in data:
            found = replace(found, thumbnail=base64.b64decode(data["thumbnail"]))
        if "favourite" in data:
            found = replace(found, favourite=bool(data["favourite"]))
        if "name" in data:
            found = replace(found, name=str(data["name"]))
        entries[found.key] = found
        return found.key if "shown" in data or "of" not in data else ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.info("A line of the history cannot be read and is left out: %s", error)
        return ""
