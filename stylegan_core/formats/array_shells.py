"""Inert stand-ins for numpy's pickled arrays: the state is checked here, numpy never sees it unchecked."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stylegan_core.formats.limits import MAX_DIMENSIONS, Budget, RefusedFile
from stylegan_core.formats.pickle_machine import LongText, Shell, StandIn
from stylegan_core.formats.sentences import shown

Array = NDArray[np.generic]
MAX_ELEMENTS = 1 << 48
KINDS = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}
_LETTERS = {"?": "b1", "e": "f2", "f": "f4", "d": "f8", "B": "u1", "b": "i1"}


class DtypeShell(Shell):
    """The type of an array's elements: plain numbers of either byte order, nothing else."""

    def __init__(self, code: str) -> None:
        order, rest = (code[0], code[1:]) if code[:1] in ("<", ">", "|", "=") else ("<", code)
        rest = _LETTERS.get(rest, rest)
        if rest not in KINDS:
            what = "Python objects" if rest.startswith("O") else f"elements of type {shown(code)}"
            raise RefusedFile(f"it holds an array of {what}, where networks have plain numbers")
        self.order = "<" if order == "=" else order
        self.kind = rest

    def set_state(self, state: object, _budget: Budget) -> None:
        """Takes numpy's (version, byte order, subarray, names, fields, size, alignment, flags ...)."""
        if not isinstance(state, tuple) or len(state) < 5 or not isinstance(state[1], str):
            raise RefusedFile("it describes an array type in a way numpy does not: damaged")
        if state[1] not in ("<", ">", "|", "="):
            raise RefusedFile("it describes an array type in a way numpy does not: damaged")
        if any(part is not None for part in state[2:5]):
            raise RefusedFile("it holds an array of records, where networks have plain numbers")
        self.order = "<" if state[1] == "=" else state[1]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The real dtype."""
        return np.dtype(self.order + self.kind if self.kind[1] != "1" else self.kind)


class ArrayShell(Shell):
    """An array before and after its state arrived; `array` raises until it has."""

    def __init__(self) -> None:
        self._array: Array | None = None

    def set_state(self, state: object, budget: Budget) -> None:
        """Takes numpy's (version, shape, dtype, Fortran order, raw bytes)."""
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise RefusedFile("it describes an array in a way numpy does not: damaged")
        shape, dtype, fortran, raw = state[-4:]
        if not isinstance(dtype, DtypeShell):
            raise RefusedFile("it holds an array without a type of elements: damaged")
        numbers = raw_bytes(raw, budget)
        self._array = array_of(numbers, dtype.dtype, shape, isinstance(fortran, int) and bool(fortran))

    @property
    def array(self) -> Array:
        """The finished array; raises RefusedFile where the file never filled it."""
        if self._array is None:
            raise RefusedFile("it holds an array without its numbers: damaged")
        return self._array


def checked_shape(shape: object) -> tuple[int, ...]:
    """The shape as whole numbers of 0 or more, few enough dimensions; raises RefusedFile otherwise.

    An array without elements may still not claim sizes whose product numpy could not hold.
    """
    sizes = whole_numbers(shape)
    if 0 in sizes and math.prod(size for size in sizes if size) > MAX_ELEMENTS:
        raise RefusedFile("it holds an array with an impossible size")
    return sizes


def whole_numbers(shape: object) -> tuple[int, ...]:
    """Sizes or strides as whole numbers of 0 or more, few enough; raises RefusedFile otherwise."""
    if not isinstance(shape, tuple | list) or len(shape) > MAX_DIMENSIONS:
        raise RefusedFile(f"it holds an array whose shape is not one of up to {MAX_DIMENSIONS} sizes")
    if not all(type(size) is int and 0 <= size < 2**31 for size in shape):
        raise RefusedFile("it holds an array with an impossible size")
    return tuple(shape)


def raw_bytes(raw: object, budget: Budget) -> memoryview:
    """What the file gave as bytes, or as Python 2's text, as bytes."""
    if isinstance(raw, memoryview):
        return raw
    if isinstance(raw, bytes):
        return memoryview(raw)
    if isinstance(raw, str):
        return memoryview(_latin1(raw, budget))
    raise RefusedFile("it holds an array whose numbers are not bytes: damaged")


