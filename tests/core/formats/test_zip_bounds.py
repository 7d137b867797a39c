"""Zip directories that describe more than the file holds: refused before anything is made of them."""

import struct
import zipfile
import zlib

import pytest

from stylegan_core.formats import torch_container
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.reader import read_bytes
from stylegan_core.formats.torch_container import ZipMembers
from tests.core.formats.corpus import good_files
from tests.core.formats.hostile import P2


def local(name: bytes, content: bytes) -> bytes:
    sizes = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, zlib.crc32(content), len(content), len(content), len(name), 0)
    return b"PK\x03\x04" + sizes + name + content


def entry(name: bytes, content: bytes, offset: int, extra: bytes = b"") -> bytes:
    sizes = (zlib.crc32(content), len(content), len(content), len(name), len(extra))
    return (
        b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, *sizes, 0, 0, 0, 0, offset) + name + extra
    )


def end(count: int, size: int, offset: int, wide: bool = False) -> bytes:
    if not wide:
        return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, offset, 0)
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, offset + size, 1)
    most = 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1
    return record + locator + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, *most, 0)


def packed(body: bytes, entries: list[bytes], wide: bool = False, count: int | None = None) -> bytes:
    directory = b"".join(entries)
    return body + directory + end(len(entries) if count is None else count, len(directory), len(body), wide)


def members(content: bytes) -> ZipMembers:
    return ZipMembers(memoryview(content), Budget(len(content)))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entries that zipfile made objects of; at most 100 may be in a file."""
    found: list[str] = []

    class Counted(zipfile.ZipInfo):
        def __init__(self, name: str = "", *others: object) -> None:
            found.append(name)
            super().__init__(name)

    monkeypatch.setattr(zipfile, "ZipInfo", Counted)
    monkeypatch.setattr(torch_container, "MAX_MEMBERS", 100)
    monkeypatch.setattr(torch_container, "MAX_DIRECTORY", 10_000)
    return found


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("count", [None, 1])
def test_a_long_directory_is_refused_unread(made: list[str], wide: bool, count: int | None) -> None:
    entries = [entry(b"%d" % i, b"", 0) for i in range(101)]
    with pytest.raises(RefusedFile, match="of more than 100 parts"):
        members(packed(local(b"a", b""), entries, wide, count))
    assert not made
    assert len(members(packed(local(b"a", b""), entries[:100], wide, count)).members) == len(made) == 100


@pytest.mark.parametrize("wide", [False, True])
def test_a_directory_of_long_entries_is_refused_unread(made: list[str], wide: bool) -> None:
    entries = [entry(b"%d" % i, b"", 0, b"\x99\x99\xf4\x01" + bytes(500)) for i in range(50)]
    with pytest.raises(RefusedFile, match="longer directory than any network"):
        members(packed(local(b"a", b""), entries, wide))
    assert not made


def test_two_parts_of_the_same_bytes() -> None:
    content = b"x" * 100
    body = local(b"a", content)
    found = members(packed(body, [entry(b"a", content, 0), entry(b"b", content, 0)]))
    with pytest.raises(RefusedFile, match="share the same bytes"):
        found.read("a")


@pytest.mark.parametrize("method", [0, 8])
def test_a_part_inside_another(method: int) -> None:
    """Quoted overlap: the local header of the one is data of the other."""
    inner = local(b"b", b"y" * 50)
    body = local(b"a", b"x" * 10 + inner + b"x" * 10)
    outer = bytearray(entry(b"a", body[31:], 0))
    outer[10:12] = struct.pack("<H", method)
    found = members(packed(body, [bytes(outer), entry(b"b", b"y" * 50, 41)]))
    with pytest.raises(RefusedFile, match="share the same bytes"):
        found.read("a")
    assert bytes(found.read("b")) == b"y" * 50


def test_a_part_before_the_file_begins() -> None:
    """A directory that lies later than it says shifts its entries, to before the first byte too."""
    body, listed = local(b"a", P2), entry(b"a", P2, 0)
    found = members(body + listed + end(1, len(listed), len(body) + 20))
    with pytest.raises(RefusedFile, match="points to nothing"):
        found.read("a")


def test_stored_parts_are_paid_once() -> None:
    content = b"x" * 1_000
    found = members(packed(local(b"a", content), [entry(b"a", content, 0)]))
    before = found.budget.raw
    assert bytes(found.read("a")) == bytes(found.read("a")) == content
    assert found.budget.raw == before - 1_000


def test_what_torch_writes_opens() -> None:
    assert "g_ema" in read_bytes(memoryview(good_files()["zip"]), "file").networks
