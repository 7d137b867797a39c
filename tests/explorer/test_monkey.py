"""A monkey plays with the whole explorer: nothing breaks, nothing complains, every recipe returns, memory is flat."""

import os
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.bundled import bundled_models
from tests.explorer.hand import Hand
from tests.explorer.monkey import Monkey, XTest, make_toys
from tests.explorer.train import fake_run

SECONDS = float(os.environ.get("MONKEY_SECONDS", "600"))
SEED = int(os.environ.get("MONKEY_SEED", "1"))
GROWTH = 100.0  # MB that history, undo steps and caches of pictures may take in ten minutes of play
Play = Callable[..., Monkey]


@pytest.fixture
def play(x_display: str, tmp_path: Path, small_model: Path) -> Play:
    """play(seed, seconds=…) or (seed, actions=…) lets a monkey play with the model in the box and two runs."""

    def plays(seed: int, **so_long: float) -> Monkey:
        home = tmp_path / "home"
        home.mkdir()
        fake_run.write_run(home / "runs" / "00001-tiny", 48)
        fake_run.write_run(home / "runs" / "00002-tiny", 30)
        toys = make_toys(home / "toys", small_model, home / "runs" / "00001-tiny")
        mouse = XTest(x_display)
        with Hand(x_display, home, "--monkey", str(seed), str(bundled_models()[0])) as hand:
            hand.until(lambda seen: seen["exact"])
            monkey = Monkey(hand, mouse, seed, toys)
            monkey.play(**so_long)
            if hand.window.poll() is None:
                hand.close()
        mouse.close()
        return monkey

    return plays


@pytest.mark.timeout(900)
def test_a_little_play(play: Play) -> None:
    monkey = play(7, actions=25)
    assert not monkey.problems, monkey.report()
    assert monkey.count == 25


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_ten_minutes_of_play(play: Play) -> None:
    monkey = play(SEED, seconds=SECONDS)
    assert not monkey.problems, monkey.report()
    quarter = len(monkey.memory) // 4
    before, after = statistics.median(monkey.memory[quarter : 2 * quarter]), statistics.median(monkey.memory[-quarter:])
    said = "\n\n".join([f"memory in MB: {[round(each) for each in monkey.memory]}", *monkey.leaps])
    assert after < before + GROWTH, said
