"""A backend without torch that draws a stand-in face for each recipe, the same everywhere and at once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from PIL import Image, ImageDraw

from explorer.jobs import (
    Blend,
    Blendable,
    FindChannels,
    KeyStyles,
    Matrix,
    NoiseMap,
    Pca,
    Picture,
    Request,
    Strip,
    Styles,
)
from explorer.lab_jobs import ChannelMap, Channels, Entangle, Layers, SweepGrid
from explorer.renderer.rendering import Pixels, Precision, Report, Steps
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry
from stylegan_core.latents.region import LocalChannel
from stylegan_core.recipe import Direction, Latent, Mix, Recipe, Vector
from tests.explorer import drawn_layers
from tests.explorer.lab import measured

SIDE, W_DIM, KEPT = 64, 8, 16
EXPLAINED = (0.21, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03, 0.03)
NAMED = ("Hair length", "Glasses", "Smile", "Hair colour", "Skin tone", "Beard")

FOUND = tuple(
    LocalChannel(layer, channel, inside, effect)
    for layer, channel, inside, effect in (
        (3, 124, 0.87, 26.6), (2, 111, 0.72, 19.1), (9, 5, 0.69, 8.6), (1, 3, 0.64, 16.4), (5, 42, 0.58, 9.2),
        (4, 70, 0.55, 7.7), (7, 13, 0.49, 12.3), (6, 16, 0.41, 11.7),
    )
)  # fmt: skip
INFO = ModelInfo(
    name="avatars-64", hash="5f2c91d0" * 8, architecture="StyleGAN v1", resolution=64, level=4, alpha=1.0, z_dim=W_DIM,
    w_dim=W_DIM, num_layers=10, num_noise_layers=10, parameters=3_500_000,
    noise_resolutions=tuple(4 << (layer // 2) for layer in range(10)),
    style_channels=(128, 128, 128, 128, 128, 128, 64, 64, 32, 32),
)  # fmt: skip


class DrawnFaces:
    """Draws at once and never fails."""

    def device(self) -> str:
        return "CPU, bfloat16 while dragging"

    def dtype(self, precision: Precision) -> str:
        return "float32" if precision == "exact" else "bfloat16"

    def load(self, path: str, report: Report) -> ModelInfo:
        return INFO

    def heed(self, between: Callable[[], None]) -> None:
        """Its pictures have no parts."""

    def rest(self) -> None:
        """It has used nothing."""

    def set_threads(self, count: int) -> None:
        """One is enough."""

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        return face(recipe, SIDE)

    def job(self, request: Request) -> Steps:
        return self._job(request)

    def _job(self, request: Request) -> Steps:
        value: Any = None
        match request:
            case Strip():
                value = tuple(face(each, request.size) for each in request.recipes)
            case Matrix():
                cells = [(row, column) for row in request.rows for column in request.columns]
                mixed = [row.with_mix(request.band, Mix(column.latent, 1.0, request.band)) for row, column in cells]
                value = tuple(face(each, request.size) for each in mixed)
            case NoiseMap():
                value = noise_map(request.size)
            case Pca():
                value = directions()
            case FindChannels():
                value = FOUND[: request.count]
            case Styles():
                value = tuple(Vector.of(np.random.RandomState(_seed(each)).randn(W_DIM)) for each in request.latents)
            case KeyStyles():
                ws = [np.random.RandomState(_seed(each.latent)).randn(10, W_DIM) for each in request.recipes]
                value = tuple(Vector.of(each) for each in ws)
            case Picture():
                value = self.draw(request.recipe, "exact")
            case Layers():
                value = drawn_layers.facts(request.recipe)
            case Channels():
                layer = drawn_layers.facts(request.recipe)[request.stage]
                value = drawn_layers.channels(layer, request.recipe, request.size)
            case ChannelMap():
                value = drawn_layers.values(drawn_layers.facts(request.recipe)[request.stage], request.channel)
            case SweepGrid():
                value = tuple(face(each, request.size) for each in request.sweep.cells)
            case Entangle():
                value = measured.entangled(request.plan, INFO.hash)
            case Blendable():
                value = request.paths
            case Blend():
                value = tuple(_blended(each, request) for each in request.recipes)
        pieces = value if isinstance(request, Strip | Matrix | Layers | SweepGrid | Blend) else ()
        for index, piece in enumerate(pieces):
            yield index, len(pieces), piece
        if isinstance(request, Blend):
            return 0.987
        return measured.swept(request.sweep) if isinstance(request, SweepGrid) else value


def _blended(recipe: Recipe, request: Blend) -> Pixels:
    """A face whose bands are another one's where more than half of the other network is asked for."""
    for band in ("coarse", "middle", "fine"):
        if getattr(request.amounts, band) > 0.5:
            recipe = recipe.with_mix(band, Mix(Latent(recipe.latent.seed + 40), 1.0, band))
    return face(recipe, request.size)


