"""The thread that draws: its one-slot mailbox, and the jobs that wait behind the slot."""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType

from explorer.jobs import Convert, Done, Failed, Frame, Picture, Piece, Problem, Request, Save
from explorer.renderer.kinds import AWAITED, MOVERS, SHORT, WRITERS, next_owner
from explorer.renderer.rendering import (
    Backend,
    Begun,
    GivenUp,
    Loaded,
    Loading,
    Precision,
    Refused,
    Report,
    Steps,
    Tell,
    Unwanted,
    Wanted,
)
from explorer.sentence import sentence_of
from stylegan_core.formats.limits import Cancelled
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

TOLD = 0.05  # seconds between two words about how far a file is loaded
LONG = 1.0  # seconds after which a picture that is being drawn is given up for another one; shorter ones are finished
SLICE = 0.03  # seconds a job may hold the thread before the mailbox is looked at again


@dataclass(frozen=True, slots=True)
class _OnScreen:
    """The picture that the window waits for, while it is drawn; ``begun`` by the clock of ``time.perf_counter``."""

    recipe: Recipe
    precision: Precision
    begun: float


class Worker:
    """The thread's side. Every field below ``_wake`` is touched only while it is held."""

    def __init__(self, make_backend: Callable[[], Backend], tell: Tell) -> None:
        self._make_backend, self._tell = make_backend, tell
        self._doing: _OnScreen | Request | None = None  # the innermost picture or job; the thread's alone
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
        self._begun: str | None = None  # what was said to be drawn, None while nothing is

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
            self._wake.notify()

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
        backend.heed(lambda: self._between(backend))
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
        draw = self._pick_slot()
        if draw is not None:
            return draw
        return self._pick_slice()

    def _pick_slot(self) -> Callable[[Backend], None] | None:
        """The picture that is wanted on screen, if there is one that is not there yet."""
        if self._slot is None or not self._hash:
            return None
        (recipe, precision), self._slot = self._slot, None
        meant = self._of in ("", self._hash)  # else a hand was still moving when another model came
        if not meant or self._shown in ((recipe, precision, self._hash), (recipe, "exact", self._hash)):
            return None
        return lambda backend: self._do_draw(backend, recipe, precision)

    def _between(self, backend: Backend) -> None:
        """Between two parts of a picture: does first what is more urgent. Raises Unwanted where nobody waits for it."""
        while (task := self._more_urgent()) is not None:
            task(backend)

    def _more_urgent(self) -> Callable[[Backend], None] | None:
        """What comes before the innermost picture; the jobs of panels wait here while a hand moves."""
        doing = self._doing
        with self._wake:
            while True:
                if isinstance(doing, _OnScreen):
                    self._give_up_unless_wanted(doing)
                    return self._pick_whole(SHORT)
                if not isinstance(doing, Save):
                    if self._stopped or self._load is not None or not self._is_current(doing):
                        raise Unwanted
                    whole = self._pick_save() or self._pick_whole(Picture | SHORT)
                    if whole is not None:
                        return whole
                draw = None if self._stopped or self._load is not None else self._pick_slot()
                if draw is not None or isinstance(doing, Save | MOVERS):
                    return draw
                moves = self._pick_slice(MOVERS)
                if moves is not None or self._quiet:
                    return moves
                self._wake.wait()

    def _give_up_unless_wanted(self, on_screen: _OnScreen) -> None:
        """Raises Unwanted for the end, for a file, and where a picture takes long and another one is wanted.

        A draft is finished before another draft: a hand that goes on moving would never see one.
        """
        if self._load is not None and self._slot is None:  # the file may be refused
            self._slot, self._of = (on_screen.recipe, on_screen.precision), self._hash
        if self._stopped or self._load is not None:
            raise Unwanted
        if self._slot is None or time.perf_counter() - on_screen.begun < LONG:
            return
        recipe, precision = self._slot
        if recipe != on_screen.recipe and "exact" in (precision, on_screen.precision):
            raise Unwanted

    def _pick_save(self) -> Callable[[Backend], None] | None:
        """A picture that waits to be saved: neither another model nor the end of the window may lose it."""
        return self._pick_whole(Save)

    def _pick_whole(self, kind: type | UnionType) -> Callable[[Backend], None] | None:
        """A job of a kind that waits, to be done at one go: it is short, or somebody waits for its one picture."""
        owner = next((owner for owner, job in self._waiting.items() if isinstance(job, kind)), None)
        return None if owner is None or not self._hash else lambda backend: self._do_whole(backend, owner)

    def _pick_slice(self, kind: type | UnionType = object) -> Callable[[Backend], None] | None:
        """The job of a kind whose turn it is."""
        jobs = [*self._waiting.values(), *(request for request, _ in self._running.values())]
        possible = [job for job in jobs if isinstance(job, kind)]
        owner = next_owner(possible, quiet=self._quiet, has_model=bool(self._hash))
        return None if owner is None else lambda backend: self._do_slice(backend, owner)

    def _say_idle(self, idle: bool) -> None:
        if idle != self._idle:
            self._idle, self._begun = idle, None
            self._tell(idle)

    def _say_begun(self, owner: str) -> None:
        if owner != self._begun:
            self._begun = owner
            self._tell(Begun(owner))

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
        self._say_begun("")
        begin = time.perf_counter()
        outer, self._doing = self._doing, _OnScreen(recipe, precision, begin)
        try:
            pixels = backend.draw(recipe, precision)
        except Unwanted:
            return
        finally:
            self._doing = outer
        seconds = time.perf_counter() - begin
        self._shown = (recipe, precision, self._hash)
        self._tell(Frame(recipe, self._hash, precision, pixels, seconds, backend.dtype(precision)))

    def _do_slice(self, backend: Backend, owner: str) -> None:
        """Advances a job for a short while, then sends it to the end of the queue."""
        with self._wake:
            if owner in self._waiting:
                request = self._waiting.pop(owner)
                steps = backend.job(request)
            elif owner in self._running:
                request, steps = self._running.pop(owner)
            else:  # dropped meanwhile
                return
            self._running[owner] = (request, steps)
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end and self._still(request) and not self._slot and not self._load:
            self._advance(owner, request, steps)

    def _do_whole(self, backend: Backend, owner: str) -> None:
        with self._wake:
            request = self._waiting.pop(owner)
            steps = backend.job(request)
            self._running[owner] = (request, steps)
        while owner in self._running:
            self._advance(owner, request, steps)

    def _advance(self, owner: str, request: Request, steps: Steps) -> None:
        answer: Piece | Done | Failed
        self._say_begun(owner)
        outer, self._doing = self._doing, request
        try:
            index, total, value = next(steps)
            answer = Piece(request, self._hash, index, total, value)
        except StopIteration as end:
            answer = Done(request, self._hash, end.value)
        except Unwanted:
            self._put_back(owner, request)
            return
        except Exception as error:  # noqa: BLE001 (as above)
            answer = Failed(request, self._hash, _problem(error).sentence)
        finally:
            self._doing = outer
        with self._wake:
            if not self._is_current(request):
                return
            if not isinstance(answer, Piece):
                del self._running[owner]
        self._tell(answer)

    def _put_back(self, owner: str, request: Request) -> None:
        """A job that was given up for a file begins again, should that be refused."""
        with self._wake:
            if self._is_current(request):
                del self._running[owner]
                self._waiting.setdefault(owner, request)

    def _is_current(self, request: Request | None) -> bool:
        return request is not None and self._running.get(request.owner, (None,))[0] is request

    def _still(self, request: Request) -> bool:
        return self._is_current(request) and not self._stopped


def _problem(error: Exception) -> Problem:
    """A problem for the window; what is not the fault of a file goes to the log with all its details."""
    if not isinstance(error, ValueError | OSError):
        log.exception("Drawing failed")
    return Problem(sentence_of(error), traceback.format_exc())
