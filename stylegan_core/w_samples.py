"""Samples: many w of one model, drawn in short slices, and how far they spread along a direction."""

import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from stylegan_core.recipe import Vector

if TYPE_CHECKING:
    import torch

BLOCK = 64  # z that are mapped at once, always: products of matrices round by how many rows they have
SLICE = 0.02  # seconds of work between two progress reports; the engine may draw a picture in between
Floats = npt.NDArray[np.float32]
Working = Generator[float, None, Floats]


class Mapped(Protocol):
    """What sampling needs of a model: its sizes, classes and mapping network."""

    @property
    def z_dim(self) -> int:
        """The width of z."""

    @property
    def w_dim(self) -> int:
        """The width of w."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes, empty where the network is unconditional."""

    def mapping(self, z: "torch.Tensor", labels: "torch.Tensor | None" = None) -> "torch.Tensor":
        """[N, z_dim] -> [N, w_dim], float32."""


def sample_w(model: Mapped, count: int, seed: int = 0) -> Working:
    """Yields progress 0..1 and returns [count, w_dim] float32: w of ``count`` random z, always the same ones.

    A network with classes is sampled evenly over them. A slice is as many blocks as take 20 ms; the numbers do not
    depend on it.
    """
    import torch

    random = np.random.RandomState(seed)
    z = random.randn(count, model.z_dim).astype(np.float32)
    labels = np.eye(max(len(model.classes), 1), dtype=np.float32)[np.arange(count) % max(len(model.classes), 1)]
    made, told = np.empty((count, model.w_dim), np.float32), time.perf_counter()
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        with torch.inference_mode():
            part = torch.from_numpy(z[start:end])
            w = model.mapping(part, torch.from_numpy(labels[start:end])) if model.classes else model.mapping(part)
        made[start:end] = w.float().cpu().numpy()
        if end == count or time.perf_counter() - told >= SLICE:
            yield end / count
            told = time.perf_counter()
    return made


def oriented(vector: Floats) -> Floats:
    """The unit vector with the sign that makes its largest component positive, so that every machine agrees."""
    unit = vector / max(float(np.linalg.norm(vector)), 1e-12)
    largest = int(np.argmax(np.abs(unit) > np.abs(unit).max() * 0.999))  # near-ties: the first of them decides
    return np.asarray(unit if unit[largest] > 0 else -unit, np.float32)


def spread(ws: Floats, vector: Floats) -> float:
    """The standard deviation of samples [N, w_dim] along a unit vector: one sigma of its slider."""
    return float(np.std(ws @ vector, dtype=np.float64))


def without(vector: Floats, others: tuple[Vector, ...]) -> Floats:
    """``vector`` with everything along ``others`` projected off, so that moving along it leaves those unchanged.

    Raises ValueError where nothing of it remains.
    """
    if not others:
        return vector
    basis, _ = np.linalg.qr(np.stack([other.array for other in others], axis=1).astype(np.float64))
    rest = vector.astype(np.float64) - basis @ (basis.T @ vector)
    if np.linalg.norm(rest) < 1e-3 * np.linalg.norm(vector):
        raise ValueError("Nothing of this direction remains beside those it should leave unchanged: choose fewer.")
    return rest.astype(np.float32)
