"""Levels to come are timed before a run goes on: where it pays, without a trace in the run, and given up when asked."""

from typing import Any

import pytest
import torch

from stylegan_core.run.events import Heartbeat
from stylegan_core.training import forecast as module
from stylegan_core.training import timing
from stylegan_core.training.config import changed, preset
from stylegan_core.training.forecast import forecast, pays
from stylegan_core.training.loop import Loop
from stylegan_core.training.speed import Forecast
from tests.core.training.conftest import BRIEF, QUICK, Train
from tests.core.training.final import assert_same_end, story, the_end

TINY = changed(preset("tiny"), (*QUICK, "growth.batch=4"))
CPU = torch.device("cpu")


@pytest.fixture
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level is timed by as few steps as can be, however long they take."""
    monkeypatch.setattr(timing, "MOST_STEPS", 1)
    monkeypatch.setattr(module, "BUDGET", 600.0)


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """It pays for the shortest run."""
    monkeypatch.setattr(module, "PAYS", 0.0)


def test_it_pays_where_much_is_left_at_other_levels() -> None:
    long = preset("avatars-64")
    last = long.growth.levels[-1]
    assert pays(long, 0)
    assert not pays(
        long, long.growth.total_kimg - last.fade_kimg - last.stable_kimg + 1
    )  # of one level nothing follows
    assert not pays(TINY, 0)


def test_the_levels_to_come_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "seconds_per_image", lambda *_: 1.0)
    levels = [plan.level for plan in TINY.growth.levels]
    assert sorted(forecast(TINY, CPU, torch.float32, 0).seconds) == [(at, "stable") for at in levels]
    last = TINY.growth.levels[-1]
    begin = TINY.growth.total_kimg - last.fade_kimg - last.stable_kimg
    assert sorted(forecast(TINY, CPU, torch.float32, begin).seconds) == [(last.level, "stable")]


@pytest.mark.usefixtures("two_steps", "paid")
def test_a_run_whose_levels_were_timed_ends_as_one_without(
    train: Train, finished: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, made = finished(*QUICK, name="plain"), []

    def kept(self: Loop) -> None:
        look_ahead(self)
        made.append(self.speed.forecast)

    look_ahead = Loop._look_ahead
    monkeypatch.setattr(Loop, "_look_ahead", kept)
    assert_same_end(train(*QUICK), plain)
    assert [len(one.seconds) for one in made] == [len(TINY.growth.levels)]


def test_a_run_is_stopped_while_its_levels_are_timed_and_goes_on(
    train: Train, finished: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = finished(*QUICK, name="plain")

    def stopped(self: Loop) -> None:
        self.stop_wanted = True
        look_ahead(self)

    look_ahead = Loop._look_ahead
    with monkeypatch.context() as patch:
        patch.setattr(module, "PAYS", 0.0)
        patch.setattr(Loop, "_look_ahead", stopped)
        run = train(*QUICK)
    assert the_end(run).reason == "stopped"
    assert run.every_state()
    assert_same_end(train(*QUICK), plain)


@pytest.mark.usefixtures("paid")
def test_people_are_told_what_is_done_meanwhile(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*_: Any, check: Any, **__: Any) -> dict[tuple[int, str], float]:
        check()
        return {}

    monkeypatch.setattr(module, "measure", measure)
    monkeypatch.setattr("stylegan_core.training.loop.TICK", 0.0)
    assert "Timing the levels to come" in [event.text for event in story(train(*BRIEF), Heartbeat)]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_without_memory_for_it_nothing_is_foreseen(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*_: Any, **__: Any) -> dict[tuple[int, str], float]:
        raise error

    monkeypatch.setattr(module, "measure", measure)
    assert forecast(TINY, CPU, torch.float32, 0) == Forecast()
    monkeypatch.setattr(module, "available_memory", lambda _: 1000)
    monkeypatch.setattr(module, "measure", None)  # not even tried
    assert forecast(TINY, CPU, torch.float32, 0) == Forecast()
