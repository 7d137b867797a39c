"""Reads a safetensors file's header and views its tensors, without torch; other people's files only."""

import struct
from itertools import pairwise

import numpy as np

from stylegan_core.formats.array_shells import Array, array_of, checked_shape
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.json_text import read_json

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "b1",
}
MAX_HEADER = 16 << 20


def view_safetensors(data: memoryview, budget: Budget) -> tuple[dict[str, Array], dict[str, str]]:
    """The tensors by name, as views of the file, and the text of its metadata; raises RefusedFile."""
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(len(data) - 8, MAX_HEADER):
        raise RefusedFile("its safetensors header is longer than the file: truncated or damaged")
    budget.spend_text(length)
    try:
        header = read_json(bytes(data[8 : 8 + length]))
    except ValueError:
        raise RefusedFile("its safetensors header cannot be read: damaged") from None
    if not isinstance(header, dict):
        raise RefusedFile("its safetensors header is not a table of tensors: damaged")
    metadata = header.pop("__metadata__", {})
    tensors = {name: _tensor(entry, data[8 + length :], budget) for name, entry in header.items()}
    _refuse_overlap(header)
    return tensors, {k: v for k, v in metadata.items() if isinstance(v, str)} if isinstance(metadata, dict) else {}


def _tensor(entry: object, data: memoryview, budget: Budget) -> Array:
    start, end = _range(entry)
    if not isinstance(entry, dict) or end > len(data):
        raise RefusedFile("it holds a tensor outside its data: truncated or damaged")
    kind, shape = entry.get("dtype"), checked_shape(entry.get("shape"))
    budget.spend_tensor(end - start)
    if kind == "BF16":
        half = array_of(data[start:end], np.dtype("<u2"), shape, False)
        return (half.astype("<u4") << 16).view("<f4")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise RefusedFile("it holds numbers of a type that networks do not have")
    return array_of(data[start:end], np.dtype(_TYPES[kind]), shape, False)


def _range(entry: object) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(value) is int for value in offsets):
        raise RefusedFile("it does not say where a tensor lies: damaged")
    if not 0 <= offsets[0] <= offsets[1]:
        raise RefusedFile("it says a tensor ends before it begins: damaged")
    return offsets[0], offsets[1]


def _refuse_overlap(header: dict[str, object]) -> None:
    ranges = sorted(_range(entry) for entry in header.values())
    if any(after[0] < before[1] for before, after in pairwise(ranges)):
        raise RefusedFile("it holds tensors that overlap, which no network has")
