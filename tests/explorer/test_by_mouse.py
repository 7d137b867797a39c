"""Explore under a real X server with a real mouse: every kind of control is dragged, then everything is undone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stylegan_core.recipe import Recipe

DRIVEN = Path(__file__).with_name("driven_explorer.py")
ROOT = DRIVEN.parents[2]
PATIENCE = 120.0


class Hand:
    """A window and a mouse in front of it."""

    def __init__(self, display: str, model: Path, home: Path) -> None:
        self.environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
            "STYLEGAN_EXPLORER_HOME": str(home),
        }
        self.window = subprocess.Popen(
            [sys.executable, str(DRIVEN), str(model)],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: str) -> Any:
        assert self.window.stdin is not None
        assert self.window.stdout is not None
        self.window.stdin.write(json.dumps(question) + "\n")
        self.window.stdin.flush()
        return json.loads(self.window.stdout.readline())

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = self.ask("shown")
            if wanted(seen):
                return dict(seen)
            time.sleep(0.1)
        pytest.fail(f"the window shows {seen}")

    def find(self, name: str) -> list[int]:
        deadline = time.monotonic() + PATIENCE
        while (at := self.ask(name)) is None:
            if time.monotonic() > deadline:
                pytest.fail(f"there is no {name!r}")
            time.sleep(0.1)
        return list(at)

    def xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=20)

    def click(self, name: str) -> None:
        left, top, width, height = self.find(name)
        self.xdotool("mousemove", str(left + width // 2), str(top + height // 2), "click", "1")

    def drag(self, name: str, begin: float, end: float) -> None:
        """Presses at ``begin`` of the width, moves in steps to ``end``, lets go."""
        left, top, width, height = self.find(name)
        middle = str(top + height // 2)
        words = ["mousemove", str(round(left + begin * width)), middle, "mousedown", "1"]
        for step in range(1, 6):
            words += [
                "mousemove",
                str(round(left + (begin + (end - begin) * step / 5) * width)),
                middle,
                "sleep",
                "0.03",
            ]
        self.xdotool(*words, "mouseup", "1")

    def close(self) -> str:
        """Ends the window; what it said to stderr."""
        said = self.window.communicate(timeout=30)[1]
        assert self.window.returncode == 0
        return str(said)


@pytest.fixture
def hand(x_display: str, tmp_path: Path) -> Iterator[Hand]:
    """A window with a small network of random weights."""
    from stylegan_core.model import save_model
    from stylegan_core.networks.config import NetworkConfig
    from stylegan_core.networks.generator import build_generator

    config = NetworkConfig(resolution=16, z_dim=16, w_dim=16, mapping_width=16, fmap_base=128, fmap_max=16)
    save_model(tmp_path / "small.safetensors", build_generator(config))
    made = Hand(x_display, tmp_path / "small.safetensors", tmp_path / "home")
    yield made
    if made.window.poll() is None:
        made.window.kill()
        made.window.communicate()


def recipe(seen: dict[str, Any]) -> Recipe:
    return Recipe.from_json(seen["recipe"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_kind_of_control_is_dragged_and_undone(hand: Hand) -> None:
    first = recipe(hand.until(lambda seen: seen["exact"]))
    hand.drag("psi", 0.57, 0.9)
    hand.until(lambda seen: seen["exact"] and recipe(seen).psi > 1.2)
    hand.drag("PCA 1", 0.5, 0.8)
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).directions))
    hand.drag("Coarse weight", 0.05, 0.7)
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).mixes))
    hand.click("Noise of layer 1, 4²")
    hand.until(lambda seen: seen["exact"] and bool(recipe(seen).noise))
    hand.drag("Picture", 0.5, 0.7)
    moved = hand.until(lambda seen: seen["exact"] and recipe(seen).latent.x != 0)
    assert moved["history"] >= 6
    assert not moved["banner"]
    while hand.ask("shown")["can_undo"]:
        hand.xdotool("key", "ctrl+z")
        time.sleep(0.2)
    last = hand.until(lambda seen: seen["exact"])
    assert recipe(last) == first
    assert hand.close() == ""
