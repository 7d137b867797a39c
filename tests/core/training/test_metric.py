"""Measuring while a run goes: when, what the log says, which checkpoint stays, and that training does not notice."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from stylegan_core.files.places import HOME
from stylegan_core.run.events import Alert, Best, Checkpoint, Metric, Samples
from stylegan_core.rundir import RunDir
from stylegan_core.training import metric
from stylegan_core.training.asked import Stopped
from stylegan_core.training.journal import owed
from stylegan_core.training.keeping import retire
from stylegan_core.training.loop import Loop
from tests.core.data.making import unreadable_now
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import assert_same_end, story

MEASURING = (*QUICK, "metric_kimg=0.064", "metric_count=16")


class MeanColours:
    """Eyes that see a picture's mean colour and nothing else, in microseconds."""

    def __init__(self, device: torch.device) -> None:
        pass

    def all(self, batches: Iterable[torch.Tensor], count: int, progress: Callable[[float], None]) -> np.ndarray:
        found = []
        for batch in batches:
            found.append(batch.float().mean(dim=(2, 3)).numpy())
            progress(0.5)
        return np.concatenate(found)[:count]


@pytest.fixture(autouse=True)
def quick_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "Extractor", MeanColours)


def test_it_measures_every_so_many_images(finished: Train) -> None:
    measured = story(finished(*MEASURING), Metric)
    assert [event.img for event in measured] == [64, 128, 192]
    assert {event.name for event in measured} == {"FD-E"}
    assert all(event.value > 0 for event in measured)


def test_the_best_is_the_lowest_and_names_a_checkpoint_of_that_image(finished: Train) -> None:
    run = finished(*MEASURING)
    measured, best = story(run, Metric), story(run, Best)
    lowest = [
        event.value
        for index, event in enumerate(measured)
        if event.value < min([1e9, *(e.value for e in measured[:index])])
    ]
    assert [event.value for event in best] == lowest
    assert all((run.path / event.path).is_file() for event in best)
    saved = {(event.img, event.path) for event in story(run, Checkpoint)}
    assert {(event.img, event.path) for event in best} <= saved


def test_training_is_the_same_with_and_without(finished: Train) -> None:
    assert_same_end(finished(*MEASURING, name="measured"), finished(*QUICK, name="plain"))


