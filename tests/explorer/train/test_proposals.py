"""Paths that a person types: whatever stands there, the page answers with a sentence."""

from pathlib import Path

import pytest

from explorer.train.proposals import is_there, why_not_into

LONG = '{"version":1,"latent":{"seed":5}}' * 200  # a recipe, pasted into the wrong field


def test_what_is_no_name_is_a_sentence(tmp_path: Path) -> None:
    assert not is_there(tmp_path / LONG)
    assert why_not_into(tmp_path / LONG).startswith("This run folder cannot be used (")


@pytest.mark.parametrize("name", ["new", "empty"])
def test_new_and_empty_folders_can_be_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert why_not_into(tmp_path / name) == ""


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "config.json").write_text("{}", encoding="utf-8")
    assert "already" in why_not_into(tmp_path / "taken")
    assert "already" in why_not_into(tmp_path / "taken" / "config.json")
