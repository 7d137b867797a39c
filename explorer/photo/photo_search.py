"""A search for the face of a photo: what is looked for, and the nearest so far, which the core leaves in a file."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from explorer.pixels import Pixels
from stylegan_core.info import ModelInfo
from stylegan_core.latents.target import read_target
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Recipe
from stylegan_core.run.stems import kimg_words, of_one_run

COPIED, FOUND = "copied-picture-{}.png", "projected-{}.png"  # in the caches, with what tells windows apart
OLD = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Search:
    """A photo as the network would draw it, uint8 [R, R, 3], the network, and where the nearest so far is written."""

    name: str
    photo: Pixels = field(repr=False)
    info: ModelInfo
    model: str
    out: Path

    def is_of_run(self, model: str) -> bool:
        """Whether a network is a snapshot of the run that the one it looks in is of."""
        return of_one_run(Path(self.model), Path(model))

    def where(self, shown: str) -> str:
        """The network it looks in, in words for somebody who sees another one."""
        return f"the snapshot of {kimg_words(Path(self.model))}" if self.is_of_run(shown) else self.info.name


@dataclass(frozen=True, slots=True)
class Nearest:
    """A nearest picture that was read: uint8 [R, R, 3], recipe, mean difference, 0..255, and when it was written."""

    recipe: Recipe
    pixels: Pixels
    difference: float
    written: int


def read_nearest(search: Search, seen: int) -> Nearest | None:
    """The nearest picture so far; None where there is none that is newer than what was ``seen``."""
    try:
        written = search.out.stat().st_mtime_ns
    except OSError:
        return None
    if written == seen:
        return None
    recipe, pixels = read_picture(search.out).recipe, read_target(search.out, search.info.resolution)
    difference = float(np.abs(pixels.astype(np.float32) - search.photo).mean())
    return Nearest(recipe, pixels, difference, written)


def clear_left_behind(folder: Path, now: float) -> None:
    """Takes copies of photos away that a window which was killed has left, a day ago or longer; ``now`` in seconds."""
    for path in (*folder.glob(COPIED.format("*")), *folder.glob(FOUND.format("*"))):
        if now - path.stat().st_mtime > OLD:
            remove(path)


def remove(path: Path) -> None:
    """Takes a file away that may be gone already, or not be there to be taken."""
    with contextlib.suppress(OSError):
        path.unlink()
