"""Convolutions in fewer products: held against torch's in float64, alone and in a drawing."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.drawing import Drawing1
from stylegan_core.networks import winograd
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.networks.winograd import Winograd


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
    assert float(ours) < 2e-6
    assert float(ours) < 8 * float(plain)


def test_a_drawing_with_it_is_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(5)
    generator = Generator(NetworkConfig(32, z_dim=16, w_dim=16, fmap_base=256, fmap_max=24))
    for name, parameter in generator.named_parameters():
        if name.endswith(("bias", "noise_strength")):
            parameter.data.normal_(std=0.3)
    monkeypatch.setattr(winograd, "LEAST_SIDE", 4)
    monkeypatch.setattr(winograd, "LEAST_CHANNELS", 1)
    drawing = Drawing1(generator.synthesis, torch.float32)
    assert sum(stage.winograd is not None for stage in drawing.stages) == 7
    w = torch.randn(1, 16)
    with torch.inference_mode():
        before: list[Tensor] = []
        for index, stage in enumerate(drawing.stages):
            before.append(stage(before, w, generator.synthesis.noise_map(index)))
        picture = drawing.picture(before, w[:, None].expand(-1, len(before), -1), 3, 1.0)
        torch.testing.assert_close(picture, generator.synthesis(w[:, None]), rtol=1e-4, atol=1e-4)
