"""The thread that draws: does what its agenda says, and tells what has come of it."""

import logging
import threading
import time
import traceback
from collections.abc import Callable

from explorer.jobs import Done, Failed, Frame, Piece
from explorer.problem import Problem, sentence_of
from explorer.renderer.agenda import Agenda
from explorer.renderer.kinds import AWAITED
from explorer.renderer.rendering import (
    Backend,
    Begun,
    GivenUp,
    Loaded,
    Loading,
    Refused,
    Report,
    Tell,
    Unwanted,
    Wanted,
)
from explorer.renderer.tasks import Draw, End, Job, Load, Slice, Task, Threads, Wait, Whole
from stylegan_core.formats.limits import Cancelled

log = logging.getLogger(__name__)

TOLD = 0.05  # seconds between two words about how far a file is loaded
REST = 2.0  # seconds without anything to do, longer than a hand pauses, after which memory is given back
SLICE = 0.03  # seconds a job may hold the thread before the agenda is asked again


class Worker:
    """The thread and its agenda. Any thread may call what is public; ``_live`` and what it calls stay on this one."""

    def __init__(self, make_backend: Callable[[], Backend], tell: Tell) -> None:
        self._make_backend, self._tell = make_backend, tell
        self._agenda = Agenda()
        self.thread = threading.Thread(target=self._live, name="render", daemon=True)
        self._doing: list[Draw | Job] = []  # from the outermost to the innermost; with the next, the thread's alone
        self._idle = False
        self._begun: str | None = None  # what was said to be drawn, None while nothing is

    def put(self, wanted: Wanted) -> None:
        """Leaves something to do; what was there and is not yet begun is overwritten."""
        self._tell_given_up(self._agenda.put(wanted))

    def drop(self, owner: str) -> None:
        """Forgets the job of an owner, begun or not."""
        self._agenda.drop(owner)

    def cancel_load(self) -> None:
        """Forgets the load that waits and gives up the one that has begun."""
        self._tell_given_up(self._agenda.cancel_load())

    def start(self) -> None:
        """Starts the thread, which makes its backend there."""
        self.thread.start()

    def stop(self, timeout: float) -> None:
        """Ends the thread after its present step and the pictures that wait to be saved; seconds to wait for it."""
        self._agenda.stop()
        if self.thread.is_alive():
            self.thread.join(timeout)

    @property
    def writing(self) -> bool:
        """Whether a job that writes files waits or has begun."""
        return self._agenda.writing

    def _tell_given_up(self, path: str | None) -> None:
        if path is not None:
            self._tell(GivenUp(path))

    def _live(self) -> None:
        try:
            backend = self._make_backend()
        except Exception as error:
            log.exception("The renderer does not start")
            reason = sentence_of(error).rstrip(".")
            sentence = f"Nothing can be drawn here ({reason}): set the program up anew with make run."
            self._tell(Problem(sentence, traceback.format_exc()))
            return
        self._tell(backend.device())
        backend.heed(lambda: self._between(backend))
        while not isinstance(task := self._agenda.next(), End):
            self._say_idle(isinstance(task, Wait))
            self._do(backend, task)

    def _between(self, backend: Backend) -> None:
        """Between two parts of a picture: does first what is more urgent. Raises Unwanted where nobody waits for it."""
        while (task := self._agenda.between(self._doing)) is not None:
            self._do(backend, task)

    def _say_idle(self, idle: bool) -> None:
        if idle != self._idle:
            self._idle, self._begun = idle, None
            self._tell(idle)

    def _say_begun(self, owner: str) -> None:
        if owner != self._begun:
            self._begun = owner
            self._tell(Begun(owner))

    def _do(self, backend: Backend, task: Task) -> None:
        """Does a task and tells of any failure, which ends neither the thread nor what goes on around the task."""
        try:
            self._do_in_full(backend, task)
        except Exception as error:  # noqa: BLE001 (_problem logs it)
            self._tell(_problem(error))

    def _do_in_full(self, backend: Backend, task: Task) -> None:
        match task:
            case Threads():
                backend.set_threads(task.count)
            case Load():
                self._do_load(backend, task.path)
            case Draw():
                self._do_draw(backend, task)
            case Whole():
                self._do_whole(backend, task.job)
            case Slice():
                self._do_slice(backend, task.job)
            case Wait():
                self._wait(backend)

    def _wait(self, backend: Backend) -> None:
        """Waits for something to do; where that does not come at once, and nothing is under way, the backend rests."""
        if not self._agenda.wait(None if self._doing else REST):
            backend.rest()
            self._agenda.wait()

    def _do_load(self, backend: Backend, path: str) -> None:
        try:
            info = backend.load(path, self._reporter(path))
        except Cancelled:
            if not self._agenda.put_load_back(path):
                self._tell(GivenUp(path))
            return
        except Exception as error:  # noqa: BLE001 (_problem logs it)
            self._tell(Refused(path, _problem(error)))
            return
        dropped = self._agenda.loaded(info.hash)
        self._tell(Loaded(info, path))
        for request in dropped:
            if isinstance(request, AWAITED):
                self._tell(Failed(request, info.hash, "Another model was opened before this was drawn: ask again."))

    def _reporter(self, path: str) -> Report:
        """Passes on how far the loading is, and ends it where the agenda says so."""
        told = 0.0

        def report(fraction: float) -> bool:
            nonlocal told
            if time.perf_counter() - told > TOLD:
                told = time.perf_counter()
                self._tell(Loading(path, fraction))
            return self._agenda.load_goes_on()

        return report

    def _do_draw(self, backend: Backend, draw: Draw) -> None:
        self._say_begun("")
        begin = time.perf_counter()
        self._doing.append(draw)
        try:
            pixels = backend.draw(draw.recipe, draw.precision)
        except Unwanted:
            return
        finally:
            self._doing.pop()
        seconds = time.perf_counter() - begin
        self._agenda.shown(draw)
        dtype = backend.dtype(draw.precision)
        self._tell(Frame(draw.recipe, self._agenda.model_hash, draw.precision, pixels, seconds, dtype))

    def _do_slice(self, backend: Backend, job: Job) -> None:
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end and self._agenda.slice_goes_on(job):
            self._advance(backend, job)

    def _do_whole(self, backend: Backend, job: Job) -> None:
        while self._agenda.is_current(job):
            self._advance(backend, job)

    def _advance(self, backend: Backend, job: Job) -> None:
        """Does one step of a job and tells what it brought, unless the job was dropped meanwhile."""
        request, model_hash = job.request, self._agenda.model_hash
        answer: Piece | Done | Failed
        self._say_begun(request.owner)
        self._doing.append(job)
        try:
            if job.steps is None:
                job.steps = backend.job(request)
            index, total, value = next(job.steps)
            answer = Piece(request, model_hash, index, total, value)
        except StopIteration as end:
            answer = Done(request, model_hash, end.value)
        except Unwanted:
            self._agenda.put_back(job)
            return
        except Exception as error:  # noqa: BLE001 (_problem logs it)
            answer = Failed(request, model_hash, _problem(error).sentence)
        finally:
            self._doing.pop()
        awaited = self._agenda.is_current(job) if isinstance(answer, Piece) else self._agenda.finish(job)
        if awaited:
            self._tell(answer)


def _problem(error: Exception) -> Problem:
    """A problem for the window; what is not the fault of a file goes to the log with all its details."""
    if not isinstance(error, ValueError | OSError):
        log.exception("Drawing failed")
    return Problem(sentence_of(error), traceback.format_exc())
