"""StyleGAN2 in TensorFlow's, rosinality's and ADA's layouts draws what each one's own arithmetic gives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.importing import import_file
from stylegan_core.model import load_model
from tests.core.formats import literal
from tests.core.formats.literal import Styled, he
from tests.core.formats.tf_files import dumped, generator, network, network_class

CHANNELS = (8, 8, 6, 3)
LEVELS, LAYERS, WIDTH, Z = len(CHANNELS), 2 * len(CHANNELS) - 1, 5, 7
Variables = dict[str, Any]


def layer_sizes() -> list[tuple[int, int, int, int]]:
    """(layer, level, channels in, channels out)."""
    found = []
    for index in range(LAYERS):
        level = (index + 1) // 2
        found.append((index, level, CHANNELS[level - index % 2], CHANNELS[level]))
    return found


def tensor(values: Any) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))


def styles() -> Tensor:
    return torch.randn(2, 2 * LEVELS, WIDTH, generator=torch.Generator().manual_seed(4))


# TensorFlow


def tf_variables(*, growing: bool = False, labels: str = "") -> Variables:
    random, found = np.random.RandomState(1), {}

    def make(name: str, *shape: int, scale: float = 1) -> None:
        found[name] = (random.randn(*shape) * scale).astype(np.float32)

    found["lod"] = np.float32(0)
    make("dlatent_avg", WIDTH)
    beside = 0
    if labels == "LabelConcat":
        make("mapping/LabelConcat/weight", 3, Z)
        beside = Z
    if labels == "LabelEmbed":
        make("mapping/LabelEmbed/weight", 3, WIDTH)
        make("mapping/LabelEmbed/bias", WIDTH)
        beside = WIDTH
    make("mapping/Dense0/weight", Z + beside, 9, scale=100)
    make("mapping/Dense0/bias", 9, scale=10)
    make("mapping/Dense1/weight", 9, WIDTH, scale=100)
    make("mapping/Dense1/bias", WIDTH, scale=10)
    make("synthesis/4x4/Const/const", 1, CHANNELS[0], 4, 4)
    for index, level, inputs, outputs in layer_sizes():
        name, side = tf_name(index), 4 << level
        make(f"{name}/weight", 3, 3, inputs, outputs)
        make(f"{name}/mod_weight", WIDTH, inputs)
        make(f"{name}/mod_bias", inputs)
        make(f"{name}/bias", outputs)
        found[f"{name}/noise_strength"] = np.float32(random.randn())
        make(f"synthesis/noise{index}", 1, 1, side, side)
    for level, channels in enumerate(CHANNELS):
        name = tf_rgb(level, growing)
        make(f"{name}/weight", 1, 1, channels, 3)
        make(f"{name}/mod_weight", WIDTH, channels)
        make(f"{name}/mod_bias", channels)
        make(f"{name}/bias", 3)
    return found


def tf_name(index: int) -> str:
    side = 4 << ((index + 1) // 2)
    return f"synthesis/{side}x{side}/" + ("Conv" if not index else "Conv0_up" if index % 2 else "Conv1")


def tf_rgb(level: int, growing: bool) -> str:
    return f"synthesis/ToRGB_lod{LEVELS - 1 - level}" if growing else f"synthesis/{4 << level}x{4 << level}/ToRGB"


def tf_styled(found: Variables, name: str, noise: Tensor | None = None, up: bool = False) -> Styled:
    weight = tensor(found[f"{name}/weight"])
    return Styled(
        weight.permute(3, 2, 0, 1) * he(weight[..., 0].numel(), 1),
        (tensor(found[f"{name}/mod_weight"]).T * he(WIDTH, 1), tensor(found[f"{name}/mod_bias"]) + 1),
        tensor(found[f"{name}/bias"]),
        noise,
        up,
    )


def tf_network(found: Variables, growing: bool) -> tuple[Tensor, list[Styled], list[Styled]]:
    layers = []
    for index in range(LAYERS):
        name = tf_name(index)
        noise = tensor(found[f"synthesis/noise{index}"]) * float(found[f"{name}/noise_strength"])
        layers.append(tf_styled(found, name, noise, index % 2 == 1))
    rgbs = [tf_styled(found, tf_rgb(level, growing)) for level in range(LEVELS)]
    return tensor(found["synthesis/4x4/Const/const"]), layers, rgbs


def tf_judge(*, growing: bool = False) -> Variables:
    random, found = np.random.RandomState(7), {}
    shapes: dict[str, tuple[int, ...]] = {}
    for level, channels in enumerate(CHANNELS):
        side = 4 << level
        if growing:
            shapes[f"FromRGB_lod{LEVELS - 1 - level}"] = (1, 1, 3, channels)
        if level:
            shapes[f"{side}x{side}/Conv0"] = (3, 3, channels, channels)
            shapes[f"{side}x{side}/Conv1_down"] = (3, 3, channels, CHANNELS[level - 1])
            shapes[f"{side}x{side}/Skip"] = (1, 1, channels, CHANNELS[level - 1])
    if not growing:
        shapes[f"{4 << (LEVELS - 1)}x{4 << (LEVELS - 1)}/FromRGB"] = (1, 1, 3, CHANNELS[-1])
    top = CHANNELS[0]
    shapes |= {"4x4/Conv": (3, 3, top + 1, top), "4x4/Dense0": (top * 16, top), "Output": (top, 1)}
    for name, shape in shapes.items():
        if growing and name.endswith("Skip"):
            continue
        found[f"{name}/weight"] = random.randn(*shape).astype(np.float32)
        if not name.endswith("Skip"):
            found[f"{name}/bias"] = random.randn(shape[-1]).astype(np.float32)
    return found


def tf_file(path: Path, found: Variables, judge: Variables, version: int = 4) -> Path:
    with network_class() as cls:
        made = generator(cls, "Gs", found)
        made.state["version"] = version
        path.write_bytes(dumped((made, network(cls, "D", judge, version=version), made), 3))
    return path


def test_tensorflow_skip_generator(tmp_path: Path) -> None:
    found = tf_variables()
    model = load_model(tf_file(tmp_path / "f.pkl", found, tf_judge()))
    expected = literal.skip_picture(*tf_network(found, False), styles())
    torch.testing.assert_close(model.synthesis(styles()), expected, atol=1e-4, rtol=1e-5)
    z = torch.randn(3, Z)
    dense = [
        (tensor(found[f"mapping/Dense{i}/weight"]).T * he(n, 1) * 0.01, tensor(found[f"mapping/Dense{i}/bias"]) * 0.01)
        for i, n in enumerate((Z, 9))
    ]
    torch.testing.assert_close(model.mapping(z), literal.mapping2(dense, literal.unit(z)), atol=1e-5, rtol=0)


def test_tensorflow_growing_generator(tmp_path: Path) -> None:
    """Configurations B to D, half way through a fade."""
    found = tf_variables(growing=True) | {"lod": np.float32(0.75)}
    foreign = import_file(tf_file(tmp_path / "f.pkl", found, tf_judge(growing=True)))
    const, layers, rgbs = tf_network(found, True)
    ws = styles()
    x = const.expand(2, -1, -1, -1)
    pictures = []
    for index, layer in enumerate(layers):
        x = layer.draw(x, ws[:, index])
        if index % 2 == 0:
            pictures.append(rgbs[index // 2].rgb(x, ws[:, index + 1]))
    expected = 0.25 * pictures[3] + 0.75 * literal.enlarged(pictures[2])
    assert (foreign.model.level, foreign.model.alpha) == (3, 0.25)
    torch.testing.assert_close(foreign.model.synthesis(ws), expected, atol=1e-4, rtol=1e-5)
    assert foreign.discriminator is not None


@pytest.mark.parametrize("labels", ["LabelConcat", "LabelEmbed"])
def test_tensorflow_labels(tmp_path: Path, labels: str) -> None:
    found = tf_variables(labels=labels)
    model = load_model(tf_file(tmp_path / "f.pkl", found, tf_judge(), version=5))
    z, one_hot = torch.randn(3, Z), torch.eye(3)
    weight = tensor(found[f"mapping/{labels}/weight"])
    if labels == "LabelConcat":
        code = literal.unit(torch.cat([z, one_hot @ weight], dim=1))
    else:
        embedded = one_hot @ weight * he(3, 1) + tensor(found["mapping/LabelEmbed/bias"])
        code = torch.cat([literal.unit(z), literal.unit(embedded)], dim=1)
    dense = [
        (
            tensor(found[f"mapping/Dense{i}/weight"]).T * he(len(found[f"mapping/Dense{i}/weight"]), 1) * 0.01,
            tensor(found[f"mapping/Dense{i}/bias"]) * 0.01,
        )
        for i in range(2)
    ]
    torch.testing.assert_close(model.mapping(z, one_hot), literal.mapping2(dense, code), atol=1e-5, rtol=0)


def test_tensorflow_residual_discriminator(tmp_path: Path) -> None:
    found = tf_judge()
    judge = import_file(tf_file(tmp_path / "f.pkl", tf_variables(), found)).discriminator
    assert judge is not None

    def conv(name: str) -> tuple[Tensor, Tensor]:
        weight = tensor(found[f"{name}/weight"])
        bias = tensor(found.get(f"{name}/bias", np.zeros(1)))
        return weight.permute(3, 2, 0, 1) * he(weight[..., 0].numel(), 1), bias

    def dense(name: str) -> tuple[Tensor, Tensor]:
        weight = tensor(found[f"{name}/weight"])
        return weight.T * he(len(weight), 1), tensor(found[f"{name}/bias"])

    sides = [4 << level for level in range(LEVELS - 1, 0, -1)]
    blocks = [(conv(f"{s}x{s}/Conv0"), conv(f"{s}x{s}/Conv1_down"), conv(f"{s}x{s}/Skip")[0]) for s in sides]
    head = [conv("4x4/Conv"), dense("4x4/Dense0"), dense("Output")]
    picture = torch.randn(4, 3, 32, 32)
    expected = literal.residual_score(conv("32x32/FromRGB"), blocks, head, picture)
    with torch.no_grad():
        torch.testing.assert_close(judge(picture), expected, atol=1e-5, rtol=1e-4)


def test_tensorflow_residual_generator_is_refused(tmp_path: Path) -> None:
    found = tf_variables() | {"synthesis/8x8/Skip/weight": np.zeros((1, 1, 8, 8), np.float32)}
    with pytest.raises(ValueError, match="skip architecture"):
        load_model(tf_file(tmp_path / "f.pkl", found, tf_judge()))


# rosinality


def rosinality_generator() -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(2)
    state: dict[str, Tensor] = {}

    def make(name: str, *shape: int, scale: float = 1) -> None:
        state[name] = torch.randn(*shape, generator=random) * scale

    for i, (inputs, outputs) in enumerate(((WIDTH, WIDTH), (WIDTH, WIDTH))):
        make(f"style.{i + 1}.weight", outputs, inputs, scale=100)
        make(f"style.{i + 1}.bias", outputs, scale=10)
    make("input.input", 1, CHANNELS[0], 4, 4)
    tap = torch.tensor([1.0, 3, 3, 1])
    for index, level, inputs, outputs in layer_sizes():
        name = f"convs.{index - 1}." if index else "conv1."
        make(name + "conv.weight", 1, outputs, inputs, 3, 3)
        make(name + "conv.modulation.weight", inputs, WIDTH)
        make(name + "conv.modulation.bias", inputs)
        make(name + "noise.weight", 1)
        make(name + "activate.bias", outputs)
        make(f"noises.noise_{index}", 1, 1, 4 << level, 4 << level)
        if index % 2:
            state[name + "conv.blur.kernel"] = tap[:, None] * tap / 16
    for level, channels in enumerate(CHANNELS):
        name = f"to_rgbs.{level - 1}." if level else "to_rgb1."
        make(name + "conv.weight", 1, 3, channels, 1, 1)
        make(name + "conv.modulation.weight", channels, WIDTH)
        make(name + "conv.modulation.bias", channels)
        make(name + "bias", 1, 3, 1, 1)
    return state


def rosinality_picture(state: dict[str, Tensor], ws: Tensor) -> Tensor:
    """Its up layers run a transposed convolution on the stored weight itself."""

    def styled(name: str, index: int | None) -> Styled:
        weight = state[name + "conv.weight"][0]
        weight = weight * he(weight[0].numel(), 1)
        up = index is not None and index % 2 == 1
        affine = (state[name + "conv.modulation.weight"] * he(WIDTH, 1), state[name + "conv.modulation.bias"])
        noise = None if index is None else state[f"noises.noise_{index}"] * state[name + "noise.weight"]
        bias = state[name + ("bias" if index is None else "activate.bias")].flatten()
        return Styled(weight, affine, bias, noise, up)

    class Transposed(Styled):
        def draw(self, x: Tensor, w: Tensor) -> Tensor:
            drawn = []
            for sample, scale in zip(x, self.style(w), strict=True):
                kernel = self.weight * scale[None, :, None, None]
                kernel = kernel / torch.sqrt((kernel * kernel).sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
                drawn.append(F.conv_transpose2d(sample[None], kernel.transpose(0, 1), stride=2))
            return literal.lrelu2(literal.bias4(literal.fir(torch.cat(drawn), 1, 1, 4) + self.noise, self.bias))

    layers = [styled(f"convs.{i - 1}." if i else "conv1.", i) for i in range(LAYERS)]
    layers = [Transposed(**vars(layer)) if layer.up else layer for layer in layers]
    rgbs = [styled(f"to_rgbs.{i - 1}." if i else "to_rgb1.", None) for i in range(LEVELS)]
    return literal.skip_picture(state["input.input"], layers, rgbs, ws)


def rosinality_judge() -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(5)
    shapes: dict[str, tuple[int, ...]] = {
        "convs.0.0.weight": (CHANNELS[-1], 3, 1, 1),
        "convs.0.1.bias": (CHANNELS[-1],),
    }
    for step, level in enumerate(range(LEVELS - 1, 0, -1), start=1):
        inputs, outputs = CHANNELS[level], CHANNELS[level - 1]
        shapes |= {
            f"convs.{step}.conv1.0.weight": (inputs, inputs, 3, 3),
            f"convs.{step}.conv1.1.bias": (inputs,),
            f"convs.{step}.conv2.1.weight": (outputs, inputs, 3, 3),
            f"convs.{step}.conv2.2.bias": (outputs,),
            f"convs.{step}.skip.1.weight": (outputs, inputs, 1, 1),
        }
    top = CHANNELS[0]
    shapes |= {"final_conv.0.weight": (top, top + 1, 3, 3), "final_conv.1.bias": (top,)}
    shapes |= {"final_linear.0.weight": (top, top * 16), "final_linear.0.bias": (top,)}
    shapes |= {"final_linear.1.weight": (1, top), "final_linear.1.bias": (1,)}
    return {name: torch.randn(*shape, generator=random) for name, shape in shapes.items()}


@pytest.mark.parametrize("zipped", [True, False])
def test_rosinality2(tmp_path: Path, zipped: bool) -> None:
    import argparse

    state, judge = rosinality_generator(), rosinality_judge()
    content = {
        "g": {name: torch.zeros_like(values) for name, values in state.items()},
        "d": judge,
        "g_ema": state,
        "g_optim": {"state": {0: {"step": 3}}, "param_groups": [{"lr": 0.1}]},
        "args": argparse.Namespace(size=32, path="/data"),
        "latent_avg": torch.arange(WIDTH).float(),
    }
    torch.save(content, tmp_path / "f.pt", _use_new_zipfile_serialization=zipped)
    foreign = import_file(tmp_path / "f.pt")
    expected = rosinality_picture(state, styles())
    torch.testing.assert_close(foreign.model.synthesis(styles()), expected, atol=1e-4, rtol=1e-5)
    assert foreign.model.w_avg.tolist() == list(range(WIDTH)) and not foreign.model.info.notes
    z = torch.randn(3, WIDTH)
    dense = [(state[f"style.{i}.weight"] * he(WIDTH, 1) * 0.01, state[f"style.{i}.bias"] * 0.01) for i in (1, 2)]
    torch.testing.assert_close(foreign.model.mapping(z), literal.mapping2(dense, literal.unit(z)), atol=1e-5, rtol=0)
    assert foreign.discriminator is not None
    picture = torch.randn(4, 3, 32, 32)

    def conv(weight: str, bias: str = "") -> tuple[Tensor, Tensor]:
        return judge[weight] * he(judge[weight][0].numel(), 1), judge[bias] if bias else torch.zeros(1)

    blocks = [
        (
            conv(f"convs.{s}.conv1.0.weight", f"convs.{s}.conv1.1.bias"),
            conv(f"convs.{s}.conv2.1.weight", f"convs.{s}.conv2.2.bias"),
            conv(f"convs.{s}.skip.1.weight")[0],
        )
        for s in range(1, LEVELS)
    ]
    head = [conv("final_conv.0.weight", "final_conv.1.bias")]
    head += [conv(f"final_linear.{i}.weight", f"final_linear.{i}.bias") for i in (0, 1)]
    with torch.no_grad():
        scores = foreign.discriminator(picture)
    first = conv("convs.0.0.weight", "convs.0.1.bias")
    torch.testing.assert_close(scores, literal.residual_score(first, blocks, head, picture), atol=1e-5, rtol=1e-4)


def test_another_filter_is_refused(tmp_path: Path) -> None:
    state = rosinality_generator()
    state["convs.0.conv.blur.kernel"] = torch.ones(4, 4) / 4
    torch.save({"g_ema": state}, tmp_path / "f.pt")
    with pytest.raises(ValueError, match="another filter"):
        load_model(tmp_path / "f.pt")
