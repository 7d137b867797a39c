"""Adaptive augmentation: what it leaves alone, its distribution, its gradients, how p moves, and exact resume."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.run.events import Tick
from stylegan_core.rundir import EventReader
from stylegan_core.schedule import phase_at
from stylegan_core.training import augment, step
from stylegan_core.training.augment import Draws, adjusted, augmented, colour, geometric, recoloured, resampled
from stylegan_core.training.config import changed, preset
from stylegan_core.training.groups import AdaConfig
from stylegan_core.training.keys import Purpose
from stylegan_core.training.loop import Loop
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import assert_same_end, final_state

MANY = range(4000)
PLAIN = (*QUICK, "snapshot_kimg=0.064")
ADA = ("ada.target=0.6", *PLAIN)


def pictures(number: int = 6, side: int = 16, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(number, 3, side, side, generator=torch.Generator().manual_seed(2), dtype=dtype)


def seen(images: Tensor, p: float, first: int = 0) -> Tensor:
    return augmented(images, p, 5, Purpose.AUGMENT_REAL, range(first, first + len(images)))


def test_at_p_0_pictures_are_left_alone() -> None:
    images = pictures()
    assert seen(images, 0.0) is images


def test_most_transforms_at_a_small_p_leave_a_picture_bit_by_bit() -> None:
    images = pictures(64)
    same = [torch.equal(a, b) for a, b in zip(seen(images, 0.02), images, strict=True)]
    assert 0.6 < np.mean(same) < 1


def test_each_picture_depends_on_its_own_number_alone() -> None:
    images = pictures()
    whole = seen(images, 0.7)
    assert torch.equal(seen(images[2:4], 0.7, first=2), whole[2:4])
    assert not torch.equal(seen(images, 0.7, first=6), whole)
    assert not torch.equal(augmented(images, 0.7, 5, Purpose.AUGMENT_FAKE, range(6)), whole)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5])
def test_a_share_of_pictures_is_never_moved_so_nothing_leaks(p: float) -> None:
    """With probability (1 − p)^k at least the identity is drawn, and every transform's mean is the identity's."""
    still = (geometric(Draws(0, Purpose.AUGMENT_G, MANY), p, len(MANY), 64) == np.eye(3)).all(axis=(1, 2)).mean()
    least = (1 - p) ** 7  # eight coins, of which two are those of one rotation
    assert still > 0.9 * least
    plain = (colour(Draws(0, Purpose.AUGMENT_G, MANY), p, len(MANY)) == np.eye(4)).all(axis=(1, 2)).mean()
    assert plain > 0.9 * (1 - p) ** 5


def test_the_transforms_are_unbiased() -> None:
    p = 0.5
    matrices = colour(Draws(0, Purpose.AUGMENT_G, MANY), p, len(MANY))
    luma = np.ones(3) / math.sqrt(3)
    brightness = matrices[:, :3, 3] @ luma
    assert abs(brightness.mean()) < 4 * brightness.std() / math.sqrt(len(MANY))
    volume = np.log2(np.abs(np.linalg.det(matrices[:, :3, :3])))
    assert abs(volume.mean()) < 4 * volume.std() / math.sqrt(len(MANY))
    places = geometric(Draws(0, Purpose.AUGMENT_G, MANY), p, len(MANY), 64)
    shifts = places[:, :2, 2]
    assert (abs(shifts.mean(axis=0)) < 4 * shifts.std(axis=0) / math.sqrt(len(MANY))).all()
    sizes = np.log2(np.abs(np.linalg.det(places[:, :2, :2])))
    assert abs(sizes.mean()) < 4 * sizes.std() / math.sqrt(len(MANY))


@pytest.mark.parametrize("p", [0.2, 0.6, 0.8])
def test_quarter_turns_and_flips_can_be_undone_in_distribution(p: float) -> None:
    """What p < 1 does to the distribution of orientations is a matrix that can be inverted, as the paper asks."""
    turns = np.full(4, p / 4) + np.array([1 - p, 0, 0, 0])
    circulant = np.stack([np.roll(turns, shift) for shift in range(4)])
    assert np.linalg.svd(circulant, compute_uv=False).min() == pytest.approx(1 - p)


def test_whole_pixels_and_quarter_turns_move_pixels_exactly() -> None:
    image = pictures(1, 8, torch.float64)
    quarter = np.array([[[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]])
    assert any(torch.equal(resampled(image, quarter), torch.rot90(image, k, (2, 3))) for k in (1, 3))
    mirror = np.array([[[-1.0, 0, 0], [0, 1, 0], [0, 0, 1]]])
    assert torch.equal(resampled(image, mirror), image.flip(3))
    shift = np.array([[[1.0, 0, 2], [0, 1, 0], [0, 0, 1]]])
    moved = resampled(image, shift)
    assert torch.equal(moved[..., :6], image[..., 2:])
    assert torch.equal(moved[..., 6:], image[..., [7, 6]])


def test_colours_keep_or_turn_grey_as_they_should() -> None:
    grey = torch.full((3, 3, 4, 4), 0.25, dtype=torch.float64)
    hue = augment._affine(augment._around_luma(np.array([0.3, 1.0, -2.0])))
    torch.testing.assert_close(recoloured(grey, hue), grey)
    third = augment._affine(augment._around_luma(np.array([2 * math.pi / 3])))
    image = pictures(1, 4, torch.float64)
    torch.testing.assert_close(recoloured(image, third), image[:, [2, 0, 1]])


def test_gradients_reach_the_pictures_once_and_twice() -> None:
    images = pictures(2, 4, torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: seen(x, 0.8), images)
    assert torch.autograd.gradgradcheck(lambda x: seen(x, 0.8).pow(3), images)


def test_it_is_linear_in_the_pictures_but_for_brightness() -> None:
    a, b = pictures(4, 8, torch.float64), pictures(8, 8, torch.float64)[4:]
    shift = seen(torch.zeros_like(a), 0.8)
    torch.testing.assert_close(seen(a + 2 * b, 0.8) - shift, seen(a, 0.8) - shift + 2 * (seen(b, 0.8) - shift))


@pytest.mark.parametrize(
    ("before", "mean", "after"),
    [(0.3, 1.0, 0.3 + 64 / 500_000), (0.3, 0.2, 0.3 - 64 / 500_000), (0.3, 0.6, 0.3), (0.0, -1.0, 0.0), (0.8, 1, 0.8)],
)
def test_p_follows_the_sign_of_the_real_scores(before: float, mean: float, after: float) -> None:
    assert adjusted(before, mean * 64, 64, AdaConfig(target=0.6)) == pytest.approx(after, abs=1e-12)


def test_p_goes_from_0_to_1_in_500_kimg_and_moves_every_fourth_step() -> None:
    state = TrainingState.fresh(changed(preset("tiny"), ["ada.target=0.6"]), torch.device("cpu"))
    stepper, found = Stepper(state, torch.float32), []
    for _ in range(8):
        stepper._adjust_augmentation(signs=8.0, batch=8)
        state.counters.steps += 1
        found.append(state.counters.ada_p)
    assert found == [0, 0, 0, 32 / 500_000] + [32 / 500_000] * 3 + [64 / 500_000]


def test_a_step_with_augmentation_trains_in_bf16_with_r1() -> None:
    state = TrainingState.fresh(changed(preset("tiny"), ["ada.target=0.6", "r1_interval=1"]), torch.device("cpu"))
    state.counters.ada_p = 0.6
    state.set_rate(0.002)
    phase = phase_at(0.1, state.config.growth)
    stepper, numbers = Stepper(state, torch.bfloat16), StepNumbers()
    stepper.discriminator_half(pictures(8, phase.resolution), None, phase, numbers)
    stepper.generator_half(None, 8, phase, numbers)
    assert numbers.skipped == [] and numbers.r1 is not None and float(numbers.r1) > 0
    assert state.counters.ada_images == 8


@pytest.fixture
def lively(monkeypatch: pytest.MonkeyPatch) -> None:
    """p rises by what the signs say, whatever they are, so that a tiny run has some."""

    def rising(p: float, signs: float, images: int, config: AdaConfig) -> float:
        return min(p + 0.05 + abs(signs) / 1000, config.most)

    monkeypatch.setattr(step, "adjusted", rising)


def test_p_is_in_the_log_where_it_is_asked_for_and_a_stopped_run_ends_as_one_that_went_on(
    train: Train, monkeypatch: pytest.MonkeyPatch, lively: None
) -> None:
    whole = train(*ADA, name="whole")
    counters, _ = final_state(whole)
    assert isinstance(counters["ada_p"], float) and counters["ada_p"] > 0
    ticks = [event.ada_p for event in EventReader(whole).poll() if isinstance(event, Tick)]
    assert ticks[0] == 0 and max(ticks) > 0
    plain = train(*PLAIN, name="plain")
    assert final_state(plain)[0]["ada_p"] == 0
    with pytest.raises(AssertionError):
        assert_same_end(plain, whole)
    with monkeypatch.context() as patch:
        original = Loop.check

        def check(loop: Loop) -> None:
            loop.stop_wanted = loop.kimg >= 0.136 and loop.state.counters.half
            original(loop)

        patch.setattr(Loop, "check", check)
        train(*ADA)
    assert_same_end(train(*ADA), whole)
