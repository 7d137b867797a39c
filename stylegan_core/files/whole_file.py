"""Files that are there whole or not at all: written beside, synced, renamed into place."""

import contextlib
import errno
import os
import re
import shutil
import socket
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO

from stylegan_core.files.places import standing
from stylegan_core.processes import lives

LONGEST_NAME = 255  # bytes of a file's name, in all usual file systems
HERE = f"{zlib.crc32(socket.gethostname().encode()):08x}"  # numbers of processes mean nothing on another machine
PART = re.compile(rf"\..+\.{HERE}-(\d+)\.part")


def write_whole(path: Path, data: bytes | Callable[[IO[bytes]], object]) -> None:
    """Writes bytes, or what a function writes, to ``path``; see :func:`beside`. Raises OSError."""
    with beside(path) as part, part.open("wb") as file:
        file.write(data) if isinstance(data, bytes) else data(file)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """The name of a file to write instead of ``path``; afterwards it is synced and takes that place.

    Readers see the old file or the new one, never a part, and so they do after a power cut. Raises OSError with one
    sentence, and the system's ``errno``, where the disk is full or read-only; the old file is then as it was and
    nothing is left beside it.
    """
    part = part_of(path, os.getpid())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(path.parent.absolute())
        part.touch()
        mode = part.stat().st_mode & 0o777
        yield part
        part.chmod(mode)  # as any new file here; some writers (safetensors) make theirs readable to nobody else
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _said(path, error) from None
    finally:
        with contextlib.suppress(OSError):  # a folder that cannot be written has kept nothing
            part.unlink()


def check_writable(path: Path) -> None:
    """Raises now the OSError that writing ``path`` would end with, as far as it can be known before; leaves nothing."""
    target = standing(path.parent) / path.name
    part = part_of(target, os.getpid())
    try:
        with contextlib.suppress(FileNotFoundError):
            target.lstat()  # which says of a name that it is too long
        _clear(target.parent.absolute())
        part.touch()
        part.unlink()
    except OSError as error:
        raise _said(path, error) from None


def _said(path: Path, error: OSError) -> OSError:
    cure = "choose a shorter name" if error.errno == errno.ENAMETOOLONG else "choose another folder or free some space"
    said = OSError(f"{path} cannot be written ({error.strerror or error}): {cure}.")
    said.errno = error.errno
    return said


def part_of(path: Path, process: int) -> Path:
    """What a process of this machine writes until the file, or folder, is whole; it stays only where that was killed.

    Of a name that would become too long by what stands around it, the end is left out.
    """
    ending = f".{HERE}-{process}.part"
    name = os.fsencode(path.name)[: LONGEST_NAME - len(ending) - 1].decode(errors="ignore")
    return path.with_name(f".{name}{ending}")


@cache
def _clear(folder: Path) -> None:
    """Takes away what processes that live no more have left in a folder; a program looks once into each."""
    with contextlib.suppress(OSError):  # what cannot be taken away is in nobody's way
        for left in list(folder.iterdir()):
            part = PART.fullmatch(left.name)
            if part is None or lives(int(part[1])):
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Makes the new name safe from a power cut, where the system can."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
