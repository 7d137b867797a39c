"""Any picture becomes uint8 [3, R, R]: modes, transparency, EXIF, shapes, and the levels below."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stylegan_core.data import pictures
from stylegan_core.data.pictures import decode, open_picture, pyramid
from tests.core.data.making import noise

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def shade(data: bytes, background: tuple[int, int, int] = WHITE) -> list[int]:
    """The colour of a picture of one colour."""
    pixels = decode(data, 4, "crop", background)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (3, 4, 4)
    assert (pixels == pixels[:, :1, :1]).all()
    return [int(value) for value in pixels[:, 0, 0]]


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, [255, 255, 255]),
        ("L", 100, [100, 100, 100]),
        ("LA", (100, 255), [100, 100, 100]),
        ("LA", (100, 0), [255, 255, 255]),
        ("RGB", (10, 20, 30), [10, 20, 30]),
        ("RGBA", (10, 20, 30, 255), [10, 20, 30]),
        ("RGBA", (10, 20, 30, 0), [255, 255, 255]),
        ("I;16", 25700, [100, 100, 100]),
        ("I;16", 257, [1, 1, 1]),
    ],
)
def test_png_modes(mode: str, colour: int | tuple[int, ...], expected: list[int]) -> None:
    assert shade(encoded(Image.new(mode, (4, 4), colour))) == expected


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("CMYK", (255, 0, 0, 0), [0, 255, 255]),
        ("I", 65535, [255, 255, 255]),
        ("F", 0.5, [128, 128, 128]),
        ("F", 100.0, [100, 100, 100]),
    ],
)
def test_tiff_modes(mode: str, colour: float | tuple[int, ...], expected: list[int]) -> None:
    assert shade(encoded(Image.new(mode, (4, 4), colour), "TIFF")) == expected


def test_palette_with_a_transparent_colour() -> None:
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    assert shade(encoded(picture)) == [10, 20, 30]
    assert shade(encoded(picture, transparency=1)) == [255, 255, 255]
    assert shade(encoded(picture, transparency=1), (1, 2, 3)) == [1, 2, 3]


def test_half_transparent_shows_half_of_the_background() -> None:
    assert shade(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128))), (200, 100, 0)) == [100, 50, 0]


def test_jpeg_in_cmyk() -> None:
    red, green, blue = shade(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert red > 240
    assert max(green, blue) < 15


def test_exif_orientation_is_honoured() -> None:
    picture = Image.new("RGB", (8, 8), BLACK)
    picture.paste((255, 0, 0), (0, 0, 8, 4))  # the upper half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right: the upper half comes to the right
    pixels = decode(encoded(picture, exif=exif), 8, "crop", WHITE)
    assert (pixels[0, :, 4:] == 255).all()
    assert (pixels[0, :, :4] == 0).all()


def test_crop_takes_the_middle_and_letterbox_keeps_all() -> None:
    wide = Image.new("RGB", (16, 8), (9, 9, 9))
    wide.paste((90, 90, 90), (4, 0, 12, 8))
    assert (decode(encoded(wide), 8, "crop", WHITE) == 90).all()
    boxed = decode(encoded(wide), 16, "letterbox", (1, 2, 3))
    assert (boxed[:, 4:12, 4:12] == 90).all()
    assert (boxed[:, 4:12, :4] == 9).all()
    assert (boxed[:, :4] == np.array([1, 2, 3])[:, None, None]).all()
    assert (boxed[:, 12:] == np.array([1, 2, 3])[:, None, None]).all()


def test_a_tall_picture_is_letterboxed_at_the_sides() -> None:
    boxed = decode(encoded(Image.new("RGB", (4, 8), BLACK)), 8, "letterbox", WHITE)
    assert (boxed[:, :, 2:6] == 0).all()
    assert (boxed[:, :, :2] == 255).all()


@pytest.mark.parametrize("side", [64, 63])
def test_smaller_is_antialiased(side: int) -> None:
    """Stripes of one pixel become their mean, not one of the two colours."""
    stripes = np.zeros((side, side), np.uint8)
    stripes[:, ::2] = 255
    pixels = decode(encoded(Image.fromarray(stripes)), 8, "crop", WHITE)
    assert np.abs(pixels.astype(int) - 128).max() < 24


def test_enlarging_works() -> None:
    assert decode(encoded(noise(5, 1)), 32, "crop", WHITE).shape == (3, 32, 32)


@pytest.mark.parametrize("data", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0"])
def test_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        open_picture(data)


@pytest.mark.filterwarnings("ignore::UserWarning")  # what Pillow says of damaged files
@given(st.data())
def test_damage_anywhere_is_a_picture_or_a_value_error(draw: st.DataObject) -> None:
    """Bytes changed at random never raise anything else."""
    kind = draw.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    data = bytearray(encoded(noise(16, 1), kind))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(1, len(data)))
    try:
        pixels = decode(bytes(data[:cut]), 8, "crop", WHITE)
    except ValueError:
        return
    assert pixels.shape == (3, 8, 8)


def test_a_picture_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    with pytest.raises(ValueError, match="16 x 16 pixels"):
        open_picture(encoded(noise(16, 1)))


def test_pillows_own_bomb_check_is_a_value_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match="many more pixels"):
        open_picture(encoded(noise(16, 1)))


def test_levels_are_repeated_means_rounded_only_at_the_end() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    levels = pyramid(pixels)
    assert [level.shape[-1] for level in levels] == [4, 8, 16, 32]
    assert levels[-1] is pixels
    for level in levels:
        part = 32 // level.shape[-1]
        means = pixels.reshape(3, 32 // part, part, 32 // part, part).astype(np.float64).mean((2, 4))
        assert (level == np.rint(means)).all()


def test_rounding_is_not_repeated() -> None:
    """Means 0.5, 0, 0, 1 of four quarters: their mean 0.375 is 0; 0.5, 0.5, 0.5, 1 have 0.625, which is 1."""
    pixels = np.zeros((3, 16, 16), np.uint8)
    pixels[:, ::2, ::2] = 2  # every 2 x 2 has the mean 0.5, which alone would be rounded to 0
    pixels[:, 2::4, 3::4] = 2  # one in four of them has 1, so that 4 x 4 have 0.625
    assert (pyramid(pixels)[0] == 1).all()
    assert {0, 1} == set(np.unique(pyramid(pixels)[1]))
