"""Lines of text of any length, and text that becomes bytes: what is searched and copied is paid."""

import struct
from typing import Any

import numpy as np
import pytest

from stylegan_core.formats.array_shells import ArrayShell
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_machine import FIRST_WINDOW, LongText, Machine
from stylegan_core.formats.pickle_reader import read_pickle
from stylegan_core.formats.reader import FULL_TABLE, read_bytes
from tests.core.formats.hostile import NUMPY, P2, STOP, name, small, text
from tests.core.formats.tf_files import dumped, generator, network_class

FAR_MORE = "unpacks into far more"
ENCODE = name("_codecs", "encode")
MEBIBYTE = 1 << 20


def read(content: bytes) -> object:
    return read_pickle(memoryview(content), 0, FULL_TABLE, Budget(len(content)))[0]


def again(made: bytes, times: int) -> bytes:
    """A pickle that makes something, remembers it as 0, and calls `encode` with it many times."""
    call = b"h\x00h\x01R0"
    arguments = made + text("latin1") + b"\x86q\x010"
    return P2 + ENCODE + b"q\x000" + arguments + call * times + b"N" + STOP


def array(raw: bytes, size: int) -> bytes:
    """An array of unsigned bytes whose numbers are the given opcodes."""
    made = name(NUMPY, "_reconstruct") + b"(" + name("numpy", "ndarray") + b"K\x00\x85" + b"C\x01btR"
    kind = name("numpy", "dtype") + b"(" + text("u1") + b"\x89\x88tR"
    return made + b"(K\x01J" + struct.pack("<i", size) + b"\x85" + kind + b"\x89" + raw + b"tb"


class Watched:
    """Bytes that count how many of them were taken."""

    def __init__(self, content: bytes) -> None:
        self.content, self.taken = memoryview(content), 0

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, place: slice) -> memoryview:
        found = self.content[place]
        self.taken += len(found)
        return found


def lines(data: Any, budget: Budget) -> Machine:
    return Machine(data, 0, {}, budget, None)


def test_short_lines_are_not_searched_far() -> None:
    data = Watched(b"I1\n" * 1_000 + bytes(MEBIBYTE))
    machine = lines(data, Budget(len(data)))
    for _ in range(1_000):
        machine.line()
    assert data.taken <= 1_000 * (FIRST_WINDOW + 3)


def test_a_long_line_is_searched_twice_at_most_and_paid() -> None:
    data = Watched(b"x" * 700_000 + b"\n" + bytes(2 * MEBIBYTE))
    budget = Budget(len(data))
    before = budget.raw, budget.text
    found = lines(data, budget).long_line()
    assert len(found) == 700_000 and data.taken < 4 * len(found)
    assert before == (budget.raw + len(found), budget.text)


def test_a_line_without_an_end() -> None:
    with pytest.raises(RefusedFile, match="does not end"):
        read(b"(V" + b"x" * 300_000)


@pytest.mark.parametrize("code", [b"I", b"F", b"L", b"c", b"g", b"p", b"P", b"(i"])
def test_names_and_numbers_are_short(code: bytes) -> None:
    with pytest.raises(RefusedFile, match="name or a whole number longer than any network needs"):
        read(b"(N" + code + b"1" * 10_000 + b"\n" + STOP)


def test_long_text_of_a_line_stays_undecoded() -> None:
    found = read(b"V" + b"x" * 5_000 + b"\n" + STOP)
    assert isinstance(found, LongText) and len(found.raw) == 5_000
    assert read(b"V\\u0041\xe9\n" + STOP) == "A\xe9"


@pytest.mark.parametrize("code", [b"V" + b"x" * 4_000 + b"\n", text("x" * 4_000), b"V" + b"x" * 20_000 + b"\n"])
def test_encoding_again_and_again(code: bytes) -> None:
    with pytest.raises(RefusedFile, match=FAR_MORE):
        read(again(code, 500))


def test_arrays_of_one_text() -> None:
    """Each array would be a copy of its own."""
    shape, kind = b"M\xa0\x0f\x85", name("numpy", "dtype") + b"(" + text("u1") + b"\x89\x88tR"
    state = b"(K\x01" + shape + kind + b"\x89" + text("x" * 4_000) + b"tq\x000"
    maker = name(NUMPY, "_reconstruct") + b"q\x010" + b"(" + name("numpy", "ndarray") + b"K\x00\x85" + b"C\x01btq\x020"
    one = b"h\x01h\x02Rh\x00b0"
    with pytest.raises(RefusedFile, match=FAR_MORE):
        read(P2 + state + maker + one * 500 + b"N" + STOP)
    assert read(P2 + state + maker + one * 5 + b"N" + STOP) is None


def test_a_protocol_0_file_with_a_long_line_opens() -> None:
    variables = small() | {"mapping/Extra": np.random.RandomState(1).randn(300, 1_000)}
    with network_class() as cls:
        content = dumped(generator(cls, "Gs", variables), 0)
    assert max(map(len, content.split(b"\n"))) > MEBIBYTE
    found = read_bytes(memoryview(content), "file").networks["Gs"]
    np.testing.assert_array_equal(found["mapping/Extra"], variables["mapping/Extra"].astype(np.float32))


def test_an_old_quoted_line_may_be_long_too() -> None:
    raw = bytes(400_000) + bytes(range(256))
    line = b"S" + repr(raw)[1:].encode() + b"\n"
    assert len(line) > 1.5 * MEBIBYTE
    found = read(P2 + array(line, len(raw)) + STOP)
    assert isinstance(found, ArrayShell) and found.array.tobytes() == raw


def test_an_array_of_zeros_in_protocol_0() -> None:
    """Each zero takes six characters there, the least favourable case."""
    raw = "\\u0000" * 200_000
    line = ENCODE + b"V" + raw.encode() + b"\n" + text("latin1") + b"\x86R"
    found = read(P2 + array(line, 200_000) + STOP)
    assert isinstance(found, ArrayShell) and not found.array.any()
