"""The picture that is looked for: any picture file as a square of the network's size. No torch."""

from pathlib import Path

from stylegan_core.data.pictures import MAX_BYTES, Pixels, decode
from stylegan_core.data.source import WHITE
from stylegan_core.files.places import check_ends

CURE = "choose another picture, such as a PNG or JPEG file"


def read_target(path: Path, resolution: int) -> Pixels:
    """uint8 [R, R, 3]: the square in the middle, upright (EXIF), on white where it is transparent, scaled without
    aliasing.

    Raises ValueError or OSError with one sentence that names the file and the cure.
    """
    check_ends(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ValueError(f"{path} is larger than {MAX_BYTES >> 20} MB: make it smaller, or {CURE}.")
        data = path.read_bytes()
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror or error}): check its name and permissions.") from None
    if not data:
        raise ValueError(f"{path} is empty: copy it again, or {CURE}.")
    try:
        pixels = decode(data, resolution, "crop", WHITE)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}): {CURE}.") from None
    return pixels.transpose(1, 2, 0).copy()
