"""From labels: a direction that separates two piles of faces, with an honest measure of how well it does."""

from collections.abc import Generator, Sequence

import numpy as np

from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Vector
from stylegan_core.w_samples import Floats, Mapped, oriented, sample_w, spread, without

FEWEST = 10  # pictures a side; fewer say more about chance than about faces
FOLDS = 5
SAMPLES = 2000
NEWTON_STEPS = 30
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
    return oriented(without(_logistic(features, truth), held))


def _logistic(features: Floats, truth: np.ndarray) -> Floats:
    """The weights [w_dim] of logistic regression with an L2 penalty, both sides weighing the same.

    Newton's method (iteratively reweighted least squares) in the space the samples span. scikit-learn has it too,
    but loading it would hold up the window for a tenth of a second.
    """
    basis = np.linalg.svd(features, full_matrices=False)[2] if len(features) < features.shape[1] else None
    points = features if basis is None else features @ basis.T
    points = np.concatenate([points, np.ones((len(points), 1))], axis=1).astype(np.float64)
    balance = REGULARISATION * np.where(truth, len(truth) / truth.sum(), len(truth) / (~truth).sum()) / 2
    penalty = np.append(np.ones(points.shape[1] - 1), 1e-6)  # the offset is as good as free
    weights = np.zeros(points.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(points @ weights, -30, 30)))
        slope = points.T @ (balance * (chance - truth)) + penalty * weights
        curvature = (points.T * (balance * chance * (1 - chance))) @ points + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    found = weights[:-1] if basis is None else weights[:-1] @ basis
    return np.asarray(found, np.float32)


def _towards(vector: Floats, features: Floats, truth: np.ndarray) -> Floats:
    """The vector with the sign that leads to the faces labelled True."""
    along = features @ vector
    return vector if along[truth].mean() >= along[~truth].mean() else np.asarray(-vector, np.float32)


def _held_out(
    features: Floats, truth: np.ndarray, folds: int, held: tuple[Vector, ...]
) -> Generator[float, None, float]:
    """Balanced accuracy over faces no fold has learned from; the threshold is the middle of what it has learned."""
    right = np.zeros(len(truth), bool)
    fold = _folds(truth, folds)
    for number in range(folds):
        known, unknown = fold != number, fold == number
        vector = _towards(_boundary(features[known], truth[known], held), features[known], truth[known])
        along = features[known] @ vector
        middle = (along[truth[known]].mean() + along[~truth[known]].mean()) / 2
        right[unknown] = ((features[unknown] @ vector) > middle) == truth[unknown]
        yield (number + 1) / folds
    return float((right[truth].mean() + right[~truth].mean()) / 2)


def _folds(truth: np.ndarray, folds: int) -> np.ndarray:
    """The fold [N] each face belongs to: shuffled, always the same way, and each fold with its share of both sides."""
    random, fold = np.random.RandomState(0), np.empty(len(truth), int)
    for side in (truth, ~truth):
        fold[side] = random.permutation(np.arange(side.sum()) % folds)
    return fold
