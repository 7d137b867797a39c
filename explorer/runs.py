"""Trainer processes and run directories: start, ask, watch, list. Everything goes through files, so any run will do."""

import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.run_state import RunState, judge, signs_of
from explorer.work.background import Background
from explorer.work.core_process import core_command
from stylegan_core.cores import all_cores
from stylegan_core.run.events import Event
from stylegan_core.rundir import EventReader, RunDir

log = logging.getLogger(__name__)

POLL_MS = 200


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
    def code(self) -> int | None:
        """Its exit code, negative for a signal, None while it lives; asking lets the system forget a dead process."""
        return self._process.poll()


def trainer_threads() -> int:
    """How many threads a local trainer gets: one core stays with the window."""
    return max(all_cores() - 1, 1)


def train_arguments(preset: str, data: str, settings: Iterable[str], init: str = "") -> list[str]:
    """The arguments behind ``train RUN_DIR``; ``init`` is a network to begin from."""
    pairs = [part for each in settings for part in ("--set", each)]
    return ["--preset", preset, "--data", data, *pairs, *(["--init", init] if init else [])]


@dataclass(frozen=True, slots=True)
class Look:
    """What the watcher's thread brings back: news, or the whole story where ``rewritten``; bytes free, or -1.

    ``broken`` lines were skipped, ``thinned`` ticks left out because there are so many.
    """

    events: tuple[Event, ...]
    rewritten: bool
    state: RunState
    config: dict[str, Any] | None
    disk_free: int
    broken: int = 0
    thinned: int = 0


class RunWatcher(QObject):
    """Follows one run directory; looks from a thread of its own, because a network folder can take its time.

    ``news`` brings new events, ``retold`` the whole story after a resume, ``state_changed`` how the run is,
    ``config_known`` its config.json once it can be read.
    """

    news = Signal(tuple)
    retold = Signal(tuple)
    state_changed = Signal(object)
    config_known = Signal(dict)

    def __init__(self, path: Path, launch: Launch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run = RunDir(path)
        self.launch = launch
        self.state = RunState("empty")
        self.disk_free = -1
        self.broken = self.thinned = 0
        self.looked = False
        self._reader = EventReader(self.run)
        self._generation = 0
        self._heard = 0.0
        self._config: dict[str, Any] | None = None
        self._told_config = False
        self._disk = Background(self)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._ask)

    def start(self) -> None:
        """Begins to look, at once and then every 0.2 s."""
        self._timer.start()
        self._ask()

    def close(self) -> None:
        """Stops looking, also in the middle of a look at a folder that does not answer; the run goes on."""
        self._timer.stop()
        self._disk.leave()

    def _ask(self) -> None:
        if not self._disk.busy:
            self._disk.do(self.look, self.take)

    def look(self) -> Look:
        """One look at the directory; takes the time the file system takes."""
        trouble = ""
        events: list[Event] = []
        try:
            events = self._reader.poll()
        except OSError as error:
            why = error.strerror or error
            trouble = f"{self.run.events_file} cannot be read ({why}): look at the run's folder and its disk."
        if self._config is not None and not trouble and not self.run.exists():
            trouble = f"{self.run.path} is gone: it was deleted or moved, or its disk is away."
        rewritten = self._reader.generation != self._generation
        self._generation = self._reader.generation
        if events:  # a first look takes the trainer's clock, later ones this machine's: the two may differ
            self._heard = time.time() if self._heard else min(events[-1].time, time.time())
        if self._config is None:
            self._config = read_config(self.run)
        story = self._reader.events
        last = story[-1] if story else None
        state = (
            RunState("silent", trouble)
            if trouble
            else judge(signs_of(self.run, last, self._heard, self.launch), time.time())
        )
        news, reader = tuple(story if rewritten else events), self._reader
        return Look(news, rewritten, state, self._config, disk_free(self.run.path), reader.broken, reader.thinned)

    def take(self, look: Look) -> None:
        """Passes on what a look found; runs in the window's thread."""
        self.disk_free, self.broken, self.thinned, self.looked = look.disk_free, look.broken, look.thinned, True
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

    @property
    def behind(self) -> int:
        """Bytes of the log that a look under way has still to read."""
        return self._reader.behind

    @property
    def heard(self) -> float:
        """When the trainer was heard last, by this machine's clock where it spoke since the first look; 0 for never."""
        return self._heard

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


def disk_free(path: Path) -> int:
    """Bytes that are free where a run lies; -1 where nobody says."""
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return -1


def read_config(run: RunDir) -> dict[str, Any] | None:
    """The run's config.json, or None where there is none that can be read (said in the log)."""
    try:
        return run.config()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.info("%s", error)
        return None
