"""Ports of StyleGAN v1: a file in each port's layout draws what that port's own arithmetic gives."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.importing import import_file
from stylegan_core.model import Model, load_model
from tests.core.formats import literal
from tests.core.formats.literal import Layer, he

CHANNELS = (8, 8, 8, 8, 6, 3)
"""4² to 128², so that the fused layer at 128² is among them; fmap_base 192, fmap_max 8."""

WIDTH = 8
State = dict[str, Tensor]


class Numbers:
    """Random tensors that remember their names, one generator a file."""

    def __init__(self, seed: int) -> None:
        self.random = torch.Generator().manual_seed(seed)
        self.state: State = {}

    def __call__(self, name: str, *shape: int, scale: float = 1.0) -> Tensor:
        self.state[name] = torch.randn(*shape, generator=self.random) * scale
        return self.state[name]


def same(model: Model, layers: list[Layer], to_rgb: tuple[Tensor, Tensor], tolerance: float = 1e-4) -> None:
    ws = torch.randn(2, len(layers), WIDTH, generator=torch.Generator().manual_seed(9))
    torch.testing.assert_close(
        model.synthesis(ws), literal.synthesis(layers, to_rgb, ws), atol=tolerance, rtol=0, msg=None
    )


def sizes() -> list[tuple[int, int, int, int]]:
    """(layer, level, channels in, channels out) of every layer."""
    return [
        (index, index // 2, CHANNELS[index // 2 if index % 2 else max(index // 2 - 1, 0)], CHANNELS[index // 2])
        for index in range(2 * len(CHANNELS))
    ]


def plain(weight: Tensor, factor: float) -> literal.Convolution:
    return lambda x: F.conv2d(x, weight * factor, padding=1)


def up(weight: Tensor, factor: float, fused: bool) -> literal.Convolution:
    """Official up layer: weight [out, in, 3, 3] as stored; the blur follows."""
    if fused:
        return lambda x: literal.blur(literal.fused_up(x, (weight * factor).transpose(0, 1)))
    return lambda x: literal.blur(F.conv2d(literal.enlarged(x), weight * factor, padding=1))


# huangzh13


def huangzh13_file() -> tuple[State, list[Layer], tuple[Tensor, Tensor], list[tuple[Tensor, Tensor]]]:
    make = Numbers(1)
    maps = stored_noise(shared=False)
    dense = []
    for i in range(2):
        weight = make(f"g_mapping.map.dense{i}.weight", WIDTH, WIDTH, scale=100)
        bias = make(f"g_mapping.map.dense{i}.bias", WIDTH, scale=10)
        dense.append((weight * he(WIDTH) * 0.01, bias * 0.01))
    layers = []
    for index, level, inputs, outputs in sizes():
        second = index % 2
        block = f"g_synthesis.blocks.{level - 1}." if level else "g_synthesis.init_block."
        scope = block + (("conv1." if second else "conv0_up.") if level else ("conv." if second else ""))
        convolve = const = None
        if index == 0:
            const = make(scope + "const", 1, outputs, 4, 4)
        else:
            weight = make(scope + "weight", outputs, inputs, 3, 3)
            factor = he(inputs * 9)
            convolve = plain(weight, factor) if index % 2 else up(weight, factor, 4 << level >= 128)
            if not second:
                make.state[scope + "intermediate.kernel"] = torch.ones(1, 1, 3, 3)
        epilogue = f"{block}epi{second + 1}."
        layers.append(
            Layer(
                convolve,
                const,
                make(scope + "bias", outputs),
                make(epilogue + "top_epi.noise.weight", outputs),
                maps[index],
                make(epilogue + "style_mod.lin.weight", 2 * outputs, WIDTH) * he(WIDTH, 1),
                make(epilogue + "style_mod.lin.bias", 2 * outputs),
                eps=1e-5,
            )
        )
    rgb = [
        (make(f"g_synthesis.to_rgb.{i}.weight", 3, c, 1, 1), make(f"g_synthesis.to_rgb.{i}.bias", 3))
        for i, c in enumerate(CHANNELS)
    ]
    weight, bias = rgb[-1]
    return make.state, layers, (weight[:, :, 0, 0] * he(CHANNELS[-1], 1), bias), dense


def stored_noise(*, shared: bool) -> list[Tensor]:
    from stylegan_core.formats.converted import noise_state

    return [torch.from_numpy(values) for values in noise_state(len(CHANNELS), shared=shared).values()]


@pytest.mark.parametrize("zipped", [True, False])
def test_huangzh13(tmp_path: Path, zipped: bool) -> None:
    state, layers, to_rgb, dense = huangzh13_file()
    state["truncation.avg_latent"] = torch.arange(WIDTH).float()
    torch.save(state, tmp_path / "GAN_GEN_SHADOW", _use_new_zipfile_serialization=zipped)
    model = load_model(tmp_path / "GAN_GEN_SHADOW")
    same(model, layers, to_rgb)
    z = torch.randn(3, WIDTH)
    torch.testing.assert_close(model.mapping(z), literal.mapping(dense, z), atol=1e-5, rtol=0)
    assert model.w_avg.tolist() == list(range(WIDTH))


def test_huangzh13_without_a_mean_w(tmp_path: Path) -> None:
    state, _, _, dense = huangzh13_file()
    torch.save(state, tmp_path / "file")
    model = load_model(tmp_path / "file")
    many = literal.mapping(dense, torch.randn(20_000, WIDTH, generator=torch.Generator().manual_seed(3)))
    torch.testing.assert_close(model.w_avg, many.mean(dim=0), atol=0.05, rtol=0)
    assert any("mean" in note for note in model.info.notes)


def test_huangzh13_half_grown_is_cropped_to_what_was_trained(tmp_path: Path) -> None:
    state, _, _, _ = huangzh13_file()
    for level in (4, 5):
        state[f"g_synthesis.to_rgb.{level}.bias"].zero_()
    torch.save(state, tmp_path / "file")
    model = load_model(tmp_path / "file")
    assert (model.resolution, model.level) == (32, 3)
    assert any("trained up to 32" in note for note in model.info.notes)


def test_huangzh13_differs_from_the_official_code_in_what_is_kept(tmp_path: Path) -> None:
    torch.save(huangzh13_file()[0], tmp_path / "file.pth")
    config = load_model(tmp_path / "file.pth").config
    assert (config.norm_eps, config.from_rgb_activation, config.bias_before_blur) == (1e-5, False, False)


def test_huangzh13_discriminator_alone(tmp_path: Path) -> None:
    torch.save({"final_block.conv.weight": torch.zeros(2, 3, 3, 3)}, tmp_path / "file")
    with pytest.raises(ValueError, match="discriminator only"):
        load_model(tmp_path / "file")


# genforce


def genforce_file(*, const: bool = True) -> tuple[State, list[Layer], tuple[Tensor, Tensor]]:
    make = Numbers(2)
    for i in range(3):
        make(f"mapping.dense{i}.weight", WIDTH, WIDTH, scale=100)
        make(f"mapping.dense{i}.bias", WIDTH, scale=10)
    make("truncation.w_avg", WIDTH)
    make.state["synthesis.lod"] = torch.zeros(())
    layers = []
    for index, level, inputs, outputs in sizes():
        scope, side = f"synthesis.layer{index}.", 4 << level
        convolve = start = None
        if index == 0 and const:
            start = make(scope + "const", 1, outputs, 4, 4)
        elif index == 0:
            pass
        else:
            weight = make(scope + "weight", outputs, inputs, 3, 3)
            convolve = plain(weight, he(inputs * 9)) if index % 2 else up(weight, he(inputs * 9), side >= 128)
        layers.append(
            Layer(
                convolve,
                start,
                make(scope + "bias", outputs),
                make(scope + "apply_noise.weight", outputs),
                make(scope + "apply_noise.noise", 1, 1, side, side),
                make(scope + "style.weight", 2 * outputs, WIDTH) * he(WIDTH, 1),
                make(scope + "style.bias", 2 * outputs),
            )
        )
    if not const:
        dense = make("synthesis.layer0.weight", CHANNELS[0], WIDTH, 4, 4)
        layers[0] = dense_input(layers[0], dense)
    rgb = [
        (make(f"synthesis.output{i}.weight", 3, c, 1, 1), make(f"synthesis.output{i}.bias", 3))
        for i, c in enumerate(CHANNELS)
    ]
    return make.state, layers, (rgb[-1][0][:, :, 0, 0] * he(CHANNELS[-1], 1), rgb[-1][1])


def dense_input(layer: Layer, weight: Tensor) -> Layer:
    """genforce's input without a constant: w as one pixel, a 4×4 convolution with padding 3."""

    class DenseLayer(Layer):
        def draw(self, x: Tensor | None, w: Tensor) -> Tensor:
            start = F.conv2d(w[:, :, None, None], weight * he(16 * WIDTH), padding=3)
            return Layer(lambda _: start, None, *rest).draw(x, w)

    rest = (layer.bias, layer.strength, layer.noise, layer.scale_weight, layer.scale_bias)
    return DenseLayer(None, None, *rest)


