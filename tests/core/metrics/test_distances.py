"""Distances against cases whose answer is known (spec-core 10, items 28 and 29)."""

import numpy as np
import pytest

from stylegan_core.metrics.distances import frechet, kernel, precision_and_recall


@pytest.fixture
def normal() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((4000, 4)).astype(np.float32)


def test_frechet_of_the_same_set_is_zero(normal: np.ndarray) -> None:
    assert frechet(normal, normal) == pytest.approx(0, abs=1e-6)


def test_frechet_of_shifted_and_stretched_normals(normal: np.ndarray) -> None:
    shift = np.array([3, 0, 4, 0], np.float32)
    assert frechet(normal, normal + shift) == pytest.approx(25, rel=1e-4)
    spread = normal.std(axis=0, ddof=1) ** 2
    assert frechet(normal, normal * 3) == pytest.approx(
        4 * spread.sum() + np.square(2 * normal.mean(0)).sum(), rel=0.02
    )


def test_frechet_agrees_whether_pictures_or_features_are_fewer() -> None:
    """Adding empty features turns the computation over to the singular values; the distance stays."""
    draw = np.random.default_rng(3)
    x, y = draw.standard_normal((60, 5)).astype(np.float32), draw.standard_normal((50, 5)).astype(np.float32) * 2
    wide = [np.pad(side, ((0, 0), (0, 95))) for side in (x, y)]
    assert frechet(*wide) == pytest.approx(frechet(x, y), rel=1e-6)


def test_kernel_distance_is_unbiased_around_zero_and_grows_with_the_shift(normal: np.ndarray) -> None:
    near = kernel(normal[:1500], normal[2000:3500])
    assert abs(near) < 0.05
    assert kernel(normal[:1500], normal[2000:3500] + 1) > 10 * abs(near)


def test_precision_and_recall_of_a_set_with_itself_and_of_a_part(normal: np.ndarray) -> None:
    points = normal[:400]
    assert precision_and_recall(points, points) == (1.0, 1.0)
    half = points[points[:, 0] > 0]
    precision, recall = precision_and_recall(points, half)
    assert precision == 1.0
    assert recall < 0.75
    assert precision_and_recall(points, points + 100) == (0.0, 0.0)


def test_too_few_pictures_are_one_sentence(normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least two"):
        frechet(normal[:1], normal)
    with pytest.raises(ValueError, match="at least two"):
        kernel(normal[:1], normal)
    with pytest.raises(ValueError, match="more than 3"):
        precision_and_recall(normal[:3], normal)
