"""The order of pictures is a function of the image counter: every epoch complete, and the same from anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylegan_core.data.order import DataOrder, epoch_order

INDICES = [2, 4, 7, 5, 0, 6, 3, 1]
FLIPS = [True, True, False, False, True, False, False, False]
counts = st.integers(1, 40)
seeds = st.integers(0, 2**32)


@given(counts, seeds, st.integers(0, 5))
def test_an_epoch_shows_every_picture_once(count: int, seed: int, epoch: int) -> None:
    indices, _ = DataOrder(count, seed).at(epoch * count, count)
    assert sorted(indices.tolist()) == list(range(count))


@given(counts, seeds, st.integers(0, 200), st.integers(1, 100), st.data())
def test_any_way_of_cutting_into_batches_gives_the_same(
    count: int, seed: int, first: int, number: int, draw: st.DataObject
) -> None:
    whole = DataOrder(count, seed, mirror=True).at(first, number)
    cut = draw.draw(st.integers(0, number))
    later = DataOrder(count, seed, mirror=True)
    parts = later.at(first + cut, number - cut), later.at(first, cut)
    for one, (b, a) in zip(whole, zip(*parts, strict=True), strict=True):
        assert (one == np.concatenate([a, b])).all()


def test_epochs_and_seeds_differ() -> None:
    orders = [tuple(epoch_order(100, seed, epoch)[0].tolist()) for seed in (0, 1) for epoch in (0, 1)]
    assert len(set(orders)) == 4


def test_the_order_is_this_one_for_ever() -> None:
    """A run that resumes under another version of numpy must meet the same pictures."""
    indices, flips = DataOrder(8, seed=1, mirror=True).at(0, 8)
    assert indices.tolist() == INDICES
    assert flips.tolist() == FLIPS


def test_coins_are_fair_and_independent_of_the_order() -> None:
    order = DataOrder(1000, seed=3, mirror=True)
    indices, flips = order.at(0, 20_000)
    assert abs(flips.mean() - 0.5) < 0.02
    per_picture = np.array([flips[indices == index].mean() for index in range(1000)])
    assert 0.05 < per_picture.std() < 0.18  # 20 coins each: 0.11
    assert not DataOrder(1000, seed=3).at(0, 1000)[1].any()


def test_places_are_even() -> None:
    """Where a picture stands in its epoch is uniform."""
    places = [epoch_order(50, 7, epoch)[0].tolist().index(0) for epoch in range(400)]
    assert abs(np.mean(places) - 24.5) < 2.5


def test_no_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        DataOrder(0, 1)
