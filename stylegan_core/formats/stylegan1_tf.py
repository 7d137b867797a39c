"""NVIDIA's StyleGAN v1 TensorFlow pickles: names, shapes and the flip of fused layers (spec-core 7.1-7.3)."""

import re

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import listed
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

FUSED_FROM = 128
"""NVIDIA's 'auto' runs the fused upscaling, whose kernel is rotated, from this output resolution on."""

_FIXED: turn.Fixed = {
    "use_wscale": (True,),
    "nonlinearity": ("lrelu",),
    "mapping_nonlinearity": ("lrelu",),
    "normalize_latents": (True,),
    "blur_filter": ([1, 2, 1], None),
    "num_channels": (3,),
    "mapping_lrmul": (0.01,),
    "mapping_use_wscale": (True,),
    "fused_scale": ("auto", True, False),
}
_FIXED_JUDGE: turn.Fixed = {
    "use_wscale": (True,),
    "nonlinearity": ("lrelu",),
    "blur_filter": ([1, 2, 1], None),
    "mbstd_num_features": (1,),
}


def convert(file: WeightFile) -> Converted:
    """The averaged generator (else the live one) and the discriminator of a v1 file."""
    drawn = turn.first_of(file.networks, "Gs", "G", mark="dlatent_avg")
    if drawn is None:
        raise RefusedFile("it holds no whole StyleGAN generator, only " + listed(file.networks))
    config = configuration(drawn)
    level, alpha = turn.growth(turn.scalar(drawn.tensors.get("lod")), config.levels)
    result = Converted(config, generator_state(drawn, config), level=level, alpha=alpha, source=drawn.name)
    judge = file.networks.get("D")
    if judge is not None:
        turn.add_discriminator(result, lambda: _discriminator(judge, result))
    if "Gs" not in file.networks:
        result.notes.append("It holds no averaged generator (Gs); the one in training is drawn.")
    return result


