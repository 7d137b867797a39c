"""Meter: numbers for attributes of a picture, those that can be measured in any and those that a judge has learned."""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.latents.judge import Judge
from stylegan_core.latents.learned_labels import doubt_of
from stylegan_core.latents.measured import LEAST_SPREAD, measures, measures_of
from stylegan_core.latents.questions import MEASURED

Attributes = dict[str, float]  # the value of each, by its name
Pixels = npt.NDArray[np.uint8]


class Meter:
    """Measures as ``latents/measured.py`` defines them, and with a judge the log-odds of each of its other answers.

    ``judge_name`` says what the judge has learned from, ``key`` tells meters apart that measure different things: two
    judges have the same name where folders have, or where a data set got other labels.
    """

    def __init__(self, judge: Judge | None = None) -> None:
        self._judge, self.judge_name = judge, judge.name if judge is not None else ""
        self.key = _key(judge) if judge is not None else ""

    @property
    def names(self) -> tuple[str, ...]:
        """What is measured: the measures, then the other questions of the judge."""
        asked = self._judge.questions if self._judge is not None else ()
        return (
            *(each.attribute for each in MEASURED),
            *(question.name for question in asked if question not in MEASURED),
        )

    def doubt(self, resolution: int) -> str:
        """Why its judge's answers about pictures of ``resolution``² may be wrong; empty where they are not."""
        return doubt_of(self._judge.resolution, resolution) if self._judge is not None else ""

    def __call__(self, pixels: Pixels) -> Attributes:
        """Every attribute of a picture uint8 [R, R, 3]."""
        batch = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
        found = {name: float(values[0]) for name, values in measures(batch).items()}
        if self._judge is not None:
            scores = self._judge.scores([batch])[0]
            for question, score in zip(self._judge.questions, scores, strict=True):
                if question not in MEASURED:
                    found[question.name] = float(score)
        return found

    def slopes(self, pixels: Tensor) -> Iterator[tuple[str, Tensor]]:
        """How each attribute rises with each number of a picture [1, 3, R, R] in 0..255: tensors of its shape.

        What counts pixels is smoothed (``measures_of``).
        """
        pixels = pixels.detach().clone().requires_grad_()
        with torch.enable_grad():
            found = {name: each[0] for name, each in measures_of(pixels.cpu().double() / 255, smooth=True).items()}
            if self._judge is not None:
                scores = self._judge.log_odds(pixels)[0]
                named = zip(self._judge.questions, scores, strict=True)
                found |= {question.name: score for question, score in named if question not in MEASURED}
        for name, each in found.items():
            yield name, torch.autograd.grad(each, pixels, retain_graph=True)[0]


def _key(judge: Judge) -> str:
    """SHA-256 of all that a judge has learned."""
    digest = hashlib.sha256()
    for each in judge.answerers:
        digest.update(f"{each.question} {each.offset}".encode())
    for numbers in (judge.mean, judge.scale, *(each.weights for each in judge.answerers)):
        digest.update(np.ascontiguousarray(numbers, np.float64).tobytes())
    return digest.hexdigest()


def spreads_of(faces: list[Attributes]) -> Attributes:
    """The standard deviation of each attribute over faces, without those in which they hardly differ.

    Raises ValueError where none is left.
    """
    spreads = {name: float(np.std([face[name] for face in faces], ddof=1)) for name in faces[0]}
    kept = {name: spread for name, spread in spreads.items() if spread >= LEAST_SPREAD}
    if not kept:
        raise ValueError("The faces of this network do not differ in anything that can be measured: train it further.")
    return kept
