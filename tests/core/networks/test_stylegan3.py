"""StyleGAN3: held against its arithmetic written out, what NVIDIA's training printed, and what it promises."""

import math
from functools import cache

import pytest
import torch
from torch import Tensor

from stylegan_core.drawing.drawings import prepare
from stylegan_core.info import ModelInfo
from stylegan_core.lab.activations import inspect
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks import resampling
from stylegan_core.networks.bandlimits import bandlimits
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator, build_generator
from stylegan_core.networks.stylegan3 import AliasFreeSynthesis, activation_of, limits_of
from stylegan_core.networks.unfilled import unfilled
from stylegan_core.recipe import Latent, Mix, Recipe
from stylegan_core.render import render, renderer_of
from tests.core.networks import literal3
from tests.core.networks.small import lively, small

TINY = {"architecture": "stylegan3", "fmap_base": 64, "fmap_max": 6, "z_dim": 8, "w_dim": 8, "mapping_width": 8}


def config(**changes: object) -> NetworkConfig:
    return small(**{**TINY, **changes})


def calmed(made: Generator) -> Generator:
    """The network with the mean squares that it has, as training finds them: without, pictures fade to one grey."""
    x = made.synthesis.get_submodule("input")(styles()[:, 0])
    for index, layer in enumerate(made.synthesis.layers):
        layer.get_buffer("magnitude_ema").copy_(x.square().mean())
        x = layer(x, styles()[:, index + 1])
    return made


@cache
def generator(rotation: bool = False, clamp: float = 0.0) -> Generator:
    """A network every part of which does something."""
    made = calmed(lively(config(rotation=rotation, activation_clamp=clamp)))
    turned = torch.tensor([[0.9, 0.3, 0.1], [-0.3, 1.1, 0.05], [0.0, 0.0, 1.0]])
    made.synthesis.get_submodule("input").get_buffer("transform").copy_(turned)
    return made


def styles(count: int = 1) -> Tensor:
    return torch.randn(count, 16, 8, generator=torch.Generator().manual_seed(2))


def exact(made: Generator, ws: Tensor) -> Tensor:
    """The picture in float64."""
    synthesis = made.synthesis.double()
    drawn = synthesis.grow(ws.double(), "none", 3, 1.0, dtype=torch.float64).new
    made.float()
    return drawn


@pytest.mark.parametrize(("rotation", "clamp"), [(False, 0.0), (True, 0.5)])
def test_the_picture_is_that_of_the_arithmetic_written_out(rotation: bool, clamp: float) -> None:
    made, ws = generator(rotation, clamp), styles(2)
    drawn = exact(made, ws)
    state = {name: tensor.double() for name, tensor in made.synthesis.state_dict().items()}
    picture, found = literal3.picture(state, 32, ws[0].double(), rotation=rotation, clamp=clamp or 1e9)
    torch.testing.assert_close(drawn[:1], picture, atol=1e-6 if rotation else 1e-9, rtol=0)
    torch.testing.assert_close(drawn[1:], exact(made, ws[1:]), atol=1e-9, rtol=0)
    model = Model(made)
    torch.testing.assert_close(model.synthesis(ws).double(), drawn, atol=1e-4, rtol=0)
    for dtype, near in ((torch.float32, 1e-4), (torch.bfloat16, 0.1)):
        drawing, activations = prepare(made.synthesis, dtype), list[Tensor]()
        for stage, expected in zip(drawing.stages, found, strict=True):
            activations.append(stage(activations, ws[:1, stage.row or 0], None))
            scale = 0.25 if stage.makes_picture else 1.0
            error = (activations[-1].double() - scale * expected).square().mean().sqrt() / expected.std()
            assert error < near, (stage.row, dtype)


