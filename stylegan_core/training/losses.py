"""Losses: non-saturating logistic and R1 (paper, appendix C; spec-core 4)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks.layers import downsample, upsample


def fake_loss(scores: Tensor) -> Tensor:
    """The discriminator's share for fakes: mean softplus(D(fake)), scores [N, 1] as logits."""
    return F.softplus(scores).mean()


def real_loss(scores: Tensor) -> Tensor:
    """The discriminator's share for reals: mean softplus(−D(real))."""
    return F.softplus(-scores).mean()


def generator_loss(scores: Tensor) -> Tensor:
    """Non-saturating: mean softplus(−D(fake))."""
    return F.softplus(-scores).mean()


def r1_penalty(scores: Tensor, reals: Tensor) -> Tensor:
    """Mean over the batch of Σ (∂ΣD/∂real)² at the working resolution, differentiable; without weight.

    The gradient is of the sum of logits, not of the loss (spec-core 4).
    """
    (gradient,) = torch.autograd.grad(scores.sum(), reals, create_graph=True)
    return gradient.float().square().sum(dim=(1, 2, 3)).mean()


def r1_weight(gamma: float, levels_below: int) -> float:
    """What R1 at a working resolution is multiplied by: γ/2 at full resolution, a quarter for each level below.

    The official code sees reals enlarged to the full resolution, whose gradients are 4^−k of the native ones each.
    """
    return gamma / 2 * 4.0**-levels_below


def fade_reals(reals: Tensor, alpha: float) -> Tensor:
    """Real pictures blended as the generator blends its own: alpha of themselves, the rest of one level below."""
    return torch.lerp(upsample(downsample(reals)), reals, alpha) if alpha < 1 else reals


def as_float(pixels: Tensor) -> Tensor:
    """uint8 0…255 -> float32 −1…1."""
    return pixels.float() * (2 / 255) - 1
