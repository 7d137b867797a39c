"""lucidrains' stylegan2-pytorch: a file in its layout draws what its own arithmetic gives."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.model import Model, load_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import render

CHANNELS = (16, 8, 4)
WIDTH = 6


def port_file(prefix: str = "GE") -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(8)
    state: dict[str, Tensor] = {}

    def make(name: str, *shape: int, scale: float = 1.0) -> None:
        state[name] = torch.randn(*shape, generator=random) * scale

    for i in range(2):
        make(f"S{prefix[1:]}.net.{2 * i}.weight", WIDTH, WIDTH)
        make(f"S{prefix[1:]}.net.{2 * i}.bias", WIDTH)
    make(f"{prefix}.initial_block", 1, CHANNELS[0], 4, 4)
    make(f"{prefix}.initial_conv.weight", CHANNELS[0], CHANNELS[0], 3, 3, scale=0.1)
    make(f"{prefix}.initial_conv.bias", CHANNELS[0])
    for level, outputs in enumerate(CHANNELS):
        inputs, block = CHANNELS[max(level - 1, 0)], f"{prefix}.blocks.{level}."
        for number, wide in ((1, inputs), (2, outputs)):
            make(f"{block}to_style{number}.weight", wide, WIDTH, scale=0.3)
            make(f"{block}to_style{number}.bias", wide, scale=0.3)
            make(f"{block}to_noise{number}.weight", outputs, 1, scale=0.3)
            make(f"{block}to_noise{number}.bias", outputs, scale=0.3)
            make(f"{block}conv{number}.weight", outputs, wide, 3, 3)
        make(f"{block}to_rgb.to_style.weight", outputs, WIDTH)
        make(f"{block}to_rgb.to_style.bias", outputs)
        make(f"{block}to_rgb.conv.weight", 3, outputs, 1, 1)
    return state


def own_mapping(state: dict[str, Tensor], z: Tensor) -> Tensor:
    x = z / z.norm(dim=1, keepdim=True)
    for i in range(2):
        x = F.leaky_relu(x @ (0.1 * state[f"SE.net.{2 * i}.weight"]).T + 0.1 * state[f"SE.net.{2 * i}.bias"], 0.2)
    return x


def modulated(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool) -> Tensor:
    drawn = []
    for sample, scale in zip(x, style, strict=True):
        kernel = weight * (scale + 1)[None, :, None, None]
        if demodulate:
            kernel = kernel * torch.rsqrt((kernel**2).sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        drawn.append(F.conv2d(sample[None], kernel, padding=weight.shape[-1] // 2))
    return torch.cat(drawn)


def blurred(x: Tensor) -> Tensor:
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    planes = [F.conv2d(F.pad(x[:, i : i + 1], (1, 1, 1, 1), mode="reflect"), kernel[None, None]) for i in range(3)]
    return torch.cat(planes, dim=1)


def own_picture(state: dict[str, Tensor], styles: Tensor, noise: Tensor) -> Tensor:
    """Pictures from 0 to 1; styles [N, levels, WIDTH], noise [H, W, 1] as its code shapes it."""

    def linear(name: str, x: Tensor) -> Tensor:
        return F.linear(x, state[name + ".weight"], state[name + ".bias"])

    x = state["GE.initial_block"].expand(len(styles), -1, -1, -1)
    x = F.conv2d(x, state["GE.initial_conv.weight"], state["GE.initial_conv.bias"], padding=1)
    rgb: Tensor | None = None
    for level in range(len(CHANNELS)):
        block, w = f"GE.blocks.{level}.", styles[:, level]
        if level:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        for number in (1, 2):
            crop = noise[None, : x.shape[2], : x.shape[3], :]
            added = linear(f"{block}to_noise{number}", crop).permute(0, 3, 2, 1)
            style = linear(f"{block}to_style{number}", w)
            x = F.leaky_relu(modulated(x, state[f"{block}conv{number}.weight"], style, True) + added, 0.2)
        own = modulated(x, state[block + "to_rgb.conv.weight"], linear(block + "to_rgb.to_style", w), False)
        rgb = own if rgb is None else rgb + own
        if level < len(CHANNELS) - 1:
            rgb = blurred(F.interpolate(rgb, scale_factor=2, mode="bilinear", align_corners=False))
    assert rgb is not None
    return rgb


@pytest.fixture
def opened(tmp_path: Path) -> tuple[dict[str, Tensor], Model]:
    state = port_file()
    live = {f"G.{name[3:]}": torch.zeros(1) for name in state if name.startswith("GE.")}
    torch.save({"GAN": state | live | {"D.to_logit.bias": torch.zeros(1)}, "version": "1.8.9"}, tmp_path / "model_3.pt")
    return state, load_model(tmp_path / "model_3.pt")


def test_pictures_and_mapping(opened: tuple[dict[str, Tensor], Model]) -> None:
    state, model = opened
    styles = torch.randn(2, 3, WIDTH, generator=torch.Generator().manual_seed(1))
    noise = model.generator.synthesis.noise_map(5)[0, 0].T[:, :, None]
    expected = own_picture(state, styles, noise) * 2 - 1
    torch.testing.assert_close(model.synthesis(styles.repeat_interleave(2, dim=1)), expected, atol=1e-4, rtol=1e-5)
    z = torch.randn(4, WIDTH)
    torch.testing.assert_close(model.mapping(z), own_mapping(state, z), atol=1e-5, rtol=0)
    assert (model.resolution, model.num_layers, model.num_noise_layers) == (16, 6, 6)


def test_without_noise_the_bias_stays(opened: tuple[dict[str, Tensor], Model]) -> None:
    state, model = opened
    styles = torch.randn(1, 3, WIDTH)
    expected = own_picture(state, styles, torch.zeros(16, 16, 1)) * 2 - 1
    found = model.synthesis(styles.repeat_interleave(2, dim=1), noise="none")
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_the_window_draws_the_same(opened: tuple[dict[str, Tensor], Model]) -> None:
    _, model = opened
    recipe = Recipe(latent=Latent(seed=4), psi=0.6)
    pixels = torch.from_numpy(render(model, recipe).copy()).permute(2, 0, 1).float()
    import numpy as np

    z = torch.from_numpy(np.random.RandomState(4).randn(1, WIDTH).astype(np.float32))
    w = model.w_avg + 0.6 * (model.mapping(z) - model.w_avg)
    expected = (model.synthesis(w[:, None].expand(1, 6, -1))[0] * 127.5 + 128).clamp(0, 255)
    assert (pixels - expected.floor()).abs().max() <= 1


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("GE.attns.1.0.fn.g", (1,), "attention"),
        ("GE.blocks.0.to_rgb.conv.weight", (4, 16, 1, 1), "transparent"),
        ("GE.initial_block", None, "no constant input"),
        ("GE.initial_conv.weight", None, "before 1.0"),
    ],
)
def test_variants_are_refused(tmp_path: Path, name: str, shape: tuple[int, ...] | None, said: str) -> None:
    state = port_file()
    if shape is None:
        del state[name]
    else:
        state[name] = torch.zeros(shape)
    torch.save({"GAN": state}, tmp_path / "file.pt")
    with pytest.raises(ValueError, match=said):
        load_model(tmp_path / "file.pt")
