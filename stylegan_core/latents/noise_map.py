"""Noise map: how much each pixel depends on the noise alone (paper, figure 4c and 5)."""

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stylegan_core.recipe import NoiseLayer, Recipe

Floats = npt.NDArray[np.float32]
Draw = Callable[[Recipe], npt.NDArray[np.uint8]]


def noise_draw(recipe: Recipe, layers: int, seed: int) -> Recipe:
    """The recipe with every noise layer reseeded; which are on, and how strong, stays as it is."""
    noise = tuple(replace(recipe.noise_layer(layer), seed=seed) for layer in range(layers))
    return replace(recipe, noise=noise or (NoiseLayer(seed=seed),))


def noise_deviation(draw: Draw, recipe: Recipe, layers: int, draws: int = 100) -> Generator[Floats, None, Floats]:
    """Yields after each draw, and at the end returns, the standard deviation [H, W] of each pixel over the noise.

    ``draw`` renders a recipe to uint8 [H, W, 3]; values are in parts of 0..255, the mean of the three channels'
    variances under the root. Running sums in float64 (Welford), so nothing is kept but two pictures.
    """
    mean = squares = np.zeros((1, 1, 3), np.float64)
    for number in range(1, draws + 1):
        picture = draw(noise_draw(recipe, layers, number)).astype(np.float64)
        step = picture - mean
        mean = mean + step / number
        squares = squares + step * (picture - mean)
        yield _deviation(squares, number)
    return _deviation(squares, draws)


def _deviation(squares: npt.NDArray[np.float64], number: int) -> Floats:
    return np.asarray(np.sqrt((squares / number).mean(axis=2)), np.float32)
