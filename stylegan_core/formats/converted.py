"""What every converter returns, and the array turns they share: foreign tensors under this project's names."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import DAMAGE, shown
from stylegan_core.formats.shapes import check_tensors, discriminator_shapes
from stylegan_core.formats.weight_file import NetworkTree
from stylegan_core.networks.config import NetworkConfig

Floats = NDArray[np.float32]
State = dict[str, Array]


@dataclass(slots=True)
class Converted:
    """A foreign file in this project's terms: configuration, state dicts as numpy arrays, and what was found missing.

    ``generator`` lacks ``w_avg`` where the file does; ``discriminator`` is None where there is none that fits.
    ``draw_noise`` gives the noise maps of a port that stores none, when the network is built: no card needs them.
    """

    config: NetworkConfig
    generator: State
    discriminator: State | None = None
    level: int | None = None
    alpha: float = 1.0
    source: str = ""
    notes: list[str] = field(default_factory=list)
    draw_noise: Callable[[], State] | None = None

    def leave_out_discriminator(self, reason: RefusedFile | str) -> None:
        """Goes without a discriminator, and says why: the generator draws without it."""
        self.discriminator = None
        self.notes.append(f"Its discriminator is left out: {reason}.")


def add_discriminator(result: Converted, make: Callable[[], State]) -> None:
    """Converts a discriminator; one that does not fit leaves a note.

    `make` may change the configuration, which stays as it was where the discriminator is left out.
    """
    config = result.config
    try:
        state = make()
        check_tensors(state, discriminator_shapes(result.config), "discriminator")
        result.discriminator = state
    except DAMAGE as error:
        result.config = config
        result.leave_out_discriminator(error if isinstance(error, RefusedFile) else "it is damaged")


def conv(weight: Array, *, flip: bool = False) -> Array:
    """TensorFlow's [k, k, in, out] as [out, in, k, k], rotated by 180° where `flip`."""
    if weight.ndim != 4:
        raise RefusedFile(f"it holds a convolution with {weight.ndim} dimensions instead of 4: damaged")
    turned = weight.transpose(3, 2, 0, 1)
    return turned[:, :, ::-1, ::-1] if flip else turned


def dense(weight: Array) -> Array:
    """TensorFlow's [in, out] as [out, in]."""
    if weight.ndim != 2:
        raise RefusedFile(f"it holds a dense layer with {weight.ndim} dimensions instead of 2: damaged")
    return weight.T


def scaled(values: Array, factor: float) -> Floats:
    """The numbers times a factor, in float32."""
    return (values.astype(np.float64) * factor).astype(np.float32)


def need(tree: NetworkTree, name: str) -> Array:
    """A tensor the layout always has; raises RefusedFile naming it where it is absent."""
    found = tree.tensors.get(name)
    if found is None:
        raise RefusedFile(f"its network '{shown(tree.name)}' lacks {name!r}: incomplete, or of a layout not known here")
    return found


def size_of(tree: NetworkTree, name: str, axis: int) -> int:
    """One dimension of a tensor the layout always has."""
    found = need(tree, name)
    if found.ndim <= axis - (axis < 0):
        raise RefusedFile(f"its tensor {name!r} has the wrong number of dimensions: damaged")
    return int(found.shape[axis])


def resolution_of(resolutions: Sequence[int], name: str) -> int:
    """The largest of the resolutions found; raises RefusedFile where they are no chain from 4² up."""
    found = sorted(set(resolutions))
    if not found or len(found) > 11 or found != [4 << level for level in range(len(found))]:
        raise RefusedFile(f"its network '{shown(name)}' does not hold every resolution from 4² up: incomplete")
    return found[-1]


def fmaps(channels: Sequence[int]) -> dict[str, int]:
    """fmap_base and fmap_max that give these channels per level; raises RefusedFile where none do."""
    top = max(channels)
    narrow = [(level, count) for level, count in enumerate(channels) if count < top]
    base = max(count << (level + 1) for level, count in narrow) if narrow else top << len(channels)
    if [min(base >> (level + 1), top) for level in range(len(channels))] != list(channels):
        found = ", ".join(map(str, channels))
        raise RefusedFile(f"its channels per resolution ({found}) follow no rule that StyleGAN has")
    return {"fmap_base": base, "fmap_max": top}


def class_names(count: int) -> tuple[str, ...]:
    """Names for labels that a file only numbers."""
    if count > 10_000:
        raise RefusedFile(f"it claims {count:,} classes, more than any network has")
    return tuple(f"class {index}" for index in range(count))


def labels_of(tree: NetworkTree, name: str) -> tuple[str, ...]:
    """Names for the labels that an embedding has a row for each; none where there is no embedding."""
    return class_names(size_of(tree, name, 0) if name in tree else 0)


Fixed = Mapping[str, tuple[object, ...]]
"""Settings that change the arithmetic, and the values of them that are drawn here."""


