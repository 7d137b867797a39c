"""A note in a folder that is being drawn: of which numbers, so that the same command goes on where it was ended."""

import json
from collections.abc import Mapping
from pathlib import Path

from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json

NOTE = ".half-drawn.json"
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"


def begin(folder: Path, numbers: Mapping[str, int]) -> None:
    """Makes the folder with its note, or finds both; raises OSError where it holds anything else."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; name a new folder for the avatars.")
    if is_half_drawn(folder):
        if _told(folder) != dict(numbers):
            raise FileExistsError(f"{folder} is half drawn with {_words(folder)}: go on with these, or name a new one.")
    elif folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder for the avatars.")
    else:
        write_whole(folder / NOTE, json.dumps(numbers).encode())


def end(folder: Path) -> None:
    """All of it is drawn. Raises OSError."""
    (folder / NOTE).unlink(missing_ok=True)


def is_half_drawn(folder: Path) -> bool:
    """Whether the drawing into a folder was ended before it was whole."""
    return (folder / NOTE).is_file()


def is_whole(picture: Path) -> bool:
    """Whether a PNG is there to its end; one that was being written when the process was killed is not."""
    try:
        with picture.open("rb") as file:
            file.seek(-len(END_OF_PNG), 2)
            return file.read(len(END_OF_PNG)) == END_OF_PNG
    except OSError:  # not there, or shorter than an end
        return False


def _told(folder: Path) -> dict[str, object]:
    try:
        told = read_json((folder / NOTE).read_text("utf-8"))
    except ValueError:  # of a note that is no JSON, or no text
        told = None
    return told if isinstance(told, dict) else {}


def _words(folder: Path) -> str:
    return " ".join(f"--{name} {value}" for name, value in _told(folder).items()) or "other numbers"
