"""Broken and hostile weight files, built byte by byte; each comes with what its one sentence must say."""

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.core.formats.tf_files import dumped, generator, network, network_class

Case = tuple[str, bytes, str]
P2, STOP = b"\x80\x02", b"."
NUMPY = "numpy.core.multiarray"


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def stack_name(module: str, attribute: str) -> bytes:
    return text(module) + text(attribute) + b"\x93"


def legacy(*parts: bytes, numbers: bytes = b"") -> bytes:
    """A torch legacy stream with the given object pickle and key list pickle."""
    head = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2)
    return head + b"".join(parts) + numbers


def zipped(content: bytes, **others: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        for member, raw in others.items():
            archive.writestr("archive/" + member.replace("__", "/"), raw)
    return made.getvalue()


def storage(kind: str = "FloatStorage", key: str = "0", count: int = 4, module: str = "torch") -> bytes:
    """The persistent id of a storage, pushed and looked up."""
    return (
        b"(" + text("storage") + name(module, kind) + text(key) + text("cpu") + b"J" + struct.pack("<i", count) + b"tQ"
    )


def tensor(offset: int, sizes: tuple[int, ...], strides: tuple[int, ...], block: bytes | None = None) -> bytes:
    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(b"J" + struct.pack("<i", v) for v in values) + b"t"

    place = b"J" + struct.pack("<i", offset)
    made = name("torch._utils", "_rebuild_tensor_v2") + b"(" + (storage() if block is None else block) + place
    return made + numbers(sizes) + numbers(strides) + b"\x89" + b"}tR"


def state(value: bytes, key: str = "conv1.conv.weight") -> bytes:
    return P2 + b"}" + text(key) + value + b"s" + STOP


def calls(canary: Path) -> Iterator[Case]:
    """os.system and its cousins, through every opcode that can name or call something."""
    command = text(f"touch {canary}")
    argument = b"(" + command + b"t"
    for module, attribute in (
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "__import__"),
        ("builtins", "getattr"),
        ("__builtin__", "eval"),
        ("runpy", "run_path"),
        ("importlib", "import_module"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("numpy", "load"),
        ("numpy.testing._private.utils", "runstring"),
        ("pickle", "loads"),
        ("_pickle", "loads"),
        ("functools", "partial"),
        ("operator", "attrgetter"),
        ("shutil", "rmtree"),
        ("pathlib", "Path"),
        ("codecs", "encode"),
        ("types", "FunctionType"),
        ("marshal", "loads"),
        ("canary_module", "anything"),
    ):
        said = rf"asks for {module.replace('.', '[.]')}[.]{attribute}"
        yield f"reduce-{module}.{attribute}", P2 + name(module, attribute) + argument + b"R" + STOP, said
    yield "stack-global", b"\x80\x04" + stack_name("os", "system") + argument + b"R" + STOP, "asks for os.system"
    yield "inst", b"(" + b"S'touch'\n" + b"ios\nsystem\n" + STOP, "asks for os.system"
    yield "obj", P2 + b"(" + name("os", "system") + command + b"o" + STOP, "asks for os.system"
    yield "newobj", P2 + name("os", "system") + argument + b"\x81" + STOP, "asks for os.system"
    yield (
        "newobj-ex",
        b"\x80\x04" + name("collections", "OrderedDict") + b")" + b"}" + text("a") + text("b") + b"s\x92" + STOP,
        "keywords",
    )
    for code, width in ((b"\x82", 1), (b"\x83", 2), (b"\x84", 4)):
        yield f"ext{width}", P2 + code + b"\x01" * width + b")R" + STOP, "extension registry"
    yield "persid", b"(Pos.system\n" + STOP, "outside the file"
    yield "binpersid", P2 + command + b"Q" + STOP, "outside the file"
    yield "build-on-function", P2 + name("numpy", "ndarray") + b"}b" + STOP, "sets the state of a StandIn"
    yield "build-on-text", P2 + command + b"}b" + STOP, "sets the state of a str"
    yield "call-a-text", P2 + command + argument + b"R" + STOP, "not a function"
    yield "call-a-number-type", P2 + name("torch", "float32") + argument + b"R" + STOP, "only a name here"
    yield "dotted-name", b"\x80\x04" + stack_name("collections", "OrderedDict.__init__.__globals__") + STOP, "asks for"
    yield "name-that-is-a-number", b"\x80\x04K\x01" + text("system") + b"\x93" + STOP, "not text"
    yield "name-with-escapes", P2 + b"c\x1b[31mos\nsystem\n" + STOP, r"asks for \?\[31mos\.system"
    yield (
        "codec-other-than-latin1",
        P2 + name("_codecs", "encode") + b"(" + text("x") + text("rot13") + b"tR" + STOP,
        "encoding",
    )
    yield (
        "reconstruct-foreign-class",
        P2 + name(NUMPY, "_reconstruct") + b"(" + name("torch", "Size") + b"tR" + STOP,
        "unknown class",
    )
    yield (
        "copyreg-foreign-class",
        P2 + name("copyreg", "_reconstructor") + b"(" + command + command + command + b"tR" + STOP,
        "unknown class",
    )
    nested = legacy(P2 + name("os", "system") + argument + b"R" + STOP, pickle.dumps([], 2))
    block = b"B" + struct.pack("<I", len(nested)) + nested
    yield (
        "nested-storage",
        P2 + name("torch.storage", "_load_from_bytes") + b"(" + block + b"tR" + STOP,
        "asks for os.system",
    )
    yield "legacy-torch", legacy(P2 + name("os", "system") + argument + b"R" + STOP), "asks for os.system"
    yield "zip-torch", zipped(P2 + name("os", "system") + argument + b"R" + STOP), "asks for os.system"
    yield (
        "whole-module",
        zipped(P2 + name("models.net", "Generator") + b")\x81}b" + STOP),
        "asks for models.net.Generator",
    )


def arrays() -> Iterator[Case]:
    """numpy shells given what numpy itself would act on."""

    def array(shape: bytes, dtype: bytes, raw: bytes) -> bytes:
        made = name(NUMPY, "_reconstruct") + b"(" + name("numpy", "ndarray") + b"K\x00\x85" + b"C\x01btR"
        content = b"C" + bytes([len(raw)]) + raw
        return b"\x80\x03" + made + b"(K\x01" + shape + dtype + b"\x89" + content + b"tb" + STOP

    def kind(code: str, state: bytes = b"") -> bytes:
        return name("numpy", "dtype") + b"(" + text(code) + b"\x89\x88tR" + state

    ordinary = b"(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    yield "object-array", array(b"K\x01\x85", kind("O8"), b"x" * 8), "Python objects"
    yield "text-array", array(b"K\x01\x85", kind("U2"), b"x" * 8), "elements of type U2"
    yield "void-array", array(b"K\x01\x85", kind("V8"), b"x" * 8), "elements of type V8"
    yield "date-array", array(b"K\x01\x85", kind("M8[ns]"), b"x" * 8), "elements of type"
    fields = b"(K\x03" + text("<") + b"N" + b"(" + text("a") + b"t" + b"}K\x08K\x01K\x00tb"
    yield "record-array", array(b"K\x01\x85", kind("f4", fields), b"x" * 4), "records"
    yield "shape-too-large", array(b"K\x09\x85", kind("f4", ordinary), b"x" * 4), "shape does not fit"
    huge = b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"
    yield "shape-astronomical", array(huge, kind("f4", ordinary), b"x" * 4), "shape does not fit"
    yield "shape-negative", array(b"J\xff\xff\xff\xff\x85", kind("f4", ordinary), b"x" * 4), "impossible size"
    yield "shape-of-text", array(text("4") + b"\x85", kind("f4", ordinary), b"x" * 4), "impossible size"
    yield "shape-of-nine", array(b"(" + b"K\x01" * 9 + b"t", kind("f4", ordinary), b"x" * 4), "up to 8 sizes"
    yield "short-buffer", array(b"K\x02\x85", kind("f4", ordinary), b"x" * 7), "shape does not fit"
    yield (
        "array-never-filled",
        _network_with(name(NUMPY, "_reconstruct") + b"(" + name("numpy", "ndarray") + b"tR"),
        "without its numbers",
    )
    scalar = name(NUMPY, "scalar") + b"(" + kind("O8") + b"U\x08xxxxxxxxtR"
    yield "object-scalar", P2 + scalar + STOP, "Python objects"
    yield (
        "scalar-too-long",
        P2 + name(NUMPY, "scalar") + b"(" + kind("f4", ordinary) + b"U\x08xxxxxxxxtR" + STOP,
        "shape does not fit",
    )


def _network_with(value: bytes) -> bytes:
    variables = b"]" + b"(" + text("lod") + value + b"ta"
    inside = b"}" + text("variables") + variables + b"s"
    return P2 + name("dnnlib.tflib.network", "Network") + b")\x81" + inside + b"b" + STOP


def tensors() -> Iterator[Case]:
    """Torch tensors whose description lies."""
    numbers = struct.pack("<4f", 1, 2, 3, 4)

    def one(made: bytes) -> bytes:
        return zipped(state(made), data__0=numbers)

    yield "overlapping-strides", one(tensor(0, (2, 2), (1, 1))), "overlap"
    yield "zero-strides", one(tensor(0, (2_000_000, 2_000_000), (0, 0))), "overlap"
    yield "negative-stride", one(tensor(0, (4,), (-1,))), "impossible size"
    yield "negative-offset", one(tensor(-1, (2,), (1,))), "do not fit together"
    yield "beyond-the-block", one(tensor(1, (4,), (1,))), "beyond its block"
    yield "strides-missing", one(tensor(0, (2, 2), (2,))), "do not fit together"
    yield "no-block", one(tensor(0, (2,), (1,), text("x"))), "without a block"
    yield "unknown-type", one(tensor(0, (2,), (1,), storage("QInt8Storage"))), "asks for torch.QInt8Storage"
    yield "type-that-is-a-number-type", one(tensor(0, (2,), (1,), storage("float32"))), "type that networks do not have"
    yield "missing-member", zipped(state(tensor(0, (4,), (1,)))), "lacks its part"
    yield "member-of-other-length", zipped(state(tensor(0, (4,), (1,))), data__0=numbers[:8]), "longer or shorter"
    yield "block-named-upwards", one(tensor(0, (2,), (1,), storage(key="../../../etc/passwd"))), "lacks its part"
    yield "big-endian", zipped(state(tensor(0, (4,), (1,))), data__0=numbers, byteorder=b"big"), "big-endian"
    yield "torchscript", zipped(P2 + b"}.", code____torch____x=b"def f(): pass"), "TorchScript"
    keys = pickle.dumps(["0"], 2)
    yield "legacy-without-numbers", legacy(state(tensor(0, (4,), (1,))), keys), "before its numbers"
    wrong = struct.pack("<q", 2**60) + numbers
    yield "legacy-of-other-length", legacy(state(tensor(0, (4,), (1,))), keys, numbers=wrong), "longer or shorter"
    other = legacy(state(tensor(0, (4,), (1,))), pickle.dumps(["7"], 2))
    yield "legacy-of-other-keys", other, "does not fit its tensors"
    half = struct.pack("<q", 4) + numbers[:9]
    yield (
        "legacy-cut-in-its-numbers",
        legacy(state(tensor(0, (4,), (1,))), keys, numbers=half),
        "in the middle of its numbers",
    )


def bombs() -> Iterator[Case]:
    """Files that ask for far more memory, depth or time than they are worth."""
    yield "long-binput", P2 + b"Nr\xff\xff\xff\x7f" + STOP, "holds no network"
    yield "long-binput-negative", P2 + b"Nr\xff\xff\xff\xff" + STOP, "outside any sensible range"
    yield "binbytes8-huge", b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x", "fewer are left"
    yield "unicode8-huge", b"\x80\x04\x8d" + struct.pack("<Q", 2**40) + b"x", "fewer are left"
    yield "bytearray8-huge", b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b"x", "fewer are left"
    yield "string-negative", P2 + b"T\xff\xff\xff\xff" + b"x", "fewer are left"
    yield "long4-huge", P2 + b"\x8b" + struct.pack("<i", 2**30) + b"x", "whole number"
    yield "long4-negative", P2 + b"\x8b" + struct.pack("<i", -5) + b"x", "fewer are left"
    yield "long-text", b"(L" + b"9" * 100_000 + b"\n" + STOP, "whole number"
    yield "marks", P2 + b"(" * 3000 + STOP, "nests deeper"
    yield "stack", P2 + b"N" * 220_000 + STOP, "piles up"
    yield "memo", b"\x80\x04" + b"N" + b"\x940N" * 200_000 + STOP, "more than 500,000 steps"
    yield "deep-tuple", P2 + b")" + b"\x85" * 100_000 + STOP, "holds no network"
    yield "deep-tuple-as-key", P2 + b"})" + b"\x85" * 50_000 + b"Ns" + STOP, "as a key"
    yield "list-in-itself", P2 + b"]q\x00h\x00a" + STOP, "holds no network"
    yield "network-in-itself", _recursive_network(), "none of them is a StyleGAN"
    laughs = b"]" + b"".join(b"q" + bytes([i]) + b"0](" + (b"h" + bytes([i])) * 10 + b"e" for i in range(9))
    yield "billion-laughs", P2 + laughs + STOP, "holds no network"
    copies = b"](" + b"]" * 5_000 + b"eq\x000" + (name("builtins", "set") + b"h\x00\x85R0") * 2_000 + b"N"
    yield "copies-of-a-long-list", P2 + copies + STOP, "set of something other"
    pairs = (
        b"](" + b"K\x01N\x86" * 20_000 + b"eq\x000" + (name("collections", "OrderedDict") + b"h\x00\x85R0") * 200 + b"N"
    )
    yield "dictionaries-of-a-long-list", P2 + pairs + STOP, "more than 500,000 steps"
    long = text("x" * 200_000) + b"q\x000"
    again = name("_codecs", "encode") + b"q\x010" + (b"h\x01h\x00" + text("latin1") + b"\x86R0") * 50 + b"N"
    yield "decoding-again-and-again", P2 + long + again + STOP, "unpacks into far more"
    yield "zip-bomb", _deflated(b"\0" * 50_000_000), "unpacks into far more"
    yield "zip-that-lies-about-its-size", _lying_zip(), "damaged|too early|far more"
    yield "zip-twice-the-same-name", _doubled(), "same name"
    many = b"".join(text(f"k{i}") + tensor(0, (1000,), (1,), storage(count=1000)) + b"s" for i in range(500))
    yield "tensors-of-one-block", zipped(P2 + b"}" + many + STOP, data__0=b"\0" * 4000), "claim far more|no StyleGAN"


def _recursive_network() -> bytes:
    made = name("dnnlib.tflib.network", "Network") + b")\x81q\x00"
    parts = b"}" + text("components") + b"}" + text("mapping") + b"h\x00ss" + text("variables") + b"]s"
    return P2 + made + parts + b"b" + STOP


def _deflated(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", content)
    return made.getvalue()


def _lying_zip() -> bytes:
    raw = bytearray(zipped(P2 + b"}."))
    at = raw.index(b"PK\x01\x02")
    raw[at + 20 : at + 28] = struct.pack("<II", 2**31 - 1, 2**31 - 1)
    return bytes(raw)


def _doubled() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", P2 + b"}.")
        archive.writestr("archive/data.pkX", P2 + b"}.")
    return made.getvalue().replace(b"data.pkX", b"data.pkl")


def others() -> Iterator[Case]:
    """Files of another kind, whatever they are called."""
    yield "empty", b"", "is empty"
    yield "jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 100, "JPEG"
    yield "png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "PNG"
    onnx = b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:" + b"\0" * 50
    yield "onnx", onnx, "ONNX"
    yield "web-page", b"<!DOCTYPE html><html>quota exceeded</html>", "web page"
    yield "lfs-pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"
    yield "gzip", b"\x1f\x8b\x08" + b"\0" * 50, "gzip"
    yield "keras", b"\x89HDF\r\n\x1a\n" + b"\0" * 50, "HDF5"
    yield "zip-of-pictures", _pictures(), "not one that torch writes"
    yield "random", bytes(range(50, 250)), "no|not"
    yield "zeros", b"\0" * 4096, "not a weight file"
    yield "one-byte", b"\x80", "not a weight file|truncated"
    yield "text", b"hello, this is a note\n" * 10, "not a weight file"
    yield "protocol-9", b"\x80\x09N.", "not a weight file|newer than 5"
    yield "plain-number", pickle.dumps(5, 2), "holds no network"
    yield "plain-dictionary", pickle.dumps({"a": 1}, 2), "holds no network"
    yield (
        "other-tensors",
        zipped(state(tensor(0, (4,), (1,)), "bert.embeddings"), data__0=b"\0" * 16),
        "no StyleGAN layout",
    )
    yield "optimizer", zipped(P2 + b"}" + text("state") + b"}s" + text("param_groups") + b"]s."), "holds no network"
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 999]}}).encode()
    yield "safetensors-cut", struct.pack("<Q", len(header)) + header + b"\0" * 16, "torn|outside its data"


