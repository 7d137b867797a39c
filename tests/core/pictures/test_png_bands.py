"""A PNG that is packed in bands is read as the same pixels with the same text as one that is written at once."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylegan_core.pictures.contact_sheet import contact_sheet, grey_sheet, save_sheet
from stylegan_core.pictures.picture import png_text
from stylegan_core.pictures.png_bands import ROWS, grey_png
from stylegan_core.pictures.saved_picture import RECIPE

SAID = {RECIPE: '{"latent": 5}', "Long": "é" * 1000}


def packed(width: int, height: int, bands: list[np.ndarray]) -> bytes:
    parts = list(grey_png(width, height, bands, png_text(SAID)))
    assert len(parts) > height // ROWS  # never more rows at once
    return b"".join(parts)


@pytest.mark.parametrize("kind", ["noise", "ramp", "flat"])
def test_any_rows_are_read_as_they_were(kind: str) -> None:
    across, down = np.meshgrid(np.arange(70), np.arange(ROWS * 2 + 9))
    rows = {
        "noise": np.random.default_rng(1).integers(0, 256, across.shape),
        "ramp": 5 * across + 3 * down,
        "flat": across * 0 + 128,
    }[kind].astype(np.uint8)
    for bands in ([rows], [rows[:1], rows[1:100], rows[100:]]):
        read = Image.open(BytesIO(packed(70, len(rows), bands)))
        read.verify()
        read = Image.open(BytesIO(packed(70, len(rows), bands)))
        assert read.mode == "L" and np.array_equal(np.asarray(read), rows)
        assert read.text == SAID


@pytest.mark.parametrize(("count", "columns", "side"), [(1, 5, 64), (7, 3, 64), (6, 3, 128), (5, 1, 200)])
def test_the_sheet_is_the_one_that_is_made_at_once(count: int, columns: int, side: int, tmp_path: Path) -> None:
    pictures = np.random.default_rng(2).integers(0, 256, (count, side, side)).astype(np.uint8)
    captions = [f"{index}: mean -0.{index}, sd 1.25, gqj" for index in range(count)]
    whole = contact_sheet([np.repeat(each[..., None], 3, 2) for each in pictures], captions, columns)
    width, height, bands = grey_sheet(lambda place: pictures[place], side, captions, columns)
    made = packed(width, height, list(bands))
    save_sheet(tmp_path / "whole.png", whole[..., 0].copy(), SAID)
    before, after = Image.open(tmp_path / "whole.png"), Image.open(BytesIO(made))
    assert np.array_equal(np.asarray(before), np.asarray(after)) and before.text == after.text
    assert len(made) < 1.1 * (tmp_path / "whole.png").stat().st_size
