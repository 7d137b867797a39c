"""NVIDIA's Progressive GAN TensorFlow pickles: StyleGAN's configuration A, up layers fused (spec-core 3.1, 7.1)."""

import re

from stylegan_core.formats import converted as turn
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.stylegan1_tf import discriminator_state
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

_FIXED: turn.Fixed = {
    "num_channels": (3,),
    "normalize_latents": (True,),
    "use_pixelnorm": (True,),
    "pixelnorm_epsilon": (1e-8,),
    "use_wscale": (True,),
    "use_leakyrelu": (True,),
}


def convert(file: WeightFile) -> Converted:
    """The averaged generator (else the live one), and the discriminator where it has one score."""
    drawn = turn.first_of(file.networks, "Gs", "G", mark="4x4/Dense/weight")
    if drawn is None:
        raise RefusedFile("it holds no Progressive GAN generator, only a discriminator")
    config = configuration(drawn)
    level, alpha = turn.growth(turn.scalar(drawn.tensors.get("lod")), config.levels)
    result = Converted(config, generator_state(drawn, config), level=level, alpha=alpha, source=drawn.name)
    judge = file.networks.get("D")
    if judge is not None:
        turn.add_discriminator(result, lambda: _discriminator(judge, result))
    return result


def _discriminator(judge: NetworkTree, result: Converted) -> State:
    turn.check_settings(judge, {"use_wscale": (True,)})
    result.config = turn.configured(result.config, mbstd_group=turn.mbstd_group(judge))
    if turn.size_of(judge, "4x4/Dense1/weight", 1) != 1:
        raise RefusedFile("it also guesses labels, which this project's does not")
    return discriminator_state(judge, result.config)


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes; the switches of configuration A."""
    found = [int(m[1]) for name in tree.tensors if (m := re.match(r"(\d{1,4})x\d+/", name))]
    size = turn.resolution_of(found, tree.name)
    levels = size.bit_length() - 2
    channels = [turn.size_of(tree, f"ToRGB_lod{levels - 1 - at}/weight", 2) for at in range(levels)]
    labels = tree.options.get("label_size", 0)
    if labels:
        raise RefusedFile("it is a Progressive GAN with labels, which is not drawn here")
    turn.check_settings(tree, _FIXED)
    z_dim = turn.size_of(tree, "4x4/Dense/weight", 0)
    return turn.configured(
        resolution=size,
        z_dim=z_dim,
        w_dim=z_dim,
        mapping_layers=0,
        **turn.fmaps(channels),
        styles=False,
        const_input=False,
        noise=False,
        instance_norm=False,
        pixel_norm=True,
        blur=False,
    )


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors; layers named ..._up ran fused, so they are rotated."""
    state: State = {"synthesis.layers.0.dense.weight": turn.dense(turn.need(tree, "4x4/Dense/weight"))}
    state["synthesis.layers.0.bias"] = turn.need(tree, "4x4/Dense/bias")
    for index in range(1, 2 * config.levels):
        size = 4 << (index // 2)
        name = "Conv" if index == 1 else "Conv1" if index % 2 else "Conv0_up"
        if name == "Conv0_up" and f"{size}x{size}/Conv0_up/weight" not in tree:
            name = "Conv0"
        weight = turn.need(tree, f"{size}x{size}/{name}/weight")
        state[f"synthesis.layers.{index}.conv.weight"] = turn.conv(weight, flip=name.endswith("_up"))
        state[f"synthesis.layers.{index}.bias"] = turn.need(tree, f"{size}x{size}/{name}/bias")
    for level in range(config.levels):
        theirs, ours = f"ToRGB_lod{config.levels - 1 - level}", f"synthesis.to_rgb.{level}"
        state[f"{ours}.conv.weight"] = turn.conv(turn.need(tree, f"{theirs}/weight"))
        state[f"{ours}.bias"] = turn.need(tree, f"{theirs}/bias")
    return state
