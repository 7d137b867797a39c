"""The run directory: all that a trainer says to the window, as files and one append-only log of events."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from stylegan_core.files.header import METADATA, read_header
from stylegan_core.files.places import check_ends, open_file, real
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.run.control import REQUESTS, Control
from stylegan_core.run.events import UNKNOWN, Event, Heartbeat, Tick, decode, encode, retell
from stylegan_core.run.locks import CONFIG, LOCK, RunLock, holder_of
from stylegan_core.run.sieve import Sieve
from stylegan_core.run.stems import STATE, by_img, state_file, stem_at

LOG, CHECKPOINTS = "events.jsonl", "checkpoints"
CHUNK = 1 << 18
HEAD = 128


class RunDir:
    """The folder of one run: config.json, events.jsonl, samples/, checkpoints/, log.txt, lock, control/."""

    def __init__(self, path: str | Path) -> None:
        self._lock: RunLock | None = None  # trainer's side, while it is held
        self._lies_at(Path(path))
        self._control = Control(self.control)

    def _lies_at(self, path: Path) -> None:
        self.path = path
        self.config_file = self.path / CONFIG
        self.events_file = self.path / LOG
        self.samples = self.path / "samples"
        self.checkpoints = self.path / CHECKPOINTS
        self.log_file = self.path / "log.txt"
        self.lock_file = self.path / LOCK
        self.control = self.path / "control"

    def exists(self) -> bool:
        """True if a run was ever started here."""
        return self.config_file.is_file()

    def has_strangers(self) -> bool:
        """True if the folder holds anything that no trainer puts there."""
        ours = {item.name for item in vars(self).values() if isinstance(item, Path)}
        return self.path.is_dir() and any(
            item.name not in ours and not item.name.endswith(".part") for item in self.path.iterdir()
        )

    def lies_among(self, data: Path) -> bool:
        """Whether the run's folder is below a folder of pictures, where its samples would be taken for some."""
        below, root = real(self.path), real(data)
        if below == root or not below.is_relative_to(root):
            return False
        return not any(part.startswith(".") for part in below.relative_to(root).parts)  # pictures are not hidden

    def create(self) -> None:
        """Makes the folders. Raises OSError, naming the folder, if it cannot be written to."""
        try:
            for folder in (self.path, self.samples, self.checkpoints, self.control):
                folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError as error:
            reason = "it is a file" if self.path.is_file() else error.strerror or error
            raise OSError(f"{self.path} cannot hold a run ({reason}): name another folder.") from None

    def sweep(self) -> None:
        """Trainer's side, at the start: removes what a killed trainer left half written, and requests made to it."""
        for folder in (self.path, self.samples, self.checkpoints):
            for part in folder.glob(".*.part"):
                part.unlink(missing_ok=True)
        for name in REQUESTS:
            self._control.void(name)

    def config(self) -> dict[str, Any]:
        """What config.json says. Raises ValueError or OSError with one sentence if there is no such run."""
        try:
            with open_file(self.config_file) as file:
                data = file.read()
        except FileNotFoundError:
            raise FileNotFoundError(f"{self.path} is not a run: it has no config.json.") from None
        try:
            config = read_json(data)  # in any of Unicode's encodings, as editors save it
        except ValueError:
            config = None
        if not isinstance(config, dict):
            raise ValueError(f"{self.config_file} is damaged: it is not a JSON object.")
        return config

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Writes config.json, whole or not at all."""
        write_whole(self.config_file, json.dumps(config, indent=2, ensure_ascii=False).encode(errors=UNKNOWN) + b"\n")

    def checkpoint_file(self, img: int) -> Path:
        """Where the drawable model of the checkpoint after ``img`` images lies."""
        return self.checkpoints / f"{stem_at(img)}.safetensors"

    def state_file(self, img: int) -> Path:
        """Where the training state of the checkpoint after ``img`` images lies."""
        return state_file(self.checkpoint_file(img))

    def drawable(self) -> Path | None:
        """The newest checkpoint whose file is whole, or None."""
        return next((path for path in self.every_drawable() if is_whole(path)), None)

    def every_drawable(self) -> list[Path]:
        """Every drawable checkpoint, newest first, whole or not."""
        if not self.checkpoints.is_dir():
            return []
        return by_img(path for path in self.checkpoints.glob("*.safetensors") if not path.name.endswith(STATE))[::-1]

    def every_state(self) -> list[Path]:
        """Every training state, newest first, whole or not."""
        return by_img(self.checkpoints.glob(f"*{STATE}"))[::-1] if self.checkpoints.is_dir() else []

    def newest_grid(self) -> Path | None:
        """The newest grid of samples, or None."""
        grids = by_img(self.samples.glob("*.png")) if self.samples.is_dir() else []
        return grids[-1] if grids else None

    def request(self, name: str) -> None:
        """Asks the trainer: "stop", "pause", "snapshot" or "metric"; raises ValueError for anything else."""
        self._control.request(name)

    def withdraw(self, name: str) -> None:
        """Takes a request back; withdrawing "pause" lets the trainer go on."""
        self._control.withdraw(name)

    def requested(self, name: str) -> bool:
        """True while a request waits (or, for "pause", holds); one that cannot be looked for now does not."""
        return self._control.waits(name)

    def take(self, name: str) -> bool:
        """Trainer's side: True once for a request, which is then gone, or ignored until it is."""
        return self._control.take(name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Trainer's side: holds the lock. Raises OSError naming who else holds it, or LocksMissing naming the cure."""
        with RunLock(self.path) as self._lock:
            try:
                yield
            finally:
                self._lock = None

    def deleted(self) -> bool:
        """Trainer's side: True if the folder that it works in was deleted, whatever lies in its place by now."""
        return self._lock is not None and self._lock.deleted

    def follow(self) -> bool:
        """Trainer's side: where the folder that it works in was renamed, works at its new place; True if it was."""
        place = self._lock.moved_to if self._lock else None
        if self._lock is None or place is None or self.deleted():
            return False
        self._lies_at(place)
        self._lock.folder = place
        self._control.folder = self.control
        return True

    def holder(self) -> dict[str, Any] | None:
        """Host and pid of the trainer that lives here, or None if none does."""
        return holder_of(self.lock_file)


def run_of(network: Path) -> RunDir | None:
    """The run that a network is a checkpoint of, by the folder it lies in; None for any other file."""
    return RunDir(network.parent.parent) if network.parent.name == CHECKPOINTS else None


class EventWriter:
    """Appends events to the log, one line each, at once on disk for readers; heals a line that was cut off."""

    def __init__(self, run: RunDir) -> None:
        check_ends(run.events_file)
        self._file = run.events_file.open("ab", buffering=0)
        self._torn = _ends_torn(run.events_file)

    def write(self, event: Event) -> None:
        """Appends one event. Raises OSError if it cannot be written whole; the next one then starts a new line."""
        line = (b"\n" if self._torn else b"") + encode(event)
        self._torn = True
        written = self._file.write(line)
        if written < len(line):
            raise OSError(f"{self._file.name}: the disk took only a part of an event.")
        self._torn = False

    def sync(self) -> None:
        """Returns when the log is safe from a power cut."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the log."""
        self._file.close()


class EventReader:
    """Follows a log: ``poll()`` gives what is new, ``events`` the whole story with replayed stretches dropped.

    ``generation`` grows whenever earlier events vanished (a resume, or another file in the log's place).
    ``unknown`` and ``broken`` count skipped lines. Of more than twice ``most_ticks`` ticks an even share is kept, the
    rest counted in ``thinned``, so that a log of a million events opens within a second and a window that watches for
    weeks does not grow without end. ``behind`` is how many bytes a poll that goes on has still to read.
    """

    def __init__(self, run: RunDir, most_ticks: int = 6000) -> None:
        self.path = run.events_file
        self.most_ticks = most_ticks
        self.events: list[Event] = []
        self.generation = self.unknown = self.broken = self.thinned = self.behind = 0
        self._offset = self._inode = 0
        self._head = self._rest = b""

    def poll(self) -> list[Event]:
        """The events since the last poll; a line without its newline waits. Raises OSError if it cannot be read."""
        try:
            file = open_file(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return []
        with file:
            state = os.fstat(file.fileno())
            head = file.read(min(HEAD, self._offset))
            if self._offset and (state.st_size < self._offset or state.st_ino != self._inode or head != self._head):
                self._restart()
                self.events.clear()
                self.generation += 1
            self._inode = state.st_ino
            news = self._decode(self._new_lines(file, state.st_size))
        if retell(self.events, news) | self._compact():
            self.generation += 1
        return news

    def _restart(self) -> None:
        self._offset = self._inode = 0
        self._head = self._rest = b""

    def _new_lines(self, file: FileIO, size: int) -> list[bytes]:
        """Whole lines between the last offset and ``size``, through one buffer: copies would cost more than reading."""
        file.seek(self._offset)
        sieve = Sieve(self.most_ticks)
        buffer = bytearray(self._rest)
        filled = len(buffer)
        while self._offset < size:
            buffer += bytes(max(min(CHUNK, size - self._offset) - (len(buffer) - filled), 0))
            with memoryview(buffer) as view:
                count = file.readinto(view[filled : filled + size - self._offset])
            if not count:
                break
            self._head += bytes(buffer[filled : filled + min(count, HEAD - len(self._head))])
            self._offset += count
            self.behind = size - self._offset
            filled += count
            end = buffer.rfind(b"\n", filled - count, filled) + 1
            if end:
                sieve.take(buffer, end)
                buffer[: filled - end] = buffer[end:filled]
                filled -= end
        self._rest = bytes(buffer[:filled])
        self.thinned += sieve.dropped
        return sieve.lines()

    def _decode(self, lines: list[bytes]) -> list[Event]:
        found: list[Event] = []
        for line in lines:
            try:
                event = decode(line)
            except ValueError:
                self.broken += bool(line.strip())
                continue
            if event is None:
                self.unknown += 1
            else:
                found.append(event)
        return found

    def _compact(self) -> bool:
        """Lets go of every second of too many ticks and heartbeats, never of the newest; True if any went."""
        before = len(self.events)
        if before > 2 * self.most_ticks:
            for kind in (Tick, Heartbeat):
                ours = [index for index, event in enumerate(self.events) if isinstance(event, kind)]
                if len(ours) > 2 * self.most_ticks:
                    gone = set(ours[-2::-2])
                    self.events[:] = [event for index, event in enumerate(self.events) if index not in gone]
        self.thinned += before - len(self.events)
        return len(self.events) < before


def is_whole(path: Path) -> bool:
    """True if a safetensors file is as long as its own header says; does not read the numbers."""
    try:
        with open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            begin, header = read_header(file)
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != METADATA]
        return bool(size == begin + max(ends, default=0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False


def _ends_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
