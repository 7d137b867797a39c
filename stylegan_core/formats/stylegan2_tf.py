"""NVIDIA's StyleGAN2 TensorFlow pickles, configurations B to F, and ADA's TensorFlow release (spec-core 7.4)."""

import re

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import listed
from stylegan_core.formats.stylegan1_tf import biased, head_state, mapping_state
from stylegan_core.formats.stylegan1_tf import discriminator_state as growing_discriminator
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

_FIXED: turn.Fixed = {
    "nonlinearity": ("lrelu",),
    "mapping_nonlinearity": ("lrelu",),
    "normalize_latents": (True,),
    "resample_kernel": ([1, 3, 3, 1], None),
    "num_channels": (3,),
    "mapping_lrmul": (0.01,),
    "demodulate": (True,),
}
_FIXED_JUDGE: turn.Fixed = {
    "nonlinearity": ("lrelu",),
    "resample_kernel": ([1, 3, 3, 1], None),
    "mbstd_num_features": (1,),
}


def convert(file: WeightFile) -> Converted:
    """The averaged generator (else the live one), and the discriminator where it is of the usual kind."""
    drawn = turn.first_of(file.networks, "Gs", "G", mark="dlatent_avg")
    if drawn is None:
        raise RefusedFile("it holds no whole StyleGAN2 generator, only " + listed(file.networks))
    config = configuration(drawn)
    level, alpha = config.levels - 1, 1.0
    if config.family.growing:
        level, alpha = turn.growth(turn.scalar(drawn.tensors.get("lod")), config.levels)
    result = Converted(config, generator_state(drawn, config), level=level, alpha=alpha, source=drawn.name)
    if "Gs" not in file.networks:
        result.notes.append("It holds no averaged generator (Gs); the one in training is drawn.")
    judge = file.networks.get("D")
    if judge is not None:
        turn.add_discriminator(result, lambda: _discriminator(judge, result))
    return result


def _discriminator(judge: NetworkTree, result: Converted) -> State:
    growing = result.config.family.growing
    fits = any("FromRGB_lod" in name for name in judge.tensors) if growing else "8x8/Skip/weight" in judge
    if not fits and result.config.levels > 1:
        raise RefusedFile("it is of another architecture than the one known here")
    if any(name.lower().startswith("mapping") or "LabelEmbed" in name for name in judge.tensors):
        raise RefusedFile("it compares with a mapped label")
    turn.check_settings(judge, _FIXED_JUDGE)
    result.config = turn.configured(result.config, mbstd_group=turn.mbstd_group(judge))
    make = growing_discriminator if growing else discriminator_state
    return make(_with_usual_head(judge), result.config)