def array_of(data: memoryview, dtype: np.dtype[np.generic], shape: object, fortran: bool) -> Array:
    """The array as a view of `data`; raises RefusedFile unless shape, type and length agree."""
    sizes = checked_shape(shape)
    if math.prod(sizes) * dtype.itemsize != len(data):
        raise RefusedFile(
            f"it holds an array of shape {sizes} whose numbers take {len(data):,} bytes: the shape does not fit"
        )
    flat: Array = np.frombuffer(data, dtype)
    return flat.reshape(sizes, order="F" if fortran else "C")


def _latin1(text: str, budget: Budget) -> bytes:
    budget.spend_raw(len(text))
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise RefusedFile("it holds bytes written as text that is not latin-1: damaged") from None


def _encode(arguments: tuple[object, ...], budget: Budget) -> bytes:
    """``_codecs.encode(text, 'latin1')``: how protocol 2 writes bytes; no other encoding."""
    if len(arguments) != 2 or not isinstance(arguments[1], str) or arguments[1] not in ("latin1", "latin-1"):
        raise RefusedFile("it converts text in an encoding other than latin-1; nothing was run")
    text = arguments[0]
    if isinstance(text, LongText):
        budget.spend_raw(len(text.raw))
        try:
            text = str(text.raw, text.encoding)
        except ValueError:
            raise RefusedFile("it holds text that cannot be decoded: damaged") from None
    if not isinstance(text, str):
        raise RefusedFile("it converts something that is not text; nothing was run")
    return _latin1(text, budget)


def _dtype(arguments: tuple[object, ...], _budget: Budget) -> DtypeShell:
    if not arguments or not isinstance(arguments[0], str):
        raise RefusedFile("it describes an array type in a way numpy does not: damaged")
    return DtypeShell(arguments[0])


def _scalar(arguments: tuple[object, ...], budget: Budget) -> object:
    if len(arguments) != 2 or not isinstance(arguments[0], DtypeShell):
        raise RefusedFile("it describes a number in a way numpy does not: damaged")
    return array_of(raw_bytes(arguments[1], budget), arguments[0].dtype, (), False)[()]


def _reconstruct(arguments: tuple[object, ...], _budget: Budget) -> ArrayShell:
    if not arguments or arguments[0] is not NDARRAY:
        raise RefusedFile("it makes an array of an unknown class; nothing was run")
    return ArrayShell()


def _from_buffer(arguments: tuple[object, ...], budget: Budget) -> ArrayShell:
    if len(arguments) != 4:
        raise RefusedFile("it describes an array in a way numpy does not: damaged")
    raw, dtype, shape, order = arguments
    shell = ArrayShell()
    shell.set_state((shape, dtype, isinstance(order, str) and order == "F", raw), budget)
    return shell


NDARRAY = StandIn("numpy.ndarray")


@dataclass(frozen=True, slots=True)
class _Names:
    modules: tuple[str, ...]
    name: str
    stand_in: StandIn


_ENTRIES = (
    _Names(("numpy",), "ndarray", NDARRAY),
    _Names(("numpy",), "dtype", StandIn("numpy.dtype", _dtype)),
    _Names(
        ("numpy.core.multiarray", "numpy._core.multiarray"),
        "_reconstruct",
        StandIn("numpy's array maker", _reconstruct),
    ),
    _Names(
        ("numpy.core.multiarray", "numpy._core.multiarray"),
        "scalar",
        StandIn("numpy's number maker", _scalar),
    ),
    _Names(
        ("numpy.core.numeric", "numpy._core.numeric"),
        "_frombuffer",
        StandIn("numpy's buffer reader", _from_buffer),
    ),
    _Names(("_codecs",), "encode", StandIn("_codecs.encode", _encode)),
)
NUMPY_TABLE = {(module, entry.name): entry.stand_in for entry in _ENTRIES for module in entry.modules}
