"""Explore under a real X server with a real mouse: every kind of control is dragged, then everything is undone."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from stylegan_core.film.film_file import read_film
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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_film_is_made_played_dragged_through_and_saved(hand: Hand) -> None:
    hand.until(lambda seen: seen["exact"])
    hand.click("Picture")
    for count in (1, 2, 3):
        hand.xdotool("key", "k")
        hand.until(lambda seen, count=count: len(seen["film"]) == count)
        hand.xdotool("key", "n")
        hand.until(lambda seen, count=count: seen["exact"] and seen["history"] == count + 1)
    keys = hand.ask("shown")["film"]
    carry(hand, "Picture 1 of the film", "Picture 3 of the film")
    hand.until(lambda seen: seen["film"] == [*keys[1:], keys[0]])
    hand.xdotool("key", "p")
    hand.until(lambda seen: seen["playing"] and recipe(seen).latent.w is not None)
    hand.xdotool("key", "p")
    stopped = hand.until(lambda seen: not seen["playing"] and seen["exact"])
    hand.drag("Film position", 0.1, 0.5)
    hand.until(lambda seen: seen["exact"] and seen["recipe"] != stopped["recipe"])
    hand.click("save film…")
    hand.click("Save…")
    hand.find("File &name:")
    hand.xdotool("type", str(hand.home / "film.mp4"))
    hand.xdotool("key", "Return")
    hand.until(lambda seen: "Saved" in seen["banner"])
    assert [key.recipe.latent.seed for key in read_film(hand.home / "film.mp4").keys] == [*keys[1:], keys[0]]
    hand.close()


def carry(hand: Hand, what: str, to: str) -> None:
    """Drags a thumbnail onto the right half of another."""
    left, top, width, height = hand.find(what)
    x, y = left + width // 2, top + height // 2
    there, _, wide, _ = hand.find(to)
    words = ["mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.1"]
    for step in range(1, 9):
        words += ["mousemove", str(x + (there + wide - 4 - x) * step // 8), str(y), "sleep", "0.08"]
    hand.xdotool(*words, "mouseup", "1")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_photo_is_looked_for_beside_a_hand_that_drags_and_taken(x_display: str, tmp_path: Path) -> None:
    home, photo = tmp_path / "home", tmp_path / "photo.jpg"
    home.mkdir()
    (home / "settings.json").write_text('{"hint_seen": true}')
    Image.new("RGB", (120, 90), (190, 140, 110)).save(photo)
    with Hand(x_display, home, str(photo)) as hand:
        first = recipe(hand.until(lambda seen: seen["exact"] and "carries no recipe" in seen["banner"]))
        hand.click("Find its face")
        hand.find("Take the nearest face so far")
        hand.drag("psi", 0.57, 0.9)
        hand.until(lambda seen: seen["exact"] and recipe(seen).psi > 1)
        hand.click("Take the nearest face so far")
        found = hand.until(lambda seen: seen["exact"] and recipe(seen).latent.w is not None)
        assert "nearest face to photo.jpg" in found["banner"]
        for _ in range(2):
            hand.xdotool("key", "ctrl+z")
            time.sleep(0.3)
        hand.until(lambda seen: recipe(seen) == first)
        hand.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_point_is_dragged_followed_and_taken_back(hand: Hand) -> None:
    first = recipe(hand.until(lambda seen: seen["exact"]))
    hand.click("Picture")
    hand.xdotool("key", "d")
    hand.drag("Handles on the picture", 0.4, 0.6)
    moved = hand.until(lambda seen: seen["exact"] and recipe(seen).latent.w is not None and seen["history"] == 2)
    assert not moved["banner"]
    hand.xdotool("key", "Escape")
    hand.xdotool("key", "ctrl+z")
    hand.until(lambda seen: seen["exact"] and recipe(seen) == first)
    hand.drag("Picture", 0.5, 0.7)
    hand.until(lambda seen: recipe(seen).latent.x != 0)
    hand.close()
