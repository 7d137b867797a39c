"""Spectral normalisation of a discriminator (Miyato et al. 2018): every weight is divided by its largest stretch."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from stylegan_core.networks.layers import EqualizedConv, EqualizedLinear


def normalise_spectrally(network: nn.Module) -> None:
    """Makes every weight of a network have spectral norm 1, by one power iteration each forward in training.

    The equalised scale is dropped (set to 1): it would only undo what the norm decides.
    """
    for module in list(network.modules()):
        weight = getattr(module, "weight", None)
        if isinstance(module, nn.BatchNorm2d) or not isinstance(weight, nn.Parameter):
            continue
        if isinstance(module, EqualizedConv | EqualizedLinear):
            module.scale = 1.0
        spectral_norm(module)
