"""What somebody drops on the training pages: a run to watch, data to learn from, or a network to begin from."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from explorer.opening import look
from stylegan_core.data.picture_kinds import begins_as_picture

ONE_PICTURE = "{} is one picture: drop the folder that holds it, or a zip file of pictures."
IDX = (b"\x1f\x8b", b"\0\0\x08")  # packed or not

Kind = Literal["run", "data", "network", "other"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a path is; ``path`` is that of the weight file where a folder with a model was dropped."""

    kind: Kind
    path: Path


def what_is(path: Path) -> Dropped:
    """Says by content what a path is; reads the disk. Raises ValueError or OSError with one sentence."""
    if path.is_dir():
        try:
            found = look(path)
        except ValueError:  # neither a run nor a model: the check of the data says whether there are pictures
            return Dropped("data", path)
        return Dropped("run", path) if found.run else Dropped("network", Path(found.model))
    return _what_file(path)


def _what_file(path: Path) -> Dropped:
    head = b""
    if path.is_file():  # else look() says what is wrong
        with path.open("rb") as file:
            head = file.read(16)
        if head.startswith(IDX) or (zipfile.is_zipfile(path) and _holds_pictures(path)):
            return Dropped("data", path)
    try:
        found = look(path)
    except ValueError:
        if begins_as_picture(head):
            raise ValueError(ONE_PICTURE.format(path)) from None
        raise
    if found.photo:
        raise ValueError(ONE_PICTURE.format(path))
    return Dropped("network", path) if found.model else Dropped("other", path)


def _holds_pictures(path: Path) -> bool:
    from stylegan_core.data.containers import Zip  # here, so that the window opens without it

    try:
        Zip(path)
    except ValueError:
        return False
    return True
