"""What a path is: films and recipes however their JSON is laid out, and weight files that are none."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from explorer import opening
from explorer.bundled import bundled_models
from explorer.controls.questions import PHOTO_FILES
from explorer.opening import look
from explorer.train.dropping import what_is
from stylegan_core.data.containers import open_container
from stylegan_core.data.picture_kinds import SUFFIXES
from stylegan_core.files.tensor_file import Damaged
from stylegan_core.film.film import Film, Key
from stylegan_core.latents.target import read_target
from stylegan_core.model import load_model
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Latent, Recipe

FILM = Film((Key(Recipe(Latent(1))), Key(Recipe(Latent(2)))))
READ_ONLY = (".psd", ".ras", ".xpm")  # Pillow writes no such files
LAYOUTS = {
    "plain": lambda text: text,
    "mark": lambda text: "\ufeff" + text,
    "lines": lambda text: "\r\n\n \t" + text,
    "mark and lines": lambda text: "\ufeff" + "\n" * 1000 + text,
    "indented": lambda text: json.dumps(json.loads(text), indent=40),
    "turned round": lambda text: json.dumps(dict(reversed(json.loads(text).items()))),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_films_and_recipes_open_however_they_are_laid_out(tmp_path: Path, layout: str) -> None:
    film, recipe = tmp_path / "film.txt", tmp_path / "recipe.txt"
    film.write_bytes(LAYOUTS[layout](FILM.to_json()).encode())
    recipe.write_bytes(LAYOUTS[layout](Recipe(psi=0.1).to_json()).encode())
    assert look(film).film == FILM
    assert look(recipe).recipe == Recipe(psi=0.1)


@pytest.mark.parametrize("text", ['{"film":1,"keys":[', '{"version":1,', '{"a":1,"film":true}', '{"version":true}'])
def test_what_is_torn_or_wrong_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "torn.json").write_text(text)
    with pytest.raises(ValueError, match=r"torn\.json: This is no (film|recipe)"):
        look(tmp_path / "torn.json")


@pytest.mark.parametrize("suffix", [each for each in SUFFIXES if each not in READ_ONLY])
def test_every_picture_that_a_photo_may_be_is_one_when_it_is_dropped(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cat{suffix}"
    Image.new("1" if suffix in (".pbm", ".xbm") else "F" if suffix == ".pfm" else "RGB", (16, 16)).save(path)
    assert look(path).photo == str(path) and read_target(path, 8).shape == (8, 8, 3)
    assert open_container(tmp_path).names == [path.name]
    with pytest.raises(ValueError, match="is one picture: drop the folder"):
        what_is(path)


def test_what_pillow_alone_can_read_is_a_picture_by_its_beginning_or_its_name(tmp_path: Path) -> None:
    assert Image.registered_extensions().keys() >= {*SUFFIXES} and not {".pkl", ".zip", ".json"} & {*SUFFIXES}
    for name, head in (("a", b"8BPS\0\1"), ("b", b"P6\n16 16"), ("c.TGA", bytes(18)), ("d.ico", b"\0\0\1\0\1\0")):
        (tmp_path / name).write_bytes(head)
        assert look(tmp_path / name).photo == str(tmp_path / name)
        assert f"*{Path(name).suffix.lower()}" in PHOTO_FILES


def test_a_safetensors_file_is_a_network(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_file({"film": np.zeros(1, np.float32)}, path, {"film": "1", "version": "1"})
    assert look(path).model == str(path)


@pytest.mark.parametrize("first", [0x7B, 0x20, 0x0A])
def test_a_length_that_looks_like_json_is_none(tmp_path: Path, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Path, "read_text")
    path = tmp_path / "m.safetensors"
    header = b'{"film":1}'.ljust(0x7B00 + first)
    path.write_bytes((0x7B00 + first).to_bytes(8, "little") + header)
    assert look(path).model == str(path)


@pytest.mark.parametrize("data", [b'{"a":1}', b'{"film', b"{\xff\xfe\x00", b"[1]", b"{" * 5000])
def test_what_is_no_json_of_this_program_is_left_to_the_readers_of_networks(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert look(tmp_path / "a").model == str(tmp_path / "a")


def test_nothing_huge_is_read_to_see_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(b'{"weights":')
        file.truncate(opening.LARGEST_JSON + 1)
    monkeypatch.delattr(Path, "read_text")
    assert look(path).model == str(path)


def test_a_film_larger_than_that_opens_by_its_first_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_JSON", 10)
    (tmp_path / "film.json").write_text(FILM.to_json())
    (tmp_path / "recipe.json").write_text(Recipe(Latent(3)).to_json())
    assert look(tmp_path / "film.json").film == FILM
    assert look(tmp_path / "recipe.json").recipe == Recipe(Latent(3))


def test_paths_are_judged_by_content(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(ValueError, match="neither a run nor a folder"):
        look(run)
    (run / "config.json").write_text("{}")
    (run / "checkpoints").mkdir()
    assert look(run).run == look(run / "checkpoints").run == str(run)
    assert look(run).model == ""  # it has no network yet
    recipe = tmp_path / "recipe.txt"
    recipe.write_text(Recipe(psi=0.1).to_json())
    assert look(recipe).recipe == Recipe(psi=0.1)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        look(tmp_path / "nothing")
    with pytest.raises(OSError, match=r"n (cannot be looked for|does not exist).*: c"):
        look(tmp_path / ("n" * 300))


@pytest.mark.skipif(os.name != "posix", reason="needs a device that is a file")
@pytest.mark.parametrize("read", [look, what_is, read_picture, lambda path: read_target(path, 16)])
def test_nobody_waits_for_a_pipe_or_a_device(read: Callable[[Path], object]) -> None:
    """The thread that also writes the history waited for a pipe for ever, and with it the window when it was closed."""
    with pytest.raises(ValueError, match="no file but a pipe or a device"):
        read(Path(os.devnull))


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are not UTF-8")
@pytest.mark.parametrize("read", [look, load_model])
def test_a_name_that_is_not_utf_8_is_said_to_be_so(read: Callable[[Path], object], tmp_path: Path) -> None:
    """A model under such a name was called torn; the window lost the name on its way and waited for its picture."""
    odd = tmp_path / os.fsdecode(b"m\xf6del.safetensors")
    odd.write_bytes(bundled_models()[0].read_bytes())
    with pytest.raises(ValueError, match=r"m\\udcf6del.safetensors is not UTF-8: rename it") as caught:
        read(odd)
    assert str(caught.value).isprintable()
    assert not isinstance(caught.value, Damaged)
