"""The lock that keeps a second trainer out of a run; the system drops it when the process dies, on every system."""

import errno
import json
import os
import re
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any, Self

from stylegan_core.json_text import read_json

LOCK, CONFIG = "lock", "config.json"  # in the folder of a run
LOCKED_BYTE = 1 << 30  # far behind the text, so that Windows, whose locks are binding, lets others read it
STAYS = sys.platform == "win32"  # a file that is held open can be deleted by nobody there
TRASH = re.compile(r"\.?trash(-\d+)?", re.IGNORECASE)  # folders into which desktops move what a person deletes
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


class LocksMissing(OSError):
    """The file system cannot lock files."""


def try_lock(file: IO[bytes], *, shared: bool) -> bool:
    """Tries to lock an open file without waiting; False if another process holds it.

    Raises LocksMissing, naming the cure, where the file system cannot do it.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            position = file.tell()
            file.seek(LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(position)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        raise LocksMissing(
            f"{file.name} lies on a file system that cannot lock files, so that a second trainer could not be kept "
            "out: choose a folder on another disk, or mount this one with locks."
        ) from None
    return True


def _is_at(path: Path, file: IO[bytes]) -> bool:
    """Whether a path still leads to an open file; so it is taken where the disk does not answer."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def place_of(file: IO[bytes]) -> Path | None:
    """Where an open file lies now, whatever it was opened as; None where the system does not say or it was deleted."""
    try:
        if sys.platform == "darwin":
            import fcntl

            return Path(os.fsdecode(fcntl.fcntl(file, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")))
        place = Path(f"/proc/self/fd/{file.fileno()}").readlink()
        return place if _is_at(place, file) else None
    except OSError:
        return None


def holder_of(lock: Path) -> dict[str, Any] | None:
    """Host and pid of whoever holds the lock of a run, as :func:`named_in` has them, or None if nobody does."""
    try:
        file = lock.open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            if try_lock(file, shared=True):
                return None
        except LocksMissing:  # then no trainer ever began here
            return None
    host, pid = named_in(lock)
    return {"host": host, "pid": pid}


def named_in(lock: Path) -> tuple[str, int]:
    """Host and pid of the trainer that took a lock last; empty and 0 where it does not say, or is not there."""
    try:
        said = read_json(lock.read_bytes() if lock.is_file() else b"")  # whoever opens a pipe may wait for ever
        return str(said.get("host", "")), int(said.get("pid", 0))
    except (OSError, ValueError, AttributeError, TypeError, OverflowError):
        return "", 0


class RunLock:
    """The lock in the folder of a run, as a context manager; whoever goes along with a moved one sets ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Takes the lock. Raises OSError naming who holds it, or LocksMissing."""
        file = (self.folder / LOCK).open("a+b")
        try:
            self._take(file)
        except OSError:
            file.close()
            raise
        self._file = file
        return self

    @property
    def deleted(self) -> bool:
        """Whether the file was deleted since, or all that could be, or lies in the trash.

        On a disk that does not answer nothing was.
        """
        if self._file is None:
            return False
        try:
            gone = not os.fstat(self._file.fileno()).st_nlink or (STAYS and self._is_alone())
        except OSError:
            return False
        place = self.moved_to
        if place is None:
            return gone
        return any(map(TRASH.fullmatch, set(place.parts) - set(self.folder.absolute().parts)))

    @property
    def moved_to(self) -> Path | None:
        """The folder's new place where it was renamed or moved since the lock was taken, else None."""
        if self._file is None or _is_at(self.folder / LOCK, self._file):
            return None
        place = place_of(self._file)
        return place.parent if place else None

    def _is_alone(self) -> bool:
        """Whether the run's folder has lost what is never missing there, but not the lock."""
        try:
            (self.folder / CONFIG).stat()
        except FileNotFoundError:
            return (self.folder / LOCK).exists()
        return False

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _take(self, file: IO[bytes]) -> None:
        for _ in range(10):  # a window that looks who holds the lock holds it itself for a moment
            if try_lock(file, shared=False):
                break
            time.sleep(0.05)
        else:
            host, pid = named_in(self.folder / LOCK)
            who = f"process {pid or '?'} on {host or '?'}"
            raise OSError(f"Another trainer works in {self.folder} ({who}); stop it first.")
        try:
            file.truncate(0)
            file.write(json.dumps({"host": socket.gethostname(), "pid": os.getpid()}).encode())
            file.flush()
        except OSError as error:
            why = error.strerror or error
            raise OSError(
                f"{self.folder / LOCK} cannot be written ({why}): free some space, then start again."
            ) from None
