"""Contact sheets: where the pictures lie, what is written, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylegan_core.contact_sheet import GAP, MARGIN, contact_sheet, save_sheet


def test_every_picture_lies_in_its_place() -> None:
    pictures = [np.full((16, 16, 3), 10 * index, np.uint8) for index in range(5)]
    sheet = contact_sheet(pictures, [str(index) for index in range(5)], columns=3)
    assert sheet.shape[1] == 2 * MARGIN + 3 * 16 + 2 * GAP
    assert (sheet[MARGIN : MARGIN + 16, MARGIN + 16 + GAP : MARGIN + 32 + GAP] == 10).all()
    assert (sheet[:MARGIN] == 255).all()


def test_the_name_decides_between_png_and_pdf(tmp_path: Path) -> None:
    sheet = contact_sheet([np.zeros((8, 8, 3), np.uint8)], ["7"], columns=6)
    save_sheet(tmp_path / "sheet.png", sheet)
    save_sheet(tmp_path / "sheet.pdf", sheet)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "sheet.png")), sheet)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([], [], columns=3)
