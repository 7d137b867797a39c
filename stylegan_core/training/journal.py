"""Journal: what the trainer writes into the event log, its means between ticks, and its pulse while it is busy."""

import logging
import math
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import torch

from stylegan_core.run.events import Alert, Event, Heartbeat
from stylegan_core.rundir import EventWriter, RunDir
from stylegan_core.training.step import StepNumbers

BEAT = 0.25  # seconds between looks at how long nothing was said
SILENCE = 2.25  # seconds after which the pulse speaks: a busy machine wakes it late, and 5 are promised
log = logging.getLogger(__name__)


class Journal:
    """Writes events with the time of day; a log that cannot be written is reported once and does not stop training.

    ``also`` is told every event; if it cannot take one, that is reported and it is told no more.
    """

    def __init__(self, run: RunDir, also: Callable[[Event], None] | None = None) -> None:
        self.img = 0
        self.busy = ""  # what is done beside training, in a few words; heartbeats tell it
        self._also = also
        self._writer = EventWriter(run)
        self._lock = threading.Lock()
        self._spoke = time.monotonic()
        self._mute = False
        self._closed = threading.Event()
        self._pulse = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._pulse.start()

    def write(self, event: Event) -> None:
        """Appends one event, with the time of day and, where it has none, the image counter."""
        event = replace(event, time=time.time(), img=event.img or self.img)
        with self._lock:
            try:
                self._writer.write(event)
            except OSError as error:
                if not self._mute:
                    log.error("Events cannot be written (%s); training goes on without them.", error)
                self._mute = True
            else:
                self._mute = False
            self._spoke = time.monotonic()
            try:
                if self._also:
                    self._also(event)
            except OSError as error:
                log.error("The files beside the event log cannot be written (%s); they end here.", error)
                self._also = None

    def alert(self, code: str, text: str) -> None:
        """Tells a person something, in the event log and in log.txt."""
        log.warning(text)
        self.write(Alert(code=code, text=text))

    def sync(self) -> None:
        """Returns when what was written is safe from a power cut; a full disk is no reason to stop.

        The pulse goes on meanwhile: a busy disk takes its time.
        """
        try:
            self._writer.sync()
        except OSError as error:
            log.error("The event log could not be synced (%s).", error)

    def close(self) -> None:
        """Ends the pulse and closes the log."""
        self._closed.set()
        self._pulse.join()
        self._writer.close()

    def _beat(self) -> None:
        while not self._closed.wait(BEAT):
            if time.monotonic() - self._spoke > SILENCE:
                self.write(Heartbeat(img=self.img, text=self.busy))


class Silent(Journal):
    """The journal of a process that does not write, beside one that does."""

    def __init__(self) -> None:
        self.img, self.busy = 0, ""

    def write(self, event: Event) -> None:
        """Says nothing."""

    def sync(self) -> None:
        """Has nothing to save."""

    def close(self) -> None:
        """Has nothing to close."""


def owed(events: Iterable[Event], kind: type[Event], every: int, img: int) -> bool:
    """Whether nothing of a kind was written at or after the newest moment up to ``img`` for which it was planned.

    It is planned whenever ``every`` images were shown, 0 for never.
    """
    planned = img // every * every if every else 0
    return planned > 0 and not any(isinstance(event, kind) and event.img >= planned for event in events)


class Means:
    """Means of what the steps measured since the last tick; what was not measured since keeps its last value."""

    NAMES = ("loss_g", "loss_d", "d_real", "d_fake", "r1", "grad_g", "grad_d", "critic_real", "critic_fake")

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}
        self._last: dict[str, float] = dict.fromkeys(self.NAMES, math.nan)

    def add(self, numbers: StepNumbers) -> None:
        """Takes in one step."""
        for name in self.NAMES:
            value = getattr(numbers, name)
            if value is not None:
                self._sums.setdefault(name, []).append(float(value))

    def take(self) -> dict[str, float]:
        """The means by name; starts anew."""
        for name, values in self._sums.items():
            self._last[name] = sum(values) / len(values)
        self._sums.clear()
        return dict(self._last)


def memory_in_use(device: torch.device) -> int:
    """Bytes this process holds: on the GPU where it computes there, else in main memory; 0 where nobody says."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    if sys.platform == "win32":
        return 0
    import resource

    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
