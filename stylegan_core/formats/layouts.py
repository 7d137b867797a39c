"""Tells whose layout the networks of a file follow, by the names and shapes of their tensors."""

import re
from collections.abc import Callable

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.weight_file import NetworkTree

OWN = "this project's own safetensors"
STYLEGAN1_TF = "StyleGAN, NVIDIA's TensorFlow pickle"
STYLEGAN2_TF = "StyleGAN2, NVIDIA's TensorFlow pickle"
PROGAN_TF = "Progressive GAN, NVIDIA's TensorFlow pickle"
STYLEGAN2_ADA = "StyleGAN2, NVIDIA's PyTorch pickle"
STYLEGAN3 = "StyleGAN3, NVIDIA's PyTorch pickle"
ROSINALITY1 = "StyleGAN, rosinality's style-based-gan-pytorch"
ROSINALITY2 = "StyleGAN2, rosinality's stylegan2-pytorch"
HUANGZH13 = "StyleGAN, huangzh13's StyleGAN.pytorch"
GENFORCE = "StyleGAN, genforce's port"
LUCIDRAINS = "StyleGAN2, lucidrains' stylegan2-pytorch"

Networks = dict[str, NetworkTree]


def tensorflow_layout(networks: Networks) -> str:
    """The layout of dnnlib networks; raises RefusedFile for networks that are none of the three."""
    names = {name for net in networks.values() for name in net.tensors}
    if any(name.endswith(("/mod_weight", "LabelEmbed/weight")) for name in names):
        return STYLEGAN2_TF
    if any(name.endswith("StyleMod/weight") for name in names):
        return STYLEGAN1_TF
    if any(re.search(r"(^|/)4x4/Dense/weight$", name) for name in names):
        return STYLEGAN1_TF if "dlatent_avg" in names else PROGAN_TF
    if any("FromRGB_lod" in name for name in names):
        return STYLEGAN1_TF
    if any("FromRGB" in name or name.endswith("Output/weight") for name in names):
        return STYLEGAN2_TF
    raise RefusedFile("it holds TensorFlow networks, but none of them is a StyleGAN")


def persistent_layout(networks: Networks) -> str:
    """The layout of NVIDIA's PyTorch modules; raises RefusedFile for others."""
    names = {name for net in networks.values() for name in net.tensors}
    if _any(names, _ALIAS_FREE):
        return STYLEGAN3
    if any(re.match(r"(synthesis\.)?b\d+\.", name) for name in names):
        return STYLEGAN2_ADA
    raise RefusedFile("it holds PyTorch modules, but none of them is a StyleGAN")


_ALIAS_FREE = r"(synthesis\.)?(L\d+_\d+_\d+\.|input\.(freqs|transform)$)"

_MARKS: tuple[tuple[str, Callable[[set[str]], bool]], ...] = (
    (STYLEGAN3, lambda n: _any(n, _ALIAS_FREE)),
    (HUANGZH13, lambda n: _any(n, r"g_synthesis\.init_block\.|final_block\.conv\.|g_mapping\.map\.")),
    (ROSINALITY1, lambda n: _any(n, r"(generator\.)?progression\.\d+\.(conv1\.|adain1|conv\.)")),
    (ROSINALITY2, lambda n: _any(n, r"convs\.\d+\.conv\.modulation|conv1\.conv\.modulation|final_linear")),
    (LUCIDRAINS, lambda n: _any(n, r"(GE?|S|SE|D|G\.)\.?(blocks|net|initial_block|to_logit)")),
    (GENFORCE, lambda n: _any(n, r"(synthesis\.)?layer\d+\.(apply_noise|style)\.|input0\.(conv\.)?weight")),
    (STYLEGAN2_ADA, lambda n: _any(n, r"(synthesis\.)?b\d+\.(conv1|fromrgb|torgb|const)")),
)


def state_dict_layout(networks: Networks) -> str:
    """The layout of plain state dicts; raises RefusedFile where no known generator or discriminator is there."""
    names = {name for net in networks.values() for name in net.tensors}
    for layout, fits in _MARKS:
        if fits(names):
            return layout
    raise RefusedFile("it holds tensors, but under names that belong to no StyleGAN layout known here")


def _any(names: set[str], pattern: str) -> bool:
    rule = re.compile(pattern)
    return any(rule.match(name) for name in names)
