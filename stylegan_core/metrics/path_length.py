"""PPL-E: how far a picture moves, in features, for a tiny step in W (paper, section 4.1; spec-core 6)."""

import numpy as np
import numpy.typing as npt
import torch

from stylegan_core.confidence import of_mean
from stylegan_core.metrics.features import Extractor, Progress
from stylegan_core.metrics.samples import codes
from stylegan_core.model import Model

EPSILON = 1e-4
LOWER, UPPER = 1, 99
BATCH = 16
Lengths = npt.NDArray[np.float64]


def path_length(lengths: Lengths) -> tuple[float, float]:
    """Their mean without the outer 1 % on either side, and its ±, as Tukey and McLaughlin (1963) have it.

    A percentile between two pairs is that of the outer one (spec-core 6). Not comparable with the paper's, which uses
    VGG-LPIPS.
    """
    low, high = np.percentile(lengths, LOWER, method="lower"), np.percentile(lengths, UPPER, method="higher")
    inner = (lengths >= low) & (lengths <= high)
    confidence = of_mean(lengths.clip(low, high)) / inner.mean()
    return float(lengths[inner].mean()), float(confidence)


@torch.inference_mode()
def path_lengths(
    model: Model, extractor: Extractor, count: int, seed: int, progress: Progress | None = None
) -> Lengths:
    """Squared feature distances / ε² between w(t) and w(t + ε) [count], t ~ U(0, 1) ("full" in W).

    Stored noise, untruncated, no crop.
    """
    draw = torch.Generator().manual_seed(seed)
    found: list[float] = []
    while len(found) < count:
        size = min(BATCH, count - len(found))
        first, second = (model.mapping(*codes(model, size, draw)) for _ in range(2))
        t = torch.rand(size, 1, generator=draw).to(first)
        pictures = [
            model.synthesis(torch.lerp(first, second, at)[:, None].expand(-1, model.num_layers, -1)) * 127.5 + 128
            for at in (t, t + EPSILON)
        ]
        a, b = (extractor.pooled(picture).cpu().double() for picture in pictures)  # Apple's GPUs have no float64
        found.extend(((a - b).square().sum(dim=1) / EPSILON**2).tolist())
        if progress:
            progress(len(found) / count)
    return np.array(found)
