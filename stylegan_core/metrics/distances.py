"""Distances between two sets of features [N, D]: Fréchet, kernel, precision and recall (spec-core 6)."""

import numpy as np
import numpy.typing as npt

from stylegan_core.metrics.features import Features

KID_SUBSETS, KID_SIZE = 100, 1000
NEIGHBOURS = 3
Matrix = npt.NDArray[np.float64]


def frechet(real: Features, fake: Features) -> float:
    """‖Δμ‖² + Tr(Σ1 + Σ2 − 2·√(Σ1Σ2)), unbiased covariances; raises ValueError below two pictures a side."""
    if min(len(real), len(fake)) < 2:
        raise ValueError("A Fréchet distance needs at least two pictures on each side.")
    (mean_1, cov_1), (mean_2, cov_2) = _gaussian(real), _gaussian(fake)
    return float(np.square(mean_1 - mean_2).sum() + np.trace(cov_1) + np.trace(cov_2) - 2 * _root_trace(cov_1, cov_2))


def kernel(real: Features, fake: Features, seed: int = 0) -> float:
    """KID: mean of unbiased MMD² with the kernel (x·y/D + 1)³ over 100 subsets of up to 1000; may be below zero."""
    size = min(len(real), len(fake), KID_SIZE)
    if size < 2:
        raise ValueError("A kernel distance needs at least two pictures on each side.")
    draw = np.random.default_rng(seed)
    total = 0.0
    for _ in range(KID_SUBSETS):
        x = real[draw.choice(len(real), size, replace=False)].astype(np.float64)
        y = fake[draw.choice(len(fake), size, replace=False)].astype(np.float64)
        own = _cubic(x, x) + _cubic(y, y)
        total += (own.sum() - np.trace(own)) / (size * (size - 1)) - 2 * _cubic(x, y).mean()
    return total / KID_SUBSETS


def precision_and_recall(real: Features, fake: Features, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """Shares of fakes inside the reals' manifold and of reals inside the fakes' (k-th neighbour radii).

    Raises ValueError where a side has no k neighbours.
    """
    if min(len(real), len(fake)) <= neighbours:
        raise ValueError(f"Precision and recall need more than {neighbours} pictures on each side.")
    between = _distances(fake, real)
    precision = (between <= _radii(real, neighbours)[None, :]).any(axis=1).mean()
    recall = (_radii(fake, neighbours)[None, :] >= between.T).any(axis=1).mean()
    return float(precision), float(recall)


def _gaussian(features: Features) -> tuple[npt.NDArray[np.float64], Matrix]:
    values = features.astype(np.float64)
    return values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False))


def _root_trace(cov_1: Matrix, cov_2: Matrix) -> float:
    """Tr √(Σ1Σ2) through the symmetric √Σ1 Σ2 √Σ1, whose eigenvalues are real and not negative."""
    values, vectors = np.linalg.eigh(cov_1)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return float(np.sqrt(np.linalg.eigvalsh(root @ cov_2 @ root).clip(min=0)).sum())


def _cubic(x: Matrix, y: Matrix) -> Matrix:
    made: Matrix = (x @ y.T / x.shape[1] + 1) ** 3
    return made


def _distances(a: Features, b: Features) -> Features:
    """Euclidean distances [len(a), len(b)]."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2 * x @ y.T
    return np.sqrt(squares.clip(min=0)).astype(np.float32)


def _radii(points: Features, neighbours: int) -> Features:
    """Distance of each point to its k-th neighbour, itself left out."""
    found = _distances(points, points)
    np.fill_diagonal(found, np.inf)
    nearest: Features = np.partition(found, neighbours - 1, axis=1)[:, neighbours - 1]
    return nearest
