"""Draws the avatar data set: faces whose every attribute is known, any number, any size, the same for the same seed."""

import io
import json
import math
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from stylegan_core.data import avatar_parts, half_drawn
from stylegan_core.data.avatar_choices import (
    BACKGROUNDS,
    CHOICES,
    CLOTHING_COLOURS,
    COVERED_EYES,
    GROUPS,
    HAIR_COLOURS,
    HAIR_LENGTHS,
    SKIN_COLOURS,
    TOPS,
    Weights,
)
from stylegan_core.files.whole_file import write_whole
from stylegan_core.processes import end_with

SIDE = 210.0  # units of the drawing that the picture shows; chin to crown are about 150
CENTRE = (132.0, 121.0)  # the middle of the picture in the drawing: between the eyes and the nose
MAX_TILT, MAX_SHIFT, MAX_ZOOM = 8.0, 0.04, 0.08  # degrees, part of the side, part of the size
NUMBERS = ("tilt_degrees", "shift_x", "shift_y", "scale")
CHUNK = 64  # pictures a worker draws between two words of progress


@dataclass(frozen=True, slots=True)
class Avatar:
    """One face: names of its drawings (`avatar_parts.KINDS`), names of its colours, and how it is framed."""

    parts: Mapping[str, str]
    hair_colour: str
    skin: str
    clothing_colour: str
    background: str
    tilt_degrees: float
    shift_x: float  # to the right, as a part of the picture's side
    shift_y: float  # downwards
    scale: float


def sample(seed: int, index: int) -> Avatar:
    """Avatar number `index` of the set named by `seed`; depends on nothing else."""
    chance = iter(np.random.Generator(np.random.PCG64([seed, index])).random(20).tolist())
    kind, top = pick(TOPS, next(chance)).split("/")
    parts = {kind: top} | {part: pick(weights, next(chance)) for part, weights in CHOICES.items()}
    if not avatar_parts.has_place(kind, top, "Facial-Hair"):
        parts["facial_hair"] = "none"
    return Avatar(
        parts,
        hair_colour=pick(dict.fromkeys(HAIR_COLOURS, 1.0), next(chance)),
        skin=pick(dict.fromkeys(SKIN_COLOURS, 1.0), next(chance)),
        clothing_colour=pick(dict.fromkeys(CLOTHING_COLOURS, 1.0), next(chance)),
        background=pick(dict.fromkeys(BACKGROUNDS, 1.0), next(chance)),
        tilt_degrees=round(MAX_TILT * (next(chance) + next(chance) - 1), 3),
        shift_x=round(MAX_SHIFT * (2 * next(chance) - 1), 4),
        shift_y=round(MAX_SHIFT * (2 * next(chance) - 1), 4),
        scale=round(1 + MAX_ZOOM * (2 * next(chance) - 1), 4),
    )


def pick(weights: Weights, chance: float) -> str:
    """The name whose share of the weights `chance` (0 to 1) falls into."""
    limit = chance * sum(weights.values())
    for name, reached in zip(weights, accumulate(weights.values()), strict=True):
        if limit < reached:
            return name
    return list(weights)[-1]


def attributes(avatar: Avatar) -> dict[str, str | float]:
    """What `labels.json` says of a picture: what is drawn, what can be seen of it, and how it is framed.

    What is hidden has no value of its own: hair colour is ``none`` under a hat, eyes are ``covered`` by dark glasses.
    """
    parts = avatar.parts
    top = f"hair/{parts['hair']}" if "hair" in parts else f"hat/{parts['hat']}"
    grouped = {name: table[parts[kind]] for name, (kind, table) in GROUPS.items()}
    length = _length(top)
    return {
        "hair": parts.get("hair", "hat"),
        "hat": parts.get("hat", "none"),
        "hair_length": length,
        "hair_colour": avatar.hair_colour if length in ("short", "full", "long") else "none",
        "facial_hair": parts["facial_hair"],
        "facial_hair_colour": avatar.hair_colour if parts["facial_hair"] != "none" else "none",
        "accessory": parts["accessory"],
        "eyes": "covered" if parts["accessory"] in COVERED_EYES else parts["eyes"],
        "eyebrows": parts["eyebrows"],
        "nose": parts["nose"],
        "mouth": parts["mouth"],
        "clothing": parts["clothing"],
        "clothing_colour": avatar.clothing_colour,
        "skin": avatar.skin,
        "background": avatar.background,
        **grouped,
        "tilt": _bucket(avatar.tilt_degrees, MAX_TILT / 4, ("left", "straight", "right")),
        "shift": _bucket(avatar.shift_x, MAX_SHIFT / 3, ("left", "middle", "right")),
        "height": _bucket(avatar.shift_y, MAX_SHIFT / 3, ("high", "middle", "low")),
        "size": _bucket(avatar.scale - 1, MAX_ZOOM / 3, ("small", "medium", "large")),
        **{name: getattr(avatar, name) for name in NUMBERS},
    }


def _length(top: str) -> str:
    return next(length for length, tops in HAIR_LENGTHS.items() if top in tops)


def _bucket(value: float, limit: float, names: tuple[str, str, str]) -> str:
    return names[0] if value < -limit else names[2] if value > limit else names[1]


