"""Finding channels by place: slopes against differences, estimates against sums, and what is told of the best."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from stylegan_core.latents import local_channels as module
from stylegan_core.latents.local_channels import (
    Energies,
    channel_search,
    find_channels,
    score,
    slope_energies,
    try_channels,
)
from stylegan_core.latents.region import Region
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer, render, renderer_of
from stylegan_core.steps import run_through
from stylegan_core.style_space import style_sigmas
from tests.core.networks.small import FAMILY, lively, small
from tests.core.test_channels import KINDS, model, quickly

RECIPE = Recipe(Latent(3), psi=0.6).with_channel(3, 1, 0.5)
PLACE = Region(0.1, 0.2, 0.5, 0.7)


@pytest.mark.parametrize("kind", [*KINDS, "growing"])
def test_one_way_back_has_the_slope_of_every_number(kind: str) -> None:
    recipe = replace(RECIPE, level=2, alpha=0.4) if kind == "growing" else RECIPE
    made = model("stylegan1" if kind == "growing" else kind)
    renderer = Renderer(made)
    back = module.WayBack(renderer, recipe)
    run_through(back.forward())
    signs = torch.randint(0, 2, renderer.image(recipe).shape, generator=torch.Generator().manual_seed(1)) * 2.0 - 1
    slopes = run_through(back.slopes([signs]))
    step = 0.004
    for layer in range(1, 5):
        sigma = float(style_sigmas(made)[layer][1])
        ends = [
            renderer.image(recipe.with_channel(layer, 1, recipe.strength_of(layer, 1) + side * step), keep=False)
            for side in (-1, 1)
        ]
        expected = float(((ends[1] - ends[0]) * signs).double().sum()) / (2 * step * sigma)
        assert slopes[layer][0, 1] == pytest.approx(expected, rel=0.05, abs=0.05 * np.abs(slopes[layer]).max())


def test_random_signs_estimate_the_sums_of_squares_in_and_around_the_place() -> None:
    """Against differences of pictures, for all numbers of one layer."""
    made, layer, step = model("stylegan2"), 3, 0.02
    renderer = Renderer(made)
    found = run_through(slope_energies(renderer, RECIPE, PLACE, probes=100))
    seen = renderer.image(RECIPE).abs() <= 1
    mask = torch.from_numpy(PLACE.mask(32))
    inside, outside = [], []
    for channel in range(made.info.style_channels[layer]):
        now = RECIPE.strength_of(layer, channel)
        low, high = (renderer.image(RECIPE.with_channel(layer, channel, now + s * step)) for s in (-1, 1))
        squares = ((high - low) * seen / (2 * step) * 127.5).double().square().sum(dim=(0, 1))
        inside.append(float(squares[mask].sum()))
        outside.append(float(squares[~mask].sum()))
    np.testing.assert_allclose(found.inside[layer], inside, rtol=0.6)
    np.testing.assert_allclose(found.outside[layer], outside, rtol=0.6)
    assert np.corrcoef(found.inside[layer], inside)[0, 1] > 0.97


def test_the_best_by_estimate_are_the_best_by_trying_all_of_them() -> None:
    made, every = model("stylegan1"), [(layer, channel) for layer in range(8) for channel in range(4)]
    renderer = Renderer(made)
    tried = run_through(try_channels(renderer, RECIPE, PLACE, [p for p in every if made.info.has_channel(*p)]))
    best = max(tried, key=lambda each: score(each.inside, each.effect))
    found = find_channels(made, RECIPE, PLACE)
    assert score(found[0].inside, found[0].effect) >= score(best.inside, best.effect)
    assert len(found) == 8 and len({(each.layer, each.channel) for each in found}) == 8


def test_what_is_told_is_what_the_pictures_show(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch)
    made = model("stylegan1")
    best = find_channels(made, RECIPE, PLACE, count=1)[0]
    now = RECIPE.strength_of(best.layer, best.channel)
    base = render(made, RECIPE).astype(float)
    squares = sum(
        np.square(render(made, RECIPE.with_channel(best.layer, best.channel, now + side * 3)) - base)
        for side in (-1, 1)
    )
    mask = PLACE.mask(32)
    assert best.inside == pytest.approx(squares[mask].sum() / squares.sum())
    assert best.effect == pytest.approx(np.sqrt(squares[mask].sum() / (6 * mask.sum())))


def test_a_search_finds_the_same_every_time_and_leaves_the_picture_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch)
    made = model("stylegan2")
    renderer = Renderer(made)
    before, kept = renderer.render(RECIPE), renderer._stages[torch.float32].activations[-1].clone()
    told = []
    first = run_through(channel_search(renderer, RECIPE, PLACE), told.append)
    assert torch.equal(renderer._stages[torch.float32].activations[-1], kept)
    np.testing.assert_array_equal(renderer.render(RECIPE), before)
    assert run_through(channel_search(renderer, RECIPE, PLACE)) == first
    assert told[0][0] == 1 and sorted(set(told)) == told and told[-1][0] <= told[-1][1]


def test_ways_back_that_are_gone_a_few_at_a_time_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a large picture, where no more are held at once."""
    renderer = Renderer(model("stylegan1"))
    expected = run_through(slope_energies(renderer, RECIPE, PLACE, probes=3))
    monkeypatch.setattr(module, "AT_ONCE", 1)
    found = run_through(slope_energies(renderer, RECIPE, PLACE, probes=3))
    for one, other in zip(found.inside + found.outside, expected.inside + expected.outside, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_a_large_picture_is_asked_fewer_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 32)
    monkeypatch.setattr(module, "FEWER", (1, 2))
    told: list[tuple[int, int]] = []
    found = run_through(channel_search(renderer_of(model()), RECIPE, PLACE), told.append)
    to_try, picture = 8 + 9 * 2, 8 // 2
    assert len(found) <= 2 and len(told) == to_try + 4 and told[-1] == (to_try + 3 * picture + 1, to_try + 4 * picture)


