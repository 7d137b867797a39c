"""Places: the folders of a person's own files, movable as a whole by STYLEGAN_EXPLORER_HOME."""

import errno
import os
import stat
from io import FileIO
from pathlib import Path

import platformdirs

HOME = "STYLEGAN_EXPLORER_HOME"
NAME = "stylegan-explorer"


def home() -> Path:
    """The folder that holds runs, data sets, history, libraries and caches; it need not exist yet.

    Raises OSError with one sentence where a user without a name, as containers have, has no HOME either.
    """
    told = os.environ.get(HOME)
    try:
        return Path(told).expanduser() if told else Path(platformdirs.user_data_dir(NAME, appauthor=False))
    except RuntimeError:
        raise OSError(f"This user has no home folder: set {HOME} to a folder that can be written.") from None


def place(kind: str) -> Path:
    """The folder of one kind ("runs", "data", "history", "libraries", "caches", "measurements"), made if it is missing.

    Raises OSError with one sentence where it cannot be made.
    """
    folder = home() / kind
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"{folder} cannot be made ({error.strerror}): set {HOME} to a folder that can be written."
        ) from None
    return folder


def standing(path: Path) -> Path:
    """What is there of a path: itself, or the nearest folder above it; what no system takes as a name is nowhere."""
    whole = path.absolute()
    return next((one for one in (whole, *whole.parents) if is_there(one)), whole)


def check_ends(path: Path) -> None:
    """Raises ValueError with one sentence where a pipe or a device lies: who opens it to read may wait for ever."""
    if is_there(path) and not (path.is_file() or path.is_dir()):
        raise ValueError(f"{path} is no file but a pipe or a device: choose a file.")


def open_file(path: Path) -> FileIO:
    """A file to read. Raises OSError, at once also for a pipe or a device: who opens one may wait for ever."""
    return open(path, "rb", buffering=0, opener=_at_once)


def _at_once(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # what a folder is, open() says itself
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file but a pipe or a device", path)
    return descriptor


def check_name(path: Path) -> None:
    """Raises ValueError with one sentence where a path is not UTF-8: safetensors and Qt take no other."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode(errors="backslashreplace").decode()
        raise ValueError(f"The name of {shown} is not UTF-8: rename it.") from None


def real(path: Path | str) -> Path:
    """Where a path leads, through every link there is; of links that lead in a circle, themselves."""
    return Path(os.path.realpath(path))


def is_there(path: Path) -> bool:
    """Whether something lies there; what no system takes as a name, or a disk that does not answer, is nowhere."""
    try:
        return path.exists()
    except OSError:
        return False
