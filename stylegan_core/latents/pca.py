"""PCA of W: the directions along which the faces of a model differ most (GANSpace, Härkönen et al. 2020, section 2)."""

import logging
import zipfile
from collections.abc import Generator
from pathlib import Path

import numpy as np

from stylegan_core.files.places import place
from stylegan_core.files.whole_file import write_whole
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Vector
from stylegan_core.w_samples import Floats, Mapped, oriented, sample_w

SAMPLES = 10_000
COUNT = 80
VERSION = 1
log = logging.getLogger(__name__)


def pca(
    model: Mapped, model_hash: str, count: int = COUNT, samples: int = SAMPLES
) -> Generator[float, None, tuple[Entry, ...]]:
    """Yields progress 0..1 and returns up to ``count`` directions, the one with the largest variance first.

    Sigma is the standard deviation of W along the direction, ``explained`` its share of the whole variance. The
    result is kept under the model's hash; a second call for the same model yields nothing and computes nothing.
    """
    path = cache_path(model_hash)
    kept = _read(path, model.w_dim, min(count, model.w_dim), samples)
    if kept is None:
        ws = yield from sample_w(model, samples)
        covariance = yield from _covariance(ws)
        kept = _components(covariance, min(COUNT, model.w_dim))
        _write(path, kept, samples)
    return _entries(*kept)[:count]


def cache_path(model_hash: str) -> Path:
    """The file that keeps the components of the model with this hash."""
    return place("caches") / f"pca-{model_hash}.npz"


def _covariance(ws: Floats) -> Generator[float, None, Floats]:
    """The covariance [w_dim, w_dim] of samples, summed in slices."""
    centred = ws - ws.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = np.zeros((ws.shape[1], ws.shape[1]), np.float64)
    for part in np.array_split(centred, max(1, len(ws) // 1000)):
        total += part.T @ part
        yield 1.0
    return np.asarray(total / max(len(ws) - 1, 1), np.float32)


def _components(covariance: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Vectors [count, w_dim], sigma [count] and explained share [count], largest first."""
    values, vectors = np.linalg.eigh(covariance)  # unlike scipy's, it lets other threads run meanwhile
    values = np.maximum(values[::-1][:count], 0.0)
    whole = max(float(np.trace(covariance)), 1e-12)
    found = np.stack([oriented(vector) for vector in vectors.T[::-1][:count]])
    return found, np.sqrt(values).astype(np.float32), (values / whole).astype(np.float32)


def _entries(vectors: Floats, sigmas: Floats, explained: Floats) -> tuple[Entry, ...]:
    return tuple(
        Entry(Direction(f"PCA {number}", Vector.of(vector), float(sigma)), "pca", number, explained=float(share))
        for number, (vector, sigma, share) in enumerate(zip(vectors, sigmas, explained, strict=True), start=1)
    )


def _write(path: Path, parts: tuple[Floats, Floats, Floats], samples: int) -> None:
    """Keeps the components; a full disk costs only the next start some seconds, so it is noted and no more."""
    vectors, sigmas, explained = parts
    head = np.array([VERSION, samples])
    try:
        write_whole(path, lambda file: np.savez(file, head=head, vectors=vectors, sigmas=sigmas, explained=explained))
    except OSError as error:
        log.warning("The principal components are not kept: %s", error)


def _read(path: Path, w_dim: int, least: int, samples: int) -> tuple[Floats, Floats, Floats] | None:
    """The kept components, or None where there are none, or others, or a damaged file."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            head = [int(part) for part in file["head"]]
            vectors, sigmas, explained = (
                np.asarray(file[name], np.float32) for name in ("vectors", "sigmas", "explained")
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.info("%s is damaged and computed anew: %s", path, error)
        return None
    shapes_fit = vectors.shape == (len(sigmas), w_dim) and sigmas.shape == explained.shape and len(sigmas) >= least
    finite = all(np.isfinite(part).all() for part in (vectors, sigmas, explained))
    return (vectors, sigmas, explained) if head == [VERSION, samples] and shapes_fit and finite else None
