"""From labels: a direction that separates two piles of faces, with an honest measure of how well it does."""

from collections.abc import Generator, Sequence

import numpy as np

from stylegan_core.latents.library import Entry
from stylegan_core.latents.samples import Floats, Mapped, oriented, sample_w, spread, without
from stylegan_core.recipe import Direction, Vector

FEWEST = 10  # pictures a side; fewer say more about chance than about faces
FOLDS = 5
SAMPLES = 2000
REGULARISATION = 0.01  # weight of the fit against shrinkage; samples are few, dimensions many


def fit(
    model: Mapped, name: str, ws: Floats, labels: Sequence[bool], unchanged: Sequence[Direction] = ()
) -> Generator[float, None, Entry]:
    """Yields progress 0..1 and returns the direction from the faces labelled False to those labelled True.

    ``ws`` [N, w_dim] belong to ``labels``. Logistic regression (the linear boundary of InterFaceGAN, Shen et al.
    2020) on w in units of its spread; ``accuracy`` is the share sorted right in held-out folds, each side weighing
    the same. Everything along ``unchanged`` is projected off, also before the accuracy is measured.
    Raises ValueError where a pile is too small.
    """
    truth = np.asarray(labels, bool)
    smaller = int(min(truth.sum(), (~truth).sum()))
    if smaller < FEWEST:
        raise ValueError(f"A direction needs at least {FEWEST} pictures on each pile; the smaller one has {smaller}.")
    samples = yield from sample_w(model, SAMPLES)
    scale = max(float(samples.std()), 1e-12)
    features = ((ws - samples.mean(axis=0)) / scale).astype(np.float32)
    held = tuple(direction.vector for direction in unchanged)
    accuracy = yield from _held_out(features, truth, min(FOLDS, smaller), held)
    vector = _towards(_boundary(features, truth, held), features, truth)
    direction = Direction(name, Vector.of(vector), spread(samples, vector))
    return Entry(direction, "sorting", accuracy=accuracy)


def _boundary(features: Floats, truth: np.ndarray, held: tuple[Vector, ...]) -> Floats:
    """The unit normal [w_dim] of the best separating plane, with ``held`` projected off."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=1000)
    model.fit(features, truth)
    return oriented(without(np.asarray(model.coef_[0], np.float32), held))


def _towards(vector: Floats, features: Floats, truth: np.ndarray) -> Floats:
    """The vector with the sign that leads to the faces labelled True."""
    along = features @ vector
    return vector if along[truth].mean() >= along[~truth].mean() else np.asarray(-vector, np.float32)


def _held_out(
    features: Floats, truth: np.ndarray, folds: int, held: tuple[Vector, ...]
) -> Generator[float, None, float]:
    """Balanced accuracy over faces no fold has learned from; the threshold is the middle of what it has learned."""
    from sklearn.model_selection import StratifiedKFold

    right = np.zeros(len(truth), bool)
    split = StratifiedKFold(folds, shuffle=True, random_state=0).split(features, truth)
    for number, (known, unknown) in enumerate(split, start=1):
        vector = _towards(_boundary(features[known], truth[known], held), features[known], truth[known])
        along = features[known] @ vector
        middle = (along[truth[known]].mean() + along[~truth[known]].mean()) / 2
        right[unknown] = ((features[unknown] @ vector) > middle) == truth[unknown]
        yield number / folds
    return float((right[truth].mean() + right[~truth].mean()) / 2)
