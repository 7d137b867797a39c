"""How sure a distance is: half of the 95 % confidence interval of what other drawn pictures would give.

The real pictures count as given, since models are compared on the same ones. Everything comes from the features that
the distances are of; nothing is drawn again.
"""

import numpy as np

from stylegan_core.confidence import NORMAL, of_left_out, of_share
from stylegan_core.metrics.distances import NEIGHBOURS, Matrix, alike, apart, frechet, radii
from stylegan_core.metrics.features import Features

ROUNDING = 1e-10  # of the largest eigenvalue


def frechet_confidence(real: Features, fake: Features) -> float:
    """± of a Fréchet distance, from the influence of every drawn picture on it (the infinitesimal jackknife).

    More weight for a picture y changes the distance by 2 (y − μ2)·(μ2 − μ1) + |y − μ2|² − (y − μ2)ᵀT(y − μ2) and a
    constant, where T takes the one normal distribution to the other (Efron 1982, chapter 6; Olkin and Pukelsheim 1982).
    """
    x, y = (side.astype(np.float64) for side in (real, fake))
    count, shift = len(y), y.mean(axis=0) - x.mean(axis=0)
    x, y = ((side - side.mean(axis=0)) / np.sqrt(len(side) - 1) for side in (x, y))  # as ``frechet`` has them
    influence = 2 * np.sqrt(count - 1) * (y @ shift) + (count - 1) * (np.square(y).sum(axis=1) - _transported(x, y))
    return float(NORMAL * influence.std(ddof=1) / np.sqrt(count))


def frechet_limit(real: Features, fake: Features, distance: float) -> float:
    """What a Fréchet distance tends to with ever more pictures on both sides.

    Its bias falls as one over their number (Chong and Forsyth 2020), so it is twice the distance less the mean of
    that between halves. Raises ValueError below four pictures a side.
    """
    halves = [(side[: len(side) // 2], side[len(side) // 2 :]) for side in (real, fake)]
    return 2 * distance - sum(frechet(*pair) for pair in zip(*halves, strict=True)) / 2


def kernel_confidence(real: Features, fake: Features) -> float:
    """± of a kernel distance: how far each drawn picture is alike the others and unlike the real ones, on the mean."""
    among = alike(fake, fake)
    np.fill_diagonal(among, 0)
    influence = 2 * (among.sum(axis=1) / (len(fake) - 1) - alike(real, fake).mean(axis=0))
    return float(NORMAL * influence.std(ddof=1) / np.sqrt(len(fake)))


def recall_confidence(real: Features, fake: Features) -> float:
    """± of a recall, from the real pictures that each drawn one covers alone (the jackknife, with its radius kept).

    Never below that of none: a few pictures more or less are always possible. It is some 30 % too wide (docs/speed.md).
    """
    covered = apart(real, fake) <= radii(fake, NEIGHBOURS)
    alone = covered[covered.sum(axis=1) == 1].sum(axis=0) / len(real)
    return max(float(of_left_out(alone)), of_share(0.0, len(real)))


def _transported(x: Matrix, y: Matrix) -> Matrix:
    """yᵀTy for each row of y [N], T taking the normal distribution with Σ2 = yᵀy to that with Σ1 = xᵀx.

    They sum to Tr √(Σ1Σ2), and are found as ``frechet`` finds that.
    """
    if len(x) * len(y) <= x.shape[1] ** 2:
        _, values, vectors = np.linalg.svd(x @ y.T, full_matrices=False)
        found: Matrix = np.square(vectors).T @ values
        return found
    values, vectors = np.linalg.eigh(x.T @ x)
    half = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    values, vectors = np.linalg.eigh(half @ (y.T @ y) @ half)
    sure = values > ROUNDING * values.max()
    found = np.square(y @ (half @ vectors[:, sure])) @ (1 / np.sqrt(values[sure]))
    return found
