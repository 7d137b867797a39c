"""Finds the film in a file: JSON, or the keys that a moving picture of this program carries; needs no torch."""

import codecs
import math
import re
import struct
from dataclasses import replace
from pathlib import Path

from stylegan_core.files.places import is_there
from stylegan_core.film.film import Film
from stylegan_core.film.music import Music
from stylegan_core.json_text import read_json

LARGEST = 4096 * 4096  # pixels of a frame that this program writes

ELSEWHERE = ("//", "\\\\", "\\/", "/\\")  # what paths of other machines begin with

_MARK = codecs.BOM_UTF8.decode()  # of byte order, which some editors begin a file with
_START = re.compile(_MARK + r'?\s*\{\s*"film"\s*:')
_DAMAGED_GIF = "This GIF cannot be read: it is damaged."
_TOO_LARGE = "This GIF says that it is larger than any film of this program: it is damaged, or another's."


class NoFilm(ValueError):
    """A file that may be anything but a film of this program."""


def is_film(text: str) -> bool:
    """Whether a text begins as :meth:`Film.to_json` does, or is a JSON object with that field in another place."""
    if _START.match(text):
        return True
    try:
        data = read_json(text.removeprefix(_MARK))
    except ValueError:
        return False
    return isinstance(data, dict) and "film" in data


def read_film(path: Path) -> Film:
    """The film in a JSON file, or inside a GIF or an mp4 that this program made, which brings its music along.

    Raises ValueError (NoFilm where it is something else) or OSError with one sentence.
    """
    with path.open("rb") as file:
        head = file.read(12)
    try:
        text = _text_of(path, head)
        if not text.strip():
            raise NoFilm("There is no film in it; only those that this program saved carry their recipes.")
        film = Film.from_json(text)
        return film if film.music is None else replace(film, music=_sounding(film.music, path))
    except NoFilm as error:
        raise NoFilm(f"{path}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _sounding(music: Music, path: Path) -> Music:
    """The music of a film that was found in the file ``path``: of no name it is what the file itself sounds like.

    A name alone may lie beside it. Of a place on another machine only the name is kept: looking for it there would be a
    connection nobody asked for.
    """
    if not music.path:
        return replace(music, path=str(path.absolute()))
    if Path(music.path).is_absolute() and not music.path.startswith(ELSEWHERE):
        return music
    near = path.absolute().with_name(music.name)
    return replace(music, path=str(near) if is_there(near) else music.name)


def _text_of(path: Path, head: bytes) -> str:
    """What stands in the file, or what a moving picture says of itself."""
    if head.startswith(b"GIF8"):
        return _comment_of_gif(path, head)
    if head[4:8] == b"ftyp":
        return _comment_of_mp4(path)
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("This is no film: it is not text.") from None


def _comment_of_gif(path: Path, head: bytes) -> str:
    from PIL import Image

    try:
        if math.prod(struct.unpack("<HH", head[6:10])) > LARGEST:
            raise ValueError(_TOO_LARGE)
        with Image.open(path, formats=["GIF"]) as picture:
            said = bytes(picture.info.get("comment", b"")).decode("utf-8", "replace")
            return said if is_film(said) else ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # of a first frame larger than the whole
        raise ValueError(_TOO_LARGE) from None
    except (SyntaxError, EOFError, IndexError, struct.error):
        raise ValueError(_DAMAGED_GIF) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise ValueError(_DAMAGED_GIF) from None


def _comment_of_mp4(path: Path) -> str:
    try:
        import av
    except ModuleNotFoundError:
        raise ValueError("Looking into an mp4 needs the package av: install it with pip install av.") from None
    try:
        # As an mp4 alone, and nothing it refers to. Absolute, for what stands before a colon is else a protocol.
        with av.open(str(path.absolute()), format="mp4", options={"protocol_whitelist": "file"}) as film:
            said = str(film.metadata.get("comment", ""))
            return said if is_film(said) else ""
    except (av.FFmpegError, UnicodeDecodeError):
        raise ValueError("This mp4 cannot be read: it is damaged.") from None
