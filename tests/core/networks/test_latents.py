"""Laws of w: truncation, mixing, the running mean (spec-core 10: 16–18)."""

import dataclasses

import pytest
import torch
from torch import Tensor

from stylegan_core.model import Model
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Latent, Mix, Recipe
from stylegan_core.styles import Styles, truncate
from tests.core.networks.small import lively, small

MODEL = Model(lively(small()))
STYLES = Styles(MODEL)
PLAIN = Recipe(latent=Latent(seed=1), psi=1.0)


def w_of(seed: int) -> Tensor:
    return STYLES.latent(Latent(seed=seed), None)


def test_psi_zero_draws_the_mean_whatever_the_seed() -> None:
    pictures = [MODEL.synthesis(STYLES.ws(Recipe(latent=Latent(seed=seed), psi=0.0))) for seed in (1, 2)]
    mean = MODEL.synthesis(MODEL.w_avg.expand(1, 8, -1))
    assert torch.equal(pictures[0], mean) and torch.equal(pictures[1], mean)


def test_psi_one_is_no_truncation() -> None:
    assert torch.equal(STYLES.ws(PLAIN)[0], w_of(1))


def test_psi_between_follows_the_formula() -> None:
    expected = MODEL.w_avg + 0.7 * (w_of(1) - MODEL.w_avg)
    assert torch.allclose(STYLES.ws(dataclasses.replace(PLAIN, psi=0.7))[0], expected, atol=1e-6)


def test_cutoff_leaves_the_later_layers_alone() -> None:
    found = STYLES.ws(dataclasses.replace(PLAIN, psi=0.5, cutoff=3))[0]
    assert torch.equal(found[3:], w_of(1)[3:])
    assert not torch.allclose(found[:3], w_of(1)[:3], atol=0.01)


def test_truncation_of_each_layer_by_its_own_psi() -> None:
    ws, psi = torch.ones(2, 3, 4), torch.tensor([[0.0], [0.5], [1.0]])
    assert torch.equal(truncate(ws, torch.zeros(4), psi)[0, :, 0], torch.tensor([0.0, 0.5, 1.0]))


def test_mixing_beyond_the_last_layer_is_no_mixing() -> None:
    mixed = dataclasses.replace(PLAIN, mixes=(Mix(source=Latent(seed=2), first=8, last=None),))
    assert torch.equal(STYLES.ws(mixed), STYLES.ws(PLAIN))


@pytest.mark.parametrize("first", [1, 2, 5, 6, 7])
def test_mixing_from_a_layer_on_changes_only_its_stages_and_later(first: int) -> None:
    mixed = dataclasses.replace(PLAIN, mixes=(Mix(source=Latent(seed=2), first=first, last=None),))
    ws, other = STYLES.ws(PLAIN), STYLES.ws(mixed)
    assert torch.equal(other[0, first:], w_of(2)[first:]) and torch.equal(other[0, :first], w_of(1)[:first])
    for level in range(4):
        same = torch.equal(MODEL.synthesis(ws, level=level), MODEL.synthesis(other, level=level))
        assert same == (level < first // 2), level


def test_running_mean_of_w() -> None:
    generator = build_generator(small())
    batch = torch.randn(8, 16, generator=torch.Generator().manual_seed(0))
    assert not generator.w_avg.any()
    for _ in range(200):
        generator.update_w_avg(batch)
    assert torch.allclose(generator.w_avg, 0.63304 * batch.mean(0), atol=1e-5)
