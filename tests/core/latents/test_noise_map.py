"""The map of what the noise alone changes."""

import numpy as np
import pytest

from stylegan_core.latents.noise_map import noise_deviation, noise_draw
from stylegan_core.recipe import NoiseLayer, Recipe


def test_deviation_equals_that_of_all_pictures_at_once() -> None:
    pictures = np.random.RandomState(0).randint(0, 256, (12, 4, 5, 3)).astype(np.uint8)
    pictures[:, 0, 0] = 77
    work, seen = noise_deviation(lambda recipe: pictures[(recipe.noise[0].seed or 0) - 1], Recipe(), 3, 12), []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as end:
            found = end.value
            break
    np.testing.assert_allclose(found, np.sqrt(pictures.astype(float).var(axis=0).mean(axis=2)), rtol=1e-5, atol=1e-4)
    assert found[0, 0] == pytest.approx(0) and len(seen) == 12
    np.testing.assert_array_equal(seen[-1], found)


def test_a_draw_changes_seeds_only() -> None:
    recipe = Recipe(noise=(NoiseLayer(on=False), NoiseLayer(strength=0.5)))
    drawn = noise_draw(recipe, 3, 9)
    assert drawn.noise == (NoiseLayer(False, seed=9), NoiseLayer(strength=0.5, seed=9), NoiseLayer(seed=9))
