"""lucidrains' stylegan2-pytorch: {'GAN': state dict, 'version'}; pictures from 0 to 1, plain He weights (its code)."""

import math
import re
from functools import partial

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

LRMUL = 0.1
"""Its usual multiplier of the mapping, which its files do not hold."""
OURS = 0.01

_NOTES = (
    "Its mapping's learning rate multiplier is not in the file; 0.1, the usual one, is taken.",
    "Its discriminator is built differently from StyleGAN2's; it is left out.",
    "It stores no noise map (its own code draws a new one every time); a fixed random one was added.",
)


def convert(file: WeightFile) -> Converted:
    """The averaged mapping and generator (SE, GE), else the live ones (S, G)."""
    tree = next((net for net in file.networks.values() if _has(net, r"GE?\.blocks\.0\.")), None)
    if tree is None:
        raise RefusedFile("it holds no generator of lucidrains' StyleGAN2")
    mapping, blocks = ("SE.net", "GE") if _has(tree, r"GE\.blocks\.0\.") else ("S.net", "G")
    _refuse_variants(tree, blocks)
    levels = turn.count(tree, rf"{blocks}\.blocks\.\d+\.conv1\.weight")
    config = configuration(tree, mapping, blocks, levels)
    state, noise = generator_state(tree, config, mapping, blocks), partial(noise_state, config)
    return Converted(config, state, source=blocks, notes=list(_NOTES), draw_noise=noise)


def _has(tree: NetworkTree, pattern: str) -> bool:
    rule = re.compile(pattern)
    return any(rule.match(name) for name in tree.tensors)


def _refuse_variants(tree: NetworkTree, blocks: str) -> None:
    if _has(tree, rf"{blocks}\.attns\.\d"):
        raise RefusedFile("its generator has attention layers, which are not drawn here")
    if f"{blocks}.initial_block" not in tree:
        raise RefusedFile("its generator has no constant input, which is not drawn here")
    if turn.size_of(tree, f"{blocks}.blocks.0.to_rgb.conv.weight", 0) != 3:
        raise RefusedFile("its pictures are transparent, which is not drawn here")
    if f"{blocks}.initial_conv.weight" not in tree:
        raise RefusedFile("it was made by a version of lucidrains' code from before 1.0, which drew in another way")


def configuration(tree: NetworkTree, mapping: str, blocks: str, levels: int) -> NetworkConfig:
    """Sizes from the shapes."""
    if not 1 <= levels <= 11:
        raise RefusedFile("it holds no sensible number of resolutions: damaged")
    channels = [turn.size_of(tree, f"{blocks}.blocks.{at}.conv2.weight", 0) for at in range(levels)]
    layers = turn.count(tree, rf"{mapping}\.\d+\.weight")
    width = turn.size_of(tree, f"{mapping}.0.weight", 1)
    return turn.configured(
        architecture="lucidrains",
        resolution=4 << (levels - 1),
        **turn.fmaps(channels),
        z_dim=width,
        w_dim=width,
        mapping_layers=layers,
        mapping_width=width,
    )


def generator_state(tree: NetworkTree, config: NetworkConfig, mapping: str, blocks: str) -> State:
    """The generator's tensors: weights times √fan_in, which drawing divides by; the first convolution done already."""
    state: State = {"synthesis.const": _first_features(tree, blocks)}
    for index in range(config.mapping_layers):
        state |= _dense(tree, f"{mapping}.{2 * index}.", f"mapping.layers.{index}.", config, first=index == 0)
    for index in range(2 * config.levels):
        level, second = divmod(index, 2)
        theirs, number = f"{blocks}.blocks.{level}.", second + 1
        ours = f"synthesis.layers.{index}."
        state |= _styled(tree, f"{theirs}conv{number}.weight", f"{theirs}to_style{number}.", ours)
        state[ours + "bias"] = turn.need(tree, f"{theirs}to_noise{number}.bias")
        state[ours + "noise_strength"] = turn.need(tree, f"{theirs}to_noise{number}.weight").reshape(-1)
    for level in range(config.levels):
        theirs, ours = f"{blocks}.blocks.{level}.to_rgb.", f"synthesis.to_rgb.{level}."
        state |= _styled(tree, theirs + "conv.weight", theirs + "to_style.", ours, factor=2.0)
        last = level == config.levels - 1  # 2x − 1 takes its pictures from 0…1 to -1…1
        state[ours + "bias"] = np.full(3, -1.0 if last else 0.0, np.float32)
    return state


def noise_state(config: NetworkConfig) -> State:
    """Parts of one map for all layers, as its code draws it: each from the upper left corner."""
    top = config.resolution
    noise = np.random.RandomState(0).rand(1, 1, top, top).astype(np.float32)
    sides = enumerate(config.noise_resolutions)
    return {f"synthesis.layers.{index}.noise": noise[:, :, :side, :side] for index, side in sides}


def _styled(tree: NetworkTree, weight: str, style: str, ours: str, factor: float = 1.0) -> State:
    kernel, affine = turn.need(tree, weight), turn.need(tree, style + "weight")
    if kernel.ndim != 4 or affine.ndim != 2:
        raise RefusedFile(f"its {weight!r} has the wrong number of dimensions: damaged")
    return {
        ours + "conv.weight": turn.scaled(kernel, factor * math.sqrt(math.prod(kernel.shape[1:]))),
        ours + "affine.weight": turn.scaled(affine, math.sqrt(affine.shape[1])),
        ours + "affine.bias": turn.need(tree, style + "bias"),
    }


def _dense(tree: NetworkTree, theirs: str, ours: str, config: NetworkConfig, *, first: bool) -> State:
    """One layer of the mapping; z enters with length 1 there and √z_dim here."""
    weight = turn.need(tree, theirs + "weight")
    if weight.ndim != 2:
        raise RefusedFile(f"its {theirs + 'weight'!r} is no dense layer: damaged")
    factor = LRMUL / OURS * math.sqrt(weight.shape[1] / 2) / (math.sqrt(config.z_dim) if first else 1)
    return {
        ours + "weight": turn.scaled(weight, factor),
        ours + "bias": turn.scaled(turn.need(tree, theirs + "bias"), LRMUL / OURS),
    }


def _first_features(tree: NetworkTree, blocks: str) -> Array:
    """The constant after its plain 3×3 convolution, which is the same for every picture."""
    const = turn.need(tree, f"{blocks}.initial_block").astype(np.float64)
    weight = turn.need(tree, f"{blocks}.initial_conv.weight").astype(np.float64)
    bias = turn.need(tree, f"{blocks}.initial_conv.bias").astype(np.float64)
    if const.ndim != 4 or weight.ndim != 4 or const.shape[1:] != (weight.shape[1], 4, 4) or weight.shape[2:] != (3, 3):
        raise RefusedFile("its first layers do not fit together: damaged")
    if bias.shape != weight.shape[:1]:
        raise RefusedFile("its first layer has another number of biases than of outputs: damaged")
    wide = np.pad(const[0], ((0, 0), (1, 1), (1, 1)))
    found = bias.reshape(-1, 1, 1) + sum(
        np.tensordot(weight[:, :, dy, dx], wide[:, dy : dy + 4, dx : dx + 4], axes=1)
        for dy in range(3)
        for dx in range(3)
    )
    return np.asarray(found[None], np.float32)
