"""JSON that Python cannot read for its depth is refused like any other damage, in whatever file it stands."""

from pathlib import Path

import pytest
from PIL import Image

from stylegan_core.data import half_drawn
from stylegan_core.json_text import read_json
from stylegan_core.lab.entanglement import plan_of_table
from stylegan_core.pictures.picture import png_text
from stylegan_core.pictures.recipe_list import list_from_json
from stylegan_core.pictures.saved_picture import MODEL, RECIPE, read_picture
from stylegan_core.recipe import Recipe
from stylegan_core.rundir import is_whole

DEEP = "[" * 100_000


@pytest.mark.parametrize("text", [DEEP, DEEP.encode(), "{", b"\xff"])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
    assert read_json('{"a": [1, null]}') == read_json(b'{"a": [1, null]}') == {"a": [1, None]}


def test_a_deep_text_in_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.new("RGB", (4, 4)).save(path, pnginfo=png_text({RECIPE: Recipe().to_json(), MODEL: DEEP}))
    with pytest.raises(ValueError, match="carries a recipe that cannot be read"):
        read_picture(path)
    with pytest.raises(ValueError, match="deep"):
        list_from_json(Recipe(), DEEP)


def test_a_weight_file_with_a_deep_header_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep.safetensors"
    path.write_bytes(len(DEEP).to_bytes(8, "little") + DEEP.encode())
    assert not is_whole(path)


def test_a_deep_note_of_a_half_drawn_set_is_that_of_other_numbers(tmp_path: Path) -> None:
    (tmp_path / half_drawn.NOTE).write_text(DEEP)
    with pytest.raises(OSError, match="half drawn with other numbers"):
        half_drawn.begin(tmp_path, {"count": 3})


def test_a_table_that_was_measured_deeply_is_no_plan() -> None:
    text = f'recipe,how\n"{Recipe().to_json().replace(chr(34), chr(34) * 2)}",{DEEP}\n'
    with pytest.raises(ValueError, match="no table of --entanglement"):
        plan_of_table(text)
