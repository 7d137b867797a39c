"""The growth schedule against the table of spec-core 5.1, and its laws."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylegan_core.schedule import Growth, LevelPlan, official_growth, phase_at, phases
from stylegan_core.training.config import PAPER_BATCH, PAPER_RATE

PAPER = official_growth(1024, 25_000, batch=PAPER_BATCH, rate=PAPER_RATE)


@pytest.mark.parametrize(
    ("kimg", "lod", "side"),
    [
        (0, 7, 8),
        (600, 7, 8),
        (900, 6.5, 16),
        (1200, 6, 16),
        (1800, 6, 16),
        (1801, 5.99833, 32),
        (7200, 1, 512),
        (7800, 1, 512),
        (8100, 0.5, 1024),
        (8400, 0, 1024),
        (25_000, 0, 1024),
    ],
)
def test_paper_table(kimg: float, lod: float, side: int) -> None:
    phase = phase_at(kimg, PAPER)
    assert phase.lod == pytest.approx(lod, abs=1e-4)
    assert phase.resolution == side


@pytest.mark.parametrize(
    ("side", "start", "stable"),
    [(1024, 7800, 8400), (512, 6600, 7200), (256, 5400, 6000), (128, 4200, 4800), (64, 3000, 3600)],
)
def test_full_resolution_starts_and_is_stable(side: int, start: float, stable: float) -> None:
    growth = official_growth(side, 25_000)
    assert phase_at(start, growth).resolution == side // 2
    assert phase_at(start + 1, growth).resolution == side
    assert phase_at(stable - 1, growth).alpha < 1
    assert (phase_at(stable, growth).alpha, phase_at(stable, growth).kind) == (1, "stable")


def test_batch_and_rate_switch_when_a_fade_starts() -> None:
    assert phase_at(600, PAPER).batch == PAPER_BATCH[8]
    after = phase_at(601, PAPER)
    assert (after.batch, after.rate, after.resolution) == (PAPER_BATCH[16], 0.001, 16)
    assert phase_at(4201, PAPER).rate == PAPER_RATE[128]
    assert phase_at(8000, PAPER).batch == 4


def test_adam_is_reset_fourteen_times_after_the_start() -> None:
    assert len(phases(PAPER)) == 15


def test_without_growing_there_is_one_phase() -> None:
    growth = Growth((LevelPlan(4, 0, 100, 16, 0.002),))
    assert {phase_at(kimg, growth).alpha for kimg in (0, 50, 100, 200)} == {1.0}
    assert phase_at(0, growth).lod == 0


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (LevelPlan(1, 5, 5, 4, 0.1),),
        (LevelPlan(1, 0, 5, 4, 0.1), LevelPlan(3, 5, 5, 4, 0.1)),
        (LevelPlan(1, 0, 5, 0, 0.1),),
        (LevelPlan(1, 0, -5, 4, 0.1),),
    ],
)
def test_a_plan_without_sense_is_refused(levels: tuple[LevelPlan, ...]) -> None:
    with pytest.raises(ValueError, match="growth plan"):
        Growth(levels)


def test_a_plan_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="8400 kimg"):
        official_growth(1024, 8000)


lengths = st.floats(0.01, 50, allow_nan=False)


@st.composite
def growths(draw: st.DrawFn) -> Growth:
    first = draw(st.integers(0, 3))
    number = draw(st.integers(1, 5))
    plans = [LevelPlan(first, 0, draw(lengths), 4, 0.001)]
    plans += [LevelPlan(first + n, draw(lengths), draw(lengths), 4, 0.001) for n in range(1, number)]
    return Growth(tuple(plans))


@given(growths(), st.lists(st.floats(0, 600), min_size=2, max_size=20))
def test_growth_is_monotone_and_alpha_bounded(growth: Growth, moments: list[float]) -> None:
    seen = [phase_at(kimg, growth) for kimg in sorted(moments)]
    for phase in seen:
        assert 0 <= phase.alpha <= 1
        assert phase.kind == "fade" or phase.alpha == 1
        assert phase.lod == pytest.approx(growth.top_level - phase.level + 1 - phase.alpha)
    for before, after in pairwise(seen):
        assert before.index <= after.index
        assert before.level + before.alpha <= after.level + after.alpha + 1e-9


@given(growths(), st.floats(0, 1))
def test_time_lies_within_its_phase(growth: Growth, share: float) -> None:
    kimg = share * growth.total_kimg
    phase = phase_at(kimg, growth)
    assert phase.begin_kimg - 1e-9 <= kimg <= phase.end_kimg + 1e-9


@given(growths())
def test_phases_follow_without_a_gap(growth: Growth) -> None:
    every = phases(growth)
    assert every[0].begin_kimg == 0
    assert every[-1].end_kimg == pytest.approx(growth.total_kimg)
    assert all(a.end_kimg == b.begin_kimg for a, b in pairwise(every))
