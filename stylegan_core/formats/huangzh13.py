"""huangzh13's StyleGAN.pytorch: raw TensorFlow-style values, norm eps 1e-5, fromRGB without lrelu (spec-core 7.6)."""

from functools import partial

from stylegan_core.formats import converted as turn
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import NO_NOISE, Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.stylegan1_tf import FUSED_FROM
from stylegan_core.formats.weight_file import NetworkTree, WeightFile
from stylegan_core.networks.config import NetworkConfig

NORM_EPS = 1e-5
"""torch's InstanceNorm2d default, where the official code has 1e-8."""


def convert(file: WeightFile) -> Converted:
    """A generator file; the discriminator lies in a file of its own, which alone cannot be drawn."""
    tree = next((net for net in file.networks.values() if "g_synthesis.init_block.conv.weight" in net), None)
    if tree is None:
        raise RefusedFile("it holds a discriminator only; open the generator's file (GAN_GEN_...) instead")
    found = turn.count(tree, r"g_synthesis\.to_rgb\.\d+\.bias")
    levels = turn.trained_levels([turn.need(tree, f"g_synthesis.to_rgb.{at}.bias") for at in range(found)])
    config = configuration(tree, levels)
    notes = [*turn.note_of_trained(levels, found), NO_NOISE]
    noise = partial(turn.noise_state, levels)
    return Converted(config, generator_state(tree, config), source=tree.name, notes=notes, draw_noise=noise)


def configuration(tree: NetworkTree, levels: int) -> NetworkConfig:
    """Sizes from the shapes, and what this port computes in its own way."""
    channels = [turn.size_of(tree, f"g_synthesis.to_rgb.{at}.weight", 1) for at in range(levels)]
    layers = turn.count(tree, r"g_mapping\.map\.dense\d+\.weight")
    code, width = (turn.size_of(tree, "g_mapping.map.dense0.weight", axis) for axis in (1, 0))
    classes = turn.labels_of(tree, "class_embedding.weight")
    blurs = any(name.endswith("conv0_up.intermediate.kernel") for name in tree.tensors) or levels == 1
    return turn.configured(
        resolution=4 << (levels - 1),
        **turn.fmaps(channels),
        z_dim=code // 2 if classes else code,
        w_dim=turn.size_of(tree, f"g_mapping.map.dense{layers - 1}.weight", 0),
        mapping_layers=layers,
        mapping_width=width,
        classes=classes,
        blur=blurs,
        norm_eps=NORM_EPS,
        from_rgb_activation=False,
    )


def generator_state(tree: NetworkTree, config: NetworkConfig) -> State:
    """The generator's tensors; up layers from 128² on ran fused, so they are rotated."""
    state: State = {}
    for index in range(config.mapping_layers):
        state |= turn.copied(tree, f"g_mapping.map.dense{index}", f"mapping.layers.{index}")
    if config.classes:
        state["mapping.label_embedding"] = turn.need(tree, "class_embedding.weight")
    if "truncation.avg_latent" in tree:
        state["w_avg"] = tree["truncation.avg_latent"]
    for index in range(2 * config.levels):
        ours = f"synthesis.layers.{index}."
        state |= {ours + name: value for name, value in _layer(tree, index).items()}
    for level in range(config.levels):
        state |= turn.biased(tree, f"g_synthesis.to_rgb.{level}", f"synthesis.to_rgb.{level}")
    return state


def _layer(tree: NetworkTree, index: int) -> dict[str, Array]:
    level, second = divmod(index, 2)
    block = f"g_synthesis.blocks.{level - 1}." if level else "g_synthesis.init_block."
    scope = block + ("conv1." if second else "conv0_up.") if level else block + ("conv." if second else "")
    epilogue = f"{block}epi{second + 1}."
    found = {
        "bias": turn.need(tree, scope + "bias"),
        "noise_strength": turn.need(tree, epilogue + "top_epi.noise.weight"),
        "affine.weight": turn.need(tree, epilogue + "style_mod.lin.weight"),
        "affine.bias": turn.need(tree, epilogue + "style_mod.lin.bias"),
    }
    if index == 0:
        return {**found, "const": turn.need(tree, scope + "const")}
    weight = turn.need(tree, scope + "weight")
    flip = not second and (4 << level) >= FUSED_FROM
    return {**found, "conv.weight": weight[:, :, ::-1, ::-1] if flip and weight.ndim == 4 else weight}
