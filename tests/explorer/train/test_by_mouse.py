"""The training workspace under a real X server, with a real mouse and a real trainer: the whole story of a run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylegan_core.rundir import RunDir
from tests.explorer.train import fake_run

DRIVEN = Path(__file__).with_name("driven.py")
ROOT = DRIVEN.parents[3]
PATIENCE = 90.0


class Hand:
    """A window and a mouse in front of it."""

    def __init__(self, display: str, home: Path) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(DRIVEN), str(home)]
        self.window = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, question: str) -> Any:
        assert self.window.stdin is not None
        assert self.window.stdout is not None
        self.window.stdin.write(json.dumps(question) + "\n")
        self.window.stdin.flush()
        return json.loads(self.window.stdout.readline())

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the window shows once it shows what is wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = self.ask("shown")
            if wanted(seen):
                return dict(seen)
            time.sleep(0.1)
        pytest.fail(f"the window shows {seen}")

    def xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=20)

    def click(self, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (at := self.ask(name)) is None:
            if time.monotonic() > deadline:
                pytest.fail(f"there is no {name!r} to click")
            time.sleep(0.1)
        self.xdotool("mousemove", str(at[0]), str(at[1]), "click", "1")

    def close(self) -> None:
        assert self.window.stdin is not None
        assert self.window.stdout is not None
        if not self.window.stdin.closed:
            self.window.stdin.close()  # the end of the questions ends the window
            self.window.wait(20)
            self.window.stdout.close()


@pytest.fixture
def open_window(home: Path, x_display: str) -> Iterator[Callable[[], Hand]]:
    """Opens a window on the home; those that are still open are ended."""
    opened: list[Hand] = []

    def opens() -> Hand:
        opened.append(Hand(x_display, home))
        return opened[-1]

    yield opens
    for hand in opened:
        hand.close()


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
def test_the_story_of_a_run(home: Path, open_window: Callable[[], Hand]) -> None:
    hand = open_window()
    hand.click("Start the first run")
    hand.click("Data")
    hand.xdotool("type", str(home / "faces"))
    hand.click("Preset")
    hand.xdotool("key", "Home", "Return")
    hand.click("Changes of the preset")
    hand.xdotool("type", "growth.16.stable_kimg=40 snapshot_kimg=0.048")
    hand.xdotool("key", "Return")
    hand.click("Start training")
    seen = hand.until(lambda shown: shown["state"] == "training" and shown["kimg"] > 0.128)
    assert any(0 < alpha < 1 for alpha in seen["alphas"])
    assert seen["alphas"][-1] == 1

    hand.click("Explore live")
    hand.until(lambda shown: bool(shown["explored"]))
    hand.click("Pause")
    paused = hand.until(lambda shown: shown["state"] == "paused")
    hand.close()

    fake_run.write_run(home / "runs" / "00002-tiny", 30)
    hand = open_window()  # the window is gone and comes back, the run is still there
    hand.click("00001-tiny: paused")
    again = hand.until(lambda shown: shown["state"] == "paused" and shown["kimg"] >= paused["kimg"])
    assert "Paused" in again["sentence"]
    hand.click("Go on")
    hand.until(lambda shown: shown["kimg"] > again["kimg"])
    asked = time.monotonic()
    hand.click("Stop")
    stopped = hand.until(lambda shown: shown["state"] == "stopped")
    assert time.monotonic() - asked < 10  # 3 s on a machine that does nothing else

    hand.click("Resume")
    hand.until(lambda shown: shown["state"] == "training" and shown["kimg"] > stopped["kimg"])
    holder = RunDir(home / "runs" / "00001-tiny").holder()
    assert holder is not None
    os.kill(holder["pid"], signal.SIGKILL)
    died = hand.until(lambda shown: shown["state"] == "died")
    assert "killed by signal 9" in died["sentence"]

    hand.click("compare")
    hand.xdotool("key", "Down", "Return")
    hand.until(lambda shown: shown["compares"])
    hand.click("Snapshots")
    hand.xdotool("key", "Home")
    hand.until(lambda shown: shown["shown_kimg"] == 0)
