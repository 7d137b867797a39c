"""Two networks that began as one, blended part by part: such as the shapes of one with the colours of the other.

After Pinkney and Adler, "Resolution Dependent GAN Interpolation for Controllable Image Synthesis Between Domains"
(2020): where one network was trained on from the other, weights between the two draw pictures between the two.
"""

import copy
import math

import torch
from torch import Tensor

from stylegan_core.blend_amounts import Amounts
from stylegan_core.model import Model
from stylegan_core.networks.config import NetworkConfig

FREE = ("classes", "fmap_base", "fmap_max", "mbstd_group", "d_norm")  # shapes tell, or the discriminator's alone


def check_alike(first: Model, second: Model) -> None:
    """Raises ValueError, in one sentence, where two networks do not have the same layers, grown as far."""
    ones, others = first.config.to_dict(), second.config.to_dict()
    for name in ones:
        if name not in FREE and ones[name] != others[name]:
            raise ValueError(
                f"{first.info.name} and {second.info.name} are built differently ({name} is {ones[name]} in one and "
                f"{others[name]} in the other): only networks of the same kind and size blend."
            )
    if first.state(None, None) != second.state(None, None):
        raise ValueError(
            f"{first.info.name} and {second.info.name} have not grown as far: train both to the same resolution first."
        )
    sizes, other_sizes = (
        {name: tuple(tensor.shape) for name, tensor in model.generator.state_dict().items()}
        for model in (first, second)
    )
    if sizes != other_sizes:
        raise ValueError(
            f"{first.info.name} and {second.info.name} have layers of different widths or other classes: only networks "
            "of the same size blend."
        )


def kinship(first: Model, second: Model) -> float:
    """The cosine between the convolutions of two networks of the same shape, -1 to 1.

    1: the same; 0.99: one was trained on from the other for some thousand images. About 0: trained apart from other
    beginnings; 0.64: avatars-32 and config-f, which began with the same random weights, and nothing lies between them.
    """
    product = one = other = 0.0
    theirs = second.generator.state_dict()
    for name, tensor in first.generator.state_dict().items():
        if tensor.ndim == 4 and name.startswith("synthesis.") and not _own(name):
            mine, its = tensor.double().flatten(), theirs[name].to(tensor.device).double().flatten()
            product += float(mine @ its)
            one += float(mine @ mine)
            other += float(its @ its)
    return product / math.sqrt(one * other) if one and other else 0.0


def blend(first: Model, second: Model, amounts: Amounts, name: str = "") -> Model:
    """A model between two, on the first one's device; drawn noise and classes are the first's. Raises ValueError.

    The same seed draws the same person in it as far as the mapping is the first's.
    """
    check_alike(first, second)
    generator = copy.deepcopy(first.generator)
    theirs = second.generator.state_dict()
    with torch.no_grad():
        for key, tensor in generator.state_dict().items():  # whose tensors are the generator's own
            if tensor.is_floating_point() and not _own(key):
                amount = amounts.at(resolution_of(key, first.config), first.resolution)
                tensor.copy_(_between(tensor, theirs[key].to(tensor.device), amount))
    origin = f"A blend of {first.info.name} ({first.info.hash[:12]}) with {amounts} of {second.info.name} "
    return Model(
        generator,
        name=name or f"{first.info.name}+{second.info.name}",
        level=first.level,
        alpha=first.alpha,
        origin=f"{origin}({second.info.hash[:12]}).",
        notes=tuple(dict.fromkeys((*first.info.notes, *second.info.notes))),
    )


def resolution_of(key: str, config: NetworkConfig) -> int | None:
    """The side at which a generator's tensor of this name works; None for the mapping network and the mean w."""
    kind, _, rest = key.partition(".")
    if kind != "synthesis":
        return None
    part, _, number = rest.partition(".")
    number = number.partition(".")[0]
    if part == "to_rgb":
        return min(4 << int(number), config.resolution)
    if part != "layers":
        return 4  # a constant, or StyleGAN3's waves
    layer = int(number)
    if config.architecture == "stylegan3":
        return config.layer_resolutions[min(layer + 1, config.num_layers - 1)]  # the first style is the input's
    if config.architecture == "dcgan":
        return 4 << layer
    if config.architecture in ("stylegan2", "stylegan2-growing"):
        return 4 << (layer + 1) // 2  # one at 4², two at each after it
    return 4 << layer // 2


def _own(name: str) -> bool:
    """What stays the first network's: maps of noise, which lose contrast where two are mixed."""
    return name.endswith(".noise")


def _between(mine: Tensor, its: Tensor, amount: float) -> Tensor:
    """Both ends exactly."""
    if amount in (0.0, 1.0):
        return its if amount else mine
    return torch.lerp(mine, its, amount)