def check_settings(tree: NetworkTree, fixed: Fixed) -> None:
    """Raises RefusedFile where a TensorFlow network, or a part of it, was made with other settings."""
    for options in (tree.options, tree.options_of("mapping"), tree.options_of("synthesis")):
        for name, allowed in fixed.items():
            if name in options and options[name] not in allowed:
                value = shown(repr(options[name]))
                raise RefusedFile(f"its network was made with {name}={value}, which is not drawn here")


def clamp_of(places: Iterable[Mapping[str, object]]) -> float:
    """Where networks trained in 16 bits cut their activations, from the settings of any parts; 0: nowhere."""
    found: set[float] = set()
    for options in places:
        value = options.get("conv_clamp")
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or not value > 0):
            raise RefusedFile("it says that its activations are cut, but not at a sensible value")
        if value is not None:
            found.add(float(value))
    if len(found) > 1:
        raise RefusedFile("its layers cut their activations at different values, which is not done here")
    return found.pop() if found else 0.0


def mbstd_group(tree: NetworkTree) -> int:
    """The minibatch group of a TensorFlow discriminator: 1 where it looks at single pictures."""
    group = tree.options.get("mbstd_group_size", 4)
    if not isinstance(group, int) or not 0 <= group <= 4096:
        raise RefusedFile("its minibatch group size is no sensible number")
    return max(int(group), 1)


def growth(lod: float, levels: int) -> tuple[int, float]:
    """(level, alpha) of a level of detail: 0 is full resolution, alpha the weight of the newest block."""
    if not (math.isfinite(lod) and 0 <= lod <= levels - 1):
        raise RefusedFile(f"its level of detail is {lod}, which no network of its size has")
    whole = math.floor(lod)
    return levels - 1 - whole, 1.0 - (lod - whole)


def scalar(value: Array | None) -> float:
    """A single number from an array of one, 0 where there is none; raises RefusedFile for more."""
    if value is None:
        return 0.0
    if value.size != 1:
        raise RefusedFile("it holds many numbers where one is expected: damaged")
    return float(value.reshape(()))


def configured(config: NetworkConfig | None = None, /, **values: object) -> NetworkConfig:
    """A configuration, or one changed, by what a file says; raises RefusedFile where that makes no network."""
    try:
        return replace(config or NetworkConfig(), **values)  # type: ignore[arg-type]
    except ValueError as error:
        raise RefusedFile(f"it describes no network that can exist ({str(error).rstrip('.')})") from None


def copied(tree: NetworkTree, theirs: str, ours: str) -> State:
    """The weight and the bias of a layer as they are, under our name for it; absent ones raise RefusedFile."""
    return {f"{ours}.{part}": need(tree, f"{theirs}.{part}") for part in ("weight", "bias")}


def biased(tree: NetworkTree, theirs: str, ours: str, *, bias: str = "") -> State:
    """A convolution and its bias, or that of the layer ``bias``, as they are; absent ones raise RefusedFile."""
    return {f"{ours}.conv.weight": need(tree, f"{theirs}.weight"), f"{ours}.bias": need(tree, f"{bias or theirs}.bias")}


def count(tree: NetworkTree, pattern: str) -> int:
    """How many tensors are named so: of as many layers, or resolutions."""
    rule = re.compile(pattern)
    return sum(rule.fullmatch(name) is not None for name in tree.tensors)


def first_of(networks: Mapping[str, NetworkTree], *names: str, mark: str) -> NetworkTree | None:
    """The first network that holds the tensor `mark`, those of the names given before all others."""
    preferred = (networks[name] for name in names if name in networks)
    return next((tree for tree in (*preferred, *networks.values()) if mark in tree), None)


def trained_levels(biases: Sequence[Array]) -> int:
    """How many levels a growing port has trained: those up to the last whose toRGB bias has left zero.

    Raises RefusedFile where there are no levels, or more than any network has.
    """
    if not 1 <= len(biases) <= 11:
        raise RefusedFile("it holds no sensible number of resolutions: incomplete or damaged")
    moved = [level for level, bias in enumerate(biases) if np.any(bias)]
    return (moved[-1] if moved else len(biases) - 1) + 1


def note_of_trained(levels: int, found: int) -> list[str]:
    """A note where levels were left out because training never reached them."""
    if levels == found:
        return []
    size, top = 4 << (levels - 1), 4 << (found - 1)
    return [f"It is built for {top}² but was trained up to {size}²; the untouched layers were left out."]


def noise_state(levels: int, *, shared: bool = False) -> State:
    """Fixed noise for ports that store none: a map a layer, or one a resolution where the port shares it."""
    random = np.random.RandomState(0)
    maps: list[Floats] = []
    for layer in range(2 * levels):
        size = 4 << (layer // 2)
        same = shared and layer % 2
        maps.append(maps[-1] if same else random.randn(1, 1, size, size).astype(np.float32))
    return {f"synthesis.layers.{at}.noise": noise for at, noise in enumerate(maps)}


NO_NOISE = "It stores no noise maps (its own code draws new ones every time); fixed random ones were added."
