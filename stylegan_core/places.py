"""Places: the folders of a person's own files, movable as a whole by STYLEGAN_EXPLORER_HOME."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

import platformdirs

HOME = "STYLEGAN_EXPLORER_HOME"
NAME = "stylegan-explorer"


def home() -> Path:
    """The folder that holds runs, data sets, history, libraries and caches; it need not exist yet."""
    told = os.environ.get(HOME)
    return Path(told).expanduser() if told else Path(platformdirs.user_data_dir(NAME, appauthor=False))


def place(kind: str) -> Path:
    """The folder of one kind ("runs", "data", "history", "libraries", "caches"), made if it is missing.

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


def write_beside(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Writes a file beside ``path``, syncs it and renames it into place, so that no reader ever sees half of it.

    Raises OSError with one sentence, and leaves an older file as it was, where the disk is full or read-only.
    """
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink()
        raise OSError(
            f"{path} cannot be written ({error.strerror}): choose another folder or free some space."
        ) from None