def _pictures() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("0001.jpg", b"\xff\xd8\xff")
    return made.getvalue()


def networks() -> Iterator[Case]:
    """Files of the right layout that hold a broken network."""

    def tf(change: Callable[[dict[str, Any]], None]) -> bytes:
        found = small()
        change(found)
        with network_class() as cls:
            return dumped(generator(cls, "Gs", found), 4)

    def set_(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
        return lambda found: found.__setitem__(key, value)

    rgb = "synthesis/ToRGB_lod0/weight"
    yield "nan-weights", tf(set_(rgb, np.full((1, 1, 4, 3), np.nan))), "not finite"
    yield "infinite-weights", tf(set_("dlatent_avg", np.full(4, np.inf))), "not finite"
    yield (
        "missing-layer",
        tf(lambda found: found.pop("synthesis/8x8/Conv1/weight")),
        "lacks 'synthesis/8x8/Conv1/weight'",
    )
    yield "wrong-shape", tf(set_("synthesis/8x8/Conv1/bias", np.zeros(5))), "size 5 where 4"
    yield "wrong-dimensions", tf(set_("synthesis/8x8/Conv1/weight", np.zeros((3, 4)))), "2 dimensions instead of 4"
    yield "missing-resolution", tf(lambda f: [f.pop(k) for k in list(f) if "/4x4/" in k]), "every resolution from 4"
    yield "odd-channels", tf(set_("synthesis/ToRGB_lod1/weight", np.zeros((1, 1, 3, 3)))), "follow no rule"
    yield "impossible-lod", tf(set_("lod", np.float32(7))), "level of detail"
    yield "nan-lod", tf(set_("lod", np.float32(np.nan))), "level of detail"
    with network_class() as cls:
        yield (
            "discriminator-only",
            dumped(network(cls, "D", {"FromRGB_lod0/weight": np.zeros((1, 1, 3, 4))}), 4),
            "no whole StyleGAN generator",
        )
        yield "unknown-activation", dumped(generator(cls, "Gs", small(), nonlinearity="relu"), 4), "nonlinearity='relu'"
        yield (
            "classifier",
            dumped(network(cls, "Inception", {"conv/weights": np.zeros((1, 1, 3, 4))}), 4),
            "none of them is a StyleGAN",
        )
        components = {"mapping": "text"}
        yield "component-of-text", dumped(network(cls, "G", {}, components=components), 4), "not a network"
        yield "variables-of-text", dumped(network(cls, "G", {}, variables="text"), 4), "without its variables"
        yield "variable-of-text", dumped(network(cls, "G", {}, variables=[("a", "b")]), 4), "holds no numbers"


def small() -> dict[str, Any]:
    """An 8² v1 generator, four channels wide."""
    random = np.random.RandomState(0)
    found: dict[str, Any] = {"lod": np.float32(0), "dlatent_avg": random.randn(4)}
    for i in range(2):
        found |= {f"mapping/Dense{i}/weight": random.randn(4, 4), f"mapping/Dense{i}/bias": random.randn(4)}
    scopes = ("4x4/Const", "4x4/Conv", "8x8/Conv0_up", "8x8/Conv1")
    for index, scope in enumerate(scopes):
        side = 4 << (index // 2)
        found[f"synthesis/noise{index}"] = random.randn(1, 1, side, side)
        key, shape = ("const", (1, 4, 4, 4)) if not index else ("weight", (3, 3, 4, 4))
        found[f"synthesis/{scope}/{key}"] = random.randn(*shape)
        found[f"synthesis/{scope}/Noise/weight"] = random.randn(4)
        found[f"synthesis/{scope}/bias"] = random.randn(4)
        found[f"synthesis/{scope}/StyleMod/weight"] = random.randn(4, 8)
        found[f"synthesis/{scope}/StyleMod/bias"] = random.randn(8)
    for lod in range(2):
        found |= {
            f"synthesis/ToRGB_lod{lod}/weight": random.randn(1, 1, 4, 3),
            f"synthesis/ToRGB_lod{lod}/bias": random.randn(3),
        }
    return found


def cut() -> Iterator[Case]:
    """Good files of each container, cut at many places."""
    with network_class() as cls:
        whole = dumped((generator(cls, "Gs", small()),) * 3, 4)
    for fraction in range(1, 20):
        yield f"tensorflow-cut-{fraction}", whole[: len(whole) * fraction // 20], "."
    content = {"g_synthesis.init_block.conv.weight": torch.randn(4, 4, 3, 3), "x": torch.randn(40)}
    for new in (True, False):
        made = io.BytesIO()
        torch.save(content, made, _use_new_zipfile_serialization=new)
        raw = made.getvalue()
        for fraction in range(1, 20):
            yield f"{'zip' if new else 'legacy'}-cut-{fraction}", raw[: len(raw) * fraction // 20], "."


def every(canary: Path) -> list[Case]:
    """All of them."""
    groups = (calls(canary), arrays(), tensors(), bombs(), others(), networks(), cut())
    return [case for group in groups for case in group]
