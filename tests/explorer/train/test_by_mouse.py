"""The training workspace under a real X server, with a real mouse and a real trainer: the whole story of a run."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylegan_core.rundir import RunDir
from tests.explorer.hand import Hand
from tests.explorer.train import fake_run


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with a little data; whatever trains in it is ended."""
    (tmp_path / "faces").mkdir()
    for index in range(40):
        pixels = np.random.RandomState(index).randint(0, 255, (16, 16, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / "faces" / f"{index:02d}.png")
    yield tmp_path
    for lock in tmp_path.glob("runs/*/lock"):
        holder = RunDir(lock.parent).holder()
        if holder:
            os.kill(int(holder["pid"]), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_story_of_a_run(home: Path, x_display: str, small_model: Path) -> None:
    with Hand(x_display, home, str(small_model)) as hand:
        paused = begin_and_pause(hand)
        hand.close()
    fake_run.write_run(home / "runs" / "00002-tiny", 30)
    with Hand(x_display, home, str(small_model)) as hand:  # the window is gone and comes back, the run is still there
        stop_and_resume(hand, paused)
        look_back(hand)
        hand.close()


def until(hand: Hand, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the monitor says once it says what is wanted."""
    return dict(hand.until(lambda shown: wanted(shown["run"]))["run"])


def begin_and_pause(hand: Hand) -> dict[str, Any]:
    hand.click("Train")
    hand.click("Start the first run")
    hand.click("Preset")
    hand.xdotool("key", "Home", "Return")
    hand.click("Changes of the preset")
    hand.xdotool("type", "growth.16.stable_kimg=40 snapshot_kimg=0.048")
    hand.xdotool("key", "Return")
    hand.click("Data")
    hand.xdotool("type", str(hand.home / "faces"))
    hand.click("Start training")
    seen = until(hand, lambda run: run["state"] == "training" and run["kimg"] > 0.128)
    assert any(0 < alpha < 1 for alpha in seen["alphas"])
    assert seen["alphas"][-1] == 1

    hand.click("Explore live")
    hand.until(lambda shown: bool(shown["explored"]) and shown["exact"])
    hand.click("Train")
    hand.click("Pause")
    return until(hand, lambda run: run["state"] == "paused")


def stop_and_resume(hand: Hand, paused: dict[str, Any]) -> None:
    hand.click("Train")
    hand.click("00001-tiny: paused")
    again = until(hand, lambda run: run["state"] == "paused" and run["kimg"] >= paused["kimg"])
    assert "Paused" in again["sentence"]
    hand.click("Go on")
    until(hand, lambda run: run["kimg"] > again["kimg"])
    asked = time.monotonic()
    hand.click("Stop")
    stopped = until(hand, lambda run: run["state"] == "stopped")
    assert time.monotonic() - asked < 60  # 3 s on a machine that does nothing else

    hand.click("Resume")
    until(hand, lambda run: run["state"] == "training" and run["kimg"] > stopped["kimg"])
    holder = RunDir(hand.home / "runs" / "00001-tiny").holder()
    assert holder is not None
    os.kill(holder["pid"], signal.SIGKILL)
    died = until(hand, lambda run: run["state"] == "died")
    assert "killed by signal 9" in died["sentence"]


def look_back(hand: Hand) -> None:
    hand.click("compare")
    hand.xdotool("key", "Down", "Return")
    until(hand, lambda run: bool(run["compares"]))
    hand.click("Snapshots")
    hand.xdotool("key", "Home")
    until(hand, lambda run: run["shown_kimg"] == 0)
