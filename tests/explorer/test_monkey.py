"""A monkey plays with the whole explorer: nothing breaks, nothing complains, every recipe returns, memory is flat."""

import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.bundled import bundled_models
from tests.explorer.hand import Hand, end_work_in
from tests.explorer.monkey import Monkey, XTest
from tests.explorer.monkey_toys import make_toys
from tests.explorer.train import fake_run

SECONDS = float(os.environ.get("MONKEY_SECONDS", "600"))
SEED = int(os.environ.get("MONKEY_SEED", "1"))
# What history, undo steps and caches take in ten minutes of play, and one open monitor, whose plots have 85 windows.
GROWTH = {"MB": 100, "threads": 10, "files": 30, "processes": 10, "widgets": 1000, "windows": 100, "objects": 4000}
Play = Callable[..., Monkey]


@pytest.fixture
def play(x_display: str, tmp_path: Path, small_model: Path) -> Iterator[Play]:
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
            monkey = Monkey(hand, mouse, seed, toys, [*bundled_models(), home / "toys" / "small.safetensors"])
            monkey.play(**so_long)
            if hand.window.poll() is None:
                hand.close()
        mouse.close()
        return monkey

    yield plays
    end_work_in(tmp_path / "home")


@pytest.mark.timeout(900)
def test_a_little_play(play: Play) -> None:
    monkey = play(7, actions=18)
    assert not monkey.problems, monkey.report()
    assert monkey.count == 18


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_ten_minutes_of_play(play: Play) -> None:
    monkey = play(SEED, seconds=SECONDS)
    assert not monkey.problems, monkey.report()
    if os.environ.get("MONKEY_CORE") == "real":
        assert list((monkey.hand.home / "runs").glob("made-*/checkpoints/*.safetensors")), "no trainer has trained"
    quarter = len(monkey.counts) // 4
    for what, most in GROWTH.items():
        every = [each[what] for each in monkey.counts]
        before, after = statistics.median(every[quarter : 2 * quarter]), statistics.median(every[-quarter:])
        assert after < before + most, "\n\n".join([f"{what}: {every}", monkey.grown(what), *monkey.leaps])
