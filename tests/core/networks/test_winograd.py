"""Convolutions in fewer products: held against torch's in float64, alone and in a drawing."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.model import Model
from stylegan_core.networks import winograd
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.networks.winograd import Winograd
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.styles import Styles


def inputs(side: int, inputs: int, outputs: int) -> tuple[Tensor, Tensor, Tensor]:
    chance = torch.Generator().manual_seed(side)
    x = torch.randn(1, inputs, side, side, generator=chance).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(outputs, inputs, 3, 3, generator=chance) / (9 * inputs) ** 0.5
    return x, weight, torch.randn(outputs, generator=chance)


@pytest.mark.parametrize("strip", [1, 16 << 20])
@pytest.mark.parametrize(("side", "channels", "outputs"), [(4, 3, 2), (8, 5, 7), (32, 48, 24)])
@pytest.mark.parametrize("enlarging", [False, True])
def test_it_convolves(
    monkeypatch: pytest.MonkeyPatch, enlarging: bool, side: int, channels: int, outputs: int, strip: int
) -> None:
    monkeypatch.setattr(winograd, "STRIP", strip)
    x, weight, bias = inputs(side, channels, outputs)
    seen = F.interpolate(x, scale_factor=2) if enlarging else x
    exact = F.conv2d(seen.double(), weight.double(), padding=1)
    made = Winograd(weight, enlarging=enlarging)
    for added in (None, bias):
        y = made(x, added)
        assert y.is_contiguous(memory_format=torch.channels_last)
        right = exact if added is None else exact + added.double()[:, None, None]
        assert float((y - right).abs().max()) < 3e-5


def test_it_loses_about_as_many_digits_as_the_plain_convolution() -> None:
    x, weight, _ = inputs(32, 256, 128)
    exact = F.conv2d(x.double(), weight.double(), padding=1)
    plain, ours = ((y - exact).norm() / exact.norm() for y in (F.conv2d(x, weight, padding=1), Winograd(weight)(x)))
    assert float(ours) < 3e-6  # 2.07e-6 on a Xeon with AMX, below 2e-6 on two kinds of EPYC
    assert float(ours) < 8 * float(plain)


@pytest.mark.parametrize(("architecture", "layers"), [("stylegan1", 7), ("stylegan2", 4)])
def test_a_drawing_with_it_is_the_same_picture(monkeypatch: pytest.MonkeyPatch, architecture: str, layers: int) -> None:
    torch.manual_seed(5)
    sizes = {"z_dim": 16, "w_dim": 16, "fmap_base": 256, "fmap_max": 24}
    generator = build_generator(NetworkConfig(32, architecture=architecture, **sizes))
    for name, parameter in generator.named_parameters():
        if name.endswith(("bias", "noise_strength")):
            parameter.data.normal_(std=0.3)
    monkeypatch.setattr(winograd, "LEAST_SIDE", 4)
    monkeypatch.setattr(winograd, "LEAST_CHANNELS", 1)
    model = Model(generator)
    renderer = Renderer(model)
    calls = []
    monkeypatch.setattr(Winograd, "__call__", lambda *a, whole=Winograd.__call__: calls.append(a) or whole(*a))
    recipe = Recipe(latent=Latent(3))
    pixels = renderer.render(recipe, "exact")
    assert len(calls) == layers
    with torch.inference_mode():
        picture = model.synthesis(Styles(model).ws(recipe), "const")[0]
    expected = (picture * 127.5 + 128).clamp(0, 255).permute(1, 2, 0).numpy()
    assert np.abs(pixels + 0.5 - expected).max() < 0.6
