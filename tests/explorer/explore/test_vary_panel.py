"""The vary panel: children around a face, with bands and directions kept."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.explore.vary import MIDDLE, VaryPanel, child
from explorer.jobs import Strip, Styles
from explorer.session import Session
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Recipe, Vector
from tests.explorer.explore.panel_fakes import PLAIN, W_DIM, flat, model_info

INFO = model_info()


def vectors(count: int, seed: int = 0) -> list[np.ndarray]:
    return list(np.random.RandomState(seed).randn(count, W_DIM).astype(np.float32))


@given(st.floats(0, 1), st.sets(st.integers(0, INFO.num_layers - 1)))
def test_kept_layers_do_not_move_and_the_others_go_the_whole_way(amount: float, kept: set[int]) -> None:
    w, other = vectors(2)
    made = child(w, other, amount, tuple(kept), (), INFO)
    for layer in range(INFO.num_layers):
        expected = w if layer in kept else w + np.float32(amount) * (other - w)
        np.testing.assert_allclose(made[layer], expected, atol=1e-5)


def test_held_directions_are_left_unchanged() -> None:
    w, other, axis, second = vectors(4)
    held = tuple(AppliedDirection(Direction("age", Vector.of(each)), 1.0) for each in (axis, second))
    step = child(w, other, 1.0, (), held, INFO) - w
    assert np.abs(step @ axis).max() < 1e-4 and np.abs(step @ second).max() < 1e-4
    assert np.abs(step).max() > 0.1


def test_a_held_direction_may_have_a_vector_for_each_layer() -> None:
    w, other, axis = vectors(3)
    layered = np.random.RandomState(1).randn(INFO.num_layers, W_DIM).astype(np.float32)
    layered[3] = 0  # in which it decides nothing
    for axes in ((layered,), (layered, axis), (layered, layered, axis)):
        held = tuple(AppliedDirection(Direction("age", Vector.of(each)), 1.0) for each in axes)
        step = child(w, other, 1.0, (), held, INFO) - w
        for each in axes:
            assert np.abs((step * each).sum(axis=-1)).max() < 1e-4
        assert np.abs(step).max(axis=-1).min() > 0.1
    only = child(w, other, 1.0, (), (AppliedDirection(Direction("age", Vector.of(layered)), 1.0),), INFO)
    np.testing.assert_allclose(only[3], other, atol=1e-5)


def test_children_are_bred_drawn_and_chosen(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    panel.keep["coarse"].click()
    panel._rested()
    request = asked.of(Styles)
    assert request.latents[0] == session.recipe.latent and len(request.latents) == 9
    ws = vectors(9)
    asked.done(request, tuple(Vector.of(w) for w in ws))
    drawn = asked.of(Strip).recipes
    assert drawn[MIDDLE] == session.recipe and len(drawn) == 9
    assert all((recipe.latent.w.array[:4] == ws[0]).all() for at, recipe in enumerate(drawn) if at != MIDDLE)
    asked.piece(asked.of(Strip), 0, flat(1), 9)
    session.apply(replace(session.recipe, psi=0.2))
    panel.grid.thumbnails[0].click()
    assert session.recipe == Recipe(drawn[0].latent, psi=0.2)
    session.undo()
    assert session.recipe.latent == Latent()


def test_the_middle_is_the_face_itself(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    asked.done(asked.of(Styles), tuple(Vector.of(w) for w in vectors(9)))
    panel.grid.thumbnails[MIDDLE].click()
    assert session.recipe == Recipe() and not session.can_undo


def test_again_draws_others(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    first = asked.of(Styles)
    panel.again.click()
    panel._rested()
    assert asked.of(Styles).latents[1:] != first.latents[1:]
    before = len(asked.requests)
    panel._rested()
    assert len(asked.requests) == before


@given(st.floats(0, 1))
def test_a_code_that_is_drawn_itself_keeps_the_length_that_codes_have(amount: float) -> None:
    info = model_info(capabilities=PLAIN, num_layers=1, z_dim=12)  # four numbers beside it are the label's
    w, other = vectors(2)
    other[12:] = w[12:]
    made = child(w, other, amount, (), (), info)
    lengths = [float(np.linalg.norm(each[..., :12])) for each in (w, other, made)]
    assert abs(lengths[2] - (1 - amount) * lengths[0] - amount * lengths[1]) < 1e-3
    np.testing.assert_allclose(made[0, 12:], w[12:], atol=1e-5)


def test_a_network_without_styles_varies_its_code_but_keeps_no_layers(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel, model_info(capabilities=PLAIN, num_layers=1))
    assert not panel.keep["coarse"].isEnabled() and "no styles" in panel.keep["coarse"].toolTip()
    asked.done(asked.of(Styles), tuple(Vector.of(w) for w in vectors(9)))
    panel.grid.thumbnails[0].click()
    stored = session.recipe.latent.w
    assert stored is not None and stored.shape == (1, W_DIM)


def test_an_emptied_cell_holds_no_child_of_the_network_before(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    asked.done(asked.of(Styles), tuple(Vector.of(w) for w in vectors(9)))
    session.set_model(model_info(name="narrow", w_dim=8), "narrow.safetensors")
    panel.grid.thumbnails[0].click()
    assert session.recipe == Recipe()


def test_the_same_face_in_another_network_has_children_again(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    before = len([each for each in asked.requests if isinstance(each, Styles)])
    session.set_model(model_info(name="other"), "other.safetensors")
    panel._rested()
    assert len([each for each in asked.requests if isinstance(each, Styles)]) == before + 1


def test_children_that_are_the_same_as_before_are_not_marked_old_for_ever(session: Session, show: Any) -> None:
    panel, asked = show(VaryPanel)
    answer = tuple(Vector.of(w) for w in vectors(9))
    asked.done(asked.of(Styles), answer)
    for index in range(9):
        asked.piece(asked.of(Strip), index, flat(index), 9)
    number = len(asked.requests)
    panel.keep_directions.click()  # none is in use, so the children stay what they are
    panel._rested()
    assert panel.grid.thumbnails[0]._stale
    asked.done(asked.of(Styles), answer)
    assert len(asked.requests) == number + 1 and not any(each._stale for each in panel.grid.thumbnails)
