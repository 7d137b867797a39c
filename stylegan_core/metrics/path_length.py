"""PPL-E: how far a picture moves, in features, for a tiny step in W (paper, section 4.1; spec-core 6)."""

import numpy as np
import torch

from stylegan_core.metrics.features import Extractor, Progress
from stylegan_core.metrics.samples import codes
from stylegan_core.model import Model

EPSILON = 1e-4
LOWER, UPPER = 1, 99
BATCH = 16


@torch.inference_mode()
def path_length(model: Model, extractor: Extractor, count: int, seed: int, progress: Progress | None = None) -> float:
    """Mean squared feature distance / ε² between w(t) and w(t + ε), t ~ U(0, 1) ("full" in W), without the outer 1 %.

    A percentile between two pairs is that of the outer one (spec-core 6). Stored noise, untruncated, no crop. Not
    comparable with the paper's, which uses VGG-LPIPS.
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
    values = np.array(found)
    low, high = np.percentile(values, LOWER, method="lower"), np.percentile(values, UPPER, method="higher")
    return float(values[(values >= low) & (values <= high)].mean())