def face(recipe: Recipe, size: int) -> Pixels:
    """uint8 [size, size, 3]: shape from the face itself, features and colours from what is mixed in."""
    seeds = dict.fromkeys(("coarse", "middle", "fine"), _seed(recipe.latent))
    seeds |= {mix.band: _seed(mix.source) for mix in recipe.mixes if mix.band and mix.weight > 0.5}
    pull = sum(each.strength for each in recipe.directions)
    return np.asarray(_face(*seeds.values(), round(recipe.psi, 2), round(pull, 1), size))


def _seed(latent: Latent) -> int:
    return latent.seed if latent.w is None else crc32(latent.w.data)


@lru_cache(maxsize=2000)
def _face(coarse: int, middle: int, fine: int, psi: float, pull: float, size: int) -> Image.Image:
    shape, features, colours = (np.random.RandomState(seed % 2**32) for seed in (coarse, middle, fine))
    back, hair, shirt = (tuple(int(128 + psi * each) for each in colours.randint(-110, 127, 3)) for _ in range(3))
    skin = tuple(int(each) for each in np.array([205, 150, 110]) + psi * colours.randint(-70, 45))
    image = Image.new("RGB", (256, 256), back)
    draw = ImageDraw.Draw(image)
    wide, long = 62 + int(psi * shape.randint(-10, 22)), int(20 + 8 * pull + shape.randint(0, 60))
    draw.ellipse((128 - wide - 16, 22, 128 + wide + 16, 170 + long), fill=hair)
    draw.ellipse((40, 200, 216, 330), fill=shirt)
    draw.ellipse((128 - wide, 46, 128 + wide, 220), fill=skin)
    eye, mouth = features.randint(6, 15), features.randint(8, 30)
    for side in (-1, 1):
        at = 128 + side * 28
        draw.ellipse((at - eye, 118 - eye, at + eye, 118 + eye), fill="white")
        draw.ellipse((at - 5, 113, at + 5, 123), fill="black")
    draw.chord((128 - mouth, 160, 128 + mouth, 196), 0, 180, fill=(150, 40, 50))
    return image.resize((size, size), Image.Resampling.BOX)


def noise_map(size: int) -> np.ndarray:
    """float32 [size, size]: strongest on a ring, as hair is in a face."""
    across = np.linspace(-1, 1, size, dtype=np.float32)
    distance = np.hypot(across[:, None], across[None])
    return np.asarray(9 * np.exp(-(((distance - 0.6) / 0.15) ** 2)), np.float32)


def directions() -> tuple[Entry, ...]:
    """As many as a search keeps for this width, some with names."""
    axes = np.random.RandomState(0).randn(KEPT, W_DIM)
    made = []
    for number, axis in enumerate(axes, start=1):
        name = NAMED[number - 1] if number <= len(NAMED) else f"PCA {number}"
        explained = EXPLAINED[number - 1] if number <= len(EXPLAINED) else 0.01
        made.append(Entry(Direction(name, Vector.of(axis), 2.0), "pca", number, explained=explained))
    return tuple(made)
