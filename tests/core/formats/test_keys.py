"""Keys whose hashes a file could make collide, so that one instruction would take hours: refused, or few."""

import struct

import pytest

from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_keys import LARGEST, TUPLE_STEPS, dictionary_key
from stylegan_core.formats.pickle_reader import read_pickle
from stylegan_core.formats.reader import FULL_TABLE
from tests.core.formats.hostile import P2, STOP, name

PERIOD = (1 << 61) - 1


def whole(value: int) -> bytes:
    return b"\x8a\x10" + value.to_bytes(16, "little", signed=True)


def real(value: float) -> bytes:
    return b"G" + struct.pack(">d", value)


def read(content: bytes) -> object:
    return read_pickle(memoryview(content), 0, FULL_TABLE, Budget(len(content)))[0]


def holders(key: bytes) -> dict[str, bytes]:
    """The key in everything that hashes."""
    pairs, items = b"](" + key + b"N\x86e", b"](" + key + b"e"
    return {
        "set-item": b"}" + key + b"Ns",
        "set-items": b"}(" + key + b"Nu",
        "dictionary": b"(" + key + b"Nd",
        "add": b"\x8f(" + key + b"\x90",
        "frozen": b"(" + key + b"\x91",
        "pairs": name("collections", "OrderedDict") + pairs + b"\x85R",
        "pairs-with-default": name("collections", "defaultdict") + b"N" + pairs + b"\x86R",
        "set-of-list": name("builtins", "set") + items + b"\x85R",
    }


@pytest.mark.parametrize("how", holders(b""))
def test_whole_numbers_that_share_a_hash(how: str) -> None:
    for value in (PERIOD, 5 * PERIOD, -3 * PERIOD, LARGEST, -LARGEST):
        with pytest.raises(RefusedFile, match="number as a key that is larger"):
            read(P2 + holders(whole(value))[how] + STOP)
    assert read(P2 + holders(whole(LARGEST - 1))[how] + STOP)


@pytest.mark.parametrize("how", ["set-item", "set-items", "dictionary", "add", "frozen"])
def test_other_numbers_and_tuples(how: str) -> None:
    for key in (real(2.0**61), real(float("nan")), real(-float("inf")), whole(PERIOD) + b"\x85"):
        with pytest.raises(RefusedFile, match="number as a key that is larger"):
            read(P2 + holders(key)[how] + STOP)
    for key in (real(0.5), b"\x88", b"K\x01K\x02\x86"):
        assert read(P2 + holders(key)[how] + STOP)


def test_tuples_are_few() -> None:
    """Their hash has no secret: numbers can be found for which all tuples share it."""
    budget = Budget(1_000, opcodes=10 * TUPLE_STEPS)
    for i in range(10):
        assert dictionary_key((i, "a"), budget) == (i, "a")
    with pytest.raises(RefusedFile, match="steps"):
        dictionary_key((10, "a"), budget)
