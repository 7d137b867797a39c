"""What lies around for a monkey to drop: files of every kind that the window opens, and broken ones of each."""

import json
import os
import struct
from pathlib import Path

from PIL import Image, PngImagePlugin

from stylegan_core.pictures.saved_picture import RECIPE
from stylegan_core.recipe import Latent, Recipe


def make_toys(folder: Path, model: Path, run: Path) -> list[Path]:
    """A model, a run, a saved picture, a recipe, pictures to learn from, and files that are none of these."""
    folder.mkdir()
    recipe = Recipe(Latent(5), 0.9).to_json()
    said = PngImagePlugin.PngInfo()
    said.add_itxt(RECIPE, recipe)
    Image.new("RGB", (16, 16)).save(folder / "saved.png", pnginfo=said)
    Image.new("RGB", (16, 16)).save(folder / "plain.png")
    Image.new("RGB", (16, 16)).save(folder / "plain.jpg")
    (folder / "recipe.json").write_text(recipe, encoding="utf-8")
    (folder / "small.safetensors").write_bytes(model.read_bytes())
    (folder / "pictures").mkdir()
    for index in range(12):
        Image.new("RGB", (20, 16), (20 * index, 90, 90)).save(folder / "pictures" / f"{index}.png")
    (folder / "run").symlink_to(run, target_is_directory=True)
    _make_broken(folder, model)
    return sorted(folder.iterdir())


def _make_broken(folder: Path, model: Path) -> None:
    """Torn, empty, foreign, endless, and not there."""
    whole, saved = model.read_bytes(), (folder / "saved.png").read_bytes()
    wrong = PngImagePlugin.PngInfo()
    wrong.add_itxt(RECIPE, '{"version": 1, "latent": {"seed": NaN}}')
    Image.new("RGB", (16, 16)).save(folder / "wrong.png", pnginfo=wrong)
    for name, data in {
        "empty.safetensors": b"", "torn.safetensors": whole[: len(whole) // 2], "torn.pkl": b"\x80\x02}q",
        "long.safetensors": struct.pack("<Q", 1 << 40) + b"{}", "torn.png": saved[: len(saved) // 2],
        "torn.gif": b"GIF89a\x01", "torn.mp4": b"\0\0\0\x18ftypisom", "torn.zip": b"PK\x03\x04torn",
        "words.txt": b"neither this nor that", "other.json": json.dumps({"directions": 3}).encode(),
        "deep.json": b"[" * 100_000, "later.json": b'{"version": 99, "latent": []}',
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    broken = folder / "torn-run"
    broken.mkdir()
    (broken / "config.json").write_text("{", encoding="utf-8")
    (broken / "events.jsonl").write_text('{"kind": "tick"}\nnot json\n{"kind": "sam', encoding="utf-8")
    os.mkfifo(folder / "endless.png")
    (folder / "gone.safetensors").symlink_to(folder / "nowhere")
