"""The thread that draws: what it needs from a backend, its one-slot mailbox, and the jobs that wait behind the slot."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from explorer.jobs import Convert, Done, Failed, Frame, Piece, Problem, Request, Save
from stylegan_core.formats.limits import Cancelled
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

TOLD = 0.05  # seconds between two words about how far a file is loaded
SLICE = 0.03  # seconds a job may hold the thread before the mailbox is looked at again
Precision = Literal["exact", "draft"]
Pixels = npt.NDArray[np.uint8]
Steps = Generator[tuple[int, int, Any], None, Any]
Report = Callable[[float], bool]
"""Told the fraction of a file that is loaded, 0 to 1; answers False when the loading is given up."""


class Backend(Protocol):
    """What really draws; made, used and dropped on the engine's thread alone."""

    def device(self) -> str:
        """Where it draws and how, for the footer: "CPU, bfloat16 while dragging"."""
        ...

    def dtype(self, precision: Precision) -> str:
        """The numbers a precision draws with, in words: "bfloat16"."""
        ...

    def load(self, path: str, report: Report) -> ModelInfo:
        """Makes the model of a file the current one, or raises ValueError or OSError and keeps the old one.

        Raises Cancelled where ``report`` says so.
        """
        ...

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        """uint8 [R, R, 3] of the current model."""
        ...

    def job(self, request: Request) -> Steps:
        """Yields (index, total, value) and returns the final value, one small step at a time."""
        ...

    def set_threads(self, count: int) -> None:
        """Uses this many cores from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model is the current one."""

    info: ModelInfo
    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file cannot be loaded; the old model stays."""

    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Loading:
    """How far a file is loaded, 0 to 1."""

    path: str
    fraction: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Loading was given up; the old model stays."""

    path: str


