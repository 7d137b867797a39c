"""The session: edits, commits, undo and redo, also across models."""

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from explorer.fitting import fitting
from explorer.session import Session
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Recipe, Vector
from tests.explorer.fake_backend import info


def session() -> Session:
    made = Session()
    made.set_model(info(), "one.safetensors")
    return made


def test_an_edit_that_changes_nothing_is_silent(qtbot: QtBot) -> None:
    made, heard = session(), []
    made.recipe_changed.connect(heard.append)
    made.edit(psi=0.7)
    made.edit(psi=0.5)
    made.edit(psi=0.5)
    assert heard == [Recipe(psi=0.5)]


def test_edits_at_once_are_told_as_one_and_before_a_commit_among_them(qtbot: QtBot) -> None:
    made = session()
    heard: list[tuple[str, Recipe]] = []
    made.recipe_changed.connect(lambda recipe: heard.append(("changed", recipe)))
    made.committed.connect(lambda recipe: heard.append(("committed", recipe)))
    with made.at_once():
        made.edit(psi=0.5)
        made.edit(cutoff=4)
        assert made.recipe == Recipe(psi=0.5, cutoff=4) and not heard
    assert heard == [("changed", Recipe(psi=0.5, cutoff=4))]
    heard.clear()
    with made.at_once():
        made.edit(psi=0.4)
        made.commit()
        made.edit(psi=0.3)
    told = [Recipe(psi=psi, cutoff=4) for psi in (0.4, 0.3)]
    assert heard == [("changed", told[0]), ("committed", told[0]), ("changed", told[1])]
    heard.clear()
    with made.at_once():
        made.edit(psi=0.3)
    assert not heard


def test_a_gesture_is_one_step_however_many_edits_it_has(qtbot: QtBot) -> None:
    made = session()
    for psi in (0.6, 0.5, 0.4):
        made.edit(psi=psi)
    made.commit()
    made.commit()
    made.undo()
    assert made.recipe == Recipe()
    made.redo()
    assert made.recipe == Recipe(psi=0.4)
    assert not made.can_redo


def test_undo_in_the_middle_of_a_gesture_takes_the_gesture_back(qtbot: QtBot) -> None:
    made = session()
    made.edit(psi=0.1)
    assert made.can_undo
    made.undo()
    assert made.recipe == Recipe()
    made.redo()
    assert made.recipe == Recipe(psi=0.1)


@given(st.lists(st.floats(-1, 2).map(lambda value: round(value, 2)), max_size=20))
def test_undoing_everything_comes_back_to_the_beginning(values: list[float]) -> None:
    made = session()
    for value in values:
        made.edit(psi=value)
        made.commit()
    last = made.recipe
    while made.can_undo:
        made.undo()
    assert made.recipe == Recipe()
    while made.can_redo:
        made.redo()
    assert made.recipe == last


def test_undo_across_models_asks_for_the_old_file_and_brings_its_recipe(qtbot: QtBot) -> None:
    made, wanted = session(), []
    made.model_wanted.connect(wanted.append)
    made.edit(psi=0.3)
    made.commit()
    made.set_model(info("two"), "two.safetensors")
    made.edit(psi=0.9)
    made.commit()
    made.undo()
    made.undo()
    assert wanted == ["one.safetensors"]
    made.set_model(info("one"), "one.safetensors")
    assert made.recipe == Recipe(psi=0.3)
    made.redo()
    assert wanted == ["one.safetensors", "two.safetensors"]


def test_a_model_file_that_is_gone_leaves_undo_where_it_was(qtbot: QtBot) -> None:
    made = session()
    made.edit(psi=0.3)
    made.commit()
    made.set_model(info("two"), "two.safetensors", Recipe(psi=0.9))
    made.undo()
    made.model_refused("one.safetensors")
    assert made.recipe == Recipe(psi=0.9)
    assert made.can_undo
    made.edit(psi=0.8)
    made.commit()
    made.undo()
    assert made.recipe == Recipe(psi=0.9)


def test_a_file_that_is_gone_is_left_out_of_undo(qtbot: QtBot) -> None:
    """Undo came no further than the first file that was missing."""
    made, wanted = session(), []
    made.model_wanted.connect(wanted.append)
    made.set_model(info("two"), "two.safetensors", Recipe(psi=0.9))
    made.set_model(info("three"), "three.safetensors", Recipe(psi=0.8))
    made.undo()
    made.model_refused("two.safetensors", gone=True)
    assert made.recipe == Recipe(psi=0.8)
    made.undo()
    assert wanted == ["two.safetensors", "one.safetensors"]
    made.set_model(info(), "one.safetensors")
    assert made.recipe == Recipe() and not made.can_undo
    made.redo()
    assert wanted[2:] == ["three.safetensors"]


def test_a_gesture_while_undo_waits_for_its_model_is_kept(qtbot: QtBot) -> None:
    """It emptied the pile that the step was to come back from, or was written over by it."""
    made, unwanted = session(), []
    made.model_unwanted.connect(lambda: unwanted.append(True))
    made.set_model(info("two"), "two.safetensors", Recipe(psi=0.9))
    made.undo()
    made.edit(psi=0.2)
    made.commit()
    assert unwanted and made.recipe == Recipe(psi=0.2)
    made.model_refused("one.safetensors")
    made.undo()
    assert made.recipe == Recipe(psi=0.9)
    made.redo()
    assert made.recipe == Recipe(psi=0.2) and not made.can_redo


def test_a_newer_snapshot_is_in_every_step_of_the_older_one(qtbot: QtBot) -> None:
    made, wanted, committed = session(), [], []
    made.set_model(info("older"), "older.safetensors")
    made.apply(Recipe(psi=0.4))
    made.apply(Recipe(psi=0.3))
    made.undo()
    made.edit(psi=0.35)
    made.model_wanted.connect(wanted.append)
    made.committed.connect(committed.append)
    made.set_newer(info("newer"), "newer.safetensors")
    assert made.recipe == Recipe(psi=0.35) and not committed
    made.undo()
    assert made.recipe == Recipe(psi=0.4) and made.model_path == "newer.safetensors" and not wanted
    made.undo()
    made.undo()
    assert wanted == ["one.safetensors"]


def test_the_other_side_of_a_b_is_the_last_step_of_the_same_model(qtbot: QtBot) -> None:
    made = session()
    assert made.previous_recipe is None
    made.edit(psi=0.3)
    assert made.previous_recipe == Recipe()
    made.commit()
    assert made.previous_recipe == Recipe()
    made.set_model(info("two"), "two.safetensors")
    assert made.previous_recipe is None


def test_another_model_gets_only_what_fits_it() -> None:
    wide = Vector.of([0.0] * 16)
    recipe = Recipe(Latent(w=wide), directions=(AppliedDirection(Direction("smile", wide)),), label=3)
    assert fitting(recipe, info(w_dim=8)) == Recipe()
    assert fitting(recipe, info(w_dim=16)).latent == recipe.latent
