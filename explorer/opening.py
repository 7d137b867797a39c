"""What a path is that was dropped, chosen or given: a picture, saved here or not, a run directory, or a weight file."""

import re
from dataclasses import dataclass
from pathlib import Path

from stylegan_core.data.picture_kinds import PNG, begins_as_picture, named_as_picture
from stylegan_core.files.header import read_header, says_it_is_own
from stylegan_core.files.places import check_ends, check_name
from stylegan_core.film.film import Film
from stylegan_core.film.film_file import NoFilm, is_film, read_film
from stylegan_core.json_text import read_json
from stylegan_core.recipe import Recipe
from stylegan_core.run.stems import kimg_of
from stylegan_core.rundir import CHECKPOINTS, RunDir, run_of

BEGINNING = 4096  # bytes, in which JSON begins however it is indented
SOUNDS = (".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff")
LARGEST_JSON = 64 << 20  # bytes that are read to see what JSON is; beyond, its first field has to say it


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found: a weight file, or a run, or a recipe with its model's name and hash.

    Of a run, ``run`` is the folder and ``model`` its newest network, empty while there is none. ``foreign`` weight
    files were not written by this program. A ``film`` says itself which model it was made with. A ``photo`` is a
    picture that carries no recipe, a ``sound`` music for a film.
    """

    model: str = ""
    foreign: bool = False
    run: str = ""
    recipe: Recipe | None = None
    model_name: str = ""
    model_hash: str = ""
    film: Film | None = None
    photo: str = ""
    sound: str = ""


def look(path: Path) -> Opened:
    """Says what a path is, by content, and by name only if that is all that tells. Raises ValueError or OSError."""
    try:
        there = path.exists()
    except OSError as error:
        raise OSError(f"{path} cannot be looked for ({error.strerror}): choose another file.") from None
    if not there:
        raise FileNotFoundError(f"{path} does not exist: check the spelling, or choose a file with Ctrl+O.")
    check_name(path.absolute())
    if path.is_dir():
        return _look_into(path)
    check_ends(path)
    try:
        with path.open("rb") as file:
            head = file.read(BEGINNING)
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror}): check its permissions.") from None
    if not head:
        raise ValueError(f"{path} is empty: copy or download it again.")
    if begins_as_picture(head):
        return _look_at(path, head)
    text = _text(path, head)
    if path.suffix.lower() in SOUNDS:
        return Opened(sound=str(path.resolve()))
    if head[4:8] == b"ftyp" or is_film(text):
        return Opened(film=read_film(path))
    if _is_recipe(text):
        try:
            return Opened(recipe=Recipe.from_json(text))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
    if named_as_picture(path):
        return Opened(photo=str(path.resolve()))
    return Opened(model=str(path.resolve()), foreign=not _is_own(path))


def _look_at(path: Path, head: bytes) -> Opened:
    """A picture saved here, the film in a GIF of this program, or any other picture."""
    from stylegan_core.pictures.saved_picture import NoRecipe, read_picture

    try:
        if head.startswith(PNG):
            saved = read_picture(path)
            return Opened(recipe=saved.recipe, model_name=saved.model_name, model_hash=saved.model_hash)
        if head.startswith(b"GIF8"):
            return Opened(film=read_film(path))
    except (NoRecipe, NoFilm):
        pass
    return Opened(photo=str(path.resolve()))


def _text(path: Path, head: bytes) -> str:
    """The JSON in a file that begins with ``head``; of one too large for a person's JSON only that; else nothing.

    A safetensors file may begin with a brace, too, but there it is a length, of whose eight bytes the last are zero.
    """
    start = head.decode("utf-8-sig", "replace")
    if not start.lstrip().startswith("{") or "\0" in start:
        return ""
    if path.stat().st_size > LARGEST_JSON:
        return start
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _is_recipe(text: str) -> bool:
    """Whether a text begins as a recipe does, or is a JSON object with the version of one in another place."""
    if re.match(r'\s*\{\s*"version"\s*:', text):
        return True
    try:
        data = read_json(text)
    except ValueError:
        return False
    return isinstance(data, dict) and type(data.get("version")) is int


def _is_own(path: Path) -> bool:
    """Whether a file is this project's safetensors, by what its header says of it; reads no numbers."""
    with path.open("rb") as file:
        try:
            return says_it_is_own(read_header(file)[1])
        except ValueError:
            return False


def _look_into(folder: Path) -> Opened:
    run = folder.parent if folder.name == CHECKPOINTS else folder
    if (run / "config.json").exists() or (run / "events.jsonl").exists():
        return Opened(run=str(run.resolve()), model=str(RunDir(run.resolve()).drawable() or ""))
    models = sorted(folder.glob("*.safetensors"))
    if models:
        return Opened(model=str(models[0].resolve()), foreign=not _is_own(models[0]))
    raise ValueError(f"{folder} is neither a run nor a folder with a model: choose a weight file or a run directory.")


def nearest(path: Path) -> Path:
    """The file itself, or where its trainer has deleted this snapshot since, the one of the run nearest in kimg."""
    run, kimg = run_of(path), kimg_of(path)
    if path.exists() or kimg is None or run is None:
        return path
    far = {other: abs(at - kimg) for other in run.every_drawable() if (at := kimg_of(other)) is not None}
    return min(far, key=far.__getitem__, default=path)
