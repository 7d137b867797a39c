"""How soon the window and its first picture are there, what dragging costs beside drawing, and flat memory."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="PySide6 is not installed")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from explorer.app import Explorer
from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.latent.panel import LatentPanel
from explorer.explore.mixing.panel import MixingPanel
from explorer.jobs import Frame
from explorer.renderer.process import RenderProcess
from stylegan_core.recipe import Recipe
from tests.bench.ticks import BUSY, Ticks

pytestmark = pytest.mark.bench
ROOT = Path(__file__).parents[2]

STARTS = 5  # a person's second start finds everything in memory: the best of these

START = """
import sys
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
sys.setswitchinterval(0.002)
app = QApplication([])
from explorer.app import Explorer
explorer = Explorer(app)
born = float(sys.argv[2])
explorer.start(sys.argv[1])
app.processEvents()
print("window", time.time() - born, flush=True)
from tests.bench.ticks import Ticks
ticks = Ticks()

def shown(frame):
    if frame.precision == "draft":
        return
    print("picture", time.time() - born, flush=True)
    explorer.engine.rendered.disconnect(shown)
    QTimer.singleShot(1500, leave)

def leave():
    ticks.stop()
    print("away", ticks.take(), flush=True)
    print("waiting", ticks.waiting, flush=True)
    explorer.window.close()

explorer.engine.rendered.connect(shown)
app.aboutToQuit.connect(explorer.close)
app.exec()
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 64² network of the size of the bundled one, with random weights."""
    from stylegan_core.model import save_model
    from stylegan_core.networks.config import NetworkConfig
    from stylegan_core.networks.generator import build_generator

    path = tmp_path_factory.mktemp("model") / "random.safetensors"
    save_model(path, build_generator(NetworkConfig(resolution=64, fmap_base=2048, fmap_max=256)))
    return path


@pytest.fixture
def explorer(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    """A window that shows its first exact picture and has its strips and directions."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    made = Explorer(app)
    made.start(str(model))
    settle(made)
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()


def settle(explorer: Explorer, quiet: float = 1.5) -> None:
    """Runs the event loop until the exact picture is shown and nothing was computed for a while."""
    since, busy = time.monotonic(), [True]
    explorer.engine.idle_changed.connect(lambda idle: busy.__setitem__(0, not idle))
    while time.monotonic() - since < quiet:
        QApplication.processEvents()
        time.sleep(0.002)
        frame = explorer.picture.frame
        if busy[0] or frame is None or frame.recipe != explorer.session.recipe or frame.precision != "exact":
            since = time.monotonic()


@pytest.fixture(scope="module")
def starts(model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, float]]:
    """Several starts of the whole program: seconds to the window and the picture, its longest absence, its waiting."""
    return [start(model, tmp_path_factory.mktemp("home")) for _ in range(STARTS)]


def start(model: Path, home: Path) -> dict[str, float]:
    """One start, from before Python begins to 1.5 s after the exact picture."""
    environment = {
        **os.environ,
        "STYLEGAN_EXPLORER_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", START, str(model), str(time.time())]
    said = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name: float(number) for name, number in (line.split() for line in said.splitlines())}


def excuse(waiting: float, measured: str) -> None:
    """Skips where another program has the core so often that wall time says nothing about this one."""
    if waiting > BUSY:
        pytest.skip(f"{measured}, but the machine is busy: {100 * waiting:.0f} % of it was waiting for a core")


def test_the_window_is_there_in_0_7_s_and_the_picture_in_3(starts: list[dict[str, float]]) -> None:
    """Wall time from the start of Python, the best of several starts: what a person feels on a quiet machine."""
    window, picture = (min(start[name] for start in starts) for name in ("window", "picture"))
    if window > 0.7 or picture > 3.0:
        excuse(min(start["waiting"] for start in starts), f"window {window:.2f} s, picture {picture:.2f} s")
    assert window <= 0.7
    assert picture <= 3.0


def test_a_start_never_blocks_the_window_over_30_ms(starts: list[dict[str, float]]) -> None:
    away = min(start["away"] for start in starts)
    if away > 0.03:
        excuse(min(start["waiting"] for start in starts), f"away for {1000 * away:.0f} ms")
    assert away <= 0.03


