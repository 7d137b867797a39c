"""What a run has said, arranged for drawing."""

import math

import numpy as np
import pytest

from explorer.train.record import RunRecord, Table, growth_of, message_of, resolution_of
from stylegan_core.run import events
from stylegan_core.rundir import EventReader, RunDir
from tests.explorer.train import fake_run


@pytest.fixture
def record(run: RunDir) -> RunRecord:
    made = RunRecord()
    made.growth = growth_of(run.config())
    reader = EventReader(run)
    made.add(reader.poll())
    return made


def test_a_table_grows_beyond_its_first_rows() -> None:
    table = Table(("a", "b"))
    for start in range(0, 1000, 50):
        table.extend([(float(i), -float(i)) for i in range(start, start + 50)])
    assert np.array_equal(table.column("a"), np.arange(1000.0))
    assert np.array_equal(table.column("b"), -np.arange(1000.0))


def test_the_columns_hold_every_tick(record: RunRecord) -> None:
    assert np.array_equal(record.ticks.column("kimg"), np.arange(31.0))
    assert record.ticks.column("alpha")[12] == pytest.approx(0.5)
    assert record.ticks.column("memory")[-1] == 900_000_000


def test_the_phase_of_now_has_its_alpha(record: RunRecord) -> None:
    assert record.phase is not None
    assert (record.phase.kind, record.phase.resolution) == ("fade", 16)
    assert record.phase.alpha == pytest.approx(0.5)
    assert record.boundaries() == [8, 24]
    assert record.total_kimg == 56


def test_without_a_plan_the_log_tells_as_far_as_it_goes(record: RunRecord) -> None:
    record.growth = None
    assert [phase.kind for phase in record.plan] == ["stable", "fade", "stable", "fade"]
    assert record.phase is not None
    assert record.phase.alpha == pytest.approx(0.5)
    assert record.total_kimg == 36


def test_a_restart_forgets_all_but_the_plan(record: RunRecord) -> None:
    record.restart([events.Start(preset="tiny"), events.Tick(kimg=1, img=1000)])
    assert len(record.ticks) == 1
    assert record.kimg == 1
    assert not record.samples
    assert record.growth is not None


def test_a_resume_takes_back_the_end(record: RunRecord) -> None:
    record.add([fake_run.end("stopped", 30_000)])
    assert record.end is not None
    record.add([events.Resume(img=30_000)])
    assert record.end is None


def test_metrics_are_kept_by_name(record: RunRecord) -> None:
    record.add([events.Metric(name="FD-E", value=61.3, img=30_000), events.Metric(name="FD-E", value=59, img=31_000)])
    assert list(record.metrics["FD-E"].column("kimg")) == [30, 31]


PLAN = {"level": 0, "fade_kimg": 0, "stable_kimg": 1, "batch": 8, "rate": 0.001}


@pytest.mark.parametrize(
    "growth",
    [
        None,
        3,
        {"levels": [{"level": 0}]},
        {"levels": [{**PLAN, "level": math.inf}]},
        {"levels": [{**PLAN, "stable_kimg": 10**400}]},
    ],
)
def test_a_config_without_a_plan_is_no_error(growth: object) -> None:
    """One run with a number beyond all bounds emptied the list of runs."""
    assert growth_of({}) is growth_of({"growth": growth}) is None
    assert resolution_of({"network": {"resolution": math.inf}}) == 0


def test_messages_say_what_happened() -> None:
    fade = events.PhaseBegin(level=3, phase="fade", batch=32, rate=0.002)
    assert message_of(fade).text == "32×32 begins to fade in, batch 32, rate 0.002"
    assert message_of(events.Checkpoint(img=320_000)).text == "checkpoint at 320 kimg saved"
    assert message_of(events.End(reason="error", text="no room")).tone == "bad"
    assert message_of(events.Tick()) is None


def test_an_alert_is_not_lost_among_checkpoints(record: RunRecord) -> None:
    """A night has a hundred of them, and a line each pushed out of sight what a person should know."""
    at = [events.Checkpoint(img=image) for image in (31_000, 32_000, 33_000, 34_000)]
    record.add([*at[:2], events.Tick(img=32_500), events.Alert(text="No room."), *at[2:]])
    said = [each.text for each in record.messages[-3:]]
    assert said == ["checkpoint at 32 kimg saved", "No room.", "checkpoint at 34 kimg saved"]
    record.add([events.End(reason="stopped", text="Stopped with a checkpoint; the same command goes on.")])
    assert record.messages[-1].text == "stopped, with a checkpoint"


def test_a_snapshot_that_is_drawn_again_is_one(record: RunRecord) -> None:
    """A run that ended at a snapshot showed its last pictures twice."""
    before = len(record.samples)
    twice = [events.Samples(img=31_000, path=path) for path in ("samples/a.png", "samples/b.png")]
    record.add([twice[0], events.Checkpoint(img=31_000), twice[1], events.Checkpoint(img=31_000)])
    assert [each.path for each in record.samples[before:]] == ["samples/b.png"]
    assert [each.text for each in record.messages].count("checkpoint at 31 kimg saved") == 1


def test_what_a_trainer_is_busy_with_is_told_until_the_counter_goes_on(record: RunRecord) -> None:
    stands, moves = {"img": 30_000, "time": 1.0}, {"img": 30_016, "time": 2.0}
    record.add([events.Tick(**stands), events.Heartbeat(text="Measuring", **stands)])
    assert record.busy == "Measuring"
    record.add([events.Tick(**stands)])  # half of what the trainer says at a time
    assert record.busy == "Measuring"
    record.add([events.Tick(**moves)])
    assert record.busy == ""
    record.add([events.Heartbeat(text="Settling", **moves), events.PhaseBegin(**moves)])
    assert record.busy == ""
    record.add([events.Heartbeat(text="Settling", **moves), events.Heartbeat(**moves)])
    assert record.busy == ""
