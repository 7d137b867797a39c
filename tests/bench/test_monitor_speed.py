"""The monitor of a run: a million events, what it costs while nothing happens, how soon an event is on screen."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stylegan_core import events
from stylegan_core.rundir import RunDir
from tests.explorer.train import fake_run

pytestmark = pytest.mark.bench
MILLION = 1_000_000


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run of a million and some events."""
    made = fake_run.write_run(tmp_path / "00001-tiny", 20, began=time.time() - 60)
    line = events.encode(fake_run.tick(21.0, 1, 1.0, {"img": 21_000, "time": time.time()}))
    with made.events_file.open("ab") as file:
        for _ in range(MILLION // 1000):
            file.write(line * 1000)
    return made


@pytest.fixture
def monitor(run: RunDir, qtbot) -> Iterator[object]:
    from explorer.train.monitor import Monitor

    made = Monitor(run.path)
    qtbot.addWidget(made)
    made.resize(1440, 826)
    made.show()
    yield made
    made.close_run()


def test_a_million_events_open_at_once_and_cost_nothing_afterwards(run: RunDir, monitor, qtbot) -> None:
    began = time.perf_counter()
    with run.events_file.open("rb") as file:
        for line in file:
            json.loads(line)
    every_line = time.perf_counter() - began

    began = time.perf_counter()
    monitor.start()
    qtbot.waitUntil(lambda: monitor.record.kimg == 21, timeout=60_000)
    opened = time.perf_counter() - began

    qtbot.wait(2000)  # pictures and plots that come after
    before, busy = time.perf_counter(), time.process_time()
    qtbot.wait(3000)
    idle = (time.process_time() - busy) / (time.perf_counter() - before)

    began = time.perf_counter()
    fake_run.append(run, events.Tick(kimg=22, img=22_000, time=time.time()))
    qtbot.waitUntil(lambda: monitor.timeline._now == 22, timeout=10_000)
    told = time.perf_counter() - began
    print(f"opened in {opened:.2f} s, {opened / every_line:.0%} of parsing every line")
    print(f"idle {idle:.1%} of a core, an event is shown after {told:.2f} s")
    assert opened < 0.4 * every_line
    assert idle < 0.05
    assert told < 0.5
