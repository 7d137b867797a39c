"""Channels: single numbers of the style space in a recipe, and what they do to the picture of every network."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.latents import local_channels
from stylegan_core.latents.local_channels import find_channels
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.model import Model, save_model
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import AppliedChannel, Latent, NoiseLayer, Recipe
from stylegan_core.render import Renderer
from stylegan_core.steps import run_through
from stylegan_core.style_space import style_sigmas
from stylegan_core.w_samples import sample_w
from tests.core.networks.small import FAMILY, lively, small

KINDS = ("stylegan1", "stylegan2", "stylegan2-growing", "lucidrains", "stylegan3")
PLAIN = Recipe(Latent(3), psi=0.6)


@cache
def model(kind: str = "stylegan1") -> Model:
    return Model(lively(small(architecture=kind)), name=kind)


def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that need not find the best tries few."""
    monkeypatch.setattr(local_channels, "PROBES", 2)
    monkeypatch.setattr(local_channels, "TRIED", 6)


def of(kind: str) -> tuple[int, int]:
    """A layer in the middle with a number that is not the first."""
    return (6 if kind == "stylegan3" else 4), 3


# -- the recipe ----------------------------------------------------------------------------------------------------


def test_a_recipe_without_channels_is_written_as_before_there_were_any() -> None:
    assert "channels" not in json.loads(Recipe().to_json())


def test_channels_travel_in_json_with_what_a_newer_version_says_of_them() -> None:
    recipe = replace(PLAIN, channels=(AppliedChannel(4, 17, -2.5), AppliedChannel(0, 0, 1.0, unknown='{"more": 1}')))
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert json.loads(recipe.to_json())["channels"][0] == {"layer": 4, "channel": 17, "strength": -2.5}


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ({}, "must be a list"),
        ([{"channel": 1}], "lacks a field"),
        ([{"layer": -1, "channel": 1}], "must not be negative"),
        ([{"layer": 1, "channel": 1.5}], "whole number"),
        ([{"layer": 1, "channel": 1, "strength": 1e9}], "from -1e+06 to 1e+06"),
    ],
)
def test_channels_that_are_none_are_named(channels: object, said: str) -> None:
    with pytest.raises(ValueError, match=r"recipe\.channels") as caught:
        Recipe.from_json(json.dumps({"version": 1, "channels": channels}))
    assert said in str(caught.value)


def test_a_channel_is_set_in_its_place_and_taken_out_at_nought() -> None:
    recipe = PLAIN.with_channel(1, 2, 3.0).with_channel(4, 5, -1.0)
    assert recipe.with_channel(1, 2, 0.5).channels == (AppliedChannel(1, 2, 0.5), AppliedChannel(4, 5, -1.0))
    assert recipe.with_channel(1, 2, 0.0).channels == (AppliedChannel(4, 5, -1.0),)
    assert (recipe.strength_of(4, 5), recipe.strength_of(9, 9)) == (-1.0, 0)


def test_a_name_travels_with_a_channel_and_changes_nothing_that_is_drawn() -> None:
    recipe = PLAIN.with_channel(4, 3, 2.0, "Fringe")
    assert json.loads(recipe.to_json())["channels"] == [{"layer": 4, "channel": 3, "strength": 2.0, "name": "Fringe"}]
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.with_channel(4, 3, 1.0).channels == (AppliedChannel(4, 3, 1.0, "Fringe"),)
    assert recipe.with_channel(4, 3, 1.0, "").channels == (AppliedChannel(4, 3, 1.0),)
    renderer, drawn = Renderer(model()), list[None]()
    before = renderer.render(recipe)
    renderer.between = lambda: drawn.append(None)
    np.testing.assert_array_equal(renderer.render(PLAIN.with_channel(4, 3, 2.0, "Hair")), before)
    assert drawn == []


def test_a_name_that_is_no_text_is_refused() -> None:
    said = {"version": 1, "channels": [{"layer": 1, "channel": 2, "name": 3}]}
    with pytest.raises(ValueError, match=r"recipe\.channels\.name must be a text"):
        Recipe.from_json(json.dumps(said))


def test_channels_that_are_found_at_a_place_are_called_after_it() -> None:
    words = {Region(0.2, 0.05, 0.8, 0.3): "top", Region(0.4, 0.4, 0.6, 0.6): "middle"}
    words |= {Region(0.7, 0.7, 1, 1): "bottom right", Region(0, 0.3, 0.2, 0.7): "left"}
    assert {region: region.words for region in words} == words


def test_a_channel_that_is_named_twice_is_one() -> None:
    twice = replace(PLAIN, channels=(AppliedChannel(1, 2, 3.0), AppliedChannel(1, 2, 1.0)))
    assert twice.strength_of(1, 2) == 4.0
    assert twice.with_channel(1, 2, 2.0).channels == (AppliedChannel(1, 2, 2.0),)
    drawn = [Renderer(model()).render(recipe) for recipe in (twice, PLAIN.with_channel(1, 2, 4.0))]
    np.testing.assert_array_equal(*drawn)


