"""Stand-in layers for tests without torch: facts, pictures of channels and their values, the same everywhere."""

import numpy as np

from stylegan_core.bands import band_of_resolution
from stylegan_core.lab.layer_facts import ChannelPictures, Floats, LayerFacts
from stylegan_core.recipe import Recipe

BINS = 64


def facts(recipe: Recipe, resolution: int = 64, pictures: bool = False) -> tuple[LayerFacts, ...]:
    """Two layers a level, and with ``pictures`` one more stage for the picture, as StyleGAN2 has them."""
    found: list[LayerFacts] = []
    for level in range(resolution.bit_length() - 2):
        for second in (False, True, *([None] if pictures else [])):
            number = 2 * level + (second is not False)
            found.append(_layer(recipe, len(found), number, second is None, 4 << level, resolution))
    return tuple(found)


def channels(layer: LayerFacts, recipe: Recipe, size: int) -> ChannelPictures:
    """A ring in each channel, wider from one to the next; every third one is twice as strong."""
    side = min(layer.resolution, size)
    rings = [_ring(channel, layer.channels, side) for channel in range(layer.channels)]
    spread = np.array([(2.0 if channel % 3 == 2 else 1.0) - channel / 1000 for channel in range(layer.channels)])
    mean = np.full(layer.channels, _shift(recipe), np.float32)
    deviation = spread.astype(np.float32)
    grey = np.stack([(255 * ring).astype(np.uint8) for ring in rings])
    return ChannelPictures(
        layer.stage, layer.resolution, mean, deviation, mean - 3 * deviation, mean + 3 * deviation, grey
    )


def values(layer: LayerFacts, channel: int) -> Floats:
    """One channel as numbers."""
    return np.asarray(6 * _ring(channel, layer.channels, layer.resolution) - 3, np.float32)


def _layer(recipe: Recipe, stage: int, number: int, picture: bool, side: int, resolution: int) -> LayerFacts:
    mean, deviation = _shift(recipe) + 0.01 * stage, 1 + 0.1 * stage
    places = np.linspace(-4, 4, BINS)
    width = 3 if picture else min(64, 2048 // side)
    counts = np.exp(-(places**2) / 2)
    counts = (width * side**2 * counts / counts.sum()).astype(int)
    return LayerFacts(
        stage, number, picture, side, width, band_of_resolution(side, resolution).name, mean, deviation,
        mean - 5 * deviation, mean + 5 * deviation, 0.48, mean - 4 * deviation, mean + 4 * deviation,
        tuple(int(count) for count in counts),
    )  # fmt: skip


def _shift(recipe: Recipe) -> float:
    return 0.2 * recipe.psi + recipe.latent.seed % 10 / 100


def _ring(channel: int, count: int, side: int) -> Floats:
    across = np.linspace(-1, 1, side, dtype=np.float32)
    distance = np.hypot(across[:, None], across[None])
    return np.asarray(np.exp(-(((distance - channel / count) / 0.2) ** 2)), np.float32)