@pytest.mark.parametrize(("rotation", "side"), [(False, 16), (True, 16), (True, resampling.WIDE_BLOCK)])
def test_large_maps_are_drawn_in_squares_without_a_seam(
    rotation: bool, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU in large ones; the promise of the paper is tested below."""
    monkeypatch.setattr(resampling, "BLOCK", side)
    resampling._plan.cache_clear()
    at = config(resolution=128, rotation=rotation)
    made = lively(at)
    state = {name: tensor.double() for name, tensor in made.synthesis.state_dict().items()}
    plan, x = literal3.Schedule(128), torch.randn(1, 6, 148, 148, dtype=torch.float64)
    layer = made.synthesis.layers[11].double()
    x = x[:, : layer.weight.shape[1]]
    w = styles()[0, 12].double()
    expected = literal3.layer(state, plan, 11, x, w, rotation, 1e9)
    torch.testing.assert_close(layer(x, w[None]), expected, atol=1e-6 if rotation else 1e-9, rtol=0)
    resampling._plan.cache_clear()


def test_layers_have_the_sizes_that_nvidias_training_prints() -> None:
    """StyleGAN3-R at 128² (issue 40 of NVlabs/stylegan3) and T at 1024² (issue 194, whose first layers it names)."""
    wide = NetworkConfig(128, "stylegan3", fmap_base=32768, fmap_max=1024, mapping_layers=2, rotation=True)
    with unfilled():
        found = build_generator(wide).synthesis
    assert isinstance(found, AliasFreeSynthesis)
    printed = []
    for index, (layer, limit) in enumerate(zip(found.layers, limits_of(wide), strict=True)):
        activation = activation_of(wide, index)
        filters = [each for each in (activation.enlarging.low_pass, activation.reducing.low_pass) if each.taps > 1]
        numbers = layer.get_parameter("weight").numel() + layer.get_parameter("bias").numel()
        printed.append((f"L{index}_{limit.size}_{limit.channels}", numbers, 1 + sum(f.values().size for f in filters)))
    assert printed[8:] == [
        ("L8_84_1024", 1049600, 157),
        ("L9_148_1024", 1049600, 169),
        ("L10_148_912", 934800, 157),
        ("L11_148_683", 623579, 157),
        ("L12_148_512", 350208, 25),
        ("L13_128_512", 262656, 25),
        ("L14_128_3", 1539, 1),
    ]
    sizes = [limit.size for limit in bandlimits(1024, 16384, 512)]
    assert sizes == [36, 36, 52, 52, 84, 148, 148, 276, 276, 532, 1044, 1044, 1044, 1024, 1024]
    with unfilled():
        million = build_generator(NetworkConfig(1024, "stylegan3", fmap_base=16384, mapping_layers=2))
    assert round(sum(each.numel() for each in million.parameters()) / 1e6, 1) == 22.3  # the paper's figure 3


def transformed(made: Generator, ws: Tensor, matrix: list[list[float]]) -> Tensor:
    """The picture in float64 with its Fourier features transformed; lengths are parts of the picture's side."""
    made.synthesis.get_submodule("input").get_buffer("transform").copy_(torch.tensor(matrix))
    return exact(made, ws)


def moved(made: Generator, ws: Tensor, x: float, y: float) -> Tensor:
    return transformed(made, ws, [[1.0, 0.0, -x], [0.0, 1.0, -y], [0.0, 0.0, 1.0]])


def decibels(found: Tensor, expected: Tensor) -> float:
    """The peak signal-to-noise ratio of pictures in [-1, 1], as the paper's EQ-T."""
    return -10 * math.log10(float((found - expected).square().mean()) / 4)


def upright(rotation: bool) -> Generator:
    """A network that neither moves nor turns its features by itself."""
    made = calmed(lively(config(resolution=64, rotation=rotation)))
    made.synthesis.get_submodule("input.affine").get_parameter("weight").zero_()
    made.synthesis.get_submodule("input.affine").get_parameter("bias").copy_(torch.tensor([1.0, 0, 0, 0]))
    return made


@pytest.mark.parametrize("rotation", [False, True])
def test_what_moves_moves_as_a_whole(rotation: bool) -> None:
    """Equivariance, for which the network was made: moved features draw the moved picture, also between pixels."""
    made, ws = upright(rotation), styles()
    still = moved(made, ws, 0.0, 0.0)
    whole = moved(made, ws, 8 / 64, -4 / 64)
    assert decibels(whole[..., : 64 - 4, 8:], still[..., 4:, : 64 - 8]) > 65
    between = moved(made, ws, 2.5 / 64, 0.0)
    turns = torch.exp(-2j * math.pi * 2.5 * torch.fft.fftfreq(64, dtype=torch.float64))
    expected = torch.fft.ifft(torch.fft.fft(still) * turns).real
    inside = (..., slice(8, -8), slice(16, -16))  # the Fourier transform joins left and right, the picture does not
    assert decibels(between[inside], expected[inside]) > 60 > decibels(still[inside], expected[inside])


def test_only_r_turns_as_a_whole() -> None:
    found = {}
    for rotation in (False, True):
        made, ws = upright(rotation), styles()
        still = moved(made, ws, 0.0, 0.0)
        turned = transformed(made, ws, [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        found[rotation] = max(decibels(turned, torch.rot90(still, times, (2, 3))) for times in (1, 3))
    assert found[True] > 65 and found[False] < 45


def test_bands_follow_what_layers_can_draw() -> None:
    info = Model(generator()).info
    assert isinstance(info, ModelInfo)
    assert (info.architecture, info.num_layers, info.num_noise_layers) == ("StyleGAN3-T", 16, 0)
    assert [(band.name, band.layers) for band in info.bands] == [
        ("coarse", range(7)),
        ("middle", range(7, 12)),
        ("fine", range(12, 16)),
    ]
    assert [info.band_of(layer).name for layer in (0, 6, 7, 15, 99)] == ["coarse", "coarse", "middle", "fine", "fine"]
    large = NetworkConfig(1024, "stylegan3", fmap_base=16384).layer_resolutions
    assert large == (4, 4, 8, 8, 16, 32, 32, 64, 128, 128, 256, 512, 512, 1024, 1024, 1024)


def test_a_recipe_is_drawn_and_the_file_opens_again(tmp_path: object) -> None:
    model = Model(generator(), name="three")
    recipe = Recipe(Latent(3), psi=0.8, mixes=(Mix(Latent(4), 1.0, "fine"),))
    pixels = render(model, recipe)
    alone = render(model, Recipe(Latent(3), psi=0.8))
    assert pixels.shape == (32, 32, 3) and pixels.std() > 2 and (pixels != alone).any()
    path = f"{tmp_path}/three.safetensors"
    save_model(path, model)
    again = load_model(path)
    assert again.info == model.info and (render(again, recipe) == pixels).all()
    assert not model.info.capabilities.growing and not model.info.capabilities.noise


def test_the_layer_inspector_sees_what_the_layers_hand_on() -> None:
    model = Model(generator())
    recipe = Recipe(Latent(5))
    ws = renderer_of(model).styles.ws(recipe)
    state = {name: tensor.double() for name, tensor in generator().synthesis.state_dict().items()}
    _, expected = literal3.picture(state, 32, ws[0].double(), rotation=False)
    found = inspect(model, recipe)
    assert [each.band for each in found] == ["coarse"] * 7 + ["middle"] * 5 + ["fine"] * 4
    for facts, values in zip(found[:-1], expected[:-1], strict=True):
        assert facts.mean == pytest.approx(float(values.mean()), abs=1e-5)
        assert facts.deviation == pytest.approx(float(values.std(correction=0)), rel=1e-4)


def test_it_is_drawn_but_not_trained() -> None:
    from stylegan_core.networks.generator import build_discriminator

    with pytest.raises(ValueError, match="can be drawn but not trained here"):
        build_discriminator(config())
    with pytest.raises(ValueError, match="rotation is no choice in a StyleGAN2"):
        small(architecture="stylegan2", rotation=True)


@pytest.mark.parametrize("rotation", [False, True])
def test_a_way_back_that_keeps_nothing_of_a_large_map_finds_the_same_slopes(
    rotation: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step of drag points kept 2.3 GB of R at 512²: every enlarged map, before and after it was bent."""
    made, slopes, kept = lively(config(rotation=rotation)), list[Tensor](), list[int]()
    activation = next(each.activation for each in made.synthesis.layers if each.activation.enlarging.factor == 4)
    side = activation.enlarging.inputs
    for part in (1 << 62, 1):
        monkeypatch.setattr(resampling, "PART", part)
        x = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1)).requires_grad_()
        kept.clear()
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.nbytes) or t, lambda t: t):
            out = activation(x)
        slopes += torch.autograd.grad(out.square().sum(), x)
        if part > 1:
            assert sum(kept) == x.nbytes
        else:
            assert sum(kept) > 16 * x.nbytes
    assert torch.equal(*slopes)
