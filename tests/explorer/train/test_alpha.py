"""What alpha does, beside a run: the blend of two pictures, and what stands there where nothing fades."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.train.alpha import blend
from explorer.train.monitor import Monitor
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import preset
from tests.explorer.train import fake_run
from tests.explorer.train.conftest import look


def test_the_blend_is_linear() -> None:
    old, new = np.full((2, 2, 3), 100, np.uint8), np.full((2, 2, 3), 200, np.uint8)
    assert np.array_equal(blend(old, new, 0), old)
    assert np.array_equal(blend(old, new, 1), new)
    assert np.all(blend(old, new, 0.42) == 142)


def test_alpha_follows_the_run_until_a_hand_drags_it(monitor: Monitor, run: RunDir, qtbot) -> None:
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert monitor.alpha.alpha == pytest.approx(0.5)
    monitor.alpha.slider.track.setValue(25)
    fake_run.append(run, fake_run.tick(33, 2, 0.75, {"img": 33_000, "time": time.time()}))
    look(monitor)
    assert monitor.alpha.alpha == 0.25
    qtbot.mouseClick(monitor.alpha.follow, Qt.MouseButton.LeftButton)
    assert monitor.alpha.alpha == pytest.approx(0.75)


def test_pictures_that_are_gone_are_said_to_be(qtbot: QtBot, tmp_path: Path) -> None:
    run = fake_run.write_run(tmp_path / "00012-tiny", 30, began=time.time() - 60, pictures=False)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    assert "With the first samples" in monitor.alpha.explanation.text()
    look(monitor)
    qtbot.waitUntil(lambda: "newest samples are gone" in monitor.alpha.explanation.text())
    qtbot.waitUntil(lambda: monitor.samples.state.text() == "gone, or cannot be read")
    assert monitor.samples.grid._pixmap is None
    fake_run.append(run, fake_run.write_samples(run, 31, 2, 0.5, {"img": 31_000, "time": time.time()}, True))
    look(monitor)
    qtbot.waitUntil(lambda: "faded with the same alpha" in monitor.alpha.explanation.text())
    qtbot.waitUntil(lambda: monitor.samples.grid._pixmap is not None)
    assert monitor.samples.state.text() == "EMA · 16×16 · alpha 0.50"
    monitor.close_run()


def test_at_the_first_level_drawn_and_real_pictures_stand_side_by_side(qtbot, tmp_path: Path) -> None:
    """The panel showed a blend with a level that is never trained."""
    monitor = Monitor(fake_run.write_run(tmp_path / "run", 5, began=time.time()).path)
    qtbot.addWidget(monitor)
    monitor.resize(1280, 646)
    monitor.show()
    look(monitor)
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert not monitor.alpha.slider.isVisible()
    assert "nothing to fade from; from 8×8 on" in monitor.alpha.explanation.text()
    assert monitor.alpha.fakes._captions == [("drawn", "4×4")] * 3
    assert monitor.alpha.title.text() == "Drawn and real"
    monitor.close_run()


def test_a_network_that_does_not_grow_has_no_alpha(run: RunDir, qtbot) -> None:
    config = run.config()
    dcgan = replace(preset("dcgan-32").network, resolution=16)
    config["network"] = dcgan.to_dict()
    config["growth"]["levels"] = [{"level": 2, "fade_kimg": 0, "stable_kimg": 56, "batch": 8, "rate": 0.002}]
    run.write_config(config)
    monitor = Monitor(run.path)
    qtbot.addWidget(monitor)
    monitor.resize(1280, 646)
    monitor.show()
    look(monitor)
    qtbot.waitUntil(lambda: monitor.alpha._fakes is not None)
    assert "Training at 16×16, the whole network at once" in monitor.header.sentence.text()
    assert "alpha" not in monitor.header.sentence.text()
    assert "nothing fades in" in monitor.alpha.explanation.text()
    assert not monitor.alpha.slider.isVisible()
    assert monitor.samples.title.text() == "Samples, same latents each time"
    monitor.samples.set_network(replace(preset("tiny").network, classes=("hat", "shoe", "bag")))
    assert monitor.samples.title.text() == "Samples, psi 1, classes in turn"
    monitor.close_run()