class Worker:
    """The thread's side. Every field below ``_wake`` is touched only while it is held."""

    def __init__(self, make_backend: Callable[[], Backend], tell: Callable[[object], None]) -> None:
        self._make_backend, self._tell = make_backend, tell
        self.thread = threading.Thread(target=self._live, name="render", daemon=True)
        self._wake = threading.Condition()
        self._slot: tuple[Recipe, Precision] | None = None
        self._load: str | None = None
        self._give_up = False  # the load that is going on is not wanted any more
        self._threads: int | None = None
        self._waiting: dict[str, Request] = {}
        self._running: dict[str, tuple[Request, Steps]] = {}
        self._quiet = True
        self._stopped = False
        self._hash = ""
        self._shown: tuple[Recipe, Precision, str] | None = None
        self._idle = False

    def put(
        self,
        slot: tuple[Recipe, Precision] | None = None,
        load: str | None = None,
        job: Request | None = None,
        quiet: bool | None = None,
        threads: int | None = None,
    ) -> None:
        """Leaves something in the mailbox; what was there and is not yet begun is overwritten."""
        with self._wake:
            self._slot = slot or self._slot
            self._load = load or self._load
            self._threads = threads or self._threads
            if job is not None:
                self._running.pop(job.owner, None)
                self._waiting[job.owner] = job
            if quiet is not None:
                self._quiet = quiet
            self._wake.notify()

    def drop(self, owner: str) -> None:
        """Forgets the job of an owner, begun or not."""
        with self._wake:
            self._waiting.pop(owner, None)
            self._running.pop(owner, None)

    def cancel_load(self) -> None:
        """Forgets the load that waits and gives up the one that has begun."""
        with self._wake:
            waiting, self._load = self._load, None
            self._give_up = True
        if waiting is not None:
            self._tell(GivenUp(waiting))

    def stop(self) -> None:
        """Ends the thread after its present step."""
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def _live(self) -> None:
        try:
            backend = self._make_backend()
        except Exception as error:
            log.exception("The renderer does not start")
            self._tell(Problem(f"Nothing can be drawn here: {sentence_of(error)}", traceback.format_exc()))
            return
        self._tell(backend.device())
        while (task := self._next()) is not None:
            try:
                task(backend)
            except Exception as error:  # noqa: BLE001 (the thread outlives any failure; _problem logs it)
                self._tell(_problem(error))

    def _next(self) -> Callable[[Backend], None] | None:
        """Waits for the most urgent thing to do; None when the thread must end."""
        with self._wake:
            while True:
                if self._stopped:
                    return self._pick_save()
                task = self._pick()
                self._say_idle(task is None)
                if task is not None:
                    return task
                self._wake.wait()

    def _pick(self) -> Callable[[Backend], None] | None:
        if self._threads is not None:
            count, self._threads = self._threads, None
            return lambda backend: backend.set_threads(count)
        save = self._pick_save()
        if save is not None:
            return save
        if self._load is not None:
            path, self._load, self._give_up = self._load, None, False
            return lambda backend: self._do_load(backend, path)
        if self._slot is not None and self._hash:
            (recipe, precision), self._slot = self._slot, None
            if self._shown not in ((recipe, precision, self._hash), (recipe, "exact", self._hash)):
                return lambda backend: self._do_draw(backend, recipe, precision)
        if self._quiet and self._turn() is not None:
            return self._do_slice
        return None

    def _pick_save(self) -> Callable[[Backend], None] | None:
        """A picture that waits to be saved: neither another model nor the end of the window may lose it."""
        owner = next((owner for owner, job in self._waiting.items() if isinstance(job, Save)), None)
        return None if owner is None or not self._hash else lambda backend: self._do_save(backend, owner)

    def _turn(self) -> str | None:
        """The owner of the job that is next: what has not begun goes first; without a model only some can be done."""
        jobs = [*self._waiting.values(), *(request for request, _ in self._running.values())]
        return next((job.owner for job in jobs if self._hash or isinstance(job, Convert)), None)

    def _say_idle(self, idle: bool) -> None:
        if idle != self._idle:
            self._idle = idle
            self._tell(idle)

    def _do_load(self, backend: Backend, path: str) -> None:
        try:
            info = backend.load(path, self._reporter(path))
        except Cancelled:
            if self._load != path:
                self._tell(GivenUp(path))
            return
        except Exception as error:  # noqa: BLE001 (as above)
            self._tell(Refused(path, _problem(error)))
            return
        with self._wake:
            self._hash, self._shown = info.hash, None
            self._waiting = {owner: job for owner, job in self._waiting.items() if isinstance(job, Convert)}
            self._running = {owner: job for owner, job in self._running.items() if isinstance(job[0], Convert)}
        self._tell(Loaded(info, path))

    def _reporter(self, path: str) -> Report:
        """Passes on how far the loading is; ends it for a newer file, for a person, and with the window."""
        told = 0.0

        def report(fraction: float) -> bool:
            nonlocal told
            if time.perf_counter() - told > TOLD:
                told = time.perf_counter()
                self._tell(Loading(path, fraction))
            return not (self._give_up or self._load is not None or self._stopped)

        return report

    def _do_draw(self, backend: Backend, recipe: Recipe, precision: Precision) -> None:
        begin = time.perf_counter()
        pixels = backend.draw(recipe, precision)
        seconds = time.perf_counter() - begin
        self._shown = (recipe, precision, self._hash)
        self._tell(Frame(recipe, self._hash, precision, pixels, seconds, backend.dtype(precision)))

    def _do_slice(self, backend: Backend) -> None:
        """Advances the oldest job for a short while, then sends it to the end of the queue."""
        with self._wake:
            owner = self._turn()
            if owner is None:  # dropped meanwhile
                return
            if owner in self._waiting:
                request = self._waiting.pop(owner)
                steps = backend.job(request)
            else:
                request, steps = self._running.pop(owner)
            self._running[owner] = (request, steps)
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end and self._still(owner, request) and not self._slot and not self._load:
            self._advance(owner, request, steps)

    def _do_save(self, backend: Backend, owner: str) -> None:
        with self._wake:
            request = self._waiting.pop(owner)
            steps = backend.job(request)
            self._running[owner] = (request, steps)
        while owner in self._running:
            self._advance(owner, request, steps)

    def _advance(self, owner: str, request: Request, steps: Steps) -> None:
        answer: Piece | Done | Failed
        try:
            index, total, value = next(steps)
            answer = Piece(request, self._hash, index, total, value)
        except StopIteration as end:
            answer = Done(request, self._hash, end.value)
        except Exception as error:  # noqa: BLE001 (as above)
            answer = Failed(request, self._hash, _problem(error).sentence)
        with self._wake:
            current = self._running.get(owner)
            if current is None or current[0] is not request:
                return
            if not isinstance(answer, Piece):
                del self._running[owner]
        self._tell(answer)

    def _still(self, owner: str, request: Request) -> bool:
        current = self._running.get(owner)
        return current is not None and current[0] is request and not self._stopped


def _problem(error: Exception) -> Problem:
    """A problem for the window; what is not the fault of a file goes to the log with all its details."""
    if not isinstance(error, ValueError | OSError):
        log.exception("Drawing failed")
    return Problem(sentence_of(error), traceback.format_exc())


def sentence_of(error: BaseException) -> str:
    """One sentence for a person, out of any exception."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    if isinstance(error, MemoryError) or ("memory" in text.lower() and "alloc" in text.lower()):
        return "There is not enough memory for this picture: close other programs or open a smaller model."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{error.filename} does not exist: choose another file."
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename} may not be read or written: choose another place or change its permissions."
    if isinstance(error, ValueError | OSError) and text[-1:] in ".!?":
        return text
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
