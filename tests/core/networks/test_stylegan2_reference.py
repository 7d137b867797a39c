"""StyleGAN2 against what NVIDIA's PyTorch code drew and scored from the same random weights (reference network)."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from stylegan_core.formats.reader import read_weight_file
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator, build_discriminator
from tests.core.reference import ADA_PICTURES, reference, tensors

CONFIG = NetworkConfig(
    64, "stylegan2", z_dim=48, w_dim=40, mapping_width=40, mapping_layers=3, fmap_base=512, fmap_max=32
)


@cache
def theirs(name: str) -> dict[str, Tensor]:
    file = read_weight_file(reference("stylegan2-ada-64.pkl"))
    return {key: torch.from_numpy(np.array(value, np.float32)) for key, value in file.networks[name].tensors.items()}


def expected() -> dict[str, torch.Tensor]:
    return tensors("stylegan2-ada-64.npz")


def styled(ours: str, scope: str, *, up: bool) -> dict[str, Tensor]:
    """Their up layers run as a true convolution, so the kernel is rotated; their style's bias holds our + 1."""
    found = {name.removeprefix(scope): values for name, values in theirs("G_ema").items() if name.startswith(scope)}
    state = {"conv.weight": found["weight"].flip(2, 3) if up else found["weight"], "bias": found["bias"]}
    state |= {"affine.weight": found["affine.weight"], "affine.bias": found["affine.bias"] - 1}
    if "noise_const" in found:
        state |= {"noise": found["noise_const"][None, None], "noise_strength": found["noise_strength"].reshape(())}
    return {ours + name: values for name, values in state.items()}


@cache
def generator() -> Generator:
    given = theirs("G_ema")
    state = {"w_avg": given["mapping.w_avg"], "synthesis.const": given["synthesis.b4.const"][None]}
    for index in range(3):
        for kind in ("weight", "bias"):
            state[f"mapping.layers.{index}.{kind}"] = given[f"mapping.fc{index}.{kind}"]
    for index in range(9):
        side, up = 4 << ((index + 1) // 2), index % 2 == 1
        scope = f"synthesis.b{side}.conv{0 if up else 1}."
        state |= styled(f"synthesis.layers.{index}.", scope, up=up)
    for level in range(5):
        state |= styled(f"synthesis.to_rgb.{level}.", f"synthesis.b{4 << level}.torgb.", up=False)
    network = Generator(CONFIG)
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def test_mapping() -> None:
    assert (generator().mapping(expected()["z"]) - expected()["w"]).abs().max() < 1e-5


@ADA_PICTURES
def test_pictures(name: str, psi: float, cutoff: int, noise: str) -> None:
    picture, mean = expected()[name], generator().w_avg
    ws = expected()["w"][: len(picture), None].repeat(1, 10, 1)
    ws[:, :cutoff] = mean + psi * (ws[:, :cutoff] - mean)
    assert (generator().synthesis(ws, noise) - picture).abs().max() < 1e-4


@torch.no_grad()
def test_scores() -> None:
    given = theirs("D")
    pairs = {"from_rgb.conv.weight": "b64.fromrgb.weight", "from_rgb.bias": "b64.fromrgb.bias"}
    for level in range(1, 5):
        for conv in ("conv0", "conv1"):
            ours = f"blocks.{level - 1}.main.{conv}"
            pairs[f"{ours}.conv.weight"] = f"b{4 << level}.{conv}.weight"
            pairs[f"{ours}.bias"] = f"b{4 << level}.{conv}.bias"
        pairs[f"blocks.{level - 1}.skip.weight"] = f"b{4 << level}.skip.weight"
    pairs |= {"conv.conv.weight": "b4.conv.weight", "conv.bias": "b4.conv.bias"}
    for kind in ("weight", "bias"):
        pairs |= {f"dense0.{kind}": f"b4.fc.{kind}", f"dense1.{kind}": f"b4.out.{kind}"}
    judge = build_discriminator(CONFIG)
    judge.load_state_dict({ours: given[name] for ours, name in pairs.items()})
    assert (judge(expected()["img_psi1"]) - expected()["score"]).abs().max() < 1e-5
