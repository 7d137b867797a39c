"""The alerts of a training gone wrong, each made to happen."""

import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch

from stylegan_core import cores
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.loader import Loader
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator
from stylegan_core.run.events import Alert
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.schedule import phase_at
from stylegan_core.training import launch, loop, watch
from stylegan_core.training.config import preset
from stylegan_core.training.step import StepNumbers
from stylegan_core.training.watch import STEPS, Watch, feature_diversity
from tests.core.training.conftest import QUICK, Train


class Notes:
    """A journal that keeps its alerts."""

    def __init__(self) -> None:
        self.alerts: list[str] = []

    def alert(self, code: str, text: str) -> None:
        self.alerts.append(code)


@pytest.fixture
def notes() -> Notes:
    return Notes()


def scores(real: float, fake: float, loss: float) -> StepNumbers:
    return StepNumbers(d_real=torch.tensor(real), d_fake=torch.tensor(fake), loss_d=torch.tensor(loss))


def alerts(run: RunDir) -> list[Alert]:
    return [event for event in EventReader(run).poll() if isinstance(event, Alert)]


@pytest.mark.parametrize(("real", "fake", "loss"), [(15.0, -15.0, 0.5), (6.0, -6.0, 0.001)])
def test_a_saturated_discriminator_is_one_alert(notes: Notes, real: float, fake: float, loss: float) -> None:
    watching = Watch(notes)  # type: ignore[arg-type]
    for _ in range(STEPS - 1):
        watching.step(scores(real, fake, loss))
    assert notes.alerts == []
    for _ in range(STEPS):
        watching.step(scores(real, fake, loss))
    assert notes.alerts == ["saturation"]
    for _ in range(5 * STEPS):
        watching.step(scores(1, -1, 1))
    for _ in range(5 * STEPS):
        watching.step(scores(real, fake, loss))
    assert notes.alerts == ["saturation"] * 2


def test_a_healthy_game_is_no_alert(notes: Notes) -> None:
    watching = Watch(notes)  # type: ignore[arg-type]
    for _ in range(3 * STEPS):
        watching.step(scores(1.5, -1.5, 0.8))
    watching.step(scores(math.nan, 0, math.nan))
    assert notes.alerts == []


def test_scores_without_a_scale_are_no_alert(notes: Notes) -> None:
    watching = Watch(notes, "wgan")  # type: ignore[arg-type]
    for _ in range(3 * STEPS):
        watching.step(scores(80, -80, -160))
    assert notes.alerts == []


@pytest.mark.parametrize("what", ["pixels", "features"])
def test_falling_diversity_is_one_alert_until_it_is_back(notes: Notes, what: str) -> None:
    watching = Watch(notes)  # type: ignore[arg-type]

    def look(value: float) -> None:
        watching.diversities(3, value if what == "pixels" else 0.4, value if what == "features" else 0.4)

    for value in (0.30, 0.34, 0.32, 0.33, 0.28, 0.1, 0.05, 0.04):
        look(value)
    assert notes.alerts == ["collapse"]
    for value in (0.3, 0.31, 0.05):
        look(value)
    assert notes.alerts == ["collapse"] * 2


def test_a_new_level_is_a_new_measure(notes: Notes) -> None:
    watching = Watch(notes)  # type: ignore[arg-type]
    for level, value in [(1, 0.5)] * 5 + [(2, 0.1)] * 5:
        watching.diversities(level, value, math.nan)
    assert notes.alerts == []


def test_a_generator_that_collapses_is_noticed_in_a_run(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = loop.Loop.samples

    def samples(running: loop.Loop) -> None:
        if running.kimg > 0.17:
            for layer in running.state.average.synthesis.layers:
                for parameter in layer.affine.parameters():
                    parameter.data.zero_()
                layer.noise_strength.data.zero_()
        original(running)

    monkeypatch.setattr(loop.Loop, "samples", samples)
    said = alerts(train(*QUICK, "snapshot_kimg=0.016"))
    assert [alert.code for alert in said] == ["collapse"]
    assert said[0].text.endswith(".")


def test_a_discriminator_that_wins_is_noticed_in_a_run(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "STEPS", 4)
    monkeypatch.setattr(watch, "GAP", 0.0)
    monkeypatch.setattr(watch, "NO_LOSS", math.inf)
    assert "saturation" in [alert.code for alert in alerts(train(*QUICK))]


def test_a_loader_that_stalls_is_noticed_in_a_run(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original, calls, noticed = LevelCache.batch, [], threading.Event()

    def batch(cache: LevelCache, level: int, indices: object) -> object:
        calls.append(level)
        if len(calls) == 5:
            assert noticed.wait(60)
        return original(cache, level, indices)  # type: ignore[arg-type]

    def loader(*inputs: Any, on_stall: Callable[[str], None], **named: Any) -> Loader:
        def told(text: str) -> None:
            on_stall(text)
            noticed.set()

        return Loader(*inputs, on_stall=told, stall_seconds=0.05, **named)

    monkeypatch.setattr(LevelCache, "batch", batch)
    monkeypatch.setattr(launch, "Loader", loader)
    assert {alert.code for alert in alerts(train(*QUICK))} == {"stalled-loader"}


def test_more_threads_than_cores_are_said_and_kept(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cores, "all_cores", lambda: 1)
    run = train("growth.stable_kimg=0.008", "growth.fade_kimg=0", "settle_steps=0", "threads=2")
    (alert,) = alerts(run)
    assert alert.code == "threads" and alert.text.startswith("threads=2 is more than the 1 core ")
    assert alert.text in caplog.text
    assert run.config()["threads"] == 2


def test_feature_diversity_is_that_of_the_features() -> None:
    config = preset("tiny").network
    torch.manual_seed(0)
    discriminator = build_discriminator(config)
    phase = phase_at(1, preset("tiny").growth)
    same = torch.randn(1, 3, 16, 16).expand(16, -1, -1, -1)
    different = torch.randn(16, 3, 16, 16)
    assert feature_diversity(discriminator, same, phase, torch.float32) == pytest.approx(0, abs=1e-5)
    wide = feature_diversity(discriminator, different, phase, torch.float32)
    assert wide > 0.1
    narrow = feature_diversity(discriminator, different[:1] + 0.1 * different, phase, torch.float32)
    assert 0 < narrow < wide
    assert discriminator.training


def test_looking_moves_no_spectral_norm() -> None:
    config = NetworkConfig(
        16, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=64, fmap_max=8, d_norm="spectral"
    )
    discriminator = build_discriminator(config)
    before = {name: tensor.clone() for name, tensor in discriminator.state_dict().items()}
    feature_diversity(discriminator, torch.randn(8, 3, 16, 16), phase_at(1, preset("tiny").growth), torch.float32)
    assert all(torch.equal(tensor, before[name]) for name, tensor in discriminator.state_dict().items())
