"""A recipe in words of the field."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.present.recipe_words import film_words, words
from stylegan_core.info import Capabilities
from stylegan_core.latents.noise_map import noise_draw
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, Recipe, Vector
from tests.explorer.fake_backend import info

ONE = info()
W = Vector.of(np.zeros(8))


def told(recipe: Recipe, about: object = ONE) -> str:
    first, second = words(recipe, about)
    return " · ".join(part.text for part in first) + " | " + " · ".join(part.text for part in second)


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(Latent(42)), "one · seed 42 · psi 0.70 | "),
        (Recipe(Latent(42, 0.4), psi=0.0), "one · between seeds 42 and 43 · psi 0.00 (the mean face) | "),
        (Recipe(Latent(42, 0.4, 0.3)), "one · between seeds 42, 43, 142 and 143 · psi 0.70 | "),
        (Recipe(Latent(w=W), psi_bands=(1, 0.5, -0.25)), "one · a stored face · psi 1.00 / 0.50 / -0.25 | "),
        (Recipe(cutoff=8), "one · seed 0 · psi 0.70 on the first 8 layers | "),
        (Recipe(cutoff=1), "one · seed 0 · psi 0.70 on the first 1 layer | "),
        (Recipe(cutoff=10), "one · seed 0 · psi 0.70 | "),
        (
            Recipe(directions=(AppliedDirection(Direction("Smile", W), 2.44), AppliedDirection(Direction("Hat", W)))),
            "one · seed 0 · psi 0.70 | Smile +2.4",
        ),
        (
            Recipe(
                mixes=(
                    Mix(Latent(314), 0.65, "middle"),
                    Mix(Latent(9), 1.0, "fine"),
                    Mix(Latent(1), 0.0, "coarse"),
                    Mix(Latent(5), 0.5, None, 4, 4),
                    Mix(Latent(6), 0.5, None, 4, 7),
                    Mix(Latent(w=W), 0.5),
                )
            ),
            "one · seed 0 · psi 0.70 | middle 65 % from seed 314 · fine from seed 9 · layer 4 50 % from seed 5 · "
            "layers 4–7 50 % from seed 6 · every layer 50 % from a stored face",
        ),
        (noise_draw(Recipe(), 10, 5), "one · seed 0 · psi 0.70 | other noise"),
        (Recipe().with_noise(3, on=False), "one · seed 0 · psi 0.70 | noise in 9 of 10 layers"),
        (Recipe().with_noise(3, strength=2.0), "one · seed 0 · psi 0.70 | noise of several strengths"),
    ],
)
def test_what_is_seen_and_what_was_done_to_it(recipe: Recipe, expected: str) -> None:
    assert told(recipe) == expected


def test_where_the_picture_lies_is_told_of_networks_that_move_it() -> None:
    three, recipe = replace(ONE, capabilities=Capabilities(transform=True)), Recipe().with_transform(x=0.25, y=-0.5)
    assert told(recipe.with_transform(rotation=-12.5), three).endswith("| moved +0.25 -0.50 · turned -12.5°")
    assert told(recipe, three).endswith("| moved +0.25 -0.50") and told(recipe).endswith("| ")


def test_noise_of_every_layer() -> None:
    silent, strong = Recipe(), Recipe()
    for layer in range(10):
        silent, strong = silent.with_noise(layer, on=False), strong.with_noise(layer, strength=1.5)
    assert told(silent).endswith("| no noise") and told(strong).endswith("| noise × 1.50")


def test_only_what_the_network_can_do_is_told() -> None:
    plain = replace(ONE, capabilities=Capabilities(truncation=False, noise=False, growing=False))
    assert told(Recipe(level=2).with_noise(0, on=False), plain) == "one · seed 0 | "
    classes = replace(ONE, classes=("shirt", "boot"))
    assert told(Recipe(), classes).startswith("one · shirt · seed 0")
    assert told(Recipe(label=1), classes).startswith("one · boot")
    assert told(Recipe(level=2, alpha=0.25)).endswith("| grown to 16², alpha 0.25")
    assert told(Recipe(mixes=(Mix(Latent(3), 1.0, None, 10, 12),))).endswith("| ")  # of a network with more layers


def test_bands_keep_their_colour() -> None:
    _, second = words(Recipe(mixes=(Mix(Latent(3), 1.0, "fine"),)), ONE)
    assert [part.token for part in second] == ["fine"]


def test_a_moment_of_a_film_has_a_time() -> None:
    first, second = film_words(2.9, 12.0, ONE)
    assert [part.text for part in first] == ["one", "film, 3 of 12 s"] and second == []
