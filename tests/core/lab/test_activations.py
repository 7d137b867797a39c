"""The layer inspector's numbers and pictures, held against activations that hooks take from the plain network."""

import csv
import io
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core import steps
from stylegan_core.lab import activations
from stylegan_core.lab.activations import BINS, channel_map, channels, inspect, layer_steps
from stylegan_core.lab.layer_facts import table
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.styles import Styles
from tests.core.networks.small import lively, small

NETWORKS = {
    "stylegan1": small(),
    "stylegan2-growing": small(architecture="stylegan2-growing"),
    "stylegan2": small(architecture="stylegan2"),
    "lucidrains": small(architecture="lucidrains"),
    "dcgan": small(architecture="dcgan", mapping_layers=0),
}
PICTURES = {"stylegan2": 4, "lucidrains": 4, "dcgan": 1}  # stages that make red, green and blue
RECIPE = Recipe(Latent(5), psi=0.8).with_noise(2, seed=3)


@cache
def model(name: str) -> Model:
    return Model(lively(NETWORKS[name]), name=name)


def hooked(made: Model, recipe: Recipe) -> list[Tensor]:
    """What every layer hands on when the plain network draws the picture, each [1, C, h, w]."""
    seen: list[Tensor] = []
    hooks = [each.register_forward_hook(lambda *call: seen.append(call[2])) for each in made.generator.synthesis.layers]
    styles = Styles(made)
    maps = [styles.noise_map(layer, recipe.noise_layer(layer)) for layer in range(made.num_noise_layers)]
    grows = made.info.capabilities.growing
    made.synthesis(styles.ws(recipe), maps, recipe.level if grows else None, recipe.alpha if grows else None)
    for hook in hooks:
        hook.remove()
    return seen


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_those_of_the_plain_network(name: str) -> None:
    made = model(name)
    expected = hooked(made, RECIPE)
    found = inspect(made, RECIPE)
    layers = [each for each in found if not each.is_picture or name == "dcgan"]
    assert len(layers) == len(expected) == len(made.generator.synthesis.layers)
    assert sum(each.is_picture for each in found) == PICTURES.get(name, 0)
    assert [each.stage for each in found] == list(range(len(found)))
    for facts, x in zip(layers, expected, strict=True):
        assert (facts.channels, facts.resolution) == (x.shape[1], x.shape[2])
        scale = float(x.abs().max())
        for value, of in ((facts.mean, x.mean()), (facts.minimum, x.min()), (facts.maximum, x.max())):
            assert value == pytest.approx(float(of), abs=1e-4 * scale)
        assert facts.deviation == pytest.approx(float(x.std(correction=0)), rel=1e-3)
        assert facts.not_positive == pytest.approx(float((x <= 0).float().mean()), abs=2e-3)
        assert len(facts.counts) == BINS and 0 <= facts.beyond <= 0.02 * facts.values
        near = np.histogram(x.numpy(), BINS, (facts.low, facts.high))[0]
        assert np.abs(near - facts.counts).sum() <= 0.02 * facts.values + 4  # rounding moves a few to the next bin


@pytest.mark.parametrize("name", NETWORKS)
def test_the_last_picture_is_the_one_that_is_drawn(name: str) -> None:
    made = model(name)
    renderer = Renderer(made)
    *_, (stage, x) = renderer.stage_by_stage(RECIPE)
    if stage.makes_picture:
        assert torch.equal(x.float(), renderer.image(RECIPE))
    kept = Renderer(made)
    kept.image(RECIPE)
    assert all(
        torch.equal(one, other)
        for (_, one), (_, other) in zip(kept.stage_by_stage(RECIPE), renderer.stage_by_stage(RECIPE), strict=True)
    )


def test_names_numbers_and_bands() -> None:
    facts = inspect(model("stylegan2"), RECIPE)
    assert [(each.name, each.resolution) for each in facts[:5]] == [
        ("layer 0", 4), ("picture", 4), ("layer 1", 8), ("layer 2", 8), ("picture", 8)
    ]  # fmt: skip
    assert [each.band for each in facts if each.is_picture] == ["coarse", "coarse", "middle", "fine"]
    assert facts[4].number == 2  # the layer it is made from


