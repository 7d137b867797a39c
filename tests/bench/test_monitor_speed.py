"""The monitor of a run: a million events, what it costs while nothing happens and while it trains, how soon it tells.

On a busy machine the wall clock says little, so the processor's time stands beside it.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject

from explorer.work.core_process import core_command
from stylegan_core.run import events
from stylegan_core.rundir import EventReader, RunDir
from tests.explorer.train import fake_run

pytestmark = pytest.mark.bench
MILLION = 1_000_000
ROUNDS = 7
WATCHED = Path(__file__).with_name("watched.py")
SHORT = "growth.4.stable_kimg=0.128 growth.16.stable_kimg=4 snapshot_kimg=2 threads=1"  # 20 s or so


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run of a million and some events, each tick other numbers."""
    made = fake_run.write_run(tmp_path / "00001-tiny", 20, began=time.time() - 60)
    block = b"".join(
        events.encode(fake_run.tick(20 + index / 1000, 1, 1.0, {"img": 20_000 + index, "time": time.time()}))
        for index in range(1000)
    )
    with made.events_file.open("ab") as file:
        for _ in range(MILLION // 1000):
            file.write(block)
        file.write(events.encode(fake_run.tick(21.0, 1, 1.0, {"img": 21_000, "time": time.time()})))
    return made


@pytest.fixture
def monitor(run: RunDir, qtbot) -> Iterator[object]:
    from explorer.train.monitor import Monitor

    made = Monitor(run.path)
    qtbot.addWidget(made)
    made.resize(1440, 826)
    made.show()
    qtbot.wait(500)  # what a window costs before it opens anything
    yield made
    made.close_run()


class Painted(QObject):
    """Notes when a widget is painted while ``wanted`` holds."""

    def __init__(self, widget, wanted) -> None:
        super().__init__(widget)
        self.wanted, self.at = wanted, 0.0
        widget.installEventFilter(self)

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.at and self.wanted():
            self.at = time.time()
        return False


def test_a_million_events_open_at_once_and_cost_nothing_afterwards(run: RunDir, monitor, qtbot, capsys) -> None:
    opened = Painted(monitor.timeline, lambda: monitor.record.kimg == 21)
    began, busy = time.time(), time.process_time()
    monitor.start()
    qtbot.waitUntil(lambda: opened.at > 0, timeout=60_000)
    took, used = opened.at - began, time.process_time() - busy

    qtbot.wait(2000)  # pictures and plots that come after
    before, busy = time.perf_counter(), time.process_time()
    qtbot.wait(5000)
    idle = (time.process_time() - busy) / (time.perf_counter() - before)

    delays = []
    for count in range(5):
        kimg = 22 + count
        told = Painted(monitor.timeline, lambda kimg=kimg: monitor.timeline._now == kimg)
        began = time.time()
        fake_run.append(run, events.Tick(kimg=kimg, img=1000 * kimg, time=began))
        qtbot.waitUntil(lambda told=told: told.at > 0, timeout=10_000)
        delays.append(told.at - began)
    with capsys.disabled():
        print(f"\na million events: painted after {took:.2f} s, {used:.2f} s of a core")
        print(f"idle {idle:.1%} of a core; an event is painted after {max(delays):.2f} s at most")
    assert used < 1
    assert idle < 0.05
    assert max(delays) < 0.5


def faces(folder: Path) -> Path:
    import numpy as np
    from PIL import Image

    folder.mkdir()
    for index in range(200):
        pixels = np.random.RandomState(index).randint(0, 255, (16, 16, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{index:03d}.png")
    return folder


def trained(folder: Path, data: Path, cores: list[int], watched: bool) -> tuple[float, float]:
    """Seconds by the clock and of the processor for the same stretch of a run, with or without a monitor open."""
    pairs = [part for each in SHORT.split() for part in ("--set", each)]
    command, environment = core_command("train", str(folder), "--preset", "tiny", "--data", str(data), *pairs)
    trainer = subprocess.Popen(
        command, env={**environment, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores[:1]),
    )  # fmt: skip
    window = open_monitor(folder, environment, cores[-1]) if watched else None
    _, status, usage = os.wait4(trainer.pid, 0)
    trainer.returncode = os.waitstatus_to_exitcode(status)
    if window is not None:
        window.kill()
        window.wait(10)
        window.stdout.close()
    assert trainer.returncode == 0
    ticks = [event for event in EventReader(RunDir(folder)).poll() if isinstance(event, events.Tick)]
    ticks = [event for event in ticks if event.kimg >= 1]  # by then the monitor is open
    img = ticks[-1].img - ticks[0].img
    return (ticks[-1].time - ticks[0].time) / img, (usage.ru_utime + usage.ru_stime) / ticks[-1].img


def open_monitor(folder: Path, environment: dict[str, str], core: int) -> subprocess.Popen[str]:
    while not (folder / "events.jsonl").exists():
        time.sleep(0.05)
    window = subprocess.Popen(
        [sys.executable, str(WATCHED), str(folder)], env=environment, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, [core]),
    )  # fmt: skip
    assert window.stdout is not None
    assert window.stdout.readline() == "open\n"
    return window


@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs a POSIX system")
def test_training_is_hardly_slowed_by_a_monitor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same run on one core, in turns with and without a monitor on another; the medians of several rounds."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("needs two cores")
    data = faces(tmp_path / "faces")
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for number in range(ROUNDS):
        for watched in (False, True) if number % 2 else (True, False):
            found[watched].append(trained(tmp_path / f"{number}-{watched}", data, cores, watched))
    clock, core = (
        statistics.median(each[which] for each in found[True]) / statistics.median(each[which] for each in found[False])
        for which in (0, 1)
    )
    with capsys.disabled():
        alone = [f"{1 / each[0]:.0f}" for each in found[False]]
        seen = [f"{1 / each[0]:.0f}" for each in found[True]]
        print(f"\nimages a second alone {', '.join(alone)}; watched {', '.join(seen)}")
        print(f"with the monitor open a step takes {clock - 1:+.1%} by the clock, {core - 1:+.1%} of the core's time")
    assert clock < 1.03