def test_a_measurement_can_be_asked_for(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Loop.step

    def step(loop: Loop) -> None:
        if loop.state.counters.img == 48:
            loop.run.request("metric")
        original(loop)

    monkeypatch.setattr(Loop, "step", step)
    run = train(*QUICK, "metric_count=12")
    assert [event.img for event in story(run, Metric)] == [64]
    assert not run.requested("metric")


@pytest.mark.slow
def test_real_features_are_computed_once(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    train(*MEASURING)
    monkeypatch.setattr(metric.Measurer, "_reals", lambda *_: pytest.fail("the real pictures were measured again"))
    assert len(story(train(*MEASURING, name="again"), Metric)) == 3


def test_features_that_cannot_be_kept_are_computed_at_each_start(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every measurement failed for it, though all was computed."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    (tmp_path / "home" / "caches").mkdir(parents=True)
    (tmp_path / "home" / "caches" / "features").touch()
    run = train(*MEASURING)
    assert len(story(run, Metric)) == 3 and story(run, Alert) == []
    assert caplog.text.count("computed again at the next start") == 1


@pytest.mark.slow
def test_features_of_pictures_that_only_stood_in_are_not_kept(
    train: Train, pictures: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    with unreadable_now("003.png"):
        assert len(story(train(*MEASURING), Metric)) == 3
    assert not (tmp_path / "home" / "caches" / "features").exists()
    train(*MEASURING, name="again")
    assert len(list((tmp_path / "home" / "caches" / "features").iterdir())) == 1
    assert caplog.records


@pytest.mark.parametrize(
    "error", [Stopped, pytest.param(KeyboardInterrupt, marks=pytest.mark.slow)], ids=["stopped", "interrupted"]
)
def test_a_planned_measurement_that_was_cut_off_is_made_up_for(
    train: Train,
    finished: Train,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: type[BaseException],
) -> None:
    whole = finished(*MEASURING, name="whole")

    def cut_off(*_: object) -> float:
        raise error

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(metric.Measurer, "_distance", cut_off)
        train(*MEASURING, "snapshot_kimg=0.016")
    run = train(*MEASURING, "snapshot_kimg=0.016")
    measured = [(event.img, event.value) for event in story(run, Metric)]
    assert measured == [(event.img, event.value) for event in story(whole, Metric)]
    assert [(e.img, e.path) for e in story(run, Best)] == [(e.img, e.path) for e in story(whole, Best)]
    assert ("Training ended" in caplog.text) == (error is KeyboardInterrupt)
    assert_same_end(run, whole)


def test_what_was_measured_and_drawn_is_not_made_up_for(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    original, stops = Loop.step, [48, 64, 80]

    def step(loop: Loop) -> None:
        if stops and loop.state.counters.img == stops[0]:
            loop.stop_wanted = bool(stops.pop(0))
        original(loop)

    monkeypatch.setattr(Loop, "step", step)
    for _ in range(4):
        run = train(*MEASURING, "snapshot_kimg=0.032")
    assert not stops
    assert [event.img for event in story(run, Metric)] == [64, 128, 192]
    assert [event.img for event in story(run, Samples)] == [0, 32, 64, 96, 128, 160, 192, 192]


def test_samples_that_were_cut_off_are_made_up_for(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    original, calls = Loop._draw_samples, []

    def cut_off(loop: Loop) -> None:
        calls.append(loop.state.counters.img)
        if len(calls) == 2:
            raise Stopped
        original(loop)

    monkeypatch.setattr(Loop, "_draw_samples", cut_off)
    for _ in range(2):
        run = train(*QUICK, "snapshot_kimg=0.064")
    assert calls == [0, 64, 64, 128, 192, 192]
    assert [event.img for event in story(run, Samples)] == [0, 64, 128, 192, 192]


@pytest.mark.parametrize(
    ("every", "img", "at", "due"),
    [
        (0, 640, [], False),
        (64, 63, [], False),
        (64, 64, [], True),
        (64, 70, [0], True),
        (64, 70, [66], False),
        (64, 130, [66], True),
    ],
)
def test_what_is_owed(every: int, img: int, at: list[int], due: bool) -> None:
    assert owed([Metric(img=one) for one in at] + [Alert(img=img)], Metric, every, img) == due


def test_what_cannot_be_measured_is_an_alert(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def blind(*_: object) -> float:
        raise ValueError("the eyes are shut.")

    monkeypatch.setattr(metric, "frechet", blind)
    alerts = story(train(*MEASURING), Alert)
    assert [alert.code for alert in alerts] == ["metric"] * 3
    assert "the eyes are shut" in alerts[0].text


def test_the_best_checkpoint_is_kept(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create()
    for kimg in range(1, 8):
        run.checkpoint_file(1000 * kimg).touch()
    retire(run, 7000, keep=2, keep_every=5, best="000003.safetensors")
    assert sorted(int(path.stem) for path in run.every_drawable()) == [3, 5, 6, 7]


def test_the_best_is_remembered_by_the_log_up_to_where_the_run_goes_on(finished: Train) -> None:
    run = finished(*MEASURING)
    last = story(run, Best)[-1]
    from stylegan_core.training.config import TrainingConfig

    config = TrainingConfig.from_dict(run.config())
    again = metric.Measurer(run, None, None, config)  # type: ignore[arg-type]
    assert again.best(last.img) == Path(last.path).name
    assert again.best(63) == ""


def test_with_the_real_eyes(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("efficientnet_lite_pytorch", reason="the metrics extra is not installed")
    from stylegan_core.metrics.features import Extractor

    monkeypatch.setattr(metric, "Extractor", Extractor)
    values = [
        event.value for event in story(train(*QUICK, "metric_kimg=0.192", "metric_count=10", name="real-eyes"), Metric)
    ]
    assert len(values) == 1 and values[0] > 0
