"""Inert stand-ins for torch's pickled tensors: storages are views of the file, strides are checked before use."""

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from stylegan_core.formats.array_shells import Array, checked_shape, raw_bytes, whole_numbers
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_machine import StandIn, Table
from stylegan_core.formats.pickle_reader import read_pickle
from stylegan_core.formats.stand_ins import PLAIN_TABLE

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
MAX_STORAGES = 100_000

BFLOAT16 = "bf16"
_STORAGES = {
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "DoubleStorage": "<f8",
    "BFloat16Storage": BFLOAT16,
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "b1",
    "UntypedStorage": "u1",
}
_DTYPES = {
    "float32": "<f4",
    "float": "<f4",
    "float16": "<f2",
    "half": "<f2",
    "float64": "<f8",
    "double": "<f8",
    "bfloat16": BFLOAT16,
    "int64": "<i8",
    "int32": "<i4",
    "int16": "<i2",
    "int8": "i1",
    "uint8": "u1",
    "bool": "b1",
}


def item_size(code: str) -> int:
    """Bytes of one element of the given code."""
    return 2 if code == BFLOAT16 else np.dtype(code).itemsize


@dataclass(slots=True)
class Storage:
    """A flat run of numbers; `data` arrives after the pickle in torch's legacy container."""

    code: str
    count: int
    data: memoryview | None = None
    parent: "Storage | None" = None
    first: int = 0

    def fill(self, data: memoryview) -> None:
        """Takes the bytes; raises RefusedFile unless their length is the declared one."""
        if len(data) != self.count * item_size(self.code):
            raise RefusedFile("it declares a block of numbers longer or shorter than the one it holds")
        self.data = data

    def bytes(self) -> memoryview:
        """The bytes, of the parent where this is a view; raises RefusedFile where none arrived."""
        if self.data is not None:
            return self.data
        if self.parent is None or self.parent.data is None:
            raise RefusedFile("it refers to a block of numbers that it does not hold")
        size = item_size(self.code)
        found = self.parent.data[self.first * size : (self.first + self.count) * size]
        if len(found) != self.count * size:
            raise RefusedFile("it refers to numbers outside a block that it holds")
        return found


@dataclass(frozen=True, slots=True)
class TensorShell:
    """A tensor as the file describes it: storage, first element, sizes, strides in elements."""

    storage: Storage
    code: str
    offset: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self, budget: Budget) -> Array:
        """The tensor as a read-only view of the file (bfloat16: as new float32 numbers)."""
        data = self.storage.bytes()
        code = "<u2" if self.code == BFLOAT16 else self.code
        size = np.dtype(code).itemsize
        if len(data) % size:
            raise RefusedFile("it reads a block of numbers as a type that does not fit")
        flat: Array = np.frombuffer(data, code)
        count = math.prod(self.sizes)
        budget.spend_tensor(count * (4 if self.code == BFLOAT16 else size))
        last = self.offset + sum((n - 1) * s for n, s in zip(self.sizes, self.strides, strict=True))
        if count and last >= len(flat):
            raise RefusedFile("it holds a tensor that reaches beyond its block of numbers")
        if not count:
            return np.zeros(self.sizes, np.float32 if self.code == BFLOAT16 else code)
        view: Array = as_strided(
            flat[self.offset :], self.sizes, tuple(s * size for s in self.strides), writeable=False
        )
        return (view.astype("<u4") << 16).view("<f4") if self.code == BFLOAT16 else view


def _check_no_overlap(sizes: tuple[int, ...], strides: tuple[int, ...]) -> None:
    reach = 0
    for stride, size in sorted((s, n) for n, s in zip(sizes, strides, strict=True) if n > 1):
        if stride <= reach:
            raise RefusedFile("it holds a tensor whose elements overlap, which no network has")
        reach += (size - 1) * stride


