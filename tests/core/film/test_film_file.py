"""The files that films are read from and written to: damaged ones, names with a colon, and what the command refuses."""

import struct
import warnings
from pathlib import Path

import pytest
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.film.film import MOST_KEYS, Film, Key
from stylegan_core.film.film_file import is_film, read_film
from stylegan_core.film.moving_picture import write_moving
from stylegan_core.model import Model, save_model
from stylegan_core.recipe import Latent, Recipe
from tests.core.networks.small import lively, small

FILM = Film((Key(Recipe(Latent(1))), Key(Recipe(Latent(2)))), loop=False)


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (32, 32), (value, 80, 200 - value)) for value in range(0, 200, 50)]


def written(path: Path) -> bytes:
    write_moving(path, ((picture, 0.1) for picture in frames()), 10, FILM.to_json())
    return path.read_bytes()


@pytest.mark.parametrize("before", ["\ufeff", "\n\n  ", "\ufeff \r\n" + " " * 300])
def test_json_is_a_film_whatever_stands_before_it(tmp_path: Path, before: str) -> None:
    (tmp_path / "film.json").write_text(before + FILM.to_json(), "utf-8")
    assert is_film(before + FILM.to_json())
    assert read_film(tmp_path / "film.json") == FILM


@pytest.mark.parametrize(
    ("text", "film"),
    [
        ('{"keys":[],"film":1}', True),
        ("{" + " " * 500 + '"film" : 1}', True),
        ('{"film":1,"keys":[', True),  # a torn one
        ('{"version":1,"latent":{"film":1}}', False),
        ('["film"]', False),
        ("[" * 100_000, False),
        ("", False),
    ],
)
def test_a_film_is_known_by_its_version(text: str, film: bool) -> None:
    assert is_film(text) is film


@pytest.mark.parametrize("where", ["screen", "frame"])
@pytest.mark.parametrize("side", [12_000, 65_535])  # Pillow warns of the one and refuses the other
@pytest.mark.parametrize("turn", ["error", "ignore"])
def test_a_gif_of_a_huge_size_is_refused(tmp_path: Path, where: str, side: int, turn: str) -> None:
    data = bytearray(written(tmp_path / "a.gif"))
    at = 6 if where == "screen" else data.index(b"\x2c\0\0\0\0\x20\0\x20\0") + 5
    data[at : at + 4] = struct.pack("<HH", side, side)
    (tmp_path / "huge.gif").write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter(turn)  # type: ignore[arg-type]
        if turn == "ignore" and where == "frame" and side == 12_000:
            assert read_film(tmp_path / "huge.gif") == FILM  # nothing of that frame is unpacked
            return
        with pytest.raises(ValueError, match=r"huge\.gif: This GIF says that it is larger"):
            read_film(tmp_path / "huge.gif")


def test_a_torn_gif_is_read_or_refused_in_one_sentence(tmp_path: Path) -> None:
    data = written(tmp_path / "a.gif")
    refused = 0
    step = 5  # no divisor of a block's length, so that every part of one is cut somewhere
    for length in range(6, len(data), step):
        (tmp_path / "torn.gif").write_bytes(data[:length])
        try:
            assert read_film(tmp_path / "torn.gif") == FILM
        except ValueError as error:
            refused += 1
            assert str(error).startswith(f"{tmp_path / 'torn.gif'}: Th")
            assert "\n" not in str(error)
    assert refused * step > len(FILM.to_json())


def test_a_gif_without_rights_keeps_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.gif")

    def no_rights(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", no_rights)
    with pytest.raises(PermissionError):
        read_film(tmp_path / "a.gif")


@pytest.mark.parametrize("name", ["a:b.mp4", "file:x.mp4", "http:film.mp4", "a:b.gif"])
def test_a_colon_in_a_name_is_no_protocol(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(Path(name))
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert read_film(Path(name)) == FILM


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs, with a small network in it."""
    monkeypatch.chdir(tmp_path)
    save_model(tmp_path / "m.safetensors", Model(lively(small(resolution=8))))
    return tmp_path


def test_more_seeds_than_a_film_has_keys_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["film", "m.safetensors", "--seeds", f"0-{MOST_KEYS}", "--seconds", "0", "--out", "a.mp4"]) == 2
    said = capsys.readouterr().err
    assert f"{MOST_KEYS + 1} pictures" in said
    assert said.count("\n") == 1
    assert [file.name for file in folder.iterdir()] == ["m.safetensors"]


def test_a_folder_that_cannot_be_written_is_named_as_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").write_text("")
    assert main(["film", "m.safetensors", "--seeds", "1-2", "--out", "file/frames", "--progress"]) == 2
    said = capsys.readouterr().err
    assert str(Path("file/frames")) in said
    assert ".part" not in said
    assert said.count("cannot be written") == said.count("\n") == 1