@pytest.mark.parametrize("const", [True, False])
def test_genforce(tmp_path: Path, const: bool) -> None:
    state, layers, to_rgb = genforce_file(const=const)
    torch.save({"models": {"generator_smooth": state}, "running_metadata": {"iter": 3}}, tmp_path / "file.pth")
    same(load_model(tmp_path / "file.pth"), layers, to_rgb)


def test_genforce_discriminator(tmp_path: Path) -> None:
    state, _, _ = genforce_file()
    make, last = Numbers(5), len(CHANNELS) - 1
    for lod in range(last + 1):
        level = last - lod
        make(f"input{lod}.weight", CHANNELS[level], 3, 1, 1)
        make(f"input{lod}.bias", CHANNELS[level])
        if level:
            for offset, outputs in ((0, CHANNELS[level]), (1, CHANNELS[level - 1])):
                make(f"layer{2 * lod + offset}.weight", outputs, CHANNELS[level], 3, 3)
                make(f"layer{2 * lod + offset}.bias", outputs)
    top = CHANNELS[0]
    for offset, shape in ((0, (top, top + 1, 3, 3)), (1, (top, top * 16)), (2, (1, top))):
        make(f"layer{2 * last + offset}.weight", *shape)
        make(f"layer{2 * last + offset}.bias", shape[0])
    torch.save({"generator": state, "discriminator": make.state}, tmp_path / "file.pth")
    judge = import_file(tmp_path / "file.pth").discriminator
    assert judge is not None
    picture = torch.randn(4, 3, 128, 128)
    with torch.no_grad():
        torch.testing.assert_close(judge(picture), genforce_score(make.state, picture), atol=1e-5, rtol=1e-5)


