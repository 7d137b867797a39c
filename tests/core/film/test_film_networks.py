"""Films over every kind of network: with labels, with other noise, without styles, and while growing."""

from dataclasses import replace

import numpy as np
import pytest

from stylegan_core.film.film import Film, Key
from stylegan_core.film.filming import draw, timeline
from stylegan_core.film.timeline import Timeline
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Mix, NoiseLayer, Recipe
from stylegan_core.render import Pixels, render
from stylegan_core.styles import Styles
from tests.core.networks.small import FAMILY, lively

KEYS = (
    Recipe(Latent(4), psi=1.0, label=0, mixes=(Mix(Latent(2), 0.5, "fine"),)),
    Recipe(Latent(5, 0.3), psi=0.4, label=1, noise=(NoiseLayer(seed=3), NoiseLayer(strength=0.5))),
    Recipe(Latent(4), psi=1.0, label=1, noise=(NoiseLayer(on=False),)),
)
CONDITIONAL = tuple(name for name in FAMILY if "classes" in name)
NO_STYLES = ("a", "b", "dcgan")


def of(*recipes: Recipe, **changes: object) -> Film:
    return replace(Film(tuple(Key(recipe, 0.4) for recipe in recipes), fps=10), **changes)  # type: ignore[arg-type]


def model(name: str, level: int | None = None, alpha: float = 1.0) -> Model:
    return Model(lively(FAMILY[name]), level=level, alpha=alpha)


def ws_of(network: Model, recipe: Recipe) -> np.ndarray:
    return Styles(network).ws(recipe)[0].numpy()


def same(a: Pixels, b: Pixels) -> bool:
    return bool((a == b).all())


def lengths(codes: np.ndarray) -> np.ndarray:
    return np.linalg.norm(codes, axis=-1)


@pytest.mark.parametrize("name", FAMILY)
@pytest.mark.parametrize("pace", ["eased", "constant"])
def test_the_keys_are_drawn_byte_for_byte_by_every_network(name: str, pace: str) -> None:
    network, film = model(name), of(*KEYS, pace=pace)
    drawn = list(draw(network, film))
    moments = timeline(network, film)
    assert len(drawn) == film.frames == 12
    for at, key in zip(moments.times[:3], KEYS, strict=True):
        assert moments.at(at) == key
    for recipe, pixels in drawn:
        assert same(render(network, Recipe.from_json(recipe.to_json())), pixels)
    for frame, key in zip((0, 4, 8), KEYS, strict=True):
        assert pace == "constant" or same(drawn[frame][1], render(network, key))


@pytest.mark.parametrize("name", FAMILY)
def test_no_picture_jumps_at_a_key(name: str) -> None:
    network = model(name)
    moments = timeline(network, of(*KEYS))
    for first, last in moments.film.sections:
        for part, key in ((2e-6, first), (1 - 2e-6, last)):
            near = render(network, moments.on_the_way(first, last, part)).astype(int)
            assert np.abs(near - render(network, KEYS[key])).max() <= 1


@pytest.mark.parametrize(
    "name", [name for name in FAMILY if name not in NO_STYLES and "dcgan" not in name and name != "a, classes"]
)
@pytest.mark.parametrize("part", [0.25, 0.5, 0.9])
def test_the_way_is_a_straight_line_between_the_styles_of_both_labels(name: str, part: float) -> None:
    network = model(name)
    moments = timeline(network, of(*KEYS))
    for first, last in moments.film.sections:
        a, b = (ws_of(network, KEYS[at]) for at in (first, last))
        ws = ws_of(network, moments.on_the_way(first, last, part))
        assert np.allclose(ws, (1 - part) * a + part * b, atol=1e-6)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_another_label_alone_is_a_way_to_go(name: str) -> None:
    network = model(name)
    one, two = (Recipe(Latent(7), label=label) for label in (0, 1))
    moments = timeline(network, of(one, two))
    pictures = [render(network, moments.on_the_way(0, 1, part)) for part in (0.0, 0.5, 1.0)]
    assert same(pictures[0], render(network, one))
    assert same(pictures[2], render(network, two))
    assert not same(pictures[0], pictures[2])
    assert not same(pictures[1], pictures[0])
    assert not same(pictures[1], pictures[2])
    assert timeline(network, of(one, two, pace="constant")).own == (False, False)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.7])
