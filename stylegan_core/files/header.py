"""What stands at the beginning of a safetensors file, read without its numbers; plain Python."""

from typing import IO, Any

from stylegan_core.json_text import read_json

FORMAT = "stylegan-explorer"  # what this project's own networks say that they are
LONGEST_HEADER = 100_000_000  # bytes, as safetensors allow
LENGTH = 8  # bytes of the header's own length, before it
METADATA = "__metadata__"


def read_header(file: IO[bytes]) -> tuple[int, dict[str, Any]]:
    """Where the numbers of an open file begin, and what its header says. Raises ValueError where it has none."""
    length = int.from_bytes(file.read(LENGTH), "little")
    if not 0 < length <= LONGEST_HEADER or (begin := file.read(1)) != b"{":
        raise ValueError("it is no safetensors file")
    header: dict[str, Any] = read_json(begin + file.read(length - 1))
    return LENGTH + length, header


def says_it_is_own(header: dict[str, Any]) -> bool:
    """Whether the file of a header is one of this project's networks."""
    about = header.get(METADATA)
    return isinstance(about, dict) and about.get("format") == FORMAT