def test_a_picture_that_is_tried_is_as_much_of_the_way_as_the_stages_it_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1024² the bar stood at 87 % when half of the time was gone."""
    quickly(monkeypatch)
    renderer, told = renderer_of(model()), list[tuple[int, int]]()
    stages = len(renderer.stages(RECIPE))
    run_through(channel_search(renderer, RECIPE, PLACE), told.append)
    wide = [after - before for (before, _), (after, _) in itertools.pairwise(told)]
    assert set(wide) == {1, stages // 2} and wide == sorted(wide) and told[-1][0] + stages // 2 == told[-1][1] + 1


def test_what_nobody_sees_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch)
    made = Model(lively(small()))
    for affine in (each.affine for each in made.generator.synthesis.layers):
        affine.weight.data *= 1e-4
    assert find_channels(made, RECIPE, PLACE) == ()


def test_numbers_that_change_nothing_are_no_candidates() -> None:
    found = Energies((np.array([4.0, 0.0]),), (np.array([1.0, 9.0]),), 4)
    assert found.best(5) == [(0, 0)]
    assert score(0.9, 2.0) > score(0.9, 1.0) and score(0.9, 50.0) > score(0.5, 100.0)


@pytest.mark.parametrize("name", ["a", "dcgan"])
def test_a_network_without_styles_says_so(name: str) -> None:
    made = Model(lively(FAMILY[name]))
    with pytest.raises(ValueError, match="no styles"):
        find_channels(made, RECIPE, PLACE)


def test_a_place_is_inside_the_picture_and_not_all_of_it() -> None:
    for sides in ((-0.1, 0, 1, 1), (0, 0, 1.1, 1), (0.5, 0, 0.5, 1), (0, 0.4, 1, 0.41), (0.6, 0, 0.4, 1)):
        with pytest.raises(ValueError, match="rectangle inside"):
            Region(*sides)
    with pytest.raises(ValueError, match="whole picture"):
        Region(0, 0, 1, 1).mask(32)
    assert Region(0.5, 0, 1, 0.25).mask(8).sum() == 8
    tiny = Region(0.51, 0.51, 0.54, 0.54).mask(4)
    assert tiny.sum() == 1 and tiny[2, 2]


def test_several_faces_are_looked_at_and_told_of_together(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch)
    made = model("stylegan2")
    best = find_channels(made, RECIPE, PLACE, 2, faces=2)[0]
    assert best.faces == 2
    faces, layer, channel = module.faces_of(RECIPE, 2), best.layer, best.channel
    assert faces[0] == RECIPE and faces[1] == replace(RECIPE, latent=faces[1].latent) != RECIPE
    changes = [
        render(made, face.with_channel(layer, channel, face.strength_of(layer, channel) + side * 3.0)).astype(float)
        - render(made, face)
        for face in faces
        for side in (-1, 1)
    ]
    assert best == module.measured(layer, channel, np.stack(changes), PLACE)
    steps = list[tuple[int, int]]()
    run_through(channel_search(renderer_of(made), RECIPE, PLACE, 2, 2), steps.append)
    assert steps[0][0] == 1 and sorted(set(steps)) == steps and steps[-1][0] <= steps[-1][1]