def _with_usual_head(tree: NetworkTree) -> NetworkTree:
    """StyleGAN2 calls v1's last dense layer Output."""
    if "Output/weight" not in tree:
        return tree
    names = {"Output/weight": "4x4/Dense1/weight", "Output/bias": "4x4/Dense1/bias"}
    tensors = {names.get(name, name): values for name, values in tree.tensors.items()}
    return NetworkTree(tree.name, tree.options, tensors)


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes; growing where toRGB layers are numbered by lod."""
    turn.check_settings(tree, _FIXED)
    found = [int(m[1]) for name in tree.tensors if (m := re.match(r"synthesis/(\d{1,4})x\d+/", name))]
    size = turn.resolution_of(found, tree.name)
    levels = size.bit_length() - 2
    growing = "synthesis/ToRGB_lod0/weight" in tree
    if not growing and ("synthesis/8x8/Skip/weight" in tree or "synthesis/4x4/ToRGB/weight" not in tree):
        raise RefusedFile("its generator is not of the skip architecture, the only one of StyleGAN2's drawn here")
    channels = [turn.size_of(tree, _rgb(level, levels, growing) + "/weight", 2) for level in range(levels)]
    return turn.configured(
        architecture="stylegan2-growing" if growing else "stylegan2",
        resolution=size,
        **turn.fmaps(channels),
        **_mapping_sizes(tree),
        activation_clamp=turn.clamp_of((tree.options, tree.options_of("synthesis"))),
    )


def _mapping_sizes(tree: NetworkTree) -> dict[str, object]:
    layers = turn.count(tree, r"mapping/Dense\d+/weight")
    joint, separate = tree.tensors.get("mapping/LabelConcat/weight"), tree.tensors.get("mapping/LabelEmbed/weight")
    labels = joint if joint is not None else separate
    code = turn.size_of(tree, "mapping/Dense0/weight", 0)
    beside = labels.shape[1] if labels is not None and labels.ndim == 2 else 0
    return {
        "z_dim": code - beside,
        "w_dim": turn.size_of(tree, "dlatent_avg", 0),
        "mapping_layers": layers,
        "mapping_width": turn.size_of(tree, "mapping/Dense0/weight", 1) if layers > 1 else 512,
        "classes": turn.class_names(len(labels) if labels is not None and labels.ndim else 0),
        "label_input": "separate" if separate is not None else "joint",
    }


def _rgb(level: int, levels: int, growing: bool) -> str:
    return f"synthesis/ToRGB_lod{levels - 1 - level}" if growing else f"synthesis/{4 << level}x{4 << level}/ToRGB"


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors; nothing is rotated: these files and this project both store correlations."""
    state: State = {"w_avg": turn.need(tree, "dlatent_avg")}
    if config.label_input == "separate":
        state |= mapping_state(tree, turn.configured(config, classes=(), label_input="joint", z_dim=config.code_width))
        state["mapping.label_dense.weight"] = turn.dense(turn.need(tree, "mapping/LabelEmbed/weight"))
        state["mapping.label_dense.bias"] = turn.need(tree, "mapping/LabelEmbed/bias")
    else:
        state |= mapping_state(tree, config)
    state["synthesis.const"] = turn.need(tree, "synthesis/4x4/Const/const")
    for index in range(2 * config.levels - 1):
        side = 4 << ((index + 1) // 2)
        name = "4x4/Conv" if index == 0 else f"{side}x{side}/" + ("Conv0_up" if index % 2 else "Conv1")
        ours = f"synthesis.layers.{index}."
        state |= _styled(tree, f"synthesis/{name}", ours)
        strength = tree.tensors.get(f"synthesis/{name}/noise_strength")
        state[ours + "noise_strength"] = np.zeros((), np.float32) if strength is None else strength
        state[ours + "noise"] = turn.need(tree, f"synthesis/noise{index}")
    for level in range(config.levels):
        theirs = _rgb(level, config.levels, config.family.growing)
        state |= _styled(tree, theirs, f"synthesis.to_rgb.{level}.")
    return state


def _styled(tree: NetworkTree, theirs: str, ours: str) -> State:
    return {
        ours + "conv.weight": turn.conv(turn.need(tree, f"{theirs}/weight")),
        ours + "bias": turn.need(tree, f"{theirs}/bias"),
        ours + "affine.weight": turn.dense(turn.need(tree, f"{theirs}/mod_weight")),
        ours + "affine.bias": turn.need(tree, f"{theirs}/mod_bias"),
    }


def discriminator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The residual discriminator's tensors."""
    top = config.levels - 1
    state = biased(tree, f"{4 << top}x{4 << top}/FromRGB", "from_rgb")
    for level in range(1, config.levels):
        theirs, ours = f"{4 << level}x{4 << level}/", f"blocks.{level - 1}."
        state |= biased(tree, theirs + "Conv0", ours + "main.conv0")
        state |= biased(tree, theirs + "Conv1_down", ours + "main.conv1")
        state[ours + "skip.weight"] = turn.conv(turn.need(tree, theirs + "Skip/weight"))
    return state | head_state(tree)
