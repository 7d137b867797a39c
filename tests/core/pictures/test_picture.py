"""Saved pictures carry their recipe, and the render command draws them again byte for byte."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.pictures.contact_sheet import save_sheet
from stylegan_core.pictures.picture import save_picture
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Latent, Mix, Recipe
from stylegan_core.render import render


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    torch.manual_seed(2)
    sizes = {"z_dim": 8, "w_dim": 8, "mapping_width": 8, "mapping_layers": 1, "fmap_base": 64, "fmap_max": 8}
    save_model(tmp_path / "small.safetensors", Model(Generator(NetworkConfig(16, **sizes))))
    return tmp_path / "small.safetensors"


def test_packing_takes_less_than_half_of_drawing_and_is_exact(model_file: Path, tmp_path: Path) -> None:
    """With zlib's usual effort a frame of a film took 0.3 s to pack at 1024², and 0.6 s to draw."""
    pixels = np.random.RandomState(1).randint(0, 255, (32, 32, 3)).astype(np.uint8)
    save_picture(tmp_path / "a.png", pixels, Recipe(), load_model(model_file).info, "cpu")
    save_sheet(tmp_path / "b.png", pixels)
    for path in (tmp_path / "a.png", tmp_path / "b.png"):
        packed = path.read_bytes()
        assert packed[packed.index(b"IDAT") + 5] >> 6 == 1  # how much effort, as zlib says it: fast (RFC 1950)
        assert (np.asarray(Image.open(path)) == pixels).all()


def test_a_picture_says_what_drew_it(model_file: Path, tmp_path: Path) -> None:
    model, recipe = load_model(model_file), Recipe(latent=Latent(4), mixes=(Mix(Latent(2), 0.5, band="fine"),))
    save_picture(tmp_path / "a.png", render(model, recipe), recipe, model.info, "cpu")
    saved = read_picture(tmp_path / "a.png")
    assert (saved.recipe, saved.model_hash, saved.model_name) == (recipe, model.info.hash, "small")
    assert saved.threads == torch.get_num_threads()


def test_how_far_the_command_is_does_not_mix_with_its_answer(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", str(model_file), "--seeds", "0-4", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.out == f"5 pictures written to {tmp_path / 'out'}\n" and "drawing" in said.err


def test_the_command_draws_a_saved_picture_again_byte_for_byte(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", str(model_file), "--seeds", "3,5-6", "--out", str(tmp_path / "out")]) == 0
    first = tmp_path / "out" / "seed0005.png"
    assert main(["render", str(model_file), "--recipe", str(first), "--out", str(tmp_path / "again.png")]) == 0
    assert (tmp_path / "again.png").read_bytes() == first.read_bytes()
    assert len(list((tmp_path / "out").iterdir())) == 3
    capsys.readouterr()


def test_a_saved_picture_is_drawn_again_where_it_was_drawn(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = tmp_path / "first.png", ["--out", str(tmp_path / "again.png"), "--overwrite"]
    assert main(["render", str(model_file), "--seeds", "5", "--device", "cpu", "--out", str(first)]) == 0
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)  # as on a machine whose best device is another one
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    assert main(["render", str(model_file), "--recipe", str(first), *again]) == 0
    assert (tmp_path / "again.png").read_bytes() == first.read_bytes()


def test_a_picture_of_a_device_that_is_not_here_is_drawn_on_another(model_file: Path, tmp_path: Path) -> None:
    model = load_model(model_file)
    save_picture(tmp_path / "far.png", render(model, Recipe()), Recipe(), model.info, "xpu:3")
    assert read_picture(tmp_path / "far.png").device == "xpu:3"
    out = tmp_path / "again.png"
    assert main(["render", str(model_file), "--recipe", str(tmp_path / "far.png"), "--out", str(out)]) == 0
    assert read_picture(out).device != "xpu:3"


def test_a_recipe_that_an_editor_has_begun_with_a_mark_is_drawn(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text(Recipe(latent=Latent(3)).to_json(), "utf-8-sig")
    arguments = ["--recipe", str(tmp_path / "recipe.json"), "--out", str(tmp_path / "a.png")]
    assert main(["render", str(model_file), *arguments]) == 0
    assert read_picture(tmp_path / "a.png").recipe.latent.seed == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seeds", "5-3"],
        ["--seeds", "many"],
        ["--seeds", "0-99999999"],
        ["--seeds", "0-1", "--out", "one.png"],
        ["--seeds", "1", "--out", "no-folder.jpg"],
        ["--recipe", "missing.json"],
    ],
)
def test_bad_arguments_end_with_one_sentence_and_code_2(
    model_file: Path, tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "out")]
    assert main(["render", str(model_file), *arguments, *out]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.strip().endswith(".")
    assert not any(Path(name).exists() for name in (tmp_path / "out", "no-folder.jpg"))


def test_a_picture_of_too_many_pixels_says_so(tmp_path: Path) -> None:
    """Pillow's own error is neither a ValueError nor an OSError, so dropping one said nothing at all."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "vast.png").write_bytes(data + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    with pytest.raises(ValueError, match=r"vast\.png has too many pixels .* make it smaller"):
        read_picture(tmp_path / "vast.png")


def test_pictures_without_a_recipe_or_torn_ones_say_so(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "plain.png")
    with pytest.raises(ValueError, match="carries no recipe"):
        read_picture(tmp_path / "plain.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "plain.png").read_bytes()[:40])
    with pytest.raises(ValueError, match="no readable PNG"):
        read_picture(tmp_path / "torn.png")
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    with pytest.raises(ValueError, match="no readable PNG"):
        read_picture(tmp_path / "text.png")


def test_commands_that_do_not_exist_say_which_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paint"]) == 2
    assert "render" in capsys.readouterr().err
    assert main([]) == 0
