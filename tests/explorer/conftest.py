"""What tests of the window live under: Qt in memory, no timer or QThread left running, an X server where asked."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6 import QtCore
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.garbage import collect_due
from explorer.session import Session
from tests.explorer.whole_window import start as start
from tests.explorer.whole_window import window_home as window_home

THREAD_GRACE_MS = 20_000
PATIENCE_MS = 60_000  # a machine that has other things to do may hold a process up for seconds
SCREEN = "1920x1080x24"


class PatientBot(QtBot):
    """Waits for what must come, however busy the machine is; the limit is for what never comes."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitActive(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """The hand and the eye of every test of the window."""
    return PatientBot(request)


@pytest.fixture
def session(qapp: QApplication) -> Session:
    """A session without a network, for parts of the window, in the dark theme."""
    theme.apply(qapp, "dark")
    return Session()


@pytest.fixture(autouse=True, scope="module")
def collected_by_nobody_else() -> Iterator[None]:
    """Python's own collector rests from before a test's threads begin until they have ended.

    A window that was just closed is garbage, and a thread of it that still ends would destroy what belongs to Qt, with
    a crash much later.
    """
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """What is due is collected between tests, in this thread."""
    yield
    collect_due()


def started(monkeypatch: pytest.MonkeyPatch, kind: Any) -> Callable[[], list[Any]]:
    """Those objects of a Qt class that are started from now on and that Python still knows."""
    found: list[weakref.ref[Any]] = []
    begin = kind.start

    def remember(one: Any, *arguments: Any) -> None:
        found.append(weakref.ref(one))
        begin(one, *arguments)

    monkeypatch.setattr(kind, "start", remember)
    return lambda: [one for reference in found if (one := reference()) is not None and shiboken6.isValid(one)]


@pytest.fixture(autouse=True)
def no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests are quiet, whatever this machine can play with."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)


@pytest.fixture(autouse=True)
def no_leaked_timer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A timer that repeats must be stopped, or deleted with its widget, when the test ends."""
    timers = started(monkeypatch, QtCore.QTimer)
    yield
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    left = [timer for timer in timers() if timer.isActive() and not timer.isSingleShot()]
    for timer in left:
        timer.stop()
    if left:
        pytest.fail(f"the test left {len(left)} timers running: " + ", ".join(str(t.parent()) for t in left))


@pytest.fixture(autouse=True)
def no_leaked_qthread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A QThread that a test started must have finished with it."""
    threads = started(monkeypatch, QtCore.QThread)
    yield
    if any(not thread.wait(THREAD_GRACE_MS) for thread in threads()):
        pytest.fail("the test left a QThread running")


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The DISPLAY of an X server without a screen, for programs that xdotool drives; skips where there is none."""
    missing = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    try:
        if not number:
            pytest.skip("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def small_model(tmp_path: Path) -> Path:
    """A 16² network of random weights."""
    from stylegan_core.model import save_model
    from stylegan_core.networks.config import NetworkConfig
    from stylegan_core.networks.generator import build_generator

    config = NetworkConfig(resolution=16, z_dim=16, w_dim=16, mapping_width=16, fmap_base=128, fmap_max=16)
    save_model(tmp_path / "small.safetensors", build_generator(config))
    return tmp_path / "small.safetensors"
