"""The short trainings of the family: their plans fit every preset, and their table goes where it belongs."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.training.config import changed, preset
from stylegan_core.training.family import FAMILY
from tools import proof_of_life


@pytest.mark.parametrize("name", FAMILY)
def test_every_plan_ends_stable_at_full_size_after_10_kimg(name: str) -> None:
    growth = changed(preset(name), proof_of_life.settings(name)).growth
    assert growth.total_kimg == 10
    assert 4 << growth.top_level == 32
    assert growth.levels[-1].stable_kimg >= 4


def test_the_command_says_what_it_sets() -> None:
    run = Path("runs/dcgan-32")
    assert " ".join(proof_of_life.command("dcgan-32", run, Path("avatars64"))) == (
        f"python -m stylegan_core train {run} --preset dcgan-32 --data avatars64 "
        "--set growth.32.stable_kimg=10 --set threads=1"
    )


def test_notes_of_a_row_add_up(tmp_path: Path) -> None:
    assert proof_of_life.note(tmp_path, "config-f") == {}
    proof_of_life.note(tmp_path, "config-f", seconds=3.0)
    proof_of_life.note(tmp_path, "dcgan-32", seconds=9.0)
    assert proof_of_life.note(tmp_path, "config-f", hash="a") == {"seconds": 3.0, "hash": "a"}


def test_the_table_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"above\n{proof_of_life.BEGIN}\nold\n{proof_of_life.END}\nbelow\n", encoding="utf-8")
    for text in ("first", "second"):
        proof_of_life.write_section(page, text)
    assert page.read_text(encoding="utf-8") == (
        f"above\n{proof_of_life.BEGIN}\n\nsecond\n\n{proof_of_life.END}\nbelow\n"
    )
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="has lost the marks"):
        proof_of_life.write_section(page, "third")


def test_the_page_has_its_marks() -> None:
    text = (proof_of_life.DOCS / "networks.md").read_text(encoding="utf-8")
    assert 0 < text.find(proof_of_life.BEGIN) < text.find(proof_of_life.END)
