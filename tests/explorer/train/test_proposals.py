"""What the page of a new run proposes, and what a person types there: it is read, or answered with a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.train.proposals import next_folder, settings_in, why_not_into, with_setting
from stylegan_core.files.places import is_there

DATA = Path("pictures")
LONG = '{"version":1,"latent":{"seed":5}}' * 200  # a recipe, pasted into the wrong field


def test_what_is_no_name_is_a_sentence(tmp_path: Path) -> None:
    assert not is_there(tmp_path / LONG)
    assert why_not_into(tmp_path / LONG, DATA).startswith("This run folder cannot be used (")


@pytest.mark.parametrize("name", ["new", "empty"])
def test_new_and_empty_folders_can_be_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert why_not_into(tmp_path / name, DATA) == ""


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "config.json").write_text("{}", encoding="utf-8")
    assert "already" in why_not_into(tmp_path / "taken", DATA)
    assert "already" in why_not_into(tmp_path / "taken" / "config.json", DATA)


def test_a_run_among_its_own_pictures_is_refused(tmp_path: Path) -> None:
    assert "among the pictures" in why_not_into(tmp_path / "run", tmp_path)
    assert not why_not_into(tmp_path / ".hidden" / "run", tmp_path)  # where no pictures are looked for


@given(st.lists(st.text(st.sampled_from("ab =,'\"\\#\t"), min_size=1), min_size=1, max_size=3))
def test_every_value_comes_back_from_the_changes(values: list[str]) -> None:
    """A class with a blank in its name became two changes, of which the second was none."""
    text = ""
    for number, value in enumerate(values):
        text = with_setting(text, f"key{number}", value)
    assert settings_in(text) == [f"key{number}={value}" for number, value in enumerate(values)]


def test_changes_are_read_as_a_person_writes_them() -> None:
    assert settings_in("gamma=2, growth.batch=4  seed=1,") == ["gamma=2", "growth.batch=4", "seed=1"]
    assert settings_in("data.label='Wearing Hat' seed=1") == ["data.label=Wearing Hat", "seed=1"]
    assert settings_in('data.label="Wearing H') == ["data.label=Wearing H"]
    assert settings_in('seed=1 data.label=\'"H" x') == ["seed=1", 'data.label="H" x']
    assert with_setting("gamma=2", "data.label", "Wearing Hat") == 'gamma=2 data.label="Wearing Hat"'


def test_the_next_folder_is_one_higher(tmp_path: Path) -> None:
    for name in ("00004-tiny", "00011-avatars-64", "notes"):
        (tmp_path / name).mkdir()
    assert next_folder(tmp_path, "tiny").name == "00012-tiny"


def test_one_of_the_changes_is_set_and_taken_back() -> None:
    assert with_setting("gamma=2, data.label=hat", "data.label", "skin") == "gamma=2 data.label=skin"
    assert with_setting("gamma=2 data.label=hat", "data.label", "") == "gamma=2"
