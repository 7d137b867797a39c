"""Labels that a judge has learned: where they are, from which pictures, and what to doubt about them; no torch."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stylegan_core.latents.questions import MEASURED


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
    measured = {question.name for question in MEASURED}
    try:
        with np.load(path, allow_pickle=False) as file:
            told = json.loads(file["about"].tobytes())["answerers"]
        names = [str(each["question"]["name"]) for each in told]
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return ()
    return tuple(name for name in names if name not in measured)


def doubt_of(learned: int, resolution: int) -> str:
    """What to doubt about labels learned at one resolution, 0 for an unknown one, in pictures of another."""
    if learned == resolution:
        return ""
    how = f"from pictures of {learned}²" if learned else "at a resolution that their file does not say"
    return f"The labels were learned {how}, these are of {resolution}²: answers may be wrong, so learn them anew."
