"""How sure numbers are said to be, against leaving each picture out and against measuring again with other pictures."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from stylegan_core.confidence import NORMAL, of_left_out, of_mean, of_share
from stylegan_core.metrics.confidence import frechet_confidence, frechet_limit, kernel_confidence, recall_confidence
from stylegan_core.metrics.distances import frechet, kernel, precision_and_recall
from stylegan_core.metrics.path_length import path_length
from stylegan_core.metrics.sliced import patches, sliced_confidence, sliced_wasserstein

Distance = Callable[[np.ndarray, np.ndarray], float]


def drawn(seed: int, count: int = 120, width: int = 6) -> np.ndarray:
    """Features [count, width] of pictures in two clumps, stretched and shifted."""
    draw = np.random.default_rng(seed)
    clump = draw.integers(0, 2, (count, 1)) * 2.0
    return (draw.standard_normal((count, width)) * np.linspace(0.5, 1.5, width) + clump).astype(np.float32)


REAL = drawn(1000) * np.float32(1.3)


def without_each(distance: Distance, fake: np.ndarray) -> float:
    """The ± that leaving out each drawn picture in turn gives."""
    return float(of_left_out(np.array([distance(REAL, np.delete(fake, at, axis=0)) for at in range(len(fake))])))


@pytest.mark.parametrize(
    ("distance", "confidence"), [(frechet, frechet_confidence), (kernel, kernel_confidence)], ids=["FD", "KID"]
)
def test_the_influences_are_what_leaving_out_each_picture_gives(distance: Distance, confidence: Distance) -> None:
    fake = drawn(3, 30)
    assert confidence(REAL, fake) == pytest.approx(without_each(distance, fake), rel=0.15)


def test_it_agrees_whether_pictures_or_features_are_fewer() -> None:
    fake = drawn(3, 60)
    wide = [np.pad(side, ((0, 0), (0, 195))) for side in (REAL, fake)]
    assert frechet_confidence(*wide) == pytest.approx(frechet_confidence(REAL, fake), rel=1e-4)


@pytest.mark.parametrize(
    ("distance", "confidence", "wide"),
    [
        (frechet, frechet_confidence, 1.0),
        (kernel, kernel_confidence, 1.0),
        (lambda real, fake: precision_and_recall(real, fake)[1], recall_confidence, 1.3),  # known to be too wide
    ],
    ids=["FD", "KID", "R"],
)
def test_other_pictures_differ_by_as_much_as_is_told(distance: Distance, confidence: Distance, wide: float) -> None:
    others = [drawn(seed) for seed in range(30 if distance is kernel else 60)]
    spread = NORMAL * np.std([distance(REAL, each) for each in others], ddof=1)
    told = np.sqrt(np.mean([confidence(REAL, each) ** 2 for each in others]))
    assert told / wide == pytest.approx(spread, rel=0.3)


def test_a_distance_of_like_pictures_tends_to_nothing() -> None:
    real, fake = drawn(5, 1500, 30), drawn(6, 1500, 30)
    distance = frechet(real, fake)
    assert abs(frechet_limit(real, fake, distance)) < 0.35 * distance


def test_a_path_length_is_as_sure_as_it_says() -> None:
    draw = np.random.default_rng(2)
    found = [path_length(np.exp(1.2 * draw.standard_normal(400))) for _ in range(80)]
    values, told = np.array(found).T
    assert told.mean() == pytest.approx(NORMAL * values.std(ddof=1), rel=0.25)


def test_a_sliced_distance_is_as_sure_as_it_says() -> None:
    def blocks(seed: int) -> dict[int, torch.Tensor]:
        draw = torch.Generator().manual_seed(seed)
        shade = torch.rand(25, 3, 1, 1, generator=draw)
        small = (torch.rand(25, 3, 4, 4, generator=draw) + shade) * 100
        return patches([F.interpolate(small, scale_factor=4).byte()], 25)

    real, others = blocks(100), [blocks(seed) for seed in range(8)]
    spread = NORMAL * np.std([sliced_wasserstein(real, each) for each in others], ddof=1)
    told = np.mean([sliced_confidence(real, each) for each in others])
    assert 0.6 * spread < told < 2 * spread


def test_leaving_out_says_of_a_mean_what_its_spread_says() -> None:
    values = np.random.default_rng(1).standard_normal((9, 2))
    means = (values.sum(axis=0) - values) / 8
    assert of_left_out(means) == pytest.approx(of_mean(values))


def test_a_share_of_none_or_all_is_not_sure_either() -> None:
    assert of_share(0.0, 10) == of_share(1.0, 10) == pytest.approx(0.1388, abs=1e-4)
    assert of_share(0.5, 10_000) == pytest.approx(0.0098, abs=1e-4)
