"""TensorFlow pickles of v1 and Progressive GAN, written as dnnlib did, draw what their own arithmetic gives."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.formats.reader import read_weight_file
from stylegan_core.importing import import_file
from stylegan_core.model import load_model
from tests.core.formats import literal
from tests.core.formats.literal import Layer, he
from tests.core.formats.tf_files import dumped, generator, network, network_class

CHANNELS = (8, 8, 8, 8, 6, 3)
WIDTH = 8
LEVELS = len(CHANNELS)
Variables = dict[str, np.ndarray[Any, Any]]


def variables(seed: int = 0, *, labels: int = 0, const: bool = True) -> Variables:
    """Random raw values of a 128² generator under TensorFlow's names."""
    random, found = np.random.RandomState(seed), {}

    def make(name: str, *shape: int, scale: float = 1) -> None:
        found[name] = (random.randn(*shape) * scale).astype(np.float32)

    found["lod"] = np.float32(0)
    make("dlatent_avg", WIDTH)
    if labels:
        make("mapping/LabelConcat/weight", labels, WIDTH)
    for i in range(2):
        make(f"mapping/Dense{i}/weight", 2 * WIDTH if labels and not i else WIDTH, WIDTH, scale=100)
        make(f"mapping/Dense{i}/bias", WIDTH, scale=10)
    for index in range(2 * LEVELS):
        level, scope = index // 2, scope_of(index, const)
        outputs, side = CHANNELS[level], 4 << level
        inputs = CHANNELS[level if index % 2 else max(level - 1, 0)]
        make(f"synthesis/noise{index}", 1, 1, side, side)
        if index:
            make(f"{scope}/weight", 3, 3, inputs, outputs)
        elif const:
            make(f"{scope}/const", 1, outputs, 4, 4)
        else:
            make(f"{scope}/weight", WIDTH, outputs * 16)
        make(f"{scope}/Noise/weight", outputs)
        make(f"{scope}/bias", outputs)
        make(f"{scope}/StyleMod/weight", WIDTH, 2 * outputs)
        make(f"{scope}/StyleMod/bias", 2 * outputs)
    for level, channels in enumerate(CHANNELS):
        make(f"synthesis/ToRGB_lod{LEVELS - 1 - level}/weight", 1, 1, channels, 3)
        make(f"synthesis/ToRGB_lod{LEVELS - 1 - level}/bias", 3)
    return found


def scope_of(index: int, const: bool = True) -> str:
    if index < 2:
        return "synthesis/4x4/" + ("Conv" if index else "Const" if const else "Dense")
    side = 4 << (index // 2)
    return f"synthesis/{side}x{side}/" + ("Conv1" if index % 2 else "Conv0_up")


def tensor(values: Any) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))


def layers_of(found: Variables, *, fused_from: int = 128) -> list[Layer]:
    """The official arithmetic, kernels kept in TensorFlow's own layout until used."""
    made = []
    for index in range(2 * LEVELS):
        scope, level = scope_of(index), index // 2
        made.append(
            Layer(
                convolution(found, scope, index, 4 << level >= fused_from) if index else None,
                None if index else tensor(found[f"{scope}/const"]),
                tensor(found[f"{scope}/bias"]),
                tensor(found[f"{scope}/Noise/weight"]),
                tensor(found[f"synthesis/noise{index}"]),
                tensor(found[f"{scope}/StyleMod/weight"]).T * he(WIDTH, 1),
                tensor(found[f"{scope}/StyleMod/bias"]),
            )
        )
    return made


def convolution(found: Variables, scope: str, index: int, fused: bool) -> literal.Convolution:
    weight = tensor(found[f"{scope}/weight"])
    weight = weight * he(9 * weight.shape[2])
    if index < 2 or index % 2:
        return lambda x: F.conv2d(x, weight.permute(3, 2, 0, 1), padding=1)
    if fused:
        return lambda x: literal.blur(literal.fused_up(x, weight.permute(2, 3, 0, 1)))
    return lambda x: literal.blur(F.conv2d(literal.enlarged(x), weight.permute(3, 2, 0, 1), padding=1))


def rgb_of(found: Variables, level: int) -> tuple[Tensor, Tensor]:
    name = f"synthesis/ToRGB_lod{LEVELS - 1 - level}"
    return tensor(found[f"{name}/weight"])[0, 0].T * he(CHANNELS[level], 1), tensor(found[f"{name}/bias"])