def svg(avatar: Avatar, resolution: int) -> str:
    """The whole picture as SVG text: background, and the figure tilted, shifted and scaled about its face."""
    colours = {
        "Skin-Color": SKIN_COLOURS[avatar.skin],
        "Hair-Color": HAIR_COLOURS[avatar.hair_colour],
        "Facial-Hair-Color": HAIR_COLOURS[avatar.hair_colour],
        "Fabric-Color": CLOTHING_COLOURS[avatar.clothing_colour],
    }
    half, (x, y) = SIDE / 2, CENTRE
    moved = (
        f"translate({half + avatar.shift_x * SIDE:.3f} {half + avatar.shift_y * SIDE:.3f}) "
        f"rotate({avatar.tilt_degrees:.3f}) scale({avatar.scale:.4f}) translate({-x} {-y})"
    )
    return (
        f'<svg xmlns="{avatar_parts.SVG}" xmlns:xlink="{avatar_parts.XLINK}" '
        f'width="{resolution}" height="{resolution}" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="100%" height="100%" fill="{BACKGROUNDS[avatar.background]}"/>'
        f'<g transform="{moved}">{avatar_parts.compose(avatar.parts, colours)}</g></svg>'
    )


def draw(avatar: Avatar, resolution: int) -> Image.Image:
    """The picture, RGB; small ones are drawn larger and averaged."""
    size = resolution * math.ceil(64 / resolution)
    png = resvg_py.svg_to_bytes(svg_string=svg(avatar, size), width=size, height=size, skip_system_fonts=True)
    with Image.open(io.BytesIO(png)) as drawn:
        picture = drawn.convert("RGB")
    return picture if size == resolution else picture.resize((resolution, resolution), Image.Resampling.BOX)


def write_avatars(folder: Path, count: int, resolution: int, seed: int, workers: int = 1) -> Iterator[int]:
    """Writes `count` pictures and, when all are there, `labels.json`; yields how many are done, now and then.

    Picture i depends only on (seed, i, resolution), so what was ended before it was whole, even killed, is gone on with
    by the same numbers. Raises ValueError for numbers out of range, OSError where the folder holds something else
    already or cannot be written.
    """
    if count < 1 or not 4 <= resolution <= 1024 or seed < 0 or workers < 1:
        raise ValueError(
            "Avatars need a count and workers of at least 1, a resolution of 4 to 1024 and a seed of at least 0."
        )
    half_drawn.begin(folder, {"count": count, "resolution": resolution, "seed": seed})
    chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    jobs = [(folder, resolution, seed, chunk) for chunk in chunks]
    labels: dict[str, dict[str, str | float]] = {}
    if workers == 1:
        for job in jobs:
            labels |= write_chunk(job)
            yield len(labels)
    else:
        with ProcessPoolExecutor(workers, get_context("spawn"), end_with, (os.getpid(),)) as pool:
            with _starting_deaf():
                drawn = pool.map(write_chunk, jobs)
            try:
                for written in drawn:
                    labels |= written
                    yield len(labels)
            except BrokenProcessPool:
                raise OSError(
                    f"{folder} is half drawn: a process was ended from outside, perhaps for want of memory; start "
                    "again with fewer --workers to go on."
                ) from None
    write_labels(folder, labels)
    half_drawn.end(folder)


@contextmanager
def _starting_deaf() -> Iterator[None]:
    """Processes begun meanwhile leave Ctrl-C to this one, which ends them; each would complain of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def write_chunk(job: tuple[Path, int, int, Sequence[int]]) -> dict[str, dict[str, str | float]]:
    """Draws and writes those of some pictures that are not there; returns all their labels by name. Raises OSError."""
    folder, resolution, seed, indices = job
    labels = {}
    for index in indices:
        avatar = sample(seed, index)
        name = f"{index:06d}.png"
        try:
            if not half_drawn.is_whole(folder / name):
                draw(avatar, resolution).save(folder / name, compress_level=6)
        except OSError as error:
            reason = error.strerror or error
            raise OSError(
                f"{folder / name} cannot be written ({reason}): choose another folder or free some space."
            ) from None
        labels[name] = attributes(avatar)
    return labels


def write_labels(folder: Path, pictures: Mapping[str, Mapping[str, str | float]]) -> None:
    """Writes `labels.json`; an attribute with an empty list of values is a number."""
    text = json.dumps({"attributes": attribute_values(), "pictures": pictures}, indent=0)
    write_whole(folder / "labels.json", f"{text}\n".encode())


@cache
def attribute_values() -> dict[str, list[str]]:
    """All values of every attribute in the order of `avatar_choices`; an empty list for those that are numbers."""
    tops = [top.split("/") for top in TOPS]
    return {
        "hair": [name for kind, name in tops if kind == "hair"] + ["hat"],
        "hat": ["none"] + [name for kind, name in tops if kind == "hat"],
        "hair_length": list(HAIR_LENGTHS),
        "hair_colour": ["none", *HAIR_COLOURS],
        "facial_hair": list(CHOICES["facial_hair"]),
        "facial_hair_colour": ["none", *HAIR_COLOURS],
        "accessory": list(CHOICES["accessory"]),
        "eyes": [*CHOICES["eyes"], "covered"],
        **{part: list(CHOICES[part]) for part in ("eyebrows", "nose", "mouth", "clothing")},
        "clothing_colour": list(CLOTHING_COLOURS),
        "skin": list(SKIN_COLOURS),
        "background": list(BACKGROUNDS),
        **{name: list(dict.fromkeys(table.values())) for name, (_, table) in GROUPS.items()},
        "tilt": ["left", "straight", "right"],
        "shift": ["left", "middle", "right"],
        "height": ["high", "middle", "low"],
        "size": ["small", "medium", "large"],
        **{name: [] for name in NUMBERS},
    }
