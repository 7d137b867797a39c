"""A judge in a file: numpy arrays and JSON in one .npz, read without running anything."""

import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stylegan_core.files.whole_file import write_whole
from stylegan_core.latents.judge import COLOUR_SIDE, Answerer, Judge
from stylegan_core.latents.learned_labels import DAMAGED, about_in, opened_judge
from stylegan_core.latents.questions import Question
from stylegan_core.metrics.features import WIDTH, Extractor

KIND = "stylegan-explorer judge 1"
SEEN = WIDTH + 3 * COLOUR_SIDE**2  # numbers that a judge sees of a picture
Numbers = npt.NDArray[np.float64]


def save_judge(judge: Judge, path: Path) -> None:
    """Writes a judge. Raises OSError."""
    told = [{"question": asdict(each.question), "accuracy": each.accuracy} for each in judge.answerers]
    about = json.dumps({"kind": KIND, "name": judge.name, "resolution": judge.resolution, "answerers": told}).encode()
    made = BytesIO()
    np.savez_compressed(
        made,
        about=np.frombuffer(about, np.uint8),
        weights=np.stack([each.weights for each in judge.answerers]),
        offsets=np.array([each.offset for each in judge.answerers]),
        mean=judge.mean,
        scale=judge.scale,
    )
    write_whole(path, made.getvalue())


def load_judge(path: Path, extractor: Extractor) -> Judge:
    """Reads :func:`save_judge`. Raises OSError, or ValueError with one sentence on anything else."""
    try:
        about, (weights, offsets, mean, scale) = _read(path)
        told, name, resolution = about["answerers"], str(about["name"]), int(about.get("resolution", 0))
        fits = about["kind"] == KIND and weights.shape == (len(told), SEEN) and offsets.shape == (len(told),)
        if not told or not fits or mean.shape != (SEEN,) or scale.shape != (SEEN,):
            raise ValueError("its numbers do not fit each other")
        if not all(np.isfinite(each).all() for each in (weights, offsets, mean, scale)) or not scale.all():
            raise ValueError("its numbers are spoilt")
        answerers = [
            Answerer(_question(each["question"]), row, float(offset), float(each["accuracy"]))
            for each, row, offset in zip(told, weights, offsets, strict=True)
        ]
    except DAMAGED as error:
        raise ValueError(f"{path} is no judge ({error}): let it learn from the data set once more.") from None
    return Judge(extractor, tuple(answerers), mean, scale, name, resolution)


def _read(path: Path) -> tuple[Any, list[Numbers]]:
    """What is told of a judge, and its four arrays. Raises OSError, and any of ``DAMAGED``."""
    with opened_judge(path) as file:
        return about_in(file), [np.asarray(file[name], np.float64) for name in ("weights", "offsets", "mean", "scale")]


def _question(told: dict[str, object]) -> Question:
    yes, no = told["yes"], told["no"]
    if not isinstance(yes, list) or not isinstance(no, list):
        raise ValueError("a question has no answers")
    return Question(str(told["name"]), str(told["attribute"]), tuple(map(str, yes)), tuple(map(str, no)))
