"""Pictures that carry their recipe: PNG files with the recipe, the model's hash and how they were drawn."""

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import PngImagePlugin

from stylegan_core.files.whole_file import write_whole
from stylegan_core.info import ModelInfo
from stylegan_core.pictures.enlarged import enlarged
from stylegan_core.pictures.saved_picture import DRAWN, MODEL, RECIPE
from stylegan_core.recipe import Recipe
from stylegan_core.version import program_version

EFFORT = 4  # of zlib: 2.5 times as fast as its usual 6 at 1024², for files 3 to 8 % larger
PACKED_ENLARGED = 3  # 4096² smoothly is 0.6 s and a third larger, where 6 takes 1.1 s
PACKED_FROM = 256  # characters; shorter ones can be read in the file with any editor


def save_picture(
    path: Path,
    pixels: npt.NDArray[np.uint8],
    recipe: Recipe,
    info: ModelInfo,
    device: str,
    threads: int | None = None,
    *,
    side: int = 0,
    smooth: bool = False,
) -> None:
    """Writes uint8 [H, W, 3] as PNG with recipe, model and circumstances, atomically. Raises OSError.

    A ``side`` other than 0 makes it so many pixels wide and high, ``smooth`` or where that goes pixel by pixel.
    """
    text = png_text(labels(recipe, info, device, threads))
    picture, packed = enlarged(pixels, side, smooth=smooth), PACKED_ENLARGED if side else EFFORT
    write_whole(path, lambda file: picture.save(file, "PNG", pnginfo=text, compress_level=packed))


def labels(recipe: Recipe, info: ModelInfo, device: str, threads: int | None = None) -> dict[str, str]:
    """What a file says of itself, in JSON by the names of its text chunks: recipe, model and circumstances."""
    return {
        RECIPE: recipe.to_json(),
        MODEL: json.dumps({"name": info.name, "hash": info.hash, "architecture": info.architecture}),
        DRAWN: json.dumps(circumstances(device, threads)),
    }


def png_text(said: Mapping[str, str]) -> PngImagePlugin.PngInfo:
    """Text chunks for a PNG, the long ones packed; Pillow refuses to unpack one of more than a megabyte."""
    text = PngImagePlugin.PngInfo()
    for name, value in said.items():
        text.add_itxt(name, value, zip=PACKED_FROM <= len(value) <= PngImagePlugin.MAX_TEXT_CHUNK)
    return text


def circumstances(device: str, threads: int | None = None) -> dict[str, str | int]:
    """Device, threads, precision and versions, which decide a picture to the last bit."""
    return {
        "device": device,
        "precision": "exact",
        "threads": threads if threads is not None else _threads(),
        "machine": platform.machine(),
        "torch": metadata.version("torch"),
        "explorer": program_version(),
    }


def _threads() -> int:
    import torch

    return torch.get_num_threads()
