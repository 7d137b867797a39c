"""Two networks that began as one, blended part by part: such as the shapes of one with the colours of the other.

After Pinkney and Adler, "Resolution Dependent GAN Interpolation for Controllable Image Synthesis Between Domains"
(2020): where one network was trained on from the other, weights between the two draw pictures between the two.
"""

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from stylegan_core.blend_amounts import Amounts
from stylegan_core.formats.own_view import view_own
from stylegan_core.formats.sentences import naming
from stylegan_core.model import Model, drawable_file
from stylegan_core.networks.config import NetworkConfig

FREE = ("classes", "fmap_base", "fmap_max", "mbstd_group", "d_norm")  # shapes tell, or the discriminator's alone


@dataclass(frozen=True, slots=True)
class Build:
    """What decides whether two networks blend: how they are built, how far they have grown, the shapes of tensors."""

    name: str
    config: NetworkConfig
    grown: tuple[int, float]  # level and alpha
    sizes: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, model: Model) -> Self:
        """That of a network in memory."""
        sizes = {name: tuple(tensor.shape) for name, tensor in model.generator.state_dict().items()}
        return cls(model.info.name, model.config, model.state(None, None), sizes)

    @classmethod
    def of_file(cls, path: Path) -> Self | None:
        """That of this project's own file, or of a run's newest snapshot, without reading its weights.

        None for other people's files: what they hold is known once they are read. Raises OSError or ValueError.
        """
        file = drawable_file(path)
        with naming(file):
            found = view_own(file)
        if found is None:
            return None
        sizes = {name: tuple(array.shape) for name, array in found.part("generator.").items()}
        return cls(found.facts.name, found.config, (found.facts.level, found.facts.alpha), sizes)

    def check_alike(self, other: "Build") -> None:
        """Raises ValueError, in one sentence, where two networks do not have the same layers, grown as far."""
        both = f"{self.name} and {other.name}"
        ones, others = self.config.to_dict(), other.config.to_dict()
        for name in ones:
            if name not in FREE and ones[name] != others[name]:
                raise ValueError(
                    f"{both} are built differently ({name} is {ones[name]} in one and {others[name]} in the other): "
                    "only models of the same kind and size blend."
                )
        if self.grown != other.grown:
            raise ValueError(f"{both} have not grown as far: train both to the same resolution first.")
        if self.sizes != other.sizes:
            raise ValueError(
                f"{both} have layers of different widths or other classes: only models of the same size blend."
            )


def check_alike(first: Model, second: Model) -> None:
    """Raises ValueError, in one sentence, where two networks do not have the same layers, grown as far."""
    Build.of(first).check_alike(Build.of(second))


def may_blend(first: Build, path: Path) -> bool:
    """Whether the network of a file may blend with one; True also where only reading all of it would tell."""
    try:
        other = Build.of_file(path)
    except (OSError, ValueError):
        return True  # who chooses it hears what is wrong with it
    try:
        if other is not None:
            first.check_alike(other)
    except ValueError:
        return False
    return True


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
