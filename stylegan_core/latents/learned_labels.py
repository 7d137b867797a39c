"""Labels that a judge has learned: where they are, from which pictures, and what to doubt about them; no torch."""

import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile

from stylegan_core.data.containers import DAMAGED_ENTRY
from stylegan_core.json_text import read_json
from stylegan_core.latents.questions import MEASURED

BESIDE = "judge.npz"  # what labels look like in pictures such as those of the networks beside it
ZIP = b"PK\x03\x04"
DAMAGED = (ValueError, KeyError, TypeError, RecursionError, MemoryError, tokenize.TokenError, *DAMAGED_ENTRY)


@dataclass(frozen=True, slots=True)
class LearnedLabels:
    """The judge in the file ``path``, learned from the pictures of ``data`` at ``resolution``², 0 where it is unknown.

    ``key`` is another one for every judge, also where the same file was written anew. ``questions`` are the names of
    what it can be asked beside what is measured.
    """

    path: str
    data: str = ""
    resolution: int = 0
    key: str = ""
    questions: tuple[str, ...] = ()

    def doubt(self, resolution: int) -> str:
        """Why its answers about pictures of ``resolution``² may be wrong, in one sentence; empty where they are not."""
        return doubt_of(self.resolution, resolution)


def questions_in(path: Path) -> tuple[str, ...]:
    """The names of what the judge in a file can be asked, but for what is measured; none where it cannot be read."""
    measured, about = {question.name for question in MEASURED}, _about(path)
    try:
        names = [str(each["question"]["name"]) for each in about["answerers"]]
    except (KeyError, TypeError):
        return ()
    return tuple(name for name in names if name not in measured)


def labels_beside(network: Path) -> LearnedLabels | None:
    """Those of ``judge.npz`` beside a weight file; None where there is none, or it cannot be asked anything."""
    path = network.parent / BESIDE
    questions = questions_in(path)
    if not questions:
        return None
    resolution = _about(path).get("resolution", 0)
    known = resolution if isinstance(resolution, int) else 0
    return LearnedLabels(str(path), network.parent.name, known, str(path), questions)


def _about(path: Path) -> dict[str, Any]:
    """What a judge's file tells of it; nothing where it cannot be read."""
    try:
        with opened_judge(path) as file:
            about = about_in(file)
    except (OSError, *DAMAGED):
        return {}
    return about if isinstance(about, dict) else {}


@contextmanager
def opened_judge(path: Path) -> Iterator[NpzFile]:
    """The parts of a judge's file, to be read inside. Raises OSError, and like reading them any of ``DAMAGED``."""
    with path.open("rb") as opened:  # numpy leaves open what it cannot read
        if opened.read(len(ZIP)) != ZIP:
            raise ValueError("it is no .npz file")
        opened.seek(0)
        with np.load(opened, allow_pickle=False) as file:
            yield file


def about_in(file: NpzFile) -> Any:
    """What the file of a judge tells of it."""
    return read_json(file["about"].tobytes())


def doubt_of(learned: int, resolution: int) -> str:
    """What to doubt about labels learned at one resolution, 0 for an unknown one, in pictures of another."""
    if learned == resolution:
        return ""
    how = f"from pictures of {learned}²" if learned else "at a resolution that their file does not say"
    return f"The labels were learned {how}, these are of {resolution}²: answers may be wrong, so learn them anew."
