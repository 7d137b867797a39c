"""Says by its content, never its name, how a file is packed; what is something else entirely is named as that."""

import struct
from enum import StrEnum

from stylegan_core.formats.limits import RefusedFile


class Container(StrEnum):
    """The ways weight files are packed."""

    PICKLE = "pickle"
    TORCH_ZIP = "torch zip"
    TORCH_LEGACY = "torch legacy"
    SAFETENSORS = "safetensors"


_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a WebP picture or other RIFF file"),
    (b"%PDF", "a PDF document"),
    (b"\x89HDF\r\n", "an HDF5 (Keras) file"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"\x93NUMPY", "a numpy array, not a network"),
    (b"GGUF", "a GGUF language model"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"<!DOCTYPE", "a web page; the download did not give the file itself"),
    (b"<html", "a web page; the download did not give the file itself"),
    (b"<?xml", "an XML document"),
    (b"version https://git-lfs", "a Git LFS pointer; fetch the real file with git lfs pull"),
)
_LEGACY_MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
_LEGACY_MAGIC_AS_TEXT = b"L119547037146038801333356L\n."
"""The number that torch's legacy files begin with, as pickle protocols 2 to 5 write it, and 0 and 1."""
_FRAME = 9
_MAX_HEADER = 100_000_000


def container_of(data: memoryview) -> Container:
    """How the file is packed; raises RefusedFile with what it is instead, where that can be told."""
    if not data:
        raise RefusedFile("it is empty")
    head = bytes(data[:512])
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Container.TORCH_ZIP
    if _is_legacy(head):
        return Container.TORCH_LEGACY
    if _is_safetensors(head, len(data)):
        return Container.SAFETENSORS
    for magic, name in _OTHERS:
        if head.startswith(magic) or head.lstrip()[: len(magic)].lower() == magic.lower():
            raise RefusedFile(f"it is {name}")
    if head[257:262] == b"ustar":
        raise RefusedFile("it is a tar archive (torch's oldest format); save it again with a newer torch")
    if _is_onnx(head):
        raise RefusedFile("it is an ONNX network, which holds a program rather than StyleGAN weights")
    if head[4:8] == b"TFL3":
        raise RefusedFile("it is a TensorFlow Lite network")
    if _is_pickle(head):
        return Container.PICKLE
    raise RefusedFile("it is not a weight file of any kind known here")


def _is_onnx(head: bytes) -> bool:
    """A protocol buffer that opens with a small version number and the name of the program that wrote it."""
    return len(head) > 4 and head[0] == 0x08 and head[2] == 0x12 and _printable(head[4 : 4 + head[3]])


def _is_legacy(head: bytes) -> bool:
    """Protocols 4 and 5 put a frame's length between the protocol and the number."""
    if head[:1] != b"\x80":
        return head.startswith(_LEGACY_MAGIC_AS_TEXT)
    return head.startswith(_LEGACY_MAGIC, 2 + _FRAME if head[2:3] == b"\x95" else 2)


def _is_safetensors(head: bytes, size: int) -> bool:
    if size < 10 or head[8:9] != b"{":
        return False
    (length,) = struct.unpack("<Q", head[:8])
    return bool(length <= _MAX_HEADER)


def _is_pickle(head: bytes) -> bool:
    """Protocols 2 to 5 say so; 0 and 1 open with a mark, a container or a name."""
    return head[1:2] <= b"\x05" if head[:1] == b"\x80" else head[:1] in (b"(", b"}", b"]", b")", b"c")


def _printable(raw: bytes) -> bool:
    return bool(raw) and all(32 <= byte < 127 for byte in raw)
