"""The sliced Wasserstein distance tells grain, blur and colour apart from none, without any trained network."""

import pytest
import torch
import torch.nn.functional as F

from stylegan_core.metrics.sliced import PATCHES, by_scale, patches, sliced_wasserstein


def pictures(seed: int, count: int = 60, side: int = 32) -> torch.Tensor:
    """Blocks of colour of 4×4 with sharp edges, uint8."""
    draw = torch.Generator().manual_seed(seed)
    return F.interpolate(torch.rand(count, 3, side // 4, side // 4, generator=draw) * 255, scale_factor=4).byte()


def test_every_scale_from_the_whole_down_to_16() -> None:
    found = patches(pictures(1, 6, 64).split(4), 5)
    assert {side: rows.shape for side, rows in found.items()} == dict.fromkeys((64, 32, 16), (5 * PATCHES, 147))
    assert list(patches([pictures(1, 2, 8)], 2)) == [8]


def test_a_set_is_at_no_distance_from_itself_and_little_from_its_like() -> None:
    one, again, other = (patches([pictures(seed)], 60) for seed in (1, 1, 2))
    assert sliced_wasserstein(one, again) == 0
    assert 0 < sliced_wasserstein(one, other) < 60


def test_grain_and_blur_are_seen_and_grain_most_where_it_is() -> None:
    shown = pictures(1).float()
    real = patches([shown.byte()], 60)
    grain = torch.randn(shown.shape, generator=torch.Generator().manual_seed(3)) * 40
    grainy = by_scale(real, patches([(shown + grain).clamp(0, 255).byte()], 60))
    blurred = by_scale(real, patches([F.avg_pool2d(shown, 3, 1, 1).byte()], 60))
    assert grainy[32] > 10 and blurred[32] > 10
    assert grainy[32] > 2 * grainy[16]


def test_the_same_pictures_in_another_order_of_batches_are_the_same_set() -> None:
    shown = pictures(1)
    one, other = patches([shown], 60), patches(shown.split(60), 60)
    assert sliced_wasserstein(one, other) == 0


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(ValueError, match=r"^SWD compares patches of 7² and needs pictures of 8² or more\.$"):
        patches([torch.zeros(2, 3, 4, 4, dtype=torch.uint8)], 2)
    with pytest.raises(ValueError, match=r"as many pictures on both sides\.$"):
        by_scale(patches([pictures(1)], 60), patches([pictures(1)], 50))
