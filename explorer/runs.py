"""Trainer processes and run directories: start, ask, watch, list. Everything goes through files, so any run will do."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

import stylegan_core
from stylegan_core.events import End, Event, Tick, decode
from stylegan_core.rundir import EventReader, RunDir

log = logging.getLogger(__name__)

POLL_MS = 200
SILENCE = 30.0  # seconds without a word: heartbeats come every 5
LAUNCH_GRACE = 60.0  # seconds a new process may take to say its first word
TICKS_END = 2.5  # seconds: ticks come every 2 while it trains
TAIL = 1 << 16
LIVE = frozenset({"starting", "training", "pausing", "paused", "stopping"})


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run is: ``name`` is one of starting, training, pausing, paused, stopping, stopped, finished, failed,
    died, silent, empty; ``sentence`` says more where there is more to say, ``details`` are the trainer's last words.
    """

    name: str
    sentence: str = ""
    details: str = ""

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
    launch_failed: bool = False
    words: str = ""


def judge(signs: Signs, now: float) -> RunState:
    """The state of a run from the signs of life it gives; ``now`` and ``heard`` in seconds since 1970."""
    alive = signs.holder_pid > 0
    if signs.launched and not alive and not signs.launch_failed and now - signs.launched < LAUNCH_GRACE:
        return RunState("starting", "The trainer starts.")
    if signs.launched and signs.launch_failed and (signs.last is None or signs.last.time < signs.launched):
        return _died(signs, "The trainer could not start")
    if signs.end is not None and not alive:
        return _ended(signs)
    if signs.last is None and not alive:
        return RunState("empty", "This run has not begun.")
    if signs.local and not alive:
        return _died(signs, "The trainer died without a word of farewell")
    if not alive and now - signs.heard > SILENCE:
        when = time.strftime("%d %b %H:%M", time.localtime(signs.heard))
        return RunState("silent", f"No word since {when}. Look at the machine that trains, or resume the run here.")
    heard = max(signs.heard, signs.launched)
    if alive and heard and now - heard > 2 * SILENCE:
        when = time.strftime("%H:%M", time.localtime(heard))
        return RunState("silent", f"The trainer lives but has said nothing since {when}; it may be busy or stuck.")
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


def _died(signs: Signs, what: str) -> RunState:
    said = next((line.strip() for line in reversed(signs.words.splitlines()) if line.strip()), "")
    tail = f"; its last words: {said}" if said else "; it left no words in log.txt"
    return RunState("died", f"{what}{tail}{'' if tail.endswith('.') else '.'} Resume goes on from the last checkpoint.",
                    signs.words)  # fmt: skip


def last_words(paths: Iterable[Path], lines: int = 40) -> str:
    """The end of the first of these log files that says anything; empty where none does."""
    for path in paths:
        text = _tail(path).decode("utf-8", "replace").strip()
        if text:
            return "\n".join(text.splitlines()[-lines:])
    return ""


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - TAIL, 0))
            return file.read()
    except OSError:
        return b""


class Launch:
    """A trainer process that this window started; it lives on when the window closes."""

    def __init__(self, run: Path, arguments: list[str], words: Path) -> None:
        """Starts it detached. ``words`` catches what it says before its own log is open. Raises OSError."""
        self.run = run
        self.words = words
        self.time = time.time()
        command, environment = core_command("train", str(run), *arguments)
        words.parent.mkdir(parents=True, exist_ok=True)
        new_session: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
            new_session = {"creationflags": flags}
        with words.open("wb") as file:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, **new_session
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def failed(self) -> bool:
        """True once it ended with an error; asking also lets the system forget a dead process."""
        return (self._process.poll() or 0) != 0


