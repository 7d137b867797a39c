"""Candidates for directions: the likely way, and the way that leaves the other answers alone."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.latents.candidates import HOLDS, RIDGES, candidate_directions

SPREADS = np.array([5.0, 3.0, 0.5, 0.5])


@pytest.fixture(scope="module")
def found() -> np.ndarray:
    """Ways for two answers: the first is of both wide axes of W, the second of the second one alone."""
    z = np.random.RandomState(0).randn(20_000, 4)
    scores = np.stack([z[:, 0] + z[:, 1], z[:, 1]], axis=1)
    return candidate_directions((z * SPREADS).astype(np.float32), scores)


def test_there_is_a_unit_vector_for_each_way_and_question(found: np.ndarray) -> None:
    assert found.shape == (len(RIDGES) + len(HOLDS), 2, 4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=2), 1, atol=1e-6)


def test_nothing_held_leads_to_the_mean_of_those_that_have_it(found: np.ndarray) -> None:
    free = found[len(RIDGES) + HOLDS.index(0.0), 0]
    np.testing.assert_allclose(free[:2] / np.linalg.norm(free), SPREADS[:2] / np.hypot(5, 3), atol=0.02)


def test_the_more_others_are_held_the_less_they_change(found: np.ndarray) -> None:
    held = found[len(RIDGES) :, 0]
    taken_along = np.abs(held[:, 1]) / held[:, 0]
    assert (np.diff(taken_along) < 0).all() and taken_along[-1] < 0.02 < 0.5 < taken_along[0]
    assert (held[:, 0] > 0).all()


def test_a_larger_ridge_makes_the_step_likelier(found: np.ndarray) -> None:
    along = np.abs(found[: len(RIDGES), 0, :2])
    assert (np.diff(along[:, 0] / along[:, 1]) > 0).all()  # the wider axis


def test_an_answer_that_never_changes_has_no_way() -> None:
    w = np.random.RandomState(0).randn(50, 4).astype(np.float32)
    made = candidate_directions(w, np.zeros((50, 1)))
    assert np.isfinite(made).all()
