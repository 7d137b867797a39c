"""Labels that a judge has learned: where they are, from which pictures, and what to doubt about them; no torch."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stylegan_core.latents.questions import MEASURED

BESIDE = "judge.npz"  # what labels look like in pictures such as those of the networks beside it


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
    return LearnedLabels(str(path), network.parent.name, int(_about(path).get("resolution", 0)), str(path), questions)


def _about(path: Path) -> dict[str, Any]:
    """What a judge's file tells of it; nothing where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    return about if isinstance(about, dict) else {}


def doubt_of(learned: int, resolution: int) -> str:
    """What to doubt about labels learned at one resolution, 0 for an unknown one, in pictures of another."""
    if learned == resolution:
        return ""
    how = f"from pictures of {learned}²" if learned else "at a resolution that their file does not say"
    return f"The labels were learned {how}, these are of {resolution}²: answers may be wrong, so learn them anew."
