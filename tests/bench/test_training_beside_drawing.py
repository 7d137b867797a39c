"""What a window that draws without pause costs the trainer beside it, on a machine both share as the explorer does.

One run, in turn left alone and drawn beside, so that both see the same network, level and machine.
"""

import itertools
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.jobs import Frame
from explorer.renderer.process import RenderProcess
from explorer.renderer.rendering import Loaded, Wanted
from explorer.runs import train_arguments, trainer_threads
from explorer.work.core_process import core_command
from stylegan_core.cores import all_cores
from stylegan_core.model import save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.run.events import Tick
from stylegan_core.rundir import EventReader, RunDir

STRETCH = 20.0  # seconds a rate is taken over
ROUNDS = 5
MOST = 0.10  # of its speed may be lost
SETTINGS = (  # at once at 64², and nothing but steps from there on
    "growth.stable_kimg=0.016 growth.fade_kimg=0.016 growth.64.stable_kimg=500 snapshot_kimg=900 checkpoint_minutes=90 "
    "settle_steps=0"
)


class Drawing:
    """A renderer like the window's that is asked for the next face the moment one is there, while ``wanted``."""

    def __init__(self, model: Path) -> None:
        self.frames = 0
        self.wanted = False
        self._seeds = itertools.count()
        self.process = RenderProcess(self._hear)
        self.process.start()
        self.process.put(Wanted(load=str(model), threads=max(1, all_cores() - trainer_threads())))
        self.loaded = False

    def _hear(self, answer: object) -> None:
        self.loaded = self.loaded or isinstance(answer, Loaded)
        self.frames += isinstance(answer, Frame)
        if self.wanted and isinstance(answer, Frame):
            self.ask()

    def ask(self) -> None:
        self.process.put(Wanted(slot=(Recipe(Latent(seed=next(self._seeds))), "draft"), quiet=False))


@pytest.fixture
def drawing(tmp_path: Path) -> Iterator[Drawing]:
    model = tmp_path / "model.safetensors"
    save_model(model, build_generator(NetworkConfig(resolution=256)))
    made = Drawing(model)
    deadline = time.monotonic() + 60
    while not made.loaded and time.monotonic() < deadline:
        time.sleep(0.1)
    assert made.loaded
    yield made
    made.wanted = False
    made.process.stop(timeout=20)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunDir]:
    """A run of avatars-64 that has come to 64², with as many threads as the window gives it."""
    data = tmp_path / "data"
    data.mkdir()
    for index in range(64):
        pixels = np.random.RandomState(index).randint(0, 255, (64, 64, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(data / f"{index:03d}.png")
    settings = [*SETTINGS.split(), f"threads={trainer_threads()}"]
    arguments = train_arguments("avatars-64", str(data), settings)
    command, environment = core_command("train", str(tmp_path / "run"), *arguments)
    trainer = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = RunDir(tmp_path / "run")
    try:
        reader, deadline = EventReader(made), time.monotonic() + 120
        while not any(isinstance(event, Tick) and event.level == 4 for event in reader.poll()):
            assert trainer.poll() is None, made.log_file.read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.5)
        yield made
    finally:
        made.request("stop")
        trainer.wait(60)


def rate(run: RunDir) -> float:
    """Images a second over the next stretch; the first tick only tells where it begins."""
    reader = EventReader(run)
    reader.poll()
    time.sleep(STRETCH)
    ticks = [event for event in reader.poll() if isinstance(event, Tick)]
    return (ticks[-1].img - ticks[0].img) / (ticks[-1].time - ticks[0].time)


@pytest.mark.bench
@pytest.mark.timeout(900)
@pytest.mark.skipif(all_cores() < 2, reason="a trainer and a window need a core each")
def test_a_window_that_draws_all_the_time_costs_the_trainer_less_than_a_tenth(
    run: RunDir, drawing: Drawing, capsys: pytest.CaptureFixture[str]
) -> None:
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(rate(run))
        before, drawing.wanted = drawing.frames, True
        drawing.ask()
        beside.append(rate(run))
        drawing.wanted = False
        assert drawing.frames > before
        time.sleep(1)
    lost = 1 - statistics.median(b / a for a, b in zip(alone, beside, strict=True))
    with capsys.disabled():
        print(
            f"\navatars-64 at 64², {trainer_threads()} of {all_cores()} cores: {statistics.median(alone):.1f} img/s "
            f"alone, {statistics.median(beside):.1f} beside a window that drew {drawing.frames} pictures of 256²; "
            f"{lost:.1%} lost"
        )
    assert lost < MOST
