"""Losses and what regularises them: R1, R2, WGAN's gradient penalty, path length (paper, appendix C; spec-core 4)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks.layers import downsample, upsample
from stylegan_core.networks.skipping import gradients_of_inputs

Shares = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Loss:
    """The means over scores [N, 1] that the discriminator sees for fakes and for reals, and the generator for fakes."""

    d_fake: Shares
    d_real: Shares
    g: Shares


def fake_loss(scores: Tensor) -> Tensor:
    """The discriminator's share for fakes: mean softplus(D(fake)), scores [N, 1] as logits."""
    return F.softplus(scores).mean()


def real_loss(scores: Tensor) -> Tensor:
    """The discriminator's share for reals: mean softplus(−D(real))."""
    return F.softplus(-scores).mean()


def generator_loss(scores: Tensor) -> Tensor:
    """Non-saturating: mean softplus(−D(fake))."""
    return F.softplus(-scores).mean()


LOSSES: dict[str, Loss] = {
    "logistic": Loss(fake_loss, real_loss, generator_loss),
    "saturating": Loss(fake_loss, real_loss, lambda scores: -F.softplus(scores).mean()),
    "wgan": Loss(torch.mean, lambda scores: -scores.mean(), lambda scores: -scores.mean()),
    "hinge": Loss(
        lambda scores: F.relu(1 + scores).mean(),
        lambda scores: F.relu(1 - scores).mean(),
        lambda scores: -scores.mean(),
    ),
}


def r1_penalty(scores: Tensor, reals: Tensor) -> Tensor:
    """Mean over the batch of Σ (∂ΣD/∂real)² at the working resolution, differentiable; without weight.

    The gradient is of the sum of logits, not of the loss (spec-core 4).
    """
    with gradients_of_inputs():
        (gradient,) = torch.autograd.grad(scores.sum(), reals, create_graph=True)
    return gradient.float().square().sum(dim=(1, 2, 3)).mean()


def gradient_penalty(scores_of: Shares, reals: Tensor, fakes: Tensor, place: Tensor, levels_below: int) -> Tensor:
    """Mean of (‖∂D/∂x̂‖ − 1)² at x̂ = real + place·(fake − real), ``place`` [N, 1, 1, 1] from 0 to 1; without weight.

    The norm is 2^−k of the native one k levels below full resolution, as the official code sees it (spec-core 4).
    """
    mixed = torch.lerp(reals, fakes, place).detach().requires_grad_()
    scores = scores_of(mixed)
    with gradients_of_inputs():
        (gradient,) = torch.autograd.grad(scores.sum(), mixed, create_graph=True)
    norm = gradient.float().square().sum(dim=(1, 2, 3)).sqrt() * 2.0**-levels_below
    return (norm - 1).square().mean()


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """‖Jᵀ y‖ of each picture [N]: √ of the mean over layers of Σ (∂Σ(image·y)/∂w)², differentiable (StyleGAN2, 3.2).

    ``images`` [N, 3, H, W] were drawn from ``ws`` [N, layers, w_dim]; ``noise`` is y·√(HW), standard normal.
    """
    size = (images.shape[2] * images.shape[3]) ** 0.5
    with gradients_of_inputs():
        (gradient,) = torch.autograd.grad((images * noise).sum() / size, ws, create_graph=True)
    return gradient.float().square().sum(dim=2).mean(dim=1).sqrt()


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
