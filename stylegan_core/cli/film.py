"""``python -m stylegan_core film MODEL FILM | --seeds 0-7 --out OUT``: a film without a window."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from stylegan_core.cli.arguments import (
    add_beside,
    add_device,
    add_model,
    add_overwrite,
    add_progress,
    check_free,
    number,
    open_model,
    path,
    whole,
)
from stylegan_core.cli.progress import telling
from stylegan_core.cli.seeds import add_looks, check_looks, looks, seed_recipes
from stylegan_core.files.whole_file import check_writable, part_of
from stylegan_core.film.film import LONGEST, MOST_KEYS, PACES, SECONDS, Film, Key
from stylegan_core.film.film_file import read_film
from stylegan_core.film.moving_picture import FORMATS, GIF_BYTES, GIF_FPS
from stylegan_core.film.music import LONGEST_MUSIC, Music
from stylegan_core.film.setting import MOST_BEATS, USUAL_BEATS, set_to_music
from stylegan_core.film.sound_track import Sound
from stylegan_core.pictures.enlarged import enlarged

if TYPE_CHECKING:
    from stylegan_core.model import Model

OTHER_FORMATS = (".mov", ".avi", ".mkv", ".webm", ".webp", ".png", ".apng", ".m4v")  # no folder is meant by these
LARGEST = 4096  # pixels a side; H.264 ends there
LEAST_SIDE = 512  # a film of a smaller network is enlarged in whole steps to at least this, unless told otherwise
Tell = Callable[[int], None]


def main(argv: list[str]) -> int:
    """Draws a film exactly and writes it as .mp4, .gif or a folder of PNG files; returns the exit code."""
    arguments = _parser().parse_args(argv)
    film = _film(arguments)
    sound = _sound(film, arguments)
    if arguments.out.suffix.lower() in FORMATS:
        check_free(arguments.out, overwrite=arguments.overwrite)
    else:
        _check_folder(arguments)

    from stylegan_core.device import keep_big_buffers

    keep_big_buffers()
    model = open_model(arguments)
    check_looks(arguments, model.info)
    if film.model_hash not in ("", model.info.hash):
        sys.stderr.write(f"The film was made with another model, {film.model_name}; expect other pictures.\n")
    side = arguments.side if arguments.side is not None else default_side(model.resolution)
    if arguments.out.suffix.lower() == ".gif" and film.frames * (side or model.resolution) ** 2 > GIF_BYTES:
        raise ValueError(
            f"{arguments.out}: a GIF is put together in memory, and {film.frames} frames of this size are too many: "
            "choose .mp4, a smaller size or fewer frames a second."
        )
    with telling("drawing", film.frames, for_program=arguments.progress) as tell:
        _write(model, film, arguments, side, tell, sound)
    print(f"{film.frames} frames, {film.seconds:g} s, written to {arguments.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core film", description=__doc__)
    add_model(parser)
    parser.add_argument(
        "film",
        type=path,
        nargs="?",
        help="film as JSON, or a .gif or .mp4 made by this program; - reads JSON from standard input",
    )
    parser.add_argument("--seeds", help="instead of a film: its pictures as seeds, such as 0-7 or 3,7,20-22")
    parser.add_argument("--out", type=path, required=True, help=".mp4 or .gif, else a folder of one PNG a frame")
    add_looks(parser)
    parser.add_argument("--seconds", type=number(0, LONGEST), help=f"from one of --seeds to the next ({SECONDS:g})")
    parser.add_argument("--pace", choices=PACES, help="rest at every picture, or one speed through W")
    parser.add_argument("--loop", action=argparse.BooleanOptionalAction, help="end where it begins, without a seam")
    parser.add_argument("--fps", type=whole(1, 240), help=f"frames a second; a .gif has at most {GIF_FPS}")
    parser.add_argument("--music", type=path, help="a sound file that the film goes to; an mp4 sounds like it")
    parser.add_argument(
        "--beats",
        type=whole(1, MOST_BEATS),
        help=f"a picture every so many beats, for as long as the music lasts (with --seeds: {USUAL_BEATS})",
    )
    parser.add_argument("--start", type=number(0, LONGEST_MUSIC), help="the second of the music to begin at")
    parser.add_argument("--motion", type=number(0, 1), help="how far the film moves with the music instead of evenly")
    parser.add_argument("--pulse", type=number(0, 1), help="how much farther pictures go where it sounds hard")
    parser.add_argument("--mute", action="store_true", help="write the mp4 without sound")
    parser.add_argument("--side", type=whole(0, LARGEST), help="pixels a side; 0: as drawn")
    parser.add_argument("--smooth", action="store_true", help="enlarge smoothly, not pixel by pixel")
    add_device(parser)
    add_progress(parser)
    add_beside(parser)
    add_overwrite(parser)
    return parser


def _film(arguments: argparse.Namespace) -> Film:
    """What was asked for. Raises ValueError or OSError with one sentence."""
    if (arguments.film is None) == (arguments.seeds is None):
        raise ValueError("Name a film, or its pictures with --seeds.")
    base = looks(arguments)
    if arguments.film is not None:
        if base is not None or arguments.seconds is not None:
            raise ValueError("--psi, --channel, --translate, … and --seconds go with --seeds; a film has its own.")
        film = read_film(arguments.film) if str(arguments.film) != "-" else _told()
    else:
        seconds = SECONDS if arguments.seconds is None else arguments.seconds
        recipes = seed_recipes(arguments.seeds, base)
        if len(recipes) > MOST_KEYS:
            raise ValueError(f"--seeds names {len(recipes)} pictures, and a film has at most {MOST_KEYS}.")
        film = Film(tuple(Key(recipe, seconds) for recipe in recipes))
    asked = {name: getattr(arguments, name) for name in ("pace", "loop", "fps")}
    film = replace(film, **{name: value for name, value in asked.items() if value is not None})
    film = _with_music(film, arguments)
    if arguments.out.suffix.lower() == ".gif":
        film = replace(film, fps=min(film.fps, GIF_FPS))
    if not film.sections:
        raise ValueError("A film needs at least two pictures to go from one to the other.")
    if film.frames < 2:
        raise ValueError(f"A film of {film.seconds:g} s is one picture: give it more seconds or more frames a second.")
    return film


def _with_music(film: Film, arguments: argparse.Namespace) -> Film:
    """The film to the music that was asked for, or to its own with what is asked of it."""
    asked = {name: value for name in ("start", "motion", "pulse") if (value := getattr(arguments, name)) is not None}
    music = film.music
    if arguments.music is not None:
        from stylegan_core.film.hearing import hear

        music = hear(arguments.music)
    if music is None:
        if asked or arguments.beats is not None or arguments.mute:
            raise ValueError("--beats, --start, --motion, --pulse and --mute go with --music or a film that has some.")
        return film
    if asked.get("start", 0) >= music.seconds:
        raise ValueError(f"{music.name} lasts {music.seconds:.1f} s: it cannot begin at {asked['start']:g} s.")
    music = replace(music, **asked)
    every = arguments.beats
    if every is None and arguments.seeds is not None and arguments.seconds is None:
        every = USUAL_BEATS
    return replace(film, music=music) if every is None else set_to_music(film, music, every, whole=True)


def _told() -> Film:
    """The film that comes through standard input."""
    return Film.from_json(sys.stdin.buffer.read().decode("utf-8", "replace"))


def _sound(film: Film, arguments: argparse.Namespace) -> Sound | None:
    """What is to be heard. Raises ValueError where it is not there."""
    if film.music is None or arguments.mute or arguments.out.suffix.lower() != ".mp4":
        return None
    source = Path(film.music.path)
    if not source.is_file():
        raise ValueError(f"{source}, the music of the film, is not there: name it with --music, or write --mute.")
    return Sound(source, film.music.start, film.seconds)


def _check_folder(arguments: argparse.Namespace) -> None:
    """Raises ValueError where the frames cannot go into a folder of this name as they were asked for."""
    if arguments.out.suffix.lower() in OTHER_FORMATS:
        raise ValueError(f"{arguments.out}: a film is written as .mp4 or .gif, or as PNG files into a new folder.")
    check_writable(arguments.out)  # first: a name that is too long is no question for what lies there
    if arguments.out.exists():
        raise ValueError(f"{arguments.out} exists already; name a new folder, or a file that ends in .mp4 or .gif.")
    if arguments.side is not None or arguments.smooth:
        raise ValueError("--side and --smooth go with .mp4 and .gif; a folder has every frame as it was drawn.")


def _write(
    model: "Model", film: Film, arguments: argparse.Namespace, side: int, tell: Tell, sound: Sound | None
) -> None:
    from PIL import Image

    from stylegan_core.film.filming import draw
    from stylegan_core.film.moving_picture import write_moving

    if arguments.out.suffix.lower() not in FORMATS:
        _write_frames(model, film, arguments.out, tell)
        return
    if arguments.out.suffix.lower() == ".mp4":
        side += side % 2  # its colours are stored for squares of two by two pixels

    def pictures() -> Iterator[tuple[Image.Image, float]]:
        for done, (_, pixels) in enumerate(draw(model, film), 1):
            yield enlarged(pixels, side, smooth=arguments.smooth), 1 / film.fps
            tell(done)

    said = replace(film, model_name=model.info.name, model_hash=model.info.hash, music=_carried(film, sound)).to_json()
    write_moving(arguments.out, pictures(), film.fps, said, sound=sound)


def _carried(film: Film, sound: Sound | None) -> Music | None:
    """What the file itself says of the music: no folder of this machine, and where it is heard it is its own."""
    if film.music is None:
        return None
    return replace(film.music.cut(film.seconds), path="" if sound is not None else film.music.name)


def _write_frames(model: "Model", film: Film, out: Path, tell: Tell) -> None:
    """One PNG a frame as it was drawn, each with its recipe, in a folder that is there when all are."""
    from stylegan_core.film.filming import draw
    from stylegan_core.pictures.picture import save_picture

    part = part_of(out, os.getpid())
    try:
        for done, (recipe, pixels) in enumerate(draw(model, film), 1):
            save_picture(part / f"frame{done:05d}.png", pixels, recipe, model.info, str(model.device))
            tell(done)
        part.rename(out)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise OSError(f"{out} cannot be written ({reason}): choose another folder or free some space.") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def default_side(resolution: int) -> int:
    """The network's own side, doubled until it is large enough to be looked at."""
    return next(resolution << times for times in count() if resolution << times >= LEAST_SIDE)
