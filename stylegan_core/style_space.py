"""How widely w spreads, and the style space: the numbers that w becomes, each of which scales one feature map.

"StyleSpace Analysis: Disentangled Controls for StyleGAN Image Generation" (Wu, Lischinski and Shechtman 2021,
arXiv 2011.12799) finds these numbers, S, less entangled than W and W+. What counts as one here: in StyleGAN v1 the
scale of each map that leaves a layer (the first half of its AdaIN; the shifts are left alone), in StyleGAN2 and 3 the
scale of each map that enters a convolution. The numbers of toRGB layers are left out, as the paper does where it looks
for local controls: they tint what one resolution adds to the picture, and nothing after them hears of it.
"""

import numpy as np
import torch
from torch import Tensor

from stylegan_core.model import Model
from stylegan_core.steps import run_through
from stylegan_core.w_samples import Floats, sample_w

SAMPLES = 1000  # of W, to learn how it spreads


def style_sigmas(model: Model) -> tuple[Tensor, ...]:
    """The standard deviation [C] of each number over random w of one class, for every style layer; [0] without any.

    They come from the affines alone: the spread of 1000 w, always the same ones, goes through each. Computed once for
    a model; empty where it has no styles.
    """
    kept = model.derived.get("style sigmas")
    if not isinstance(kept, tuple):
        with torch.inference_mode(False), torch.no_grad():
            scales = model.generator.synthesis.scales()
            spread = spread_of_w(model).clone() if scales else torch.empty(0)
            kept = tuple((spread @ each.T).norm(dim=0) for each in scales)
        model.derived["style sigmas"] = kept
    return kept


def spread_of_w(model: Model) -> Tensor:
    """How the styles of one class spread [n, w_dim]: normal numbers [n] times it are as far apart as w are.

    Networks without styles move their code, which is normal itself; a label's part of it stays.
    """
    if not model.info.capabilities.styles:
        return torch.eye(model.z_dim, model.w_dim, device=model.device)
    kept = model.derived.get("spread of w")
    if not isinstance(kept, Tensor):
        kept = model.derived["spread of w"] = torch.from_numpy(_spread(model)).to(model.device)
    return kept


def _spread(model: Model) -> Floats:
    ws, classes = run_through(sample_w(model, SAMPLES)).astype(np.float64), max(len(model.classes), 1)
    for each in range(classes):  # they take turns
        ws[each::classes] -= ws[each::classes].mean(axis=0)
    values, vectors = np.linalg.eigh(ws.T @ ws / len(ws))
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T, np.float32)
