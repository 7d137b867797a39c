"""How a run is, judged from the signs of life in its directory: alive, paused, ended, dead, or long silent."""

import os
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from explorer.work.command import last_sentence
from stylegan_core.files.places import open_file
from stylegan_core.run.events import End, Event, Tick, decode
from stylegan_core.run.locks import named_in
from stylegan_core.rundir import RunDir

SILENCE = 30.0  # seconds without a word: heartbeats come every 5
LAUNCH_GRACE = 60.0  # seconds a new process may take to say its first word
TICKS_END = 2.5  # seconds: ticks come every 2 while it trains
TAIL = 1 << 16
STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:,.]+ [A-Z]+ ")  # date, time and level before a line of log.txt
LIVE = frozenset({"starting", "training", "pausing", "paused", "stopping"})


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run is: ``name`` is one of starting, training, pausing, paused, stopping, stopped, finished, failed,
    died, silent, empty; ``sentence`` says more where there is more to say, ``details`` are the trainer's last words.
    ``stuck`` is a silent one whose process lives here: it can be asked to stop, but no second one can begin.
    """

    name: str
    sentence: str = ""
    details: str = ""
    stuck: bool = False

    @property
    def live(self) -> bool:
        """True while a trainer works on it, as far as can be known."""
        return self.name in LIVE


@dataclass(frozen=True, slots=True)
class Signs:
    """What one look at a run directory found; ``holder_pid`` is 0 where no process holds the lock."""

    last: Event | None
    end: End | None
    local: bool
    holder_pid: int
    pause: bool
    stop: bool
    heard: float
    launched: float = 0.0
    code: int | None = None
    words: str = ""


def judge(signs: Signs, now: float) -> RunState:
    """The state of a run from the signs of life it gives; ``now`` and ``heard`` in seconds since 1970."""
    if signs.launched and signs.code:
        return _refused(signs) if signs.code > 0 else _died(signs, killed(signs.code))
    troubled = _if_stuck(signs, now) if signs.holder_pid > 0 else _if_left(signs, now)
    return troubled or _at_work(signs, now)


def _if_left(signs: Signs, now: float) -> RunState | None:
    """What is to be said of a run whose lock nobody here holds; None where a trainer elsewhere may work on it."""
    if signs.launched and signs.code is None and now - signs.launched < LAUNCH_GRACE:
        return RunState("starting", "The trainer starts.")
    if signs.end is not None:
        return _ended(signs)
    if signs.last is None:
        return RunState("empty", "This run has not begun.")
    if signs.local:
        by_signal = (signs.code or 0) < 0
        return _died(signs, killed(signs.code) if by_signal else "The trainer ended unexpectedly")
    if now - signs.heard > SILENCE:
        when = time.strftime("%d %b %H:%M", time.localtime(signs.heard))
        return RunState("silent", f"No word since {when}. Look at the machine that trains, or resume the run here.")
    return None


def _if_stuck(signs: Signs, now: float) -> RunState | None:
    """What is to be said of a trainer that lives; None where it has spoken lately."""
    heard = max(signs.heard, signs.launched)
    if not heard or now - heard <= 2 * SILENCE:
        return None
    when = time.strftime("%H:%M", time.localtime(heard))
    said = f"The trainer lives but has said nothing since {when}; it may be busy or stuck."
    return RunState("silent", said, stuck=True)


def _at_work(signs: Signs, now: float) -> RunState:
    if signs.stop:
        return RunState("stopping", "It saves a checkpoint and stops.")
    if signs.pause:
        ticking = isinstance(signs.last, Tick) and now - signs.heard < TICKS_END
        return RunState("pausing" if ticking else "paused")
    begins = signs.last is None or signs.end is not None
    return RunState("starting", "The trainer starts.") if begins else RunState("training")


def _ended(signs: Signs) -> RunState:
    end = signs.end or End()
    if end.reason == "finished":
        return RunState("finished", end.text)
    if end.reason == "stopped":
        return RunState("stopped", end.text or "Stopped with a checkpoint; Resume goes on from there.")
    return RunState("failed", end.text or "The trainer ended with an error.", signs.words)


def _refused(signs: Signs) -> RunState:
    return RunState("died", f"The trainer could not start: {_last_line(signs) or 'it did not say why'}.", signs.words)


def _died(signs: Signs, what: str) -> RunState:
    said = _last_line(signs)
    tail = f"its last words: {said}." if said else "it left no words in log.txt."
    return RunState("died", f"{what}; {tail} Resume goes on from the last checkpoint.", signs.words)


def _last_line(signs: Signs) -> str:
    return STAMP.sub("", last_sentence(signs.words)).rstrip(".")


def killed(code: int | None) -> str:
    """What a negative exit code means."""
    why = ", as systems do when memory runs out" if code == -9 else ""
    return f"The trainer was killed by signal {-(code or 0)}{why}"


def last_words(paths: Iterable[Path], lines: int = 40) -> str:
    """The end of the first of these log files that says anything; empty where none does."""
    for path in paths:
        text = _tail(path).decode("utf-8", "replace").strip()
        if text:
            return "\n".join(text.splitlines()[-lines:])
    return ""


def _tail(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - TAIL, 0))
            return file.read()
    except OSError:
        return b""


class Launched(Protocol):
    """What must be known of a trainer that this window started."""

    time: float
    words: Path

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it lives."""


def signs_of(run: RunDir, last: Event | None, heard: float, launch: Launched | None = None) -> Signs:
    """The signs of life of a run, beside what its log says."""
    host, pid = named_in(run.lock_file)
    held = run.holder() if host else None
    alive = held is not None
    end = last if isinstance(last, End) else None
    launched = launch.time if launch is not None and (last is None or last.time < launch.time) else 0.0
    code = launch.code if launch is not None else None
    gone = not alive and end is None
    words = ""
    if gone or code or (end is not None and end.reason == "error"):
        own = [launch.words] if launch is not None else []
        words = last_words(own if launched else [run.log_file, *own])  # what log.txt says is of an earlier trainer
    return Signs(
        last=last,
        end=end,
        local=host == socket.gethostname(),
        holder_pid=max(pid, 1) if alive else 0,
        pause=run.requested("pause"),
        stop=run.requested("stop"),
        heard=heard,
        launched=launched,
        code=code,
        words=words,
    )


def tail_events(run: RunDir) -> list[Event]:
    """The events at the end of a log, without reading the rest; empty where there are none that can be read."""
    found = []
    for line in _tail(run.events_file).splitlines():
        try:
            event = decode(line)
        except ValueError:
            continue  # the first line is cut, the last may be half written
        if event is not None:
            found.append(event)
    return found
