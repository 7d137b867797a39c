"""Messages through a pipe between two processes of this program: plain values as JSON, arrays and bytes beside it.

Only values of the types listed here can be said, and reading makes nothing else: no pickle, for words out of weight
files pass through here.
"""

import json
import struct
from dataclasses import fields, is_dataclass
from typing import IO, Any

import numpy as np

from explorer import jobs, lab_jobs, problem
from explorer.renderer import rendering
from stylegan_core import blend_amounts, info, recipe, recipe_parts
from stylegan_core.lab import entanglement, layer_facts, sweep_facts, sweep_plan
from stylegan_core.latents import channel_effect, drag, learned_labels, library, region

_MODULES = (
    jobs, lab_jobs, problem, rendering, recipe, recipe_parts, info, layer_facts, library, drag, region,
    sweep_plan, learned_labels, sweep_facts, entanglement, channel_effect, blend_amounts,
)  # fmt: skip
SAID: dict[str, type] = {
    kind.__name__: kind
    for module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
}
Buffer = bytes | memoryview


def send(stream: IO[bytes], message: object) -> None:
    """Writes one message. Raises OSError where nobody reads any more, TypeError for a value that cannot be said."""
    beside: list[Buffer] = []
    words = json.dumps(_said(message, beside)).encode()
    sizes = [len(words), *(memoryview(part).nbytes for part in beside)]
    stream.write(struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes))
    for part in (words, *beside):
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Reads one message. Raises EOFError where the other side has ended."""
    (count,) = struct.unpack("<I", _exactly(stream, 4))
    sizes = struct.unpack(f"<{count}Q", _exactly(stream, 8 * count))
    words, *beside = [_exactly(stream, size) for size in sizes]
    return _heard(json.loads(words), beside)


def _said(value: object, beside: list[Buffer]) -> Any:
    """A value as JSON knows it: whatever is not plain is [kind, …], what is large goes ``beside``."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list():
            return [type(value).__name__, *(_said(each, beside) for each in value)]
        case dict():
            return ["dict", *([_said(key, beside), _said(each, beside)] for key, each in value.items())]
        case bytes():
            beside.append(value)
            return ["bytes", len(beside) - 1]
        case np.ndarray():
            beside.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
            return ["array", len(beside) - 1, value.dtype.str, list(value.shape)]
    name = type(value).__name__
    if SAID.get(name) is not type(value):
        raise TypeError(f"A {name} cannot be said through the pipe: list its module in explorer/renderer/pipe.py.")
    return [name, *(_said(getattr(value, item.name), beside) for item in fields(SAID[name]))]


def _heard(value: Any, beside: list[bytearray]) -> Any:
    match value:
        case ["tuple", *parts]:
            return tuple(_heard(part, beside) for part in parts)
        case ["list", *parts]:
            return [_heard(part, beside) for part in parts]
        case ["dict", *parts]:
            return {_heard(key, beside): _heard(part, beside) for key, part in parts}
        case ["bytes", place]:
            return bytes(beside[place])
        case ["array", place, kind, shape]:
            return np.frombuffer(beside[place], kind).reshape(shape)
        case [name, *parts]:
            return SAID[name](*(_heard(part, beside) for part in parts))
    return value


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        read = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not read:
            raise EOFError("The other side of the pipe has ended.")
        done += read
    return data