def test_no_gesture_blocks_the_window_over_30_ms_and_a_theme_not_over_50(explorer: Explorer) -> None:
    ticks = Ticks()
    away: dict[str, float] = {}
    directions = next(panel for panel in explorer.panels if isinstance(panel, DirectionsPanel))
    mixing = next(panel for panel in explorer.panels if isinstance(panel, MixingPanel))
    gestures = {
        "drag": lambda: drag(explorer),
        "theme": explorer.actions["theme"].trigger,
        "theme again": explorer.actions["theme"].trigger,
        "another face": next(panel for panel in explorer.panels if isinstance(panel, LatentPanel)).new_face,
        "undo": explorer.session.undo,
        "more directions": directions.more.click,
        "every layer": mixing.per_layer.click,
        "matrix": mixing.open_matrix,
        "train": lambda: explorer.window.show_workspace(1),
        "explore": lambda: explorer.window.show_workspace(0),
        "commands": explorer.actions["commands"].trigger,
    }
    for name, do in gestures.items():
        ticks.take()
        do()
        turn(0.6)
        away[name] = ticks.take()
    ticks.stop()
    mixing._close_matrix()
    explorer.window.palette_box.hide()
    slow = {name: round(seconds, 3) for name, seconds in away.items() if seconds > (0.05 if "theme" in name else 0.03)}
    if slow:
        excuse(ticks.waiting, f"away for {slow}")
    assert not slow


def drag(explorer: Explorer) -> None:
    """Sixty moves of a hand in a second."""
    for number in range(60):
        explorer.session.edit(psi=round(0.3 + 0.01 * number, 3))
        turn(1 / 60)
    explorer.session.commit()


def turn(seconds: float) -> None:
    """Lets the window's thread live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def test_a_drag_shows_its_frame_8_ms_after_it_is_drawn(explorer: Explorer) -> None:
    """Edits one after the other, strips on; the window adds at most 8 ms to what drawing takes (95 of 100)."""
    extra: list[float] = []
    asked, edited = [0.0], [explorer.session.recipe]
    numbers = itertools.count()

    def edit() -> None:
        asked[0] = time.perf_counter()
        explorer.session.edit(psi=round(-0.5 + 0.01 * next(numbers), 3))
        edited.append(explorer.session.recipe)

    def shown(frame: Frame) -> None:
        if frame.recipe != explorer.session.recipe or edited[-1:] != [frame.recipe]:
            return
        edited.clear()  # the exact picture that may follow is not asked for
        extra.append(time.perf_counter() - asked[0] - frame.seconds)
        QTimer.singleShot(15, edit)

    explorer.engine.rendered.connect(shown)
    edit()
    while len(extra) < 100:
        QApplication.processEvents()
        time.sleep(0.0002)
    explorer.engine.rendered.disconnect(shown)
    assert sorted(extra)[94] <= 0.008


def test_500_gestures_leave_memory_as_it_was(explorer: Explorer) -> None:
    def gestures(count: int, offset: int) -> None:
        for number in range(count):
            explorer.session.edit(psi=round(0.3 + 0.001 * ((number + offset) % 500), 3))
            if number % 5 == 0:
                explorer.session.commit()
            end = time.monotonic() + 0.02
            while time.monotonic() < end:
                QApplication.processEvents()
        settle(explorer, 0.5)

    renderer = explorer.engine._renderer
    assert isinstance(renderer, RenderProcess)
    processes = (os.getpid(), renderer.pid)
    gestures(1200, 0)  # fills the strip of the history and what is kept of the last pictures
    before = [resident(process) for process in processes]
    gestures(500, 1200)
    assert all(resident(process) <= 1.05 * then for process, then in zip(processes, before, strict=True))
    explorer.session.apply(Recipe())
    settle(explorer, 0.2)


def resident(process: int) -> int:
    """Bytes of memory a process holds."""
    statm = Path(f"/proc/{process}/statm")
    if not statm.exists():
        pytest.skip("this system has no /proc")
    return int(statm.read_text().split()[1]) * 4096
