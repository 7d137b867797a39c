"""genforce's port of StyleGAN: TensorFlow's raw values transposed, fused layers included (spec-core 7.6)."""

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.stylegan1_tf import FUSED_FROM
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig


def convert(file: WeightFile) -> Converted:
    """The smoothed generator (else the live one) and the discriminator."""
    tree = turn.first_of(file.networks, "generator_smooth", "generator", "", mark="synthesis.layer1.weight")
    if tree is None:
        raise RefusedFile("it holds no generator of genforce's StyleGAN port, which alone of its networks is read")
    config = configuration(tree)
    level, alpha = turn.growth(turn.scalar(tree.tensors.get("synthesis.lod")), config.levels)
    result = Converted(config, generator_state(tree, config), level=level, alpha=alpha, source=tree.name)
    judge = file.networks.get("discriminator")
    if judge is not None:
        turn.add_discriminator(result, lambda: discriminator_state(judge, config))
    return result


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes."""
    levels = turn.count(tree, r"synthesis\.output\d+\.weight")
    if not 1 <= levels <= 11:
        raise RefusedFile("it holds no sensible number of resolutions: incomplete")
    channels = [turn.size_of(tree, f"synthesis.output{at}.weight", 1) for at in range(levels)]
    layers = turn.count(tree, r"mapping\.dense\d+\.weight")
    code, width = (turn.size_of(tree, "mapping.dense0.weight", axis) for axis in (1, 0))
    classes = turn.labels_of(tree, "mapping.label_weight")
    return turn.configured(
        resolution=4 << (levels - 1),
        **turn.fmaps(channels),
        z_dim=code // 2 if classes else code,
        w_dim=turn.size_of(tree, f"mapping.dense{layers - 1}.weight", 0),
        mapping_layers=layers,
        mapping_width=width,
        classes=classes,
        const_input="synthesis.layer0.const" in tree,
    )


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors; up layers from 128² on ran fused, so they are rotated."""
    state: State = {}
    for index in range(config.mapping_layers):
        state |= turn.copied(tree, f"mapping.dense{index}", f"mapping.layers.{index}")
    if config.classes:
        state["mapping.label_embedding"] = turn.need(tree, "mapping.label_weight")
    mean = tree.tensors.get("truncation.w_avg")
    if mean is not None:
        state["w_avg"] = mean if mean.size == config.w_dim else _per_layer_mean(mean, config)
    for index in range(2 * config.levels):
        ours, theirs = f"synthesis.layers.{index}.", f"synthesis.layer{index}."
        state |= {ours + name: value for name, value in _layer(tree, theirs, index).items()}
    for level in range(config.levels):
        state |= turn.biased(tree, f"synthesis.output{level}", f"synthesis.to_rgb.{level}")
    return state


def _per_layer_mean(mean: Array, config: NetworkConfig) -> Array:
    if not mean.size or mean.size % config.w_dim:
        raise RefusedFile("its mean w fits neither one layer nor all: damaged")
    found: Array = np.asarray(mean, np.float32).reshape(-1, config.w_dim).mean(axis=0)
    return found


def _layer(tree: NetworkTree, theirs: str, index: int) -> dict[str, Array]:
    found = {
        "bias": turn.need(tree, theirs + "bias"),
        "noise_strength": turn.need(tree, theirs + "apply_noise.weight"),
        "noise": turn.need(tree, theirs + "apply_noise.noise"),
        "affine.weight": turn.need(tree, theirs + "style.weight"),
        "affine.bias": turn.need(tree, theirs + "style.bias"),
    }
    if index == 0 and theirs + "const" in tree:
        return {**found, "const": tree[theirs + "const"]}
    weight = turn.need(tree, theirs + "weight")
    if weight.ndim != 4:
        raise RefusedFile(f"its {theirs + 'weight'!r} is no convolution: damaged")
    turned = weight[:, :, ::-1, ::-1]
    if index == 0:  # the dense input layer runs as a full 4×4 convolution over one pixel, which rotates it
        return {**found, "dense.weight": turned.transpose(0, 2, 3, 1).reshape(-1, weight.shape[1])}
    flip = index % 2 == 0 and (4 << (index // 2)) >= FUSED_FROM
    return {**found, "conv.weight": turned if flip else weight}


def discriminator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The discriminator's tensors, counted from the highest resolution down."""
    state: State = {}
    for lod in range(config.levels):
        level = config.levels - 1 - lod
        state |= turn.biased(tree, f"input{lod}", f"from_rgb.{level}")
        if level:
            state |= turn.biased(tree, f"layer{2 * lod}", f"blocks.{level - 1}.conv0")
            state |= turn.biased(tree, f"layer{2 * lod + 1}", f"blocks.{level - 1}.conv1")
    last = 2 * (config.levels - 1)
    state |= turn.biased(tree, f"layer{last}", "conv")
    for offset in (1, 2):
        weight = turn.need(tree, f"layer{last + offset}.weight")
        state[f"dense{offset - 1}.weight"] = weight.reshape(weight.shape[0], -1) if weight.ndim else weight
        state[f"dense{offset - 1}.bias"] = turn.need(tree, f"layer{last + offset}.bias")
    return state