def _tensor(storage: object, code: str | None, offset: object, sizes: object, strides: object) -> TensorShell:
    if not isinstance(storage, Storage):
        raise RefusedFile("it holds a tensor without a block of numbers: damaged")
    shape, steps = checked_shape(sizes), whole_numbers(strides)
    if len(shape) != len(steps) or type(offset) is not int or not 0 <= offset < 2**40:
        raise RefusedFile("it holds a tensor whose sizes, strides and offset do not fit together")
    if 0 not in shape:
        _check_no_overlap(shape, steps)
    return TensorShell(storage, code or storage.code, offset, shape, steps)


def _rebuild(arguments: tuple[object, ...], _budget: Budget) -> TensorShell:
    if len(arguments) < 4:
        raise RefusedFile("it describes a tensor in a way torch does not: damaged")
    return _tensor(arguments[0], None, *arguments[1:4])


def _rebuild_v3(arguments: tuple[object, ...], _budget: Budget) -> TensorShell:
    kind = arguments[6] if len(arguments) > 6 else None
    if not isinstance(kind, StandIn) or kind.label not in _DTYPES:
        raise RefusedFile("it describes a tensor in a way torch does not: damaged")
    return _tensor(arguments[0], _DTYPES[kind.label], *arguments[1:4])


def _parameter(arguments: tuple[object, ...], _budget: Budget) -> object:
    if not arguments or not isinstance(arguments[0], TensorShell):
        raise RefusedFile("it holds a parameter that is not a tensor: damaged")
    return arguments[0]


def _with_attributes(arguments: tuple[object, ...], budget: Budget) -> object:
    """``_rebuild_from_type_v2(maker, class, arguments, attributes)``: the tensor inside; the attributes are dropped."""
    maker = arguments[0] if len(arguments) == 4 else None
    if not isinstance(maker, StandIn) or maker.make not in (_rebuild, _rebuild_v3, _parameter):
        raise RefusedFile("it describes a tensor in a way torch does not: damaged")
    if not isinstance(arguments[2], tuple):
        raise RefusedFile("it describes a tensor in a way torch does not: damaged")
    return maker.make(arguments[2], budget)


def _size(arguments: tuple[object, ...], _budget: Budget) -> tuple[int, ...]:
    return checked_shape(arguments[0] if arguments else ())


def _load_from_bytes(arguments: tuple[object, ...], budget: Budget) -> Storage:
    """A torch stream inside the pickle (stylegan2-ada): read by `read_legacy`, not by torch."""
    if len(arguments) != 1:
        raise RefusedFile("it holds a block of numbers in a way torch does not: damaged")
    root = read_legacy(raw_bytes(arguments[0], budget), budget, TORCH_TABLE, nested=True)
    if not isinstance(root, Storage):
        raise RefusedFile("it holds a block of numbers that is something else: damaged")
    return root


TORCH_TABLE: Table = {
    ("torch._utils", "_rebuild_tensor"): StandIn("torch's tensor maker", _rebuild),
    ("torch._utils", "_rebuild_tensor_v2"): StandIn("torch's tensor maker", _rebuild),
    ("torch._utils", "_rebuild_tensor_v3"): StandIn("torch's tensor maker", _rebuild_v3),
    ("torch._utils", "_rebuild_parameter"): StandIn("torch's parameter maker", _parameter),
    ("torch._utils", "_rebuild_parameter_with_state"): StandIn("torch's parameter maker", _parameter),
    ("torch._tensor", "_rebuild_from_type"): StandIn("torch's tensor maker", _with_attributes),
    ("torch._tensor", "_rebuild_from_type_v2"): StandIn("torch's tensor maker", _with_attributes),
    ("torch", "Tensor"): StandIn("torch.Tensor"),
    ("torch.nn.parameter", "Parameter"): StandIn("torch.nn.Parameter"),
    ("torch.nn.parameter", "Buffer"): StandIn("torch.nn.Buffer"),
    ("torch.storage", "_load_from_bytes"): StandIn("torch's storage reader", _load_from_bytes),
    ("torch", "Size"): StandIn("torch.Size", _size),
    ("torch", "device"): StandIn("torch.device", lambda _arguments, _budget: None),
    **{("torch", name): StandIn(name) for name in (*_STORAGES, *_DTYPES)},
    ("torch.storage", "UntypedStorage"): StandIn("UntypedStorage"),
    **PLAIN_TABLE,
}


