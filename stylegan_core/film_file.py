"""Finds the film in a file: JSON, or the keys that a moving picture of this program carries; needs no torch."""

from pathlib import Path

from stylegan_core.film import Film

_START = '{"film":'


def is_film(text: str) -> bool:
    """Whether a text begins as :meth:`Film.to_json` does."""
    return "".join(text[:64].split()).startswith(_START)


def read_film(path: Path) -> Film:
    """The film in a JSON file, or inside a GIF or an mp4 that this program made.

    Raises ValueError or OSError with one sentence.
    """
    with path.open("rb") as file:
        head = file.read(12)
    try:
        text = _text_of(path, head)
        if not text.strip():
            raise ValueError("There is no film in it; only those that this program saved carry their recipes.")
        return Film.from_json(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _text_of(path: Path, head: bytes) -> str:
    """What stands in the file, or what a moving picture says of itself."""
    if head.startswith(b"GIF8"):
        from PIL import Image

        with Image.open(path, formats=["GIF"]) as picture:
            said = bytes(picture.info.get("comment", b"")).decode("utf-8", "replace")
            return said if is_film(said) else ""
    if head[4:8] == b"ftyp":
        return _comment_of_mp4(path)
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ValueError("This is no film: it is not text.") from None


def _comment_of_mp4(path: Path) -> str:
    try:
        import av
    except ModuleNotFoundError:
        raise ValueError("Looking into an mp4 needs the package av: install it with pip install av.") from None
    try:
        with av.open(str(path)) as film:
            said = str(film.metadata.get("comment", ""))
            return said if is_film(said) else ""
    except (av.FFmpegError, UnicodeDecodeError):
        raise ValueError("This mp4 cannot be read: it is damaged.") from None
