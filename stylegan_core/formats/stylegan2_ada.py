"""NVIDIA's stylegan2-ada-pytorch networks, as pickles or state dicts (spec-core 7.5)."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import listed, shown
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

LRMUL = 0.01
_LINEAR = ("affine", "torgb", "embed", "skip", "out")
"""Layers without an activation; all others have lrelu."""
_FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def convert(file: WeightFile) -> Converted:
    """The averaged generator (G_ema, else G) and the discriminator where its architecture is the usual one."""
    tree = turn.first_of(file.networks, "G_ema", "G", "g_ema", "", mark="synthesis.b4.const")
    if tree is None:
        raise RefusedFile("it holds no whole StyleGAN2 generator, only " + listed(file.networks))
    config = configuration(tree)
    result = Converted(config, generator_state(tree, config), source=tree.name)
    judge = file.networks.get("D")
    if judge is None:
        return result
    turn.add_discriminator(result, lambda: _discriminator(judge, result))
    return result


def _discriminator(judge: NetworkTree, result: Converted) -> State:
    reason = unusual_judge(judge)
    if reason:
        raise RefusedFile(reason)
    result.config = turn.configured(result.config, mbstd_group=_group(judge))
    return discriminator_state(judge, result.config)


def _clamp(tree: NetworkTree) -> float:
    """Where networks trained in 16 bits cut their activations; 0 where they do not."""
    layers = (f"synthesis.b{4 << level}.conv1" for level in range(11))
    return turn.clamp_of(tree.options_of(part) for part in ("synthesis", "synthesis_kwargs", *layers))


def check_activations(tree: NetworkTree) -> None:
    """Raises RefusedFile where a part was made with another activation than the usual one of its kind."""
    for part in ("", *tree.options):
        options = tree.options_of(part) if part else tree.options
        usual = "linear" if part.rpartition(".")[2] in _LINEAR else "lrelu"
        found = options.get("activation", usual)
        if found != usual:
            name = shown(part or "its network")
            raise RefusedFile(f"{name} was made with activation={shown(repr(found))}, which is not drawn here")


def configuration(tree: NetworkTree) -> NetworkConfig:
    """Sizes from the shapes; raises RefusedFile for architectures other than the skip generator."""
    size = turn.resolution_of(_resolutions(tree, "synthesis."), tree.name)
    sides = [4 << level for level in range(size.bit_length() - 2)]
    if any(f"synthesis.b{side}.skip.weight" in tree or f"synthesis.b{side}.torgb.weight" not in tree for side in sides):
        raise RefusedFile("its generator is not of the skip architecture, the only one of StyleGAN2's drawn here")
    check_filters(tree)
    check_activations(tree)
    channels = [turn.size_of(tree, f"synthesis.b{side}.torgb.weight", 1) for side in sides]
    if turn.size_of(tree, f"synthesis.b{size}.torgb.weight", 0) != 3:
        raise RefusedFile("its pictures do not have three colours, which is all that is drawn here")
    return turn.configured(
        architecture="stylegan2",
        resolution=size,
        **turn.fmaps(channels),
        **mapping_sizes(tree),
        w_dim=turn.size_of(tree, "synthesis.b4.conv1.affine.weight", 1),
        activation_clamp=_clamp(tree),
    )


def mapping_sizes(tree: NetworkTree) -> dict[str, object]:
    """What a configuration says of the mapping, from its shapes."""
    embedding = tree.tensors.get("mapping.embed.weight")
    code = turn.size_of(tree, "mapping.fc0.weight", 1)
    return {
        "z_dim": code - (len(embedding) if embedding is not None and embedding.ndim else 0),
        "mapping_layers": turn.count(tree, r"mapping\.fc\d+\.weight"),
        "mapping_width": turn.size_of(tree, "mapping.fc0.weight", 0),
        "classes": turn.class_names(embedding.shape[1] if embedding is not None and embedding.ndim == 2 else 0),
        "label_input": "joint" if embedding is None else "separate",
    }


def _resolutions(tree: NetworkTree, prefix: str) -> Sequence[int]:
    rule = re.compile(re.escape(prefix) + r"b(\d{1,4})\.")
    return [int(found[1]) for name in tree.tensors if (found := rule.match(name))]


def check_filters(tree: NetworkTree) -> None:
    """Raises RefusedFile where a network resamples with another filter than [1, 3, 3, 1]."""
    for name, values in tree.tensors.items():
        if name.endswith("resample_filter") and values.ndim == 2 and values.shape != (1, 1):
            usual = values.shape == (4, 4) and np.allclose(values, _FILTER, atol=1e-6)
            if not usual:
                raise RefusedFile("it resamples with another filter than [1, 3, 3, 1], which is not done here")


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors: up-convolutions rotated back, the affine's 1 taken out of its bias."""
    state = mapping_state(tree, config)
    state["synthesis.const"] = turn.need(tree, "synthesis.b4.const")[None]
    for level in range(config.levels):
        block = f"synthesis.b{4 << level}."
        if level:
            state |= _layer(tree, block + "conv0.", f"synthesis.layers.{2 * level - 1}.", flip=True)
        state |= _layer(tree, block + "conv1.", f"synthesis.layers.{2 * level}.", flip=False)
        state |= _styled(tree, block + "torgb.", f"synthesis.to_rgb.{level}.", flip=False)
    return state


