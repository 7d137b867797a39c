"""How late the window's event loop is under 10 000 OSC messages a second, beside 60 a second for each control."""

import statistics
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from tests.explorer.whole_window import Make, drawn
from tests.explorer.whole_window import start as start
from tests.explorer.whole_window import window_home as window_home

NAMES = ("/psi", "/pad/x", "/pad/y", "/mix/coarse", "/mix/middle", "/mix/fine", "/noise", "/noise/1", "/noise/2")
SECONDS = 2.0
BEAT = 5  # milliseconds
SENDER = """
import sys, time
from pythonosc.udp_client import SimpleUDPClient
client, rate, names = SimpleUDPClient("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]), sys.argv[4:]
begun, sent = time.perf_counter(), 0
while (passed := time.perf_counter() - begun) < float(sys.argv[3]):
    while sent < passed * rate:
        client.send_message(names[sent % len(names)], sent % 100 / 100)
        sent += 1
    time.sleep(0.0005)
"""
pytestmark = pytest.mark.bench


def test_a_flood_delays_the_window_little_more_than_a_steady_stream(
    start: Make, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    remote = explorer.remoting.remote
    remote._osc.open("127.0.0.1", 0)
    late: list[float] = []
    beats, last = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer), [0.0]

    def beat() -> None:
        now = time.perf_counter()
        late.append(1000 * (now - last[0]) - BEAT)
        last[0] = now

    beats.timeout.connect(beat)
    found = {}
    for rate in (60 * len(NAMES), 10_000, 60 * len(NAMES), 10_000):
        late.clear()
        words = [str(remote._osc.number), str(rate), str(SECONDS + 1), *NAMES]
        sender = subprocess.Popen([sys.executable, "-c", SENDER, *words])
        qtbot.wait(500)
        last[0], before = time.perf_counter(), remote.inbox.came
        beats.start()
        qtbot.wait(round(1000 * SECONDS))
        beats.stop()
        came = remote.inbox.came - before
        sender.wait(10)
        explorer.session.commit()
        found[rate] = statistics.quantiles(late, n=20)[-1]
        with capsys.disabled():
            print(
                f"\n{rate} a second, {came} came: late by {statistics.median(late):.1f} ms, 95 % {found[rate]:.1f} ms"
            )
    steady, flood = found.values()
    assert flood < 4 * steady + 10