def styles() -> Tensor:
    return torch.randn(2, 2 * LEVELS, WIDTH, generator=torch.Generator().manual_seed(4))


def written(path: Path, found: Variables, protocol: int = 4, **options: Any) -> Path:
    with network_class() as cls:
        made = generator(cls, "Gs", found, **options)
        path.write_bytes(dumped((made, network(cls, "D", judge_variables()), made), protocol))
    return path


def judge_variables() -> Variables:
    random, found = np.random.RandomState(7), {}
    shapes: dict[str, tuple[int, ...]] = {}
    for level, channels in enumerate(CHANNELS):
        shapes[f"FromRGB_lod{LEVELS - 1 - level}"] = (1, 1, 3, channels)
        if level:
            side = 4 << level
            shapes[f"{side}x{side}/Conv0"] = (3, 3, channels, channels)
            shapes[f"{side}x{side}/Conv1_down"] = (3, 3, channels, CHANNELS[level - 1])
    top = CHANNELS[0]
    shapes |= {"4x4/Conv": (3, 3, top + 1, top), "4x4/Dense0": (top * 16, top), "4x4/Dense1": (top, 1)}
    for name, shape in shapes.items():
        found[f"{name}/weight"] = random.randn(*shape).astype(np.float32)
        found[f"{name}/bias"] = random.randn(shape[-1]).astype(np.float32)
    return found


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_every_protocol_gives_the_same_numbers(tmp_path: Path, protocol: int) -> None:
    found = variables()
    file = read_weight_file(written(tmp_path / "file.pkl", found, protocol))
    assert list(file.networks) == ["G", "D", "Gs"]
    for name, values in found.items():
        np.testing.assert_array_equal(file.networks["Gs"][name], values)
    assert file.source_code_bytes > 500