def test_a_network_still_growing_has_the_stages_of_its_level() -> None:
    made, growing = model("stylegan1"), Recipe(Latent(5), level=1, alpha=0.4)
    facts = inspect(made, growing)
    assert [each.resolution for each in facts] == [4, 4, 8, 8]
    expected = hooked(made, growing)
    assert facts[-1].deviation == pytest.approx(float(expected[-1].std(correction=0)), rel=1e-3)
    with pytest.raises(ValueError, match="stages 0 to 3, not 6"):
        channels(made, growing, 6)


def test_large_layers_are_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = inspect(model("stylegan1"), RECIPE)
    monkeypatch.setattr(activations, "PART", 700)
    parts = layer_steps(renderer_of(model("stylegan1")), RECIPE)
    seen = [facts for _, _, facts in parts]
    assert seen.count(None) > 40 and [each for each in seen if each] == [*inspect(model("stylegan1"), RECIPE)]
    for one, other in zip(whole, inspect(model("stylegan1"), RECIPE), strict=True):
        assert one.counts == other.counts and one.mean == pytest.approx(other.mean, abs=1e-7)


def test_channels_are_grey_pictures_with_their_own_numbers() -> None:
    made, stage = model("stylegan1"), 7
    x = hooked(made, RECIPE)[stage][0]
    found = channels(made, RECIPE, stage)
    assert found.pictures.shape == (len(x), 32, 32) and found.pictures.dtype == np.uint8 and found.resolution == 32
    np.testing.assert_allclose(found.mean, x.mean((1, 2)), atol=1e-4)
    np.testing.assert_allclose(found.deviation, x.std((1, 2), correction=0), rtol=1e-3)
    order = found.by_spread()
    assert sorted(order) == list(range(len(x)))
    assert (np.diff(found.deviation[order]) <= 0).all()
    first = order[0]
    part = (x[first].numpy() - found.black[first]) / (found.white[first] - found.black[first])
    np.testing.assert_allclose(found.pictures[first], np.clip(part * 255, 0, 255), atol=1)
    reach = 3 * found.deviation
    assert (found.black >= found.mean - reach - 1e-4).all() and (found.white <= found.mean + reach + 1e-4).all()


def test_in_v1_a_channels_mean_and_deviation_are_its_style() -> None:
    made = model("stylegan1")
    layer = made.generator.synthesis.layers[6]
    scale, shift = layer.affine(Styles(made).ws(RECIPE)[:, 6])[0].chunk(2)
    found = channels(made, RECIPE, 6)
    np.testing.assert_allclose(found.mean, shift, atol=1e-4)
    np.testing.assert_allclose(found.deviation, (scale + 1).abs(), rtol=1e-3)


def test_together_one_grey_is_one_value_and_small_pictures_are_means() -> None:
    made = model("stylegan2")
    found = channels(made, RECIPE, 8, 16, together=True)
    assert len(set(found.black)) == len(set(found.white)) == 1
    full = channels(made, RECIPE, 8, together=True)
    means = full.pictures.reshape(len(full.pictures), 16, 2, 16, 2).mean((2, 4))
    assert full.pictures.shape[1:] == (32, 32) and found.pictures.shape[1:] == (16, 16)
    assert np.abs(means - found.pictures).mean() < 2  # but for what is cut off at black and white


def test_one_channel_has_the_values_of_the_layer() -> None:
    renderer = renderer_of(model("dcgan"))
    *_, (_, x) = zip(range(3), renderer.stage_by_stage(RECIPE), strict=False)
    steps = channel_map(renderer, RECIPE, 2, 1)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            np.testing.assert_array_equal(end.value, x[1][0, 1])
            break
    with pytest.raises(ValueError, match="not 99"):
        list(channel_map(renderer, RECIPE, 2, 99))


