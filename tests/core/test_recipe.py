"""Recipe: JSON there and back, bad JSON in one sentence, and the small laws panels rely on."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylegan_core.recipe import (
    SEEDS,
    AppliedChannel,
    AppliedDirection,
    Direction,
    Knob,
    Latent,
    Mix,
    NoiseLayer,
    Recipe,
    Transform,
    Vector,
    default,
    grid_seed,
    knob,
)

numbers = st.floats(-100, 100, width=32)
seeds = st.integers(0, SEEDS - 1)
vectors = st.lists(numbers, min_size=1, max_size=6).map(Vector.of)
latents = st.builds(Latent, seed=seeds, x=numbers, y=numbers, w=st.none() | vectors)
layers = st.integers(0, 30)
mixes = st.builds(
    Mix, source=latents, weight=numbers, band=st.sampled_from(["coarse", "middle", "fine", None]), first=layers
)
directions = st.builds(
    AppliedDirection,
    direction=st.builds(Direction, name=st.text(max_size=8), vector=vectors, sigma=numbers),
    strength=numbers,
    first=layers,
    last=st.none() | layers,
)
channels = st.builds(AppliedChannel, layer=layers, channel=st.integers(0, 600), strength=numbers)
noise = st.builds(NoiseLayer, on=st.booleans(), strength=numbers, seed=st.none() | seeds)
recipes = st.builds(
    Recipe,
    latent=latents,
    psi=numbers,
    cutoff=st.none() | layers,
    psi_bands=st.none() | st.tuples(numbers, numbers, numbers),
    mixes=st.lists(mixes, max_size=3).map(tuple),
    directions=st.lists(directions, max_size=3).map(tuple),
    channels=st.lists(channels, max_size=3).map(tuple),
    noise=st.lists(noise, max_size=4).map(tuple),
    transform=st.builds(Transform, x=numbers, y=numbers, rotation=numbers),
    label=st.none() | layers,
    level=st.none() | st.integers(0, 8),
    alpha=st.none() | st.floats(0, 1),
)


@given(recipes)
def test_json_brings_every_recipe_back(recipe: Recipe) -> None:
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert hash(again) == hash(recipe)


def test_fields_of_a_newer_version_are_kept_at_every_depth() -> None:
    data = json.loads(Recipe(mixes=(Mix(Latent(3), band="fine"),)).to_json())
    data |= {"version": 7, "weather": {"rain": [1, 2]}}
    data["latent"]["mood"] = "calm"
    data["mixes"][0]["fade"] = 0.5
    data["transform"]["skew"] = 0.1
    again = json.loads(Recipe.from_json(json.dumps(data)).to_json())
    assert again["weather"] == {"rain": [1, 2]}
    assert again["latent"]["mood"] == "calm"
    assert again["mixes"][0]["fade"] == 0.5
    assert again["transform"]["skew"] == 0.1


def test_a_recipe_of_before_there_was_a_transform_has_none() -> None:
    data = json.loads(Recipe(psi=0.3).to_json())
    del data["transform"]
    assert Recipe.from_json(json.dumps(data)) == Recipe(psi=0.3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"version":1,"psi":"high"}',
        '{"version":1,"psi":NaN}',
        '{"version":1,"psi":true}',
        '{"version":1,"latent":{"seed":-1}}',
        '{"version":1,"latent":{"seed":4294967296}}',
        '{"version":1,"latent":{"seed":1.5}}',
        '{"version":1,"latent":[]}',
        '{"version":1,"latent":{"w":{"shape":[3],"float32":"AAAA"}}}',
        '{"version":1,"latent":{"w":{"shape":[99999999999],"float32":""}}}',
        '{"version":1,"latent":{"w":{"shape":[1],"float32":"AADAfw=="}}}',
        '{"version":1,"mixes":{}}',
        '{"version":1,"mixes":[{"weight":1}]}',
        '{"version":1,"mixes":[{"source":{},"band":"upper"}]}',
        '{"version":1,"noise":[{"on":1}]}',
        '{"version":1,"psi_bands":[1,2]}',
        '{"version":1,"transform":[1,2,30]}',
        '{"version":1,"transform":{"x":"left"}}',
        '{"version":1,"transform":{"rotation":1e9}}',
        '{"version":true}',
        '{"version":1,"weather":NaN}',
        '{"version":1,"weather":[{"rain":-Infinity}]}',
        '{"version":1,"latent":{"mood":1e999}}',
        '{"version":1,"weather":' + "[" * 60 + "]" * 60 + "}",
        '{"version":1,"weather":' + "[" * 900 + "]" * 900 + "}",
        '{"version":1,"latent":' + '{"a":' * 900 + "1" + "}" * 901,
        '{"version":1,"psi":' + "9" * 400 + "}",
        '{"version":1,"latent":{"seed":' + "9" * 400 + "}}",
        '{"version":1,"psi":' + "9" * 5000 + "}",
    ],
)
def test_bad_json_is_one_sentence(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Recipe.from_json(text)
    assert str(caught.value).startswith("Th") or "finite" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_default_noise_layers_at_the_end_do_not_count() -> None:
    assert Recipe().with_noise(5, on=False).with_noise(5, on=True) == Recipe()


def test_mixes_of_bands_keep_their_order_whatever_comes_first() -> None:
    fine, coarse = Mix(Latent(1), band="fine"), Mix(Latent(2), band="coarse")
    assert Recipe().with_mix("fine", fine).with_mix("coarse", coarse).mixes == (coarse, fine)
    assert Recipe().with_mix("fine", fine).with_mix("fine", None) == Recipe()


@given(latents.map(lambda latent: replace(latent, w=None)))
def test_grid_weights_add_to_one(latent: Latent) -> None:
    corners = latent.corners()
    assert sum(weight for _, weight in corners) == pytest.approx(1)
    assert all(0 <= seed < SEEDS and weight > 0 for seed, weight in corners)


def test_a_whole_step_on_the_grid_is_a_seed_of_its_own() -> None:
    assert Latent(10, x=2, y=-1).corners() == ((grid_seed(10, 2, -1), 1.0),)
    assert grid_seed(0, -1, 0) == SEEDS - 1
    assert grid_seed(7, 2, 3) == 7 + 2 + 3 * 100  # saved faces between seeds rely on it


def test_vectors_are_copies_that_cannot_change() -> None:
    values = np.ones(3, np.float32)
    vector = Vector.of(values)
    values[0] = 7
    assert vector.array.tolist() == [1, 1, 1]
    assert not vector.array.flags.writeable


def test_every_knob_states_range_step_and_meaning() -> None:
    owners = [Recipe, Latent, Mix, AppliedDirection, NoiseLayer, Transform]
    found = [(owner, f.name) for owner in owners for f in fields(owner) if isinstance(f.metadata.get("knob"), Knob)]
    assert len(found) >= 12
    for owner, name in found:
        assert knob(owner, name).meaning.endswith(".")
        assert knob(owner, name).minimum < knob(owner, name).maximum
    assert default(Recipe, "psi") == Recipe().psi == 0.7


def test_sliders_have_the_ranges_that_people_know() -> None:
    """Those of the programs before this one (NVIDIA's visualizer, GANSpace), and the noise up to twice its strength."""
    ranges = {
        (owner, name): (knob(owner, name).minimum, knob(owner, name).maximum)
        for owner, name in ((Recipe, "psi"), (AppliedDirection, "strength"), (NoiseLayer, "strength"), (Latent, "x"))
    }
    assert list(ranges.values()) == [(-1, 2), (-10, 10), (0, 2), (-5, 5)]
    assert knob(AppliedDirection, "strength").step == 0.1