def python2_pickle(name: str, found: Variables) -> bytes:
    """One network as Python 2 pickled it: text and bytes are both its str, the opcodes U and T."""

    def text(raw: bytes) -> bytes:
        return b"U" + bytes([len(raw)]) + raw if len(raw) < 256 else b"T" + struct.pack("<i", len(raw)) + raw

    def array(values: np.ndarray[Any, Any]) -> bytes:
        made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
        kind = b"cnumpy\ndtype\n(U\x02f4K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        shape = b"(" + b"".join(b"M" + struct.pack("<H", size) for size in values.shape) + b"t"
        return made + b"(K\x01" + shape + kind + b"\x89" + text(values.tobytes()) + b"tb"

    items = b"".join(b"(" + text(key.encode()) + array(np.asarray(value)) + b"t" for key, value in found.items())
    variables = text(b"variables") + b"](" + items + b"e"
    source = text(b"build_module_src") + text(b"raise SystemExit(1)\n" * 400)
    state = b"}(" + text(b"version") + b"K\x02" + text(b"name") + text(name.encode()) + source + variables + b"u"
    return b"\x80\x02ctfutil\nNetwork\n)\x81" + state + b"b."


def test_a_python_2_file(tmp_path: Path) -> None:
    found = progan_variables(True)
    (tmp_path / "file.pkl").write_bytes(python2_pickle("Gs", found))
    model, z = load_model(tmp_path / "file.pkl"), torch.randn(2, WIDTH)
    expected = progan_picture(found, z)
    torch.testing.assert_close(model.synthesis(model.mapping(z)[:, None]), expected, atol=1e-4, rtol=0)
    assert read_weight_file(tmp_path / "file.pkl").source_code_bytes == 8000


@pytest.mark.parametrize(("fused", "start"), [("auto", 128), (True, 8), (False, 1 << 20)])
def test_v1_pictures_with_each_kind_of_fused_layer(tmp_path: Path, fused: Any, start: int) -> None:
    found = variables()
    model = load_model(written(tmp_path / "file.pkl", found, fused_scale=fused))
    expected = literal.synthesis(layers_of(found, fused_from=start), rgb_of(found, LEVELS - 1), styles())
    torch.testing.assert_close(model.synthesis(styles()), expected, atol=2e-4, rtol=0)


def test_a_network_saved_while_growing(tmp_path: Path) -> None:
    found = variables() | {"lod": np.float32(2.25)}
    model = load_model(written(tmp_path / "file.pkl", found))
    assert (model.level, model.alpha) == (3, 0.75)
    layers = layers_of(found)
    new = literal.synthesis(layers[:8], rgb_of(found, 3), styles())
    old = literal.enlarged(literal.synthesis(layers[:6], rgb_of(found, 2), styles()))
    expected = literal.enlarged(literal.enlarged(0.75 * new + 0.25 * old))
    torch.testing.assert_close(model.synthesis(styles()), expected, atol=1e-4, rtol=0)


def test_labels(tmp_path: Path) -> None:
    found = variables(labels=3)
    with network_class() as cls:
        (tmp_path / "file.pkl").write_bytes(dumped(generator(cls, "Gs", found), 4))
    model = load_model(tmp_path / "file.pkl")
    assert len(model.classes) == 3
    z, labels = torch.randn(3, WIDTH), torch.eye(3)
    dense = [
        (
            tensor(found[f"mapping/Dense{i}/weight"]).T * he(len(found[f"mapping/Dense{i}/weight"])) * 0.01,
            tensor(found[f"mapping/Dense{i}/bias"]) * 0.01,
        )
        for i in range(2)
    ]
    expected = literal.mapping(dense, z, tensor(found["mapping/LabelConcat/weight"]))
    torch.testing.assert_close(model.mapping(z, labels), expected, atol=1e-5, rtol=0)


def test_the_dense_input_of_configuration_c(tmp_path: Path) -> None:
    found = variables(const=False)
    model = load_model(written(tmp_path / "file.pkl", found))
    start = styles()[:, 0] @ tensor(found["synthesis/4x4/Dense/weight"]) * he(WIDTH, 2**0.5 / 4)
    found["synthesis/4x4/Const/const"] = np.zeros((1, CHANNELS[0], 4, 4), np.float32)
    for name in ("Noise/weight", "bias", "StyleMod/weight", "StyleMod/bias"):
        found[f"synthesis/4x4/Const/{name}"] = found[f"synthesis/4x4/Dense/{name}"]
    layers, ws = layers_of(found), styles()
    first = layers[0]
    x = Layer(lambda _: start.view(2, -1, 4, 4), None, *list(vars(first).values())[2:7]).draw(None, ws[:, 0])
    for index in range(1, 2 * LEVELS):
        x = layers[index].draw(x, ws[:, index])
    weight, bias = rgb_of(found, LEVELS - 1)
    expected = torch.einsum("nchw,oc->nohw", x, weight) + bias.view(1, -1, 1, 1)
    torch.testing.assert_close(model.synthesis(ws), expected, atol=1e-4, rtol=0)


def test_a_single_network_and_one_without_average(tmp_path: Path) -> None:
    found = variables()
    with network_class() as cls:
        (tmp_path / "file.pkl").write_bytes(dumped(generator(cls, "G", found), 3))
    notes = load_model(tmp_path / "file.pkl").info.notes
    assert any("averaged" in note for note in notes)


def test_the_discriminator_scores_the_whole_way_down(tmp_path: Path) -> None:
    judge = import_file(written(tmp_path / "file.pkl", variables())).discriminator
    assert judge is not None
    picture = torch.randn(4, 3, 128, 128, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        torch.testing.assert_close(judge(picture), official_score(judge_variables(), picture), atol=1e-5, rtol=1e-5)


def official_score(found: Variables, x: Tensor) -> Tensor:
    """D_basic at lod 0, fused downscaling from 128² as the official code runs it."""

    def bias(x: Tensor, name: str) -> Tensor:
        x = x + tensor(found[f"{name}/bias"]).view(1, -1, 1, 1)
        return torch.where(x > 0, x, 0.2 * x)

    def weight(name: str, gain: float = 2**0.5) -> Tensor:
        w = tensor(found[f"{name}/weight"])
        return w * he(w[..., 0].numel(), gain)

    x = bias(F.conv2d(x, weight("FromRGB_lod0").permute(3, 2, 0, 1)), "FromRGB_lod0")
    for level in range(LEVELS - 1, 0, -1):
        name = f"{4 << level}x{4 << level}/"
        x = literal.blur(bias(F.conv2d(x, weight(name + "Conv0").permute(3, 2, 0, 1), padding=1), name + "Conv0"))
        w = weight(name + "Conv1_down").permute(3, 2, 0, 1)
        if 4 << level >= 128:
            w = F.pad(w, (1, 1, 1, 1))
            w = (w[..., 1:, 1:] + w[..., :-1, 1:] + w[..., 1:, :-1] + w[..., :-1, :-1]) * 0.25
            x = F.conv2d(x, w, stride=2, padding=1)
        else:
            x = F.avg_pool2d(F.conv2d(x, w, padding=1), 2)
        x = bias(x, name + "Conv1_down")
    deviation = torch.sqrt(x.var(dim=0, correction=0) + 1e-8).mean().expand(len(x), 1, 4, 4)
    x = bias(F.conv2d(torch.cat([x, deviation], 1), weight("4x4/Conv").permute(3, 2, 0, 1), padding=1), "4x4/Conv")
    x = x.flatten(1) @ weight("4x4/Dense0") + tensor(found["4x4/Dense0/bias"])
    x = torch.where(x > 0, x, 0.2 * x)
    return x @ weight("4x4/Dense1", 1) + tensor(found["4x4/Dense1/bias"])


# Progressive GAN


def progan_variables(fused: bool) -> Variables:
    random, found = np.random.RandomState(3), {}

    def make(name: str, *shape: int) -> None:
        found[name + "/weight"] = random.randn(*shape).astype(np.float32)

    make("4x4/Dense", WIDTH, CHANNELS[0] * 16)
    make("4x4/Conv", 3, 3, CHANNELS[0], CHANNELS[0])
    for level in range(1, LEVELS):
        side, outputs = 4 << level, CHANNELS[level]
        make(f"{side}x{side}/Conv0{'_up' if fused else ''}", 3, 3, CHANNELS[level - 1], outputs)
        make(f"{side}x{side}/Conv1", 3, 3, outputs, outputs)
    for level, channels in enumerate(CHANNELS):
        make(f"ToRGB_lod{LEVELS - 1 - level}", 1, 1, channels, 3)
    for name in list(found):
        width = CHANNELS[0] if "Dense" in name else found[name].shape[-1]
        found[name.replace("weight", "bias")] = random.randn(width).astype(np.float32)
    return {"lod": np.float32(0), **found}


def progan_picture(found: Variables, z: Tensor) -> Tensor:
    def normed(x: Tensor) -> Tensor:
        return x / torch.sqrt((x * x).mean(dim=1, keepdim=True) + 1e-8)

    def finished(x: Tensor, name: str) -> Tensor:
        x = x + tensor(found[f"{name}/bias"]).view(1, -1, 1, 1)
        return normed(torch.where(x > 0, x, 0.2 * x))

    def weight(name: str, gain: float = 2**0.5) -> Tensor:
        w = tensor(found[f"{name}/weight"])
        return w * he(w[..., 0].numel(), gain)

    x = (normed(z) @ weight("4x4/Dense", 2**0.5 / 4)).view(len(z), -1, 4, 4)
    x = finished(x, "4x4/Dense")
    x = finished(F.conv2d(x, weight("4x4/Conv").permute(3, 2, 0, 1), padding=1), "4x4/Conv")
    for level in range(1, LEVELS):
        name = f"{4 << level}x{4 << level}/"
        if name + "Conv0_up/weight" in found:
            x = literal.fused_up(x, weight(name + "Conv0_up").permute(2, 3, 0, 1))
            x = finished(x, name + "Conv0_up")
        else:
            w = weight(name + "Conv0").permute(3, 2, 0, 1)
            x = finished(F.conv2d(literal.enlarged(x), w, padding=1), name + "Conv0")
        x = finished(F.conv2d(x, weight(name + "Conv1").permute(3, 2, 0, 1), padding=1), name + "Conv1")
    rgb = F.conv2d(x, weight("ToRGB_lod0", 1).permute(3, 2, 0, 1))
    return rgb + tensor(found["ToRGB_lod0/bias"]).view(1, -1, 1, 1)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("module", ["tfutil", "network"])
def test_progressive_gan(tmp_path: Path, fused: bool, module: str) -> None:
    found = progan_variables(fused)
    with network_class(module) as cls:
        made = [network(cls, name, found, version=2) for name in ("G", "D", "Gs")]
        made[1].state["variables"] = list(judge_variables().items())
        (tmp_path / "file.pkl").write_bytes(dumped(tuple(made), 2))
    foreign = import_file(tmp_path / "file.pkl")
    model, z = foreign.model, torch.randn(2, WIDTH)
    w = model.mapping(z)
    assert (model.num_layers, model.num_noise_layers, model.info.capabilities.styles) == (1, 0, False)
    torch.testing.assert_close(model.synthesis(w[:, None]), progan_picture(found, z), atol=1e-4, rtol=0)
    assert foreign.discriminator is not None
