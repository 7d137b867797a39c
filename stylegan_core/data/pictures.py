"""Turns the bytes of any picture file into uint8 [3, R, R], and makes the smaller levels of it."""

import io
import logging
import struct
import zlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what is wrong with a picture is said by us, and once
Fit = Literal["crop", "letterbox"]
Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".bmp", ".dib", ".gif", ".tif", ".tiff"}
    | {".ppm", ".pgm", ".pnm", ".tga", ".jp2", ".j2k", ".ico", ".icns", ".pcx", ".sgi"}
)
UNREAD = frozenset(  # pictures, too, that Pillow does not read: of telephones, of cameras, drawn
    {".heic", ".heif", ".jxl", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".svg", ".psd", ".xcf"}
)
MAX_BYTES = 1 << 28  # of one picture file
MAX_PIXELS = 1 << 26  # of one picture: 8192 x 8192
# What Pillow's readers raise for a broken file, besides OSError and ValueError.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def open_picture(data: bytes) -> Image.Image:
    """The picture, upright (EXIF), not yet converted. Raises ValueError saying what is wrong with it."""
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError(f"it has {picture.width} x {picture.height} pixels, more than {MAX_PIXELS}")
        picture.load()
        return ImageOps.exif_transpose(picture)
    except UnidentifiedImageError as error:
        raise ValueError("it is not a picture, or of a format that cannot be read") from error
    except Image.DecompressionBombError as error:  # its own words speak of an attack
        raise ValueError(f"it has many more pixels than {MAX_PIXELS}") from error
    except BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error


def decode(data: bytes, resolution: int, fit: Fit, background: Colour) -> Pixels:
    """The picture as uint8 [3, R, R]: upright, on the background where it is transparent, cropped or padded, scaled.

    Raises ValueError saying what is wrong with it.
    """
    picture = open_picture(data)
    try:
        return fitted(to_rgb(picture, background), resolution, fit, background)
    except BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error


def to_rgb(picture: Image.Image, background: Colour) -> Image.Image:
    """Any mode as RGB: 16 bits a channel become 8, transparent parts show the background."""
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return Image.fromarray(_to_eight_bits(np.asarray(picture))).convert("RGB")
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, (*background, 255)), layers).convert("RGB")
    return picture.convert("RGB")


def _to_eight_bits(values: NDArray[np.generic]) -> Pixels:
    """Deep grey to 0..255: floats up to 1 and integers above 255 are scaled by what their range can be."""
    grey = np.nan_to_num(values.astype(np.float64))
    top = grey.max(initial=0.0)
    if values.dtype.kind == "f":
        scale = 255.0 if top <= 1 else 1.0
    else:
        scale = 1 / 257 if values.dtype.itemsize == 2 or top > 255 else 1.0
    return np.clip(np.rint(grey * scale), 0, 255).astype(np.uint8)


def fitted(picture: Image.Image, resolution: int, fit: Fit, background: Colour) -> Pixels:
    """An RGB picture as [3, R, R]: the square in its middle, or all of it within bars of the background."""
    width, height = picture.size
    if fit == "letterbox" and width != height:
        side = max(width, height)
        square = Image.new("RGB", (side, side), background)
        square.paste(picture, ((side - width) // 2, (side - height) // 2))
        picture = square
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    if (side, side) != picture.size:
        picture = picture.crop((left, top, left + side, top + side))
    return np.ascontiguousarray(np.asarray(scaled(picture, resolution)).transpose(2, 0, 1))


def scaled(picture: Image.Image, resolution: int) -> Image.Image:
    """A square picture at another size: exact means where the size divides, else antialiased."""
    side = picture.width
    if side == resolution:
        return picture
    if side % resolution == 0:
        return picture.resize((resolution, resolution), Image.Resampling.BOX)
    method = Image.Resampling.LANCZOS if side > resolution else Image.Resampling.BICUBIC
    return picture.resize((resolution, resolution), method)


def pyramid(pixels: Pixels) -> list[Pixels]:
    """The picture [..., R, R] at every level from 4 x 4 up to its own, lowest first.

    Each is the 2 x 2 mean of the next one in float; only the results are rounded (spec-core 5.3).
    """
    levels = [pixels]
    means = pixels.astype(np.float32)
    while means.shape[-1] > 4:
        rows = means[..., ::2, :] + means[..., 1::2, :]
        means = (rows[..., ::2] + rows[..., 1::2]) * np.float32(0.25)
        levels.append(np.rint(means).astype(np.uint8))
    return levels[::-1]
