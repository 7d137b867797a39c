"""The style space: the numbers that scale single feature maps, and how widely each of them spreads.

"StyleSpace Analysis: Disentangled Controls for StyleGAN Image Generation" (Wu, Lischinski and Shechtman 2021,
arXiv 2011.12799) finds these numbers, S, less entangled than W and W+. What counts as one here: in StyleGAN v1 the
scale of each map that leaves a layer (the first half of its AdaIN; the shifts are left alone), in StyleGAN2 and 3 the
scale of each map that enters a convolution. The numbers of toRGB layers are left out, as the paper does where it looks
for local controls: they tint what one resolution adds to the picture, and nothing after them hears of it.
"""

import torch
from torch import Tensor

from stylegan_core.latents.spread import spread_of_w
from stylegan_core.model import Model


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
