"""A sound device that plays when a test says so."""

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer.sound.device import Block, Fill
from stylegan_core.film.hearing import Floats
from stylegan_core.film.sound_track import RATE


class FakeStream:
    def __init__(self) -> None:
        self.active, self.aborted, self.closed = True, False, threading.Event()

    def abort(self, ignore_errors: bool) -> None:
        self.aborted, self.active = True, False

    def close(self, ignore_errors: bool) -> None:
        self.closed.set()


class FakeDevice:
    """Stands for ``Device``; ``play`` has the newest stream ask for so many samples."""

    def __init__(self) -> None:
        self.refuses = ""
        self.streams: list[FakeStream] = []
        self.fills: list[Fill] = []
        self.forgot = 0

    def open(self, fill: Fill) -> FakeStream:
        if self.refuses:
            raise OSError(self.refuses)
        self.fills.append(fill)
        self.streams.append(FakeStream())
        return self.streams[-1]

    def forget(self) -> None:
        self.forgot += 1

    def play(self, count: int, ahead: float = 0.0) -> Block:
        block = np.full((count, 2), np.nan, np.float32)
        self.fills[-1](block, ahead)
        return block


def ramp(count: int) -> Iterator[Floats]:
    """Samples that say where they are, in pieces of 1000."""
    for begin in range(0, count, 1000):
        yield np.tile(np.arange(begin, min(begin + 1000, count), dtype=np.float32) / RATE, (2, 1))


def until(there: Callable[[], bool | None]) -> None:
    waiting = threading.Event()
    for _ in range(12_000):
        if there():
            return
        waiting.wait(0.005)
    pytest.fail("it did not come")


class FakePortAudio(SimpleNamespace):
    """Stands for the package sounddevice."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__()
        self.fails = False
        self.done: list[str] = []
        self.asked: dict[str, Any] = {}

    def OutputStream(self, **asked: Any) -> SimpleNamespace:
        if self.fails:
            raise self.PortAudioError("Error querying device -1")
        self.asked = asked
        return SimpleNamespace(latency=0.25, active=True, start=lambda: self.done.append("start"))

    def _terminate(self) -> None:
        self.done.append("terminate")

    def _initialize(self) -> None:
        self.done.append("initialize")
