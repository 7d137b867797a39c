"""rosinality's style-based-gan-pytorch: weights before the √2, noise shared by a resolution (spec-core 7.6)."""

import math
from functools import partial

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import NO_NOISE, Converted, State
from stylegan_core.formats.huangzh13 import NORM_EPS
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

ROOT2 = math.sqrt(2)
LRMUL = 0.01
_NO_JUDGE = "Its discriminator is built differently from StyleGAN's; it is left out."


def convert(file: WeightFile) -> Converted:
    """The running-average generator (else the live one); its discriminator is another network and left out."""
    mark = "generator.progression.0.conv1.input"
    tree = turn.first_of(file.networks, "g_running", "generator", "g_ema", "", mark=mark)
    if tree is None:
        raise RefusedFile("it holds no generator of rosinality's StyleGAN, only other networks")
    found = turn.count(tree, r"generator\.to_rgb\.\d+\.conv\.bias")
    biases = [turn.need(tree, f"generator.to_rgb.{at}.conv.bias") for at in range(found)]
    levels = turn.trained_levels(biases)
    config = configuration(tree, levels)
    notes = [*turn.note_of_trained(levels, found), NO_NOISE]
    if "discriminator" in file.networks:
        notes.append(_NO_JUDGE)
    noise = partial(turn.noise_state, levels, shared=True)
    return Converted(config, generator_state(tree, config), source=tree.name, notes=notes, draw_noise=noise)


def configuration(tree: NetworkTree, levels: int) -> NetworkConfig:
    """Sizes from the shapes; the bias comes before the blur, and the norm's eps is torch's default."""
    channels = [turn.size_of(tree, f"generator.to_rgb.{at}.conv.weight_orig", 1) for at in range(levels)]
    layers = turn.count(tree, r"style\.\d+\.linear\.weight_orig")
    code, width = (turn.size_of(tree, "style.1.linear.weight_orig", axis) for axis in (1, 0))
    return turn.configured(
        resolution=4 << (levels - 1),
        **turn.fmaps(channels),
        z_dim=code,
        w_dim=turn.size_of(tree, f"style.{2 * layers - 1}.linear.weight_orig", 0),
        mapping_layers=layers,
        mapping_width=width,
        norm_eps=NORM_EPS,
        bias_before_blur=True,
    )


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors in this project's raw values: the arithmetic of spec-core 7.6."""
    state: State = {}
    for index in range(config.mapping_layers):
        theirs = f"style.{2 * index + 1}.linear."
        state[f"mapping.layers.{index}.weight"] = turn.scaled(turn.need(tree, theirs + "weight_orig"), 1 / LRMUL)
        state[f"mapping.layers.{index}.bias"] = turn.scaled(turn.need(tree, theirs + "bias"), 1 / LRMUL)
    for index in range(2 * config.levels):
        ours = f"synthesis.layers.{index}."
        state |= {ours + name: value for name, value in _layer(tree, index, config).items()}
    for level in range(config.levels):
        theirs = f"generator.to_rgb.{level}.conv."
        state[f"synthesis.to_rgb.{level}.conv.weight"] = turn.scaled(turn.need(tree, theirs + "weight_orig"), ROOT2)
        state[f"synthesis.to_rgb.{level}.bias"] = turn.need(tree, theirs + "bias")
    return state


def _layer(tree: NetworkTree, index: int, config: NetworkConfig) -> dict[str, Array]:
    level, second = divmod(index, 2)
    block, number = f"generator.progression.{level}.", second + 1
    channels = config.channels(level)
    style = f"{block}adain{number}.style.linear."
    noise = turn.need(tree, f"{block}noise{number}.weight_orig")
    found: dict[str, Array] = {
        "noise_strength": turn.scaled(noise, math.sqrt(2 / channels)).reshape(-1),
        "affine.weight": turn.scaled(turn.need(tree, style + "weight_orig"), ROOT2),
        "affine.bias": _scale_from_zero(turn.need(tree, style + "bias"), channels),
    }
    if index == 0:
        return {**found, "const": turn.need(tree, block + "conv1.input"), "bias": np.zeros(channels, np.float32)}
    if second:
        return {**found, **_conv(tree, block + "conv2.conv.")}
    if block + "conv1.0.weight" in tree:
        return {**found, **_fused(tree, block + "conv1.0.")}
    return {**found, **_conv(tree, block + "conv1.1.conv.")}


def _scale_from_zero(bias: Array, channels: int) -> Array:
    """This port's bias holds the 1 that the official code adds to the scale."""
    if bias.ndim != 1:
        raise RefusedFile("it holds a style's bias that is not a row of numbers: damaged")
    turned = bias.astype(np.float32)
    turned[:channels] -= 1
    return turned


def _conv(tree: NetworkTree, theirs: str) -> dict[str, Array]:
    return {
        "conv.weight": turn.need(tree, theirs + "weight_orig"),
        "bias": turn.need(tree, theirs + "bias"),
    }


def _fused(tree: NetworkTree, theirs: str) -> dict[str, Array]:
    """A fused layer: [in, out, 3, 3], its four shifts averaged where the official code sums them, and rotated."""
    weight = turn.need(tree, theirs + "weight")
    if weight.ndim != 4:
        raise RefusedFile(f"its {theirs + 'weight'!r} is no convolution: damaged")
    turned = weight.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    return {"conv.weight": turn.scaled(turned, 0.25), "bias": turn.need(tree, theirs + "bias")}
