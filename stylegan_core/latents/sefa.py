"""SeFa: the directions the style affines amplify most, without sampling pictures (Shen and Zhou 2021, equation 8)."""

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np

from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Vector
from stylegan_core.w_samples import Floats, Mapped, oriented, sample_w, spread

SAMPLES = 2000  # only to express one sigma of each direction
COUNT = 80


def style_affines(model: Any) -> list[Floats]:
    """The weight [outputs, w_dim] of what w enters: every layer's style affine, in order, StyleGAN3's input first.

    In a network without styles it is the first layer alone, of which each output pixel counts as one output (Shen and
    Zhou 2021, section 3.3, do so with PGGAN).
    """
    synthesis = model.generator.synthesis
    layers = [*([synthesis.input] if hasattr(synthesis, "input") else []), *synthesis.layers]
    affines = [layer.affine.weight for layer in layers if getattr(layer, "affine", None) is not None]
    if not affines and layers and getattr(layers[0], "dense", None) is not None:
        affines = [layers[0].dense.weight]
    elif not affines and layers and getattr(layers[0], "weight", None) is not None:
        affines = [layers[0].weight.flatten(1).T]  # transposed convolution: [w_dim, outputs, 4, 4]
    return [weight.detach().float().cpu().numpy() for weight in affines]


def sefa(model: Mapped, first: int = 0, last: int | None = None) -> Generator[float, None, tuple[Entry, ...]]:
    """Yields progress 0..1 and returns up to COUNT directions for the layers first..last, strongest first.

    They are the eigenvectors of A^T A, A being the affine weights of those layers stacked, every output channel
    scaled to length one. ``explained`` is the share of the eigenvalue. Sigma comes from samples of W.
    Raises ValueError where the range holds no layer.
    """
    affines = style_affines(model)[first : None if last is None else last + 1]
    if not affines:
        raise ValueError("These layers have no style affines to factorise: choose a range inside the network.")
    ws = yield from sample_w(model, SAMPLES)
    vectors, shares = factorise(affines, min(COUNT, model.w_dim))
    where = "" if first == 0 and last is None else f" {first}–{len(affines) + first - 1}"
    return tuple(
        Entry(
            Direction(f"SeFa{where} {number}", Vector.of(vector), spread(ws, vector)),
            "sefa",
            number,
            explained=float(share),
            first=first,
            last=last,
        )
        for number, (vector, share) in enumerate(zip(vectors, shares, strict=True), start=1)
    )


def factorise(affines: Sequence[Floats], count: int) -> tuple[Floats, Floats]:
    """Unit vectors [count, w_dim] and their share of the eigenvalues [count], largest first."""
    stacked = np.concatenate([np.asarray(affine, np.float32) for affine in affines])
    stacked = stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-12)
    product = stacked.T @ stacked
    values, vectors = np.linalg.eigh(product)  # unlike scipy's, it lets other threads run meanwhile
    shares = np.maximum(values[::-1][:count], 0.0) / max(float(np.trace(product)), 1e-12)
    return np.stack([oriented(vector) for vector in vectors.T[::-1][:count]]), shares.astype(np.float32)