@pytest.mark.parametrize("name", NO_STYLES)
def test_a_code_without_styles_keeps_its_length(name: str, part: float) -> None:
    network = model(name)
    moments = timeline(network, of(*KEYS))
    for first, last in moments.film.sections[:2]:  # the third key has the code of the first one
        a, b = (ws_of(network, KEYS[at]) for at in (first, last))
        code = ws_of(network, moments.on_the_way(first, last, part))
        assert lengths(code) == pytest.approx((1 - part) * lengths(a) + part * lengths(b), rel=1e-5)


@pytest.mark.parametrize("name", ["a, classes", "dcgan, classes"])
def test_the_label_beside_a_code_goes_straight(name: str) -> None:
    network = model(name)
    moments = timeline(network, of(*KEYS))
    z, (a, b) = network.z_dim, (ws_of(network, KEYS[at]) for at in (0, 1))
    code = ws_of(network, moments.on_the_way(0, 1, 0.4))
    assert a.shape == b.shape == (1, 2 * z)
    assert np.allclose(code[:, z:], 0.6 * a[:, z:] + 0.4 * b[:, z:], atol=1e-6)
    assert lengths(code[:, :z]) == pytest.approx(0.6 * lengths(a[:, :z]) + 0.4 * lengths(b[:, :z]), rel=1e-5)
    assert not np.allclose(a[:, z:], b[:, z:])


def test_a_stylegan2_takes_as_much_noise_as_it_has() -> None:
    network = model("stylegan2")
    beyond = Recipe(Latent(1)).with_noise(network.num_noise_layers, seed=4).with_noise(2, seed=5)
    moments = timeline(network, of(beyond, Recipe(Latent(2)).with_noise(2, seed=6)))
    half = moments.on_the_way(0, 1, 0.25)
    assert network.num_noise_layers == network.num_layers - 1
    assert (half.noise_layer(2).strength, half.noise_layer(2).seed) == (0.5, 5)
    assert same(render(network, half), render(network, replace(half, noise=half.noise[: network.num_noise_layers])))
    assert not same(render(network, half), render(network, replace(half, noise=())))


GROWN = (
    Recipe(Latent(1), level=0),
    Recipe(Latent(2), level=2, alpha=0.25),
    Recipe(Latent(3), level=3, alpha=0.0),
    Recipe(Latent(4)),  # as far as the network itself
    Recipe(Latent(5), alpha=0.5),
    Recipe(Latent(6), level=99),
)


def depths(moments: Timeline, first: int, last: int) -> list[float]:
    return [moments._depth(moments.on_the_way(first, last, part)) for part in np.linspace(0, 1, 9)]


@pytest.mark.parametrize("name", ["f", "a", "stylegan2-growing"])
@pytest.mark.parametrize(("level", "alpha"), [(None, 1.0), (2, 0.5), (1, 0.0), (0, 1.0)])
def test_a_film_goes_through_the_growth_of_its_keys(name: str, level: int | None, alpha: float) -> None:
    network = model(name, level, alpha)
    film = of(*GROWN)
    moments = timeline(network, film)
    drawn = list(draw(network, film))
    for at, key in enumerate(GROWN):
        assert drawn[4 * at][0] == key
        assert same(drawn[4 * at][1], render(network, key))
    for first, last in film.sections:
        found = depths(moments, first, last)
        assert np.allclose(np.diff(found), (found[-1] - found[0]) / 8, atol=1e-9)
        assert 0 <= min(found) <= max(found) <= network.info.top_level


@pytest.mark.parametrize("name", ["stylegan2", "dcgan"])
def test_a_network_that_does_not_grow_leaves_the_growth_of_keys_alone(name: str) -> None:
    network = model(name)
    moments = timeline(network, of(*GROWN))
    for first, last in moments.film.sections:
        on_the_way = moments.on_the_way(first, last, 0.5)
        assert same(render(network, on_the_way), render(network, replace(on_the_way, level=None, alpha=None)))
