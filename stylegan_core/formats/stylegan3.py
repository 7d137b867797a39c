"""NVIDIA's StyleGAN3 networks, configurations T and R, as pickles or state dicts."""

import math
import re

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import listed, shown
from stylegan_core.formats.stylegan2_ada import check_activations, less_one, mapping_sizes, mapping_state
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.bandlimits import LAYERS, bandlimits
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.resampling import LowPass
from stylegan_core.networks.stylegan3 import OUTPUT_SCALE, activation_of

CLAMP = 256.0  # where activations are cut, if the file does not say
_LAYER = re.compile(r"synthesis\.(L(\d{1,2})_(\d{1,5})_(\d{1,5}))\.weight")


def convert(file: WeightFile) -> Converted:
    """The averaged generator (G_ema, else G)."""
    tree = turn.first_of(file.networks, "G_ema", "G", "g_ema", "", mark="synthesis.input.freqs")
    if tree is None:
        raise RefusedFile("it holds no whole StyleGAN3 generator, only " + listed(file.networks))
    names = _layer_names(tree)
    config = _configuration(tree, names)
    _check_filters(tree, names, config)
    result = Converted(config, _generator_state(tree, names, config), source=tree.name)
    if "D" in file.networks:
        result.leave_out_discriminator("StyleGAN3 is drawn here, not trained")
    return result


def _layer_names(tree: NetworkTree) -> list[str]:
    """The layers in their order, by the names they have in the file: L0_36_512, L1_36_512, ..."""
    found = {int(match[2]): match[1] for name in tree.tensors if (match := _LAYER.fullmatch(name))}
    if sorted(found) != list(range(LAYERS + 1)):
        raise RefusedFile(f"it has {len(found)} layers where StyleGAN3 has {LAYERS + 1}: incomplete or damaged")
    return [found[index] for index in range(LAYERS + 1)]


def _configuration(tree: NetworkTree, names: list[str]) -> NetworkConfig:
    """Sizes from names and shapes; raises RefusedFile where they are not those of StyleGAN3."""
    check_activations(tree)
    for part in ("", "synthesis", "synthesis_kwargs"):
        options = tree.options_of(part) if part else tree.options
        if options.get("output_scale", OUTPUT_SCALE) != OUTPUT_SCALE:
            raise RefusedFile("it scales its pictures by another number than 0.25, which is not drawn here")
    resolution = int(names[-1].split("_")[1])
    channels = [int(name.split("_")[2]) for name in names[:-1]]
    config = turn.configured(
        architecture="stylegan3",
        resolution=resolution,
        fmap_base=_base(channels, resolution),
        fmap_max=max(*channels, 1),
        **mapping_sizes(tree),
        w_dim=turn.size_of(tree, f"synthesis.{names[0]}.affine.weight", 1),
        activation_clamp=_clamp(tree, names),
        rotation=turn.size_of(tree, f"synthesis.{names[0]}.weight", 2) == 1,
    )
    limits = bandlimits(resolution, config.fmap_base, config.fmap_max)
    expected = [f"L{index}_{limit.size}_{limit.channels}" for index, limit in enumerate(limits)]
    if names != expected:
        other, usual = next((a, b) for a, b in zip(names, expected, strict=True) if a != b)
        raise RefusedFile(f"its layer {other} would be {usual} in StyleGAN3: it divides the frequencies otherwise")
    return config


def _base(channels: list[int], resolution: int) -> int:
    """The fmap_base that gives these channels, the roundest of several; some near one where there is none."""
    if not 4 <= resolution <= 1 << 12 or resolution & (resolution - 1):
        raise RefusedFile(f"it draws {resolution}² pictures, and only powers of two are drawn here")
    most, cutoffs = max(channels), [limit.cutoff for limit in bandlimits(resolution, 1, 1)]
    narrow = [(count, cutoff) for count, cutoff in zip(channels, cutoffs, strict=False) if count < most]
    if not narrow:
        return max(1, math.ceil(most * cutoffs[-1]))
    low = math.ceil(max((count - 0.5) * cutoff for count, cutoff in narrow))
    high = math.floor(min((count + 0.5) * cutoff for count, cutoff in narrow))
    for step in (1 << power for power in range(16, -1, -1)):
        for base in range(-(-low // step) * step, high + 1, step):
            if [limit.channels for limit in bandlimits(resolution, base, most)[:-1]] == channels:
                return base
    return max(1, low)


def _clamp(tree: NetworkTree, names: list[str]) -> float:
    places = [tree.options_of(part) for part in ("synthesis", "synthesis_kwargs", *(f"synthesis.{n}" for n in names))]
    said = [options for options in (tree.options, *places) if "conv_clamp" in options]
    return turn.clamp_of(said) if said else CLAMP


def _check_filters(tree: NetworkTree, names: list[str], config: NetworkConfig) -> None:
    """Raises RefusedFile where a layer changes its rate by other filters than those its configuration has."""
    for index, name in enumerate(names):
        activation = activation_of(config, index)
        for part, usual in (("up", activation.enlarging.low_pass), ("down", activation.reducing.low_pass)):
            values = tree.tensors.get(f"synthesis.{name}.{part}_filter")
            if values is not None and not _same(values, usual):
                raise RefusedFile(f"its layer {shown(name)} has other filters than StyleGAN3's T and R")


def _same(values: Array, usual: LowPass) -> bool:
    expected = usual.values()
    return usual.taps > 1 and values.shape == expected.shape and bool(np.allclose(values, expected, atol=1e-5))


def _generator_state(tree: NetworkTree, names: list[str], config: NetworkConfig) -> State:
    state = mapping_state(tree, config)
    for part in ("weight", "affine.weight", "affine.bias", "transform", "freqs", "phases"):
        state[f"synthesis.input.{part}"] = turn.need(tree, f"synthesis.input.{part}")
    for index, name in enumerate(names):
        theirs, ours = f"synthesis.{name}.", f"synthesis.layers.{index}."
        for part in ("weight", "bias", "magnitude_ema", "affine.weight"):
            state[ours + part] = turn.need(tree, theirs + part)
        state[ours + "affine.bias"] = less_one(turn.need(tree, theirs + "affine.bias"))
    return state
