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
    x, y = (side.astype(np.float64) for side in (real, fake))
    shift = x.mean(axis=0) - y.mean(axis=0)
    x, y = ((side - side.mean(axis=0)) / np.sqrt(len(side) - 1) for side in (x, y))  # so that Σ = xᵀx
    return float(np.square(shift).sum() + np.square(x).sum() + np.square(y).sum() - 2 * _root_trace(x, y))


def kernel(real: Features, fake: Features, seed: int = 0) -> float:
    """KID: mean of unbiased MMD² with the kernel (x·y/D + 1)³ over 100 subsets of up to 1000; may be below zero."""
    size = min(len(real), len(fake), KID_SIZE)
    if size < 2:
        raise ValueError("A kernel distance needs at least two pictures on each side.")
    draw = np.random.default_rng(seed)
    of_real, of_fake = (_subsets(draw, len(side), size) for side in (real, fake))
    pairs = _sum(real, real, of_real, of_real) + _sum(fake, fake, of_fake, of_fake)
    across = _sum(real, fake, of_real, of_fake)
    return float(pairs / (size * (size - 1)) - 2 * across / size**2)


def precision_and_recall(real: Features, fake: Features, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """Shares of fakes inside the reals' manifold and of reals inside the fakes' (k-th neighbour radii).

    Raises ValueError where a side has no k neighbours.
    """
    if min(len(real), len(fake)) <= neighbours:
        raise ValueError(f"Precision and recall need more than {neighbours} pictures on each side.")
    between = apart(fake, real)
    precision = (between <= radii(real, neighbours)[None, :]).any(axis=1).mean()
    recall = (radii(fake, neighbours)[None, :] >= between.T).any(axis=1).mean()
    return float(precision), float(recall)


def _root_trace(x: Matrix, y: Matrix) -> float:
    """Tr √(Σ1Σ2) for Σ1 = xᵀx, Σ2 = yᵀy: the sum of the singular values of x·yᵀ.

    With more pictures than features they come from √Σ1 Σ2 √Σ1 instead, whose eigenvalues are their squares.
    """
    if len(x) * len(y) <= x.shape[1] ** 2:
        return float(np.linalg.svd(x @ y.T, compute_uv=False).sum())
    values, vectors = np.linalg.eigh(x.T @ x)
    half = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return float(np.sqrt(np.linalg.eigvalsh(half @ (y.T @ y) @ half).clip(min=0)).sum())


def _subsets(draw: np.random.Generator, count: int, size: int) -> Matrix:
    """Indicators [KID_SUBSETS, count] of random subsets of ``size``."""
    chosen = np.zeros((KID_SUBSETS, count))
    for row in chosen:
        row[draw.choice(count, size, replace=False)] = 1
    return chosen


def _sum(a: Features, b: Features, of_a: Matrix, of_b: Matrix) -> float:
    """The kernel summed over the pairs of a subset of ``a`` and one of ``b``, none with itself; mean over subsets."""
    values = alike(a, b)
    if a is b:
        np.fill_diagonal(values, 0)
    return float(((of_a @ values) * of_b).sum(axis=1).mean())


def alike(a: Features, b: Features) -> Matrix:
    """KID's kernel (x·y/D + 1)³ [len(a), len(b)]."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    values: Matrix = (x @ y.T / x.shape[1] + 1) ** 3
    return values


def apart(a: Features, b: Features) -> Features:
    """Euclidean distances [len(a), len(b)]."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    squares: Matrix = (x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2 * x @ y.T
    distances: Features = np.sqrt(squares.clip(min=0)).astype(np.float32)
    return distances


def radii(points: Features, neighbours: int) -> Features:
    """Distance of each point to its k-th neighbour, itself left out."""
    found: Features = apart(points, points)
    np.fill_diagonal(found, np.inf)
    nearest: Features = np.partition(found, neighbours - 1, axis=1)[:, neighbours - 1]
    return nearest