def _discriminator(judge: NetworkTree, result: Converted) -> State:
    turn.check_settings(judge, _FIXED_JUDGE)
    result.config = turn.configured(result.config, mbstd_group=turn.mbstd_group(judge))
    return discriminator_state(judge, result.config)


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes, switches from the settings; raises RefusedFile for settings this project lacks."""
    turn.check_settings(tree, _FIXED)
    options = {**tree.options_of("mapping"), **tree.options_of("synthesis"), **tree.options}
    found = [int(m[1]) for name in tree.tensors if (m := re.match(r"synthesis/(\d{1,4})x\d+/", name))]
    size = turn.resolution_of(found, tree.name)
    levels = size.bit_length() - 2
    channels = [turn.size_of(tree, f"synthesis/ToRGB_lod{levels - 1 - at}/weight", 2) for at in range(levels)]
    styles = "synthesis/4x4/Conv/StyleMod/weight" in tree
    return turn.configured(
        resolution=size,
        **turn.fmaps(channels),
        **mapping_sizes(tree),
        styles=styles,
        const_input="synthesis/4x4/Const/const" in tree,
        noise="synthesis/4x4/Conv/Noise/weight" in tree,
        instance_norm=bool(options.get("use_instance_norm", True)),
        pixel_norm=bool(options.get("use_pixel_norm", False)),
        blur=options.get("blur_filter", True) is not None,
    )


def mapping_sizes(tree: NetworkTree) -> dict[str, object]:
    """z_dim, w_dim, layer count, width and classes of 'mapping/...' by their shapes."""
    layers = turn.count(tree, r"mapping/Dense\d+/weight")
    classes = turn.labels_of(tree, "mapping/LabelConcat/weight")
    w_dim = turn.size_of(tree, "dlatent_avg", 0)
    if not layers:
        z_dim = w_dim // 2 if classes else w_dim
        return {"z_dim": z_dim, "w_dim": w_dim, "mapping_layers": 0, "classes": classes}
    code = turn.size_of(tree, "mapping/Dense0/weight", 0)
    width = turn.size_of(tree, "mapping/Dense0/weight", 1) if layers > 1 else 512
    z_dim = code // 2 if classes else code
    return {
        "z_dim": z_dim,
        "w_dim": w_dim,
        "mapping_layers": layers,
        "mapping_width": width,
        "classes": classes,
    }


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors under this project's names, raw values, up layers rotated where they ran fused."""
    state: State = {"w_avg": turn.need(tree, "dlatent_avg"), **mapping_state(tree, config)}
    fused = {**tree.options_of("synthesis"), **tree.options}.get("fused_scale", "auto")
    for index in range(2 * config.levels):
        scope, ours = scope_of(index, config.const_input), f"synthesis.layers.{index}."
        size = 4 << (index // 2)
        flip = fused is True or (fused == "auto" and size >= FUSED_FROM)
        state |= {ours + name: value for name, value in _layer(tree, scope, flip and "up" in scope).items()}
        if config.noise:
            state[ours + "noise"] = turn.need(tree, f"synthesis/noise{index}")
    for level in range(config.levels):
        theirs, ours = f"synthesis/ToRGB_lod{config.levels - 1 - level}", f"synthesis.to_rgb.{level}"
        state[f"{ours}.conv.weight"] = turn.conv(turn.need(tree, f"{theirs}/weight"))
        state[f"{ours}.bias"] = turn.need(tree, f"{theirs}/bias")
    return state


def scope_of(index: int, const_input: bool) -> str:
    """TensorFlow's scope of a style layer."""
    if index < 2:
        return "synthesis/4x4/" + ("Conv" if index else "Const" if const_input else "Dense")
    size = 4 << (index // 2)
    return f"synthesis/{size}x{size}/" + ("Conv1" if index % 2 else "Conv0_up")


def _layer(tree: NetworkTree, scope: str, flip: bool) -> dict[str, Array]:
    found: dict[str, Array] = {"bias": turn.need(tree, f"{scope}/bias")}
    if scope.endswith("Const"):
        found["const"] = turn.need(tree, f"{scope}/const")
    elif scope.endswith("Dense"):
        found["dense.weight"] = turn.dense(turn.need(tree, f"{scope}/weight"))
    else:
        found["conv.weight"] = turn.conv(turn.need(tree, f"{scope}/weight"), flip=flip)
    if f"{scope}/Noise/weight" in tree:
        found["noise_strength"] = tree[f"{scope}/Noise/weight"]
    if f"{scope}/StyleMod/weight" in tree:
        found["affine.weight"] = turn.dense(tree[f"{scope}/StyleMod/weight"])
        found["affine.bias"] = turn.need(tree, f"{scope}/StyleMod/bias")
    return found


def mapping_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The mapping's tensors; shared with StyleGAN2's files, which name them alike."""
    state: State = {}
    for index in range(config.mapping_layers):
        state[f"mapping.layers.{index}.weight"] = turn.dense(turn.need(tree, f"mapping/Dense{index}/weight"))
        state[f"mapping.layers.{index}.bias"] = turn.need(tree, f"mapping/Dense{index}/bias")
    if config.classes:
        state["mapping.label_embedding"] = turn.need(tree, "mapping/LabelConcat/weight")
    return state


def discriminator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The discriminator's tensors; no layer is rotated, fused or not (spec-core 7.3)."""
    state: State = {}
    for level in range(config.levels):
        theirs = f"FromRGB_lod{config.levels - 1 - level}"
        state |= biased(tree, theirs, f"from_rgb.{level}")
        if level:
            size = 4 << level
            down = "Conv1_down" if f"{size}x{size}/Conv1_down/weight" in tree else "Conv1"
            state |= biased(tree, f"{size}x{size}/Conv0", f"blocks.{level - 1}.conv0")
            state |= biased(tree, f"{size}x{size}/{down}", f"blocks.{level - 1}.conv1")
    return state | head_state(tree)


def head_state(tree: NetworkTree) -> State:
    """The discriminator's last layers at 4×4, which v1 and v2 share."""
    state = biased(tree, "4x4/Conv", "conv")
    for index in range(2):
        state[f"dense{index}.weight"] = turn.dense(turn.need(tree, f"4x4/Dense{index}/weight"))
        state[f"dense{index}.bias"] = turn.need(tree, f"4x4/Dense{index}/bias")
    return state


def biased(tree: NetworkTree, theirs: str, ours: str) -> State:
    """A convolution and its bias under our names."""
    weight, bias = turn.need(tree, f"{theirs}/weight"), turn.need(tree, f"{theirs}/bias")
    return {f"{ours}.conv.weight": turn.conv(weight), f"{ours}.bias": bias}