def genforce_score(state: State, x: Tensor) -> Tensor:
    def layer(name: str, x: Tensor, padding: int = 1) -> Tensor:
        weight = state[name + ".weight"]
        x = F.conv2d(x, weight * he(weight[0].numel()), state[name + ".bias"], padding=padding)
        return torch.where(x > 0, x, 0.2 * x)

    x, last = layer("input0", x, 0), len(CHANNELS) - 1
    for lod in range(last):
        x = literal.blur(layer(f"layer{2 * lod}", x))
        name = f"layer{2 * lod + 1}"
        weight = state[name + ".weight"]
        x = F.avg_pool2d(F.conv2d(x, weight * he(weight[0].numel()), padding=1), 2)
        x = x + state[name + ".bias"].view(1, -1, 1, 1)
        x = torch.where(x > 0, x, 0.2 * x)
    deviation = torch.sqrt(x.var(dim=0, correction=0) + 1e-8).mean()
    x = layer(f"layer{2 * last}", torch.cat([x, deviation.expand(4, 1, 4, 4)], dim=1)).flatten(1)
    weight = state[f"layer{2 * last + 1}.weight"]
    x = x @ weight.T * he(weight.shape[1]) + state[f"layer{2 * last + 1}.bias"]
    x = torch.where(x > 0, x, 0.2 * x)
    weight = state[f"layer{2 * last + 2}.weight"]
    return x @ weight.T * he(weight.shape[1], 1) + state[f"layer{2 * last + 2}.bias"]


