"""The header of a safetensors file, which three readers look at before anything else."""

import io
import json

import pytest

from stylegan_core.files.header import FORMAT, LONGEST_HEADER, read_header, says_it_is_own


def beginning(text: bytes, length: int | None = None) -> bytes:
    return (len(text) if length is None else length).to_bytes(8, "little") + text + b"numbers"


def test_a_header_is_read_up_to_the_numbers() -> None:
    told = {"__metadata__": {"format": FORMAT}, "w": {"data_offsets": [0, 7]}}
    text = json.dumps(told).encode()
    file = io.BytesIO(beginning(text))
    assert read_header(file) == (8 + len(text), told) and file.read() == b"numbers"
    assert says_it_is_own(told)
    for other in ({}, {"__metadata__": None}, {"__metadata__": {"format": "pt"}}):
        assert not says_it_is_own(other)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x80\x02}q", beginning(b""), beginning(b"[]"), beginning(b"{"), beginning(b"{}", 400),
        beginning(b"{}", LONGEST_HEADER + 1), beginning(b'{"a":' + b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_has_none_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_header(io.BytesIO(data))
