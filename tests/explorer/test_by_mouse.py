"""Explore under a real X server with a real mouse: every kind of control is dragged, then everything is undone."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stylegan_core.recipe import Recipe
from tests.explorer.hand import Hand


@pytest.fixture
def hand(x_display: str, tmp_path: Path, small_model: Path) -> Iterator[Hand]:
    """A window with a small network of random weights."""
    with Hand(x_display, tmp_path / "home", str(small_model)) as made:
        yield made


def recipe(seen: dict[str, Any]) -> Recipe:
    return Recipe.from_json(seen["recipe"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_kind_of_control_is_dragged_and_undone(hand: Hand) -> None:
    first = recipe(hand.until(lambda seen: seen["exact"]))
    hand.drag("psi", 0.57, 0.9)
    hand.until(lambda seen: seen["exact"] and recipe(seen).psi > 1.2)
    hand.drag("PCA 1", 0.5, 0.8)
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).directions))
    hand.drag("Coarse weight", 0.05, 0.7)
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).mixes))
    hand.click("Noise of layer 1, 4²")
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).noise))
    hand.drag("Picture", 0.5, 0.7)
    moved = hand.until(lambda seen: seen["exact"] and recipe(seen).latent.x != 0)
    assert moved["history"] >= 6
    assert not moved["banner"]
    while hand.ask("shown")["can_undo"]:
        hand.xdotool("key", "ctrl+z")
        time.sleep(0.2)
    last = hand.until(lambda seen: seen["exact"])
    assert recipe(last) == first
    hand.close()
