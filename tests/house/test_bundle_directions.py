"""Directions found anew take the place of the old ones on a card, and nothing else of it changes."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.latents.library import Entry
from stylegan_core.latents.named_directions import Named
from stylegan_core.recipe import Direction, Vector
from tools.bundle_directions import chosen, on_a_card, on_a_sets_card

CARD = "# net\n\n## Measured\n\nnumbers\n\n## Directions\n\n| old |\n\n## Samples\n\npictures\n"
SET = "# set\n\n## one\n\nWhat it is.\n\nDirections (old): Old (+0.1, 0.1).\n\n## two\n\nWhat it is.\n"


def named(name: str, effect: float) -> Named:
    entry = Entry(Direction(name, Vector.of(np.eye(4)[0])), "labels", accuracy=0.99, first=2)
    return Named(entry, effect, 0.05, "Hat")


def test_the_part_of_a_card_is_replaced() -> None:
    made = on_a_card(CARD, [named("Glasses", 0.7), named("Beard", 0.1)], 10)
    assert "| Glasses | 2–9 | +0.70 | 0.05 | Hat | 99% |" in made and "Beard" not in made and "old" not in made
    assert made.startswith("# net\n\n## Measured\n\nnumbers\n\n## Directions\n")
    assert made.endswith("|\n\n## Samples\n\npictures\n")
    assert on_a_card(made, [named("Glasses", 0.7)], 10) == made


def test_each_network_of_a_set_has_its_line() -> None:
    found = [named("Glasses", 0.7)]
    made = on_a_sets_card(on_a_sets_card(SET, "one", found), "two", found)
    line = "Directions (effect from −1.5 to +1.5 sigma at psi 0.7, leak): Glasses (+0.70, 0.05).\n"
    assert made == SET.replace("Directions (old): Old (+0.1, 0.1).\n", line) + f"\n{line}"
    assert on_a_sets_card(made, "two", []) == made[: -len(line) - 1]
    assert on_a_sets_card(made, "two", found) == made


def test_of_a_set_some_networks_are_chosen(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.safetensors", "b.safetensors")]
    assert chosen(files, None) == files
    assert chosen(files, ["b"]) == files[1:]
    with pytest.raises(ValueError, match=r"no network c in "):
        chosen(files, ["b", "c"])
