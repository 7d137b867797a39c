"""rosinality's stylegan2-pytorch: {g_ema, latent_avg, g, d}, up-convolutions rotated (spec-core 7.6)."""

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import listed
from stylegan_core.formats.stylegan2_ada import less_one
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

_FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def convert(file: WeightFile) -> Converted:
    """The averaged generator (g_ema, else g) and the discriminator."""
    tree = turn.first_of(file.networks, "g_ema", "g", "generator", "", mark="input.input")
    if tree is None:
        raise RefusedFile("it holds no generator of rosinality's StyleGAN2, only " + listed(file.networks))
    config = configuration(tree)
    state = generator_state(tree, config)
    mean = file.extras.get("latent_avg")
    if mean is not None and mean.size == config.w_dim:
        state["w_avg"] = mean.reshape(-1)
    result = Converted(config, state, source=tree.name)
    if "noises.noise_0" not in tree:
        result.notes.append("It stores no noise maps; noise is off unless its strength is raised again.")
    judge = file.networks.get("d")
    if judge is not None:
        turn.add_discriminator(result, lambda: discriminator_state(judge, config))
    return result


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes."""
    for name, values in tree.tensors.items():
        if name.endswith(".kernel") and not (values.shape == (4, 4) and np.allclose(values, 4 * _FILTER, atol=1e-5)):
            raise RefusedFile("it resamples with another filter than [1, 3, 3, 1], which is not done here")
    levels = 1 + turn.count(tree, r"to_rgbs\.\d+\.bias")
    if levels > 11:
        raise RefusedFile("it holds more resolutions than any network has: damaged")
    channels = [turn.size_of(tree, _rgb(level) + "conv.weight", 2) for level in range(levels)]
    layers = turn.count(tree, r"style\.\d+\.weight")
    return turn.configured(
        architecture="stylegan2",
        resolution=4 << (levels - 1),
        **turn.fmaps(channels),
        z_dim=turn.size_of(tree, "style.1.weight", 1),
        w_dim=turn.size_of(tree, "conv1.conv.modulation.weight", 1),
        mapping_layers=layers,
        mapping_width=turn.size_of(tree, "style.1.weight", 0),
    )


def _rgb(level: int) -> str:
    return f"to_rgbs.{level - 1}." if level else "to_rgb1."


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors: up-convolutions rotated back, the modulation's 1 taken out of its bias."""
    state: State = {"synthesis.const": turn.need(tree, "input.input")}
    for index in range(config.mapping_layers):
        state |= turn.copied(tree, f"style.{index + 1}", f"mapping.layers.{index}")
    for index in range(2 * config.levels - 1):
        theirs, ours = f"convs.{index - 1}." if index else "conv1.", f"synthesis.layers.{index}."
        state |= _styled(tree, theirs, ours, flip=index % 2 == 1)
        state[ours + "bias"] = turn.need(tree, theirs + "activate.bias")
        side = 4 << ((index + 1) // 2)
        noise = tree.tensors.get(f"noises.noise_{index}")
        strength = turn.need(tree, theirs + "noise.weight")
        state[ours + "noise"] = np.zeros((1, 1, side, side), np.float32) if noise is None else noise
        state[ours + "noise_strength"] = strength.reshape(()) if strength.size == 1 else strength
    for level in range(config.levels):
        ours = f"synthesis.to_rgb.{level}."
        state |= _styled(tree, _rgb(level), ours, flip=False)
        state[ours + "bias"] = turn.need(tree, _rgb(level) + "bias").reshape(-1)
    return state


def _styled(tree: NetworkTree, theirs: str, ours: str, *, flip: bool) -> State:
    return {
        ours + "conv.weight": _kernel(turn.need(tree, theirs + "conv.weight"), flip=flip),
        ours + "affine.weight": turn.need(tree, theirs + "conv.modulation.weight"),
        ours + "affine.bias": less_one(turn.need(tree, theirs + "conv.modulation.bias")),
    }


def _kernel(weight: Array, *, flip: bool) -> Array:
    if weight.ndim != 5 or weight.shape[0] != 1:
        raise RefusedFile("it holds a modulated convolution that is not of five dimensions: damaged")
    return weight[0, :, :, ::-1, ::-1] if flip else weight[0]


def discriminator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The residual discriminator's tensors, from the highest resolution down."""
    state = turn.biased(tree, "convs.0.0", "from_rgb", bias="convs.0.1")
    for step in range(1, config.levels):
        theirs, ours = f"convs.{step}.", f"blocks.{config.levels - 1 - step}."
        state |= turn.biased(tree, theirs + "conv1.0", ours + "main.conv0", bias=theirs + "conv1.1")
        state |= turn.biased(tree, theirs + "conv2.1", ours + "main.conv1", bias=theirs + "conv2.2")
        state[ours + "skip.weight"] = turn.need(tree, theirs + "skip.1.weight")
    state |= turn.biased(tree, "final_conv.0", "conv", bias="final_conv.1")
    for index in range(2):
        state |= turn.copied(tree, f"final_linear.{index}", f"dense{index}")
    return state
