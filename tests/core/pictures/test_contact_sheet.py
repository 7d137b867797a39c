"""Contact sheets: where the pictures lie, what is written, what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylegan_core.pictures.contact_sheet import CAPTION, GAP, MARGIN, contact_sheet, save_sheet, side_on_sheet
from stylegan_core.pictures.recipe_list import list_to_json
from stylegan_core.pictures.saved_picture import MODEL, RECIPE, RECIPES, read_picture
from stylegan_core.recipe import Latent, Mix, Recipe, Vector


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


def test_captions_wider_than_their_pictures_stand_apart() -> None:
    sheet = contact_sheet([np.zeros((8, 8, 3), np.uint8)] * 2, ["4821300000", "4821300001"], columns=2)
    wide = (sheet.shape[1] - 2 * MARGIN - GAP) // 2
    below = sheet[MARGIN + 8 :].min(axis=(0, 2))
    assert wide > 50 and (below[MARGIN + wide : MARGIN + wide + GAP] == 255).all()
    assert (sheet[MARGIN : MARGIN + 8, MARGIN + wide // 2 - 4 : MARGIN + wide // 2 + 4] == 0).all()


def test_an_empty_place_has_its_caption_alone() -> None:
    sheet = contact_sheet([None, np.zeros((64, 64, 3), np.uint8)], ["coarse\nlayers", ""], columns=2)
    assert sheet.shape == (2 * MARGIN + 64 + CAPTION, 2 * MARGIN + 2 * 64 + GAP, 3)
    corner = sheet[MARGIN : MARGIN + 64, MARGIN : MARGIN + 64]
    assert corner.min() < 120 and corner.mean() > 200


def test_a_sheet_says_what_it_was_drawn_from(tmp_path: Path) -> None:
    """It named no model and no recipe, so that nobody could cite it or draw it again."""
    base = Recipe(Latent(3), psi=0.4, unknown='{"newer": 1}')
    recipes = (None, base, replace(base, latent=Latent(9, x=0.5), mixes=(Mix(Latent(4), 1.0, "fine"),)), Recipe())
    said = {RECIPE: base.to_json(), MODEL: json.dumps({"name": "faces", "hash": "ab" * 32})}
    said[RECIPES] = list_to_json(base, recipes, 2)
    pixels = np.zeros((8, 8, 3), np.uint8)
    save_sheet(tmp_path / "sheet.png", pixels, said)
    saved = read_picture(tmp_path / "sheet.png")
    assert (saved.recipe, saved.recipes) == (base, recipes)
    assert (saved.model_name, saved.model_hash) == ("faces", "ab" * 32)
    save_sheet(tmp_path / "sheet.pdf", pixels, said)
    assert b"/Keywords" in (tmp_path / "sheet.pdf").read_bytes()


def test_a_long_list_can_be_read_again(tmp_path: Path) -> None:
    """Pillow refuses a packed text of more than a megabyte, and the picture with it."""
    base = Recipe(Latent(w=Vector.of(np.random.RandomState(0).randn(18, 512))))
    recipes = (base, *(replace(base, latent=Latent(w=Vector.of(np.full((18, 512), at)))) for at in range(30)))
    text = list_to_json(base, recipes, 6)
    assert len(text) > 1 << 20
    save_sheet(tmp_path / "sheet.png", np.zeros((8, 8, 3), np.uint8), {RECIPE: base.to_json(), RECIPES: text})
    assert read_picture(tmp_path / "sheet.png").recipes == recipes


@pytest.mark.parametrize("text", ["[]", "{}", '{"recipes": [3]}', "no JSON", '{"recipes": [{"psi": "high"}]}'])
def test_a_damaged_list_is_one_sentence(tmp_path: Path, text: str) -> None:
    said = {RECIPE: Recipe().to_json(), RECIPES: text}
    save_sheet(tmp_path / "sheet.png", np.zeros((8, 8, 3), np.uint8), said)
    with pytest.raises(ValueError, match=r"sheet\.png carries a recipe that cannot be read"):
        read_picture(tmp_path / "sheet.png")


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([], [], columns=3)


def test_many_large_pictures_are_made_so_small_that_their_sheet_can_be_opened_again() -> None:
    """41 values of 24 faces at 1024² were a page of three gigabytes that this program refused to read."""
    assert [side_on_sheet(1024, count) for count in (1, 64, 65, 42 * 24)] == [1024, 1024, 512, 256]
    assert side_on_sheet(64, 42 * 24) == 64
    assert (42 * (256 + GAP)) * (24 * (256 + CAPTION + GAP)) < Image.MAX_IMAGE_PIXELS