# rosinality


def rosinality_file() -> tuple[State, list[Layer], tuple[Tensor, Tensor], list[tuple[Tensor, Tensor]]]:
    make = Numbers(3)
    maps = stored_noise(shared=True)
    dense = []
    for i in range(2):
        weight = make(f"style.{2 * i + 1}.linear.weight_orig", WIDTH, WIDTH)
        dense.append((weight * he(WIDTH), make(f"style.{2 * i + 1}.linear.bias", WIDTH)))
    layers = [rosinality_layer(make, *size, maps[size[0]]) for size in sizes()]
    rgb = [
        (make(f"generator.to_rgb.{i}.conv.weight_orig", 3, c, 1, 1), make(f"generator.to_rgb.{i}.conv.bias", 3))
        for i, c in enumerate(CHANNELS)
    ]
    return make.state, layers, (rgb[-1][0][:, :, 0, 0] * he(CHANNELS[-1]), rgb[-1][1]), dense


def rosinality_layer(make: Numbers, index: int, level: int, inputs: int, outputs: int, noise: Tensor) -> Layer:
    block, number = f"generator.progression.{level}.", index % 2 + 1
    convolve = const = None
    factor = he(inputs * 9)
    if index == 0:
        const = make(block + "conv1.input", 1, outputs, 4, 4)
    elif index % 2:
        weight = make(block + "conv2.conv.weight_orig", outputs, inputs, 3, 3)
        bias = make(block + "conv2.conv.bias", outputs)
        convolve = _with_bias(plain(weight, factor), bias)
    elif (4 << level) < 128:
        weight = make(block + "conv1.1.conv.weight_orig", outputs, inputs, 3, 3)
        bias = make(block + "conv1.1.conv.bias", outputs)
        up_plain = _with_bias(lambda x, w=weight: F.conv2d(literal.enlarged(x), w * factor, padding=1), bias)
        convolve = _blurred(up_plain)
    else:
        weight = make(block + "conv1.0.weight", inputs, outputs, 3, 3)
        bias = make(block + "conv1.0.bias", outputs)
        convolve = _blurred(_with_bias(lambda x, w=weight: literal.fused_up(x, w * factor, 4), bias))
    style = f"{block}adain{number}.style.linear."
    return Layer(
        convolve,
        const,
        torch.zeros(outputs),
        make(f"{block}noise{number}.weight_orig", 1, outputs, 1, 1).flatten() * he(outputs),
        noise,
        make(style + "weight_orig", 2 * outputs, WIDTH) * he(WIDTH),
        make(style + "bias", 2 * outputs),
        eps=1e-5,
        scale_offset=0.0,
    )


def _with_bias(convolve: Any, bias: Tensor) -> literal.Convolution:
    return lambda x: convolve(x) + bias.view(1, -1, 1, 1)


def _blurred(convolve: literal.Convolution) -> literal.Convolution:
    return lambda x: literal.blur(convolve(x))


@pytest.mark.parametrize("bare", [True, False])
def test_rosinality(tmp_path: Path, bare: bool) -> None:
    state, layers, to_rgb, dense = rosinality_file()
    other = {name: torch.zeros_like(values) for name, values in state.items()}
    judge = {"linear.bias": torch.zeros(1)}
    content = state if bare else {"generator": other, "discriminator": judge, "g_running": state}
    torch.save(content, tmp_path / "file.model")
    model = load_model(tmp_path / "file.model")
    same(model, layers, to_rgb)
    z = torch.randn(3, WIDTH)
    torch.testing.assert_close(model.mapping(z), literal.mapping(dense, z), atol=1e-5, rtol=0)
    assert any("discriminator" in note for note in model.info.notes) is not bare
    assert any("noise" in note for note in model.info.notes)


def test_imported_numbers_lie_where_torch_puts_its_own(tmp_path: Path) -> None:
    torch.save(huangzh13_file()[0], tmp_path / "found.pt")
    model = import_file(tmp_path / "found.pt").model
    assert {p.data_ptr() % 64 for p in model.generator.parameters()} == {0}
