"""The thread that draws: its one-slot mailbox, and the jobs that wait behind the slot."""

import logging
import threading
import time
import traceback
from collections.abc import Callable

from explorer.jobs import (
    ChannelMap,
    Channels,
    ChannelSheet,
    Convert,
    Done,
    DragSearch,
    Failed,
    Frame,
    Layers,
    LayerTable,
    Picture,
    Piece,
    Problem,
    Request,
    Save,
    Sheet,
    SweepGrid,
    Table,
)
from explorer.renderer.rendering import (
    Backend,
    GivenUp,
    Loaded,
    Loading,
    Precision,
    Refused,
    Report,
    Steps,
    Tell,
    Wanted,
)
from explorer.sentence import sentence_of
from stylegan_core.formats.limits import Cancelled
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

TOLD = 0.05  # seconds between two words about how far a file is loaded
SLICE = 0.03  # seconds a job may hold the thread before the mailbox is looked at again
WRITERS = Save | Sheet | Convert | Table | LayerTable | ChannelSheet  # jobs that write files
AWAITED = Save | Sheet | Picture | Table | LayerTable | ChannelSheet  # whose owner hears that another model came before
MOVERS = DragSearch  # jobs that move the picture themselves, and do not wait for it to rest
SEEN = Layers | Channels | ChannelMap | SweepGrid  # asked by the Lab alone; nobody sees what other pages wait for then


class Worker:
    """The thread's side. Every field below ``_wake`` is touched only while it is held."""

    def __init__(self, make_backend: Callable[[], Backend], tell: Tell) -> None:
        self._make_backend, self._tell = make_backend, tell
        self.thread = threading.Thread(target=self._live, name="render", daemon=True)
        self._wake = threading.Condition()
        self._slot: tuple[Recipe, Precision] | None = None
        self._of = ""  # the model that it was meant for, empty: any
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

    def put(self, wanted: Wanted) -> None:
        """Leaves something in the mailbox; what was there and is not yet begun is overwritten."""
        with self._wake:
            if wanted.slot is not None:
                self._slot, self._of = wanted.slot, wanted.of
            overwritten = self._load if wanted.load not in (None, self._load) else None
            self._load = wanted.load or self._load
            self._threads = wanted.threads or self._threads
            if wanted.job is not None:
                self._running.pop(wanted.job.owner, None)
                self._waiting[wanted.job.owner] = wanted.job
            if wanted.quiet is not None:
                self._quiet = wanted.quiet
            self._wake.notify()
        if overwritten is not None:
            self._tell(GivenUp(overwritten))

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

    def start(self) -> None:
        """Starts the thread, which makes its backend there."""
        self.thread.start()

    def stop(self, timeout: float) -> None:
        """Ends the thread after its present step and the pictures that wait to be saved; seconds to wait for it."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        if self.thread.is_alive():
            self.thread.join(timeout)

    @property
    def writing(self) -> bool:
        """Whether a job that writes files waits or has begun."""
        with self._wake:
            jobs = [*self._waiting.values(), *(request for request, _ in self._running.values())]
            return any(isinstance(job, WRITERS) for job in jobs)

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
            meant = self._of in ("", self._hash)  # else a hand was still moving when another model came
            if meant and self._shown not in ((recipe, precision, self._hash), (recipe, "exact", self._hash)):
                return lambda backend: self._do_draw(backend, recipe, precision)
        if self._turn() is not None:
            return self._do_slice
        return None

    def _pick_save(self) -> Callable[[Backend], None] | None:
        """A picture that waits to be saved: neither another model nor the end of the window may lose it."""
        owner = next((owner for owner, job in self._waiting.items() if isinstance(job, Save)), None)
        return None if owner is None or not self._hash else lambda backend: self._do_save(backend, owner)

    def _turn(self) -> str | None:
        """The owner of the job that is next: one that moves the picture, one of the Lab's, then one that has not begun.

        Without a model only some can be done; while the picture moves, only what moves it.
        """
        jobs = [*self._waiting.values(), *(request for request, _ in self._running.values())]
        jobs = [job for job in jobs if self._quiet or isinstance(job, MOVERS)]
        jobs.sort(key=lambda job: (not isinstance(job, MOVERS), not isinstance(job, SEEN)))
        return next((job.owner for job in jobs if self._hash or isinstance(job, Convert)), None)

    def _say_idle(self, idle: bool) -> None:
        if idle != self._idle:
            self._idle = idle
            self._tell(idle)

    def _do_load(self, backend: Backend, path: str) -> None:
        try:
            info = backend.load(path, self._reporter(path))
        except Cancelled:
            with self._wake:
                if self._load is None and not (self._give_up or self._stopped):  # a picture is saved before
                    self._load = path
            if self._load != path:
                self._tell(GivenUp(path))
            return
        except Exception as error:  # noqa: BLE001 (as above)
            self._tell(Refused(path, _problem(error)))
            return
        with self._wake:
            self._hash, self._shown = info.hash, None
            dropped = [*self._waiting.values(), *(request for request, _ in self._running.values())]
            self._waiting = {owner: job for owner, job in self._waiting.items() if isinstance(job, Convert)}
            self._running = {owner: job for owner, job in self._running.items() if isinstance(job[0], Convert)}
        self._tell(Loaded(info, path))
        for request in dropped:
            if isinstance(request, AWAITED):
                self._tell(Failed(request, info.hash, "Another model was opened before this was drawn: ask again."))

    def _reporter(self, path: str) -> Report:
        """Passes on how far the loading is; ends it for a newer file, for a person, and with the window.

        For a picture that waits to be saved as well: it belongs to the model that is still there.
        """
        told = 0.0

        def report(fraction: float) -> bool:
            nonlocal told
            if time.perf_counter() - told > TOLD:
                told = time.perf_counter()
                self._tell(Loading(path, fraction))
            with self._wake:
                return not (self._give_up or self._load is not None or self._stopped or self._pick_save())

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