def mapping_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The mapping's tensors and the mean w, where the file has it."""
    state: State = {"w_avg": tree["mapping.w_avg"]} if "mapping.w_avg" in tree else {}
    for index in range(config.mapping_layers):
        factor = _lrmul(tree.options_of(f"mapping.fc{index}")) / LRMUL
        for part in ("weight", "bias"):
            values = turn.need(tree, f"mapping.fc{index}.{part}")
            state[f"mapping.layers.{index}.{part}"] = values if factor == 1 else turn.scaled(values, factor)
    if config.classes:
        state |= turn.copied(tree, "mapping.embed", "mapping.label_dense")
    return state


def _lrmul(options: Mapping[str, object]) -> float:
    found = options.get("lr_multiplier", LRMUL)
    if not isinstance(found, int | float) or not 0 < found < 1e6:
        raise RefusedFile("its mapping's learning rate multiplier is no sensible number")
    return float(found)


def _layer(tree: NetworkTree, theirs: str, ours: str, *, flip: bool) -> State:
    state = _styled(tree, theirs, ours, flip=flip)
    strength = tree.tensors.get(theirs + "noise_strength")
    noise = tree.tensors.get(theirs + "noise_const")
    side = int(theirs.split(".")[1][1:])
    state[ours + "noise_strength"] = np.zeros((), np.float32) if strength is None else strength
    state[ours + "noise"] = np.zeros((1, 1, side, side), np.float32) if noise is None else noise[None, None]
    return state


def _styled(tree: NetworkTree, theirs: str, ours: str, *, flip: bool) -> State:
    weight = turn.need(tree, theirs + "weight")
    return {
        ours + "conv.weight": weight[..., ::-1, ::-1] if flip and weight.ndim == 4 else weight,
        ours + "bias": turn.need(tree, theirs + "bias"),
        ours + "affine.weight": turn.need(tree, theirs + "affine.weight"),
        ours + "affine.bias": less_one(turn.need(tree, theirs + "affine.bias")),
    }


def less_one(bias: Array) -> Array:
    """The affine's bias without the 1 that PyTorch's files hold and this project adds when drawing."""
    return bias.astype(np.float32) - np.float32(1)


def unusual_judge(tree: NetworkTree) -> str:
    """Why a discriminator does not fit this project's; empty if it does."""
    if any(name.startswith("mapping.") for name in tree.tensors):
        return "it compares with a mapped label"
    if not any(name.endswith(".skip.weight") for name in tree.tensors):
        return "it is not residual"
    channels = turn.size_of(tree, "b4.conv.weight", 1) - turn.size_of(tree, "b4.conv.weight", 0)
    return "" if channels in (0, 1) else "its minibatch deviation has several channels"


def _group(tree: NetworkTree) -> int:
    if turn.size_of(tree, "b4.conv.weight", 1) == turn.size_of(tree, "b4.conv.weight", 0):
        return 1
    found = tree.options_of("b4.mbstd").get("group_size", 4)
    return found if isinstance(found, int) and 2 <= found <= 4096 else 4


def discriminator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The residual discriminator's tensors."""
    top = config.levels - 1
    check_filters(tree)
    check_activations(tree)
    state = turn.biased(tree, f"b{4 << top}.fromrgb", "from_rgb")
    for level in range(1, config.levels):
        theirs, ours = f"b{4 << level}.", f"blocks.{level - 1}."
        state |= turn.biased(tree, theirs + "conv0", ours + "main.conv0")
        state |= turn.biased(tree, theirs + "conv1", ours + "main.conv1")
        state[ours + "skip.weight"] = turn.need(tree, theirs + "skip.weight")
    state |= turn.biased(tree, "b4.conv", "conv")
    return state | turn.copied(tree, "b4.fc", "dense0") | turn.copied(tree, "b4.out", "dense1")