# -- the picture ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_sigma_is_the_deviation_of_what_the_affine_makes_of_w(kind: str) -> None:
    made, (layer, channel) = model(kind), of(kind)
    affine = made.generator.synthesis.layers[layer - (kind == "stylegan3")].affine
    with torch.no_grad():
        styles = affine(torch.from_numpy(run_through(sample_w(made, 1000))))
    expected = float(styles[:, channel].std(correction=0))
    assert float(style_sigmas(made)[layer][channel]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_moves_one_number_of_the_style_by_so_many_sigma(kind: str) -> None:
    made, (layer, channel) = model(kind), of(kind)
    drawn = Renderer(made).image(PLAIN.with_channel(layer, channel, 2.0))
    moved = Model(lively(small(architecture=kind)))
    affine = moved.generator.synthesis.layers[layer - (kind == "stylegan3")].affine
    affine.bias[channel] += 2.0 * float(style_sigmas(made)[layer][channel])
    torch.testing.assert_close(drawn, Renderer(moved).image(PLAIN), atol=2e-4, rtol=1e-4)
    assert (drawn - Renderer(made).image(PLAIN)).abs().max() > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_drag_of_a_channel_draws_from_its_layer_on_what_a_fresh_draw_draws(kind: str) -> None:
    made, (layer, channel) = model(kind), of(kind)
    renderer, drawn = Renderer(made), list[None]()
    renderer.between = lambda: drawn.append(None)
    renderer.render(PLAIN)
    every = len(drawn)
    for precision in ("exact", "draft"):
        renderer.render(PLAIN, precision)
        for strength in (1.0, -4.0):
            drawn.clear()
            recipe = PLAIN.with_channel(layer, channel, strength)
            kept = renderer.render(recipe, precision)
            first = next(at for at, stage in enumerate(renderer.stages(recipe)) if stage.row == layer)
            assert 0 < len(drawn) <= every - first
            np.testing.assert_array_equal(kept, Renderer(made).render(recipe, precision))
    off = renderer.image(recipe, "draft") - renderer.image(recipe)
    assert off.abs().max() < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_the_network_lacks_bend_nothing(kind: str) -> None:
    made = model(kind)
    last = len(made.info.style_channels) - 1
    beyond = PLAIN.with_channel(1, made.info.style_channels[1], 9.0).with_channel(10**9, 0, 9.0)
    if kind not in ("stylegan1", "lucidrains"):
        assert made.info.style_channels[last] == 0  # what makes the picture has none
        beyond = beyond.with_channel(last, 0, 9.0)
    np.testing.assert_array_equal(Renderer(made).render(beyond), Renderer(made).render(PLAIN))


@pytest.mark.parametrize("name", ["a", "dcgan"])
def test_a_network_without_styles_ignores_channels(name: str) -> None:
    made = Model(lively(FAMILY[name]))
    assert made.info.style_channels == () and style_sigmas(made) == ()
    np.testing.assert_array_equal(
        Renderer(made).render(PLAIN.with_channel(0, 1, 9.0)), Renderer(made).render(PLAIN)
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["stylegan1", "stylegan2-growing"])
def test_a_growing_network_is_bent_in_the_layers_it_draws(kind: str) -> None:
    made, growing = model(kind), replace(PLAIN, level=2, alpha=0.4)
    plain = Renderer(made).render(growing)
    assert (Renderer(made).render(growing.with_channel(3, 2, 6.0)) != plain).any()
    np.testing.assert_array_equal(Renderer(made).render(growing.with_channel(6, 2, 6.0)), plain)


def test_channels_and_noise_of_one_layer_are_told_apart_by_what_is_kept() -> None:
    renderer = Renderer(model())
    noisy = replace(PLAIN, noise=(NoiseLayer(), NoiseLayer(), NoiseLayer(seed=4)))
    for recipe in (noisy, noisy.with_channel(2, 1, 3.0), PLAIN.with_channel(2, 1, 3.0), PLAIN):
        np.testing.assert_array_equal(renderer.render(recipe), Renderer(model()).render(recipe))


@pytest.mark.parametrize(
    ("kind", "number", "found"),
    [("stylegan1", 3, (3, 5)), ("stylegan2", 3, (4, 5)), ("stylegan2", 6, None), ("stylegan3", 0, (1, 5)),
     ("stylegan3", 13, (14, 5)), ("stylegan3", 14, None), ("dcgan", 1, None)],
)  # fmt: skip
def test_the_number_that_scales_a_feature_map_is_its_own_or_the_next_layers(
    kind: str, number: int, found: tuple[int, int] | None
) -> None:
    made = Model(lively(FAMILY["dcgan"])) if kind == "dcgan" else model(kind)
    assert made.info.channel_of_map(number, 5) == found


# -- the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> str:
    save_model(tmp_path / "small.safetensors", model())
    return str(tmp_path / "small.safetensors")


def test_pictures_of_seeds_are_drawn_with_channels(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    drawn = ["render", file, "--seeds", "3", "--psi", "0.6", "--out", str(out)]
    assert main([*drawn, "--channel", "4:3=2.5", "--channel", "1:0=-1"]) == 0
    recipe = PLAIN.with_channel(4, 3, 2.5).with_channel(1, 0, -1.0)
    assert read_picture(out).recipe == recipe
    np.testing.assert_array_equal(np.asarray(Image.open(out)), Renderer(model()).render(recipe))
    assert main([*drawn, "--channel", "4:99=1"]) == 2
    assert "has no channel 4:99" in capsys.readouterr().err
    for wrong in ("4=1", "4:3", "a:3=1", "4:3=x"):
        with pytest.raises(SystemExit):
            main([*drawn, "--channel", wrong])


def test_the_command_prints_what_is_found_by_place(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch)
    asked = ["channels", file, "--at", "0.1,0.2,0.5,0.7", "--seed", "3", "--psi", "0.6", "--count", "2"]
    assert main([*asked, "--json"]) == 0
    found = [LocalChannel(**each) for each in json.loads(capsys.readouterr().out)]
    assert tuple(found) == find_channels(model(), PLAIN, Region(0.1, 0.2, 0.5, 0.7), 2)
    assert main(asked) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"--channel {found[0].layer}:{found[0].channel}=3") and "% inside" in first
    for wrong in ("0.1,0.2", "a,b,c,d", "0,0,2,2", "0,0,1,1"):
        assert main(["channels", file, "--at", wrong]) == 2