def test_a_dead_layer_is_told_as_it_is() -> None:
    made = Model(lively(small(architecture="dcgan", mapping_layers=0)))
    norm = made.generator.synthesis.layers[1].norm
    norm.weight.zero_()
    norm.bias.fill_(-1)
    facts = inspect(made, RECIPE)[1]
    assert (facts.mean, facts.deviation, facts.not_positive, facts.low, facts.high) == (0, 0, 1, 0, 0)
    assert facts.counts[0] == facts.values and facts.beyond == 0
    assert (channels(made, RECIPE, 1).pictures == 128).all()


class Given:
    """A renderer that hands on one layer, as it is told."""

    def __init__(self, x: Tensor) -> None:
        self._x, self.styles = (
            x,
            SimpleNamespace(model=SimpleNamespace(info=SimpleNamespace(resolution=x.shape[-1], num_layers=1))),
        )
        self._stage = SimpleNamespace(makes_picture=False, row=None)

    def stages(self, recipe: Recipe) -> list[object]:
        return [self._stage]

    def stage_by_stage(self, recipe: Recipe) -> list[tuple[object, Tensor]]:
        return [(self._stage, self._x)]


def given(x: Tensor) -> Any:
    return Given(x)


def test_values_that_are_no_numbers_are_counted_and_left_out() -> None:
    x = torch.randn(1, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    x[0, 0, 0, 0], x[0, 0, 1, 1], x[0, 0, 2, 2] = torch.nan, torch.inf, -torch.inf
    x[0, 2] = torch.nan
    finite = x[x.isfinite()].double()
    (facts,) = steps.run_through(layer_steps(given(x), RECIPE))
    assert facts.not_finite == 19 and sum(facts.counts) + facts.beyond == len(finite) == facts.values - 19
    assert facts.mean == pytest.approx(float(finite.mean()), rel=1e-6)
    assert facts.deviation == pytest.approx(float(finite.std(correction=0)), rel=1e-6)
    assert (facts.minimum, facts.maximum) == (float(finite.min()), float(finite.max()))
    assert facts.not_positive == pytest.approx(float((finite <= 0).double().mean()))
    row = next(csv.DictReader(io.StringIO(table([facts], "abc", "{}"))))
    assert row["not_finite"] == "19"
    (none,) = steps.run_through(layer_steps(given(torch.full((1, 2, 4, 4), torch.nan)), RECIPE))
    assert none.not_finite == none.values and none.mean != none.mean and sum(none.counts) == none.beyond == 0


@pytest.mark.parametrize("together", [False, True])
def test_one_lost_channel_leaves_the_others_their_pictures(together: bool) -> None:
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    whole = steps.run_through(activations.channel_steps(given(x[:, :2]), RECIPE, 0, together=together))
    x[0, 2] = torch.nan
    found = steps.run_through(activations.channel_steps(given(x), RECIPE, 0, together=together))
    assert np.array_equal(found.pictures[:2], whole.pictures) and (found.pictures[2] == 0).all()
    assert found.by_spread()[-1] == 2 and np.isnan(found.mean[2])


def test_values_whose_squares_overflow_are_measured() -> None:
    x = torch.tensor([3e38, -3e38, 1e30, 0.0]).view(1, 1, 2, 2).repeat(1, 1, 2, 2)
    (facts,) = steps.run_through(layer_steps(given(x), RECIPE))
    assert facts.not_finite == 0 and facts.deviation == pytest.approx(2.1213e38, rel=1e-3)
    found = steps.run_through(activations.channel_steps(given(x), RECIPE, 0))
    assert np.isfinite(found.deviation).all()


def test_the_table_holds_every_digit() -> None:
    facts = inspect(model("stylegan1"), RECIPE)
    rows = list(csv.DictReader(io.StringIO(table(facts, "abc", RECIPE.to_json()))))
    assert [float(row["deviation"]) for row in rows] == [each.deviation for each in facts]
    assert [int(rows[3][f"bin_{index}"]) for index in range(BINS)] == [*facts[3].counts]
    assert rows[0]["model"] == "abc" and Recipe.from_json(rows[0]["recipe"]) == RECIPE
    assert rows[0]["is_picture"] == "0" and rows[7]["name"] == "layer 7"
