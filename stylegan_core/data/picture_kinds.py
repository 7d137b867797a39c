"""What counts as a picture file everywhere: by how it begins, else by its name; no torch, and no Pillow."""

from pathlib import PurePath

PNG = b"\x89PNG\r\n\x1a\n"
# What Pillow reads without other programs, the usual ones first.
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff", ".jpe", ".jfif", ".apng", ".dib",
    ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".ico", ".icns", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx",
    ".psd", ".qoi", ".dds", ".pcx", ".ras", ".sgi", ".xbm", ".xpm",
)  # fmt: skip
# Pictures, too, that Pillow does not read: of telephones, of cameras, drawn.
UNREAD = (
    ".heic", ".heif", ".jxl", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".svg", ".xcf",
)  # fmt: skip
_BEGINNINGS = (
    PNG, b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"8BPS",
    b"qoif", b"DDS ", *(f"P{kind}{space}".encode() for kind in "123456" for space in "\n\r\t "),
)  # fmt: skip
# Pictures in the container of films; those of telephones (HEIF) cannot be read either, but are refused as pictures.
_STILL = (b"ftypavif", b"ftypavis", b"ftypheic", b"ftypheix", b"ftypmif1")


def named_as_picture(name: str | PurePath) -> bool:
    """Whether a file's name ends as that of a picture does."""
    return PurePath(name).suffix.lower() in SUFFIXES


def begins_as_picture(head: bytes) -> bool:
    """Whether a file begins as a picture does; some, such as TGA and ICO, have no beginning of their own."""
    return head.startswith(_BEGINNINGS) or head[4:12] in _STILL
