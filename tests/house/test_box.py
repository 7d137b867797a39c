"""What lies in the box: every network opens, its card and directions are its own, and all are small enough to ship."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.latents.library import SHIPPED, shipped_library
from stylegan_core.model import load_model

MODELS = sorted(SHIPPED.glob("*/*.safetensors"))
MOST = 40e6  # bytes


def test_there_is_something_in_it_and_not_too_much() -> None:
    assert MODELS
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) <= MOST


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_card_samples_and_directions_belong_to_the_network(path: Path) -> None:
    model = load_model(path)
    card = (path.parent / "card.md").read_text("utf-8")
    for named in re.findall(r"!\[.*?\]\((.*?)\)", card):
        assert (path.parent / named).is_file()
    library = shipped_library(model.info.hash)
    if path.stem != path.parent.name:  # one of a set
        return
    assert model.info.hash in card
    assert library is not None and len(library.entries) >= 10
    for entry in library.entries:
        assert len(entry.direction.vector.array) == model.w_dim
        assert f"| {entry.direction.name} |" in card