def storage_type(value: object) -> str:
    """The element code of a storage type named in a persistent id; raises RefusedFile for others."""
    if not isinstance(value, StandIn) or value.label not in _STORAGES:
        raise RefusedFile("it holds numbers of a type that networks do not have")
    return _STORAGES[value.label]


def storage_id(identity: object) -> tuple[str, str, int]:
    """(element code, key, element count) of a persistent id ('storage', type, key, location, count ...)."""
    if not isinstance(identity, tuple) or len(identity) < 5 or not _is(identity[0], "storage"):
        raise RefusedFile("it refers to something outside the file; nothing was run")
    key, count = identity[2], identity[4]
    if not isinstance(key, str) or type(count) is not int or not 0 <= count < 2**40:
        raise RefusedFile("it describes a block of numbers in a way torch does not: damaged")
    return storage_type(identity[1]), key, count


def _is(value: object, text: str) -> bool:
    return isinstance(value, str) and value == text


class _LegacyStorages:
    """Collects the storages a legacy stream mentions, to be filled from the bytes behind its pickles."""

    def __init__(self) -> None:
        self.found: dict[str, Storage] = {}
        self.views: dict[tuple[str, str], Storage] = {}

    def get(self, identity: object) -> Storage:
        code, key, count = storage_id(identity)
        view = identity[5] if isinstance(identity, tuple) and len(identity) > 5 else None
        if len(self.found) >= MAX_STORAGES:
            raise RefusedFile("it holds more blocks of numbers than any network has")
        root = self.found.setdefault(key, Storage(code, count))
        if root.code != code or root.count != count:
            raise RefusedFile("it describes the same block of numbers in two ways: damaged")
        if view is None:
            return root
        if not isinstance(view, tuple) or len(view) != 3 or not isinstance(view[0], str):
            raise RefusedFile("it describes a part of a block of numbers in a way torch does not: damaged")
        first, length = whole_numbers(view[1:])
        return self.views.setdefault((key, view[0]), Storage(code, length, None, root, first))


def read_legacy(data: memoryview, budget: Budget, table: Table, nested: bool = False) -> object:
    """Reads torch's legacy stream: magic, version, system facts, the object, the keys, then the numbers.

    Returns the object with every storage filled. Raises RefusedFile; `nested` streams must hold numbers only.
    """
    storages = _LegacyStorages()
    position = 0
    heads: list[object] = []
    for _ in range(3):
        head, position = read_pickle(data, position, {}, budget)
        heads.append(head)
    if heads[:2] != [LEGACY_MAGIC, LEGACY_PROTOCOL]:
        raise RefusedFile("it is not the kind of torch file it begins like")
    if isinstance(heads[2], dict) and heads[2].get("little_endian") is False:
        raise RefusedFile("it was written on a big-endian machine, whose numbers are not read here")
    root, position = read_pickle(data, position, PLAIN_STORAGES if nested else table, budget, storages.get)
    keys, position = read_pickle(data, position, {}, budget)
    names = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    if len(names) != len(storages.found) or set(names) != set(storages.found):
        raise RefusedFile("the list of its blocks of numbers does not fit its tensors: damaged")
    for key in names:
        position = _fill(storages.found[key], data, position)
    return root


PLAIN_STORAGES: Table = {
    key: stand_in for key, stand_in in TORCH_TABLE.items() if key[0] == "torch" and key[1] in _STORAGES
}


def _fill(storage: Storage, data: memoryview, position: int) -> int:
    if len(data) - position < 8:
        raise RefusedFile("it ends before its numbers: the file is truncated")
    (count,) = struct.unpack("<q", data[position : position + 8])
    if count != storage.count:
        raise RefusedFile("it declares a block of numbers longer or shorter than the one it holds")
    start, size = position + 8, storage.count * item_size(storage.code)
    if size > len(data) - start:
        raise RefusedFile("it ends in the middle of its numbers: the file is truncated")
    storage.fill(data[start : start + size])
    return int(start + size)
