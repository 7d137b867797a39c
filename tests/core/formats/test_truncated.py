"""Good files cut at every structural boundary: each cut ends in one sentence, none in part of a network."""

import io
import pickletools
import struct
import zipfile
from collections.abc import Iterator

import pytest

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.reader import read_bytes
from tests.core.formats.corpus import good_files

FILES = good_files()


def boundaries(name: str, data: bytes) -> Iterator[int]:
    """Where an instruction, a zip member, a header or a block of numbers begins."""
    if name == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                start = entry.header_offset
                first = start + 30 + sum(struct.unpack("<HH", data[start + 26 : start + 30]))
                yield from (start, start + 15, first, first + entry.compress_size)
        yield from (data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06"), len(data) - 1)
    elif name == "safetensors":
        (length,) = struct.unpack("<Q", data[:8])
        yield from (1, 7, 8, 9, 8 + length // 2, 8 + length, len(data) - 1)
    elif name == "legacy":
        place = 0
        for _ in range(5):
            start = place
            for _, _, at in pickletools.genops(data[start:]):
                yield start + at
                place = start + at + 1
        yield from range(place, len(data), 8)
    else:
        yield from (at for _, _, at in pickletools.genops(data))


@pytest.mark.parametrize("name", FILES)
def test_every_cut_is_refused(name: str) -> None:
    data = FILES[name]
    places = sorted(set(boundaries(name, data)))
    assert len(places) >= 7 and places[-1] < len(data)
    for place in places[:: max(len(places) // 150, 1)]:
        with pytest.raises(RefusedFile, match=r"^file: [^\n]{5,400}\.$"):
            read_bytes(memoryview(data[:place]), "file")