def core_command(*arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment that run the core in a process of its own."""
    root = str(Path(stylegan_core.__path__[0]).parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return [sys.executable, "-m", "stylegan_core", *arguments], environment


def trainer_threads() -> int:
    """How many threads a local trainer gets: one core stays with the window."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(cores - 1, 1)


def train_arguments(preset: str, data: str, settings: Mapping[str, object]) -> list[str]:
    """The arguments behind ``train RUN_DIR``."""
    pairs = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    return ["--preset", preset, "--data", data, *pairs]


@dataclass(frozen=True, slots=True)
class Look:
    """What the watcher's thread brings back: news, or the whole story where ``rewritten``."""

    events: tuple[Event, ...]
    rewritten: bool
    state: RunState
    config: dict[str, Any] | None
    trouble: str


class RunWatcher(QObject):
    """Follows one run directory; looks from a thread of its own, because a network folder can take its time.

    ``news`` brings new events, ``retold`` the whole story after a resume, ``state_changed`` how the run is,
    ``config_known`` its config.json once it can be read.
    """

    news = Signal(tuple)
    retold = Signal(tuple)
    state_changed = Signal(object)
    config_known = Signal(dict)
    _looked = Signal(object)

    def __init__(self, path: Path, launch: Launch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run = RunDir(path)
        self.launch = launch
        self.state = RunState("empty")
        self._reader = EventReader(self.run)
        self._generation = 0
        self._heard = 0.0
        self._config: dict[str, Any] | None = None
        self._told_config = False
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="run-watcher")
        self._looking: Future[None] | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._ask)
        self._looked.connect(self.take)

    def start(self) -> None:
        """Begins to look, at once and then every 0.2 s."""
        self._timer.start()
        self._ask()

    def close(self) -> None:
        """Stops looking; the run goes on."""
        self._timer.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = self._pool.submit(lambda: self._looked.emit(self.look()))

    def look(self) -> Look:
        """One look at the directory; takes the time the file system takes."""
        trouble = ""
        events: list[Event] = []
        try:
            events = self._reader.poll()
        except OSError as error:
            trouble = f"{self.run.path} cannot be read ({error.strerror or error}). Is the folder still there?"
        rewritten = self._reader.generation != self._generation
        self._generation = self._reader.generation
        if events:  # a first look takes the trainer's clock, later ones this machine's: the two may differ
            self._heard = time.time() if self._heard else events[-1].time
        if self._config is None:
            self._config = read_config(self.run)
        story = self._reader.events
        state = RunState("silent", trouble) if trouble else judge(self._signs(story), time.time())
        return Look(tuple(story if rewritten else events), rewritten, state, self._config, trouble)

    def _signs(self, story: list[Event]) -> Signs:
        last = story[-1] if story else None
        return signs_of(self.run, last, self._heard, self.launch)

    def take(self, look: Look) -> None:
        """Passes on what a look found; runs in the window's thread."""
        if look.config is not None and not self._told_config:
            self._told_config = True
            self.config_known.emit(look.config)
        if look.rewritten:
            self.retold.emit(look.events)
        elif look.events:
            self.news.emit(look.events)
        if look.state != self.state:
            self.state = look.state
            self.state_changed.emit(look.state)

    def request(self, name: str) -> None:
        """Asks the trainer: "stop", "pause", "snapshot". Raises OSError with one sentence where that cannot be."""
        try:
            self.run.request(name)
        except OSError as error:
            raise OSError(
                f"{self.run.control} cannot be written ({error.strerror}): the run can only be watched from here."
            ) from None

    def go_on(self) -> None:
        """Ends a pause. Raises OSError where the folder cannot be written."""
        self.run.withdraw("pause")


def signs_of(run: RunDir, last: Event | None, heard: float, launch: Launch | None = None) -> Signs:
    """The signs of life of a run, beside what its log says."""
    host, pid = lock_text(run)
    held = run.holder() if host else None
    alive = held is not None
    end = last if isinstance(last, End) else None
    launched = launch.time if launch is not None and (last is None or last.time < launch.time) else 0.0
    launch_failed = launch is not None and launch.failed
    gone = not alive and end is None
    words = ""
    if gone or launch_failed or (end is not None and end.reason == "error"):
        words = last_words([run.log_file, *([launch.words] if launch else [])])
    return Signs(
        last=last,
        end=end,
        local=host == socket.gethostname(),
        holder_pid=max(pid, 1) if alive else 0,
        pause=run.requested("pause"),
        stop=run.requested("stop"),
        heard=heard,
        launched=launched,
        launch_failed=launch_failed,
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


def lock_text(run: RunDir) -> tuple[str, int]:
    """Host and pid in the lock file, also after the trainer is gone; empty and 0 where there is none."""
    try:
        said = json.loads(run.lock_file.read_text(encoding="utf-8"))
        return str(said.get("host", "")), int(said.get("pid", 0))
    except (OSError, ValueError, AttributeError, TypeError):
        return "", 0


def read_config(run: RunDir) -> dict[str, Any] | None:
    """The run's config.json, or None where there is none that can be read (said once in the log)."""
    try:
        return run.config()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.info("%s", error)
        return None
