"""What waits for the one that draws, what has begun, and what comes next; knows no backend and starts no thread."""

import threading
import time
from collections.abc import Callable
from types import UnionType

from explorer.jobs import Convert, Picture, Request, Save
from explorer.renderer.kinds import MOVERS, SHORT, WRITERS, next_owner
from explorer.renderer.rendering import Precision, Unwanted, Wanted
from explorer.renderer.tasks import Doing, Draw, End, Job, Load, Slice, Task, Threads, Wait, Whole
from stylegan_core.recipe import Recipe

LONG = 1.0  # seconds after which a picture that is being drawn is given up for another one; shorter ones are finished


class Agenda:
    """Any thread may leave something here; one takes its tasks from here, and does each before it asks for the next.

    Every field below ``_news`` is touched only while that is held, which is never while anything is done or told.
    A job is in one of ``_waiting`` and ``_running`` or, dropped or done, in neither.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._news = threading.Condition()
        self._new = False  # something was left since the one that draws has last asked
        self._slot: tuple[Recipe, Precision] | None = None
        self._of = ""  # the model that it was meant for, empty: any
        self._load: str | None = None
        self._give_up = False  # the load that is going on is not wanted any more
        self._threads: int | None = None
        self._waiting: dict[str, Job] = {}  # by owner; not begun
        self._running: dict[str, Job] = {}  # by owner; the one whose turn was longest ago is the first
        self._quiet = True
        self._stopped = False
        self._hash = ""
        self._shown: tuple[Recipe, Precision, str] | None = None

    # What is left here, by any thread.

    def put(self, wanted: Wanted) -> str | None:
        """Overwrites what was there and is not yet begun; the path of a load that was overwritten."""
        with self._news:
            if wanted.slot is not None:
                self._slot, self._of = wanted.slot, wanted.of
            overwritten = self._load if wanted.load not in (None, self._load) else None
            self._load = wanted.load or self._load
            self._threads = wanted.threads or self._threads
            if wanted.job is not None:
                self._running.pop(wanted.job.owner, None)
                self._waiting[wanted.job.owner] = Job(wanted.job)
            if wanted.quiet is not None:
                self._quiet = wanted.quiet
            self._tell_news()
            return overwritten

    def drop(self, owner: str) -> None:
        """Forgets the job of an owner, begun or not."""
        with self._news:
            self._waiting.pop(owner, None)
            self._running.pop(owner, None)
            self._tell_news()

    def cancel_load(self) -> str | None:
        """Gives up the load that has begun, and forgets the one that waits; its path."""
        with self._news:
            waiting, self._load = self._load, None
            self._give_up = True
            return waiting

    def stop(self) -> None:
        """From now on only pictures that wait to be saved are tasks; after them comes the end."""
        with self._news:
            self._stopped = True
            self._tell_news()

    @property
    def writing(self) -> bool:
        """Whether a job that writes files waits or has begun."""
        with self._news:
            return any(isinstance(job.request, WRITERS) for job in self._jobs())

    def _tell_news(self) -> None:
        self._new = True
        self._news.notify()

    # What comes next, asked by the one that draws alone.

    def next(self) -> Task:
        """The most urgent thing to do, for one that does nothing now."""
        with self._news:
            self._new = False
            if self._stopped:
                return self._pick_save() or End()
            if self._threads is not None:
                count, self._threads = self._threads, None
                return Threads(count)
            save = self._pick_save()
            if save is not None:
                return save
            if self._load is not None:
                path, self._load, self._give_up = self._load, None, False
                return Load(path)
            return self._pick_draw() or self._pick_slice(()) or Wait()

    def between(self, doing: Doing) -> Task | None:
        """What comes first in the middle of a picture of the last one of ``doing``; None: go on.

        The jobs of panels wait here while a hand moves. Raises Unwanted where nobody waits for the picture any more.
        """
        inner = doing[-1]
        with self._news:
            self._new = False
            if isinstance(inner, Draw):
                self._give_up_unless_wanted(inner)
                return self._pick_whole(SHORT)
            leaving = self._stopped or self._load is not None
            if isinstance(inner.request, Save):
                return None if leaving else self._pick_draw()
            if leaving or not self._is_current(inner):
                raise Unwanted
            first = self._pick_save() or self._pick_whole(Picture | SHORT) or self._pick_draw()
            if first is not None or isinstance(inner.request, MOVERS):
                return first
            moves = self._pick_slice(doing, MOVERS)
            return moves if moves is not None or self._quiet else Wait()

    def wait(self, seconds: float | None = None) -> bool:
        """Returns when something has been left here since the last question, or False after so many seconds."""
        with self._news:
            return self._news.wait_for(lambda: self._new, seconds)

    # What has come of a task, said by the one that draws alone.

    @property
    def model_hash(self) -> str:
        """The current model, empty without one; it changes by :meth:`loaded` alone."""
        with self._news:
            return self._hash

    def load_goes_on(self) -> bool:
        """Whether the file that is being loaded is still wanted, and no picture waits to be saved.

        That one belongs to the model that is still there.
        """
        with self._news:
            return not (self._give_up or self._load is not None or self._stopped or self._first_waiting(Save))

    def put_load_back(self, path: str) -> bool:
        """A load that was stopped, for a picture to be saved before, is left here again; False if it is not wanted."""
        with self._news:
            if self._load is None and not (self._give_up or self._stopped):
                self._load = path
            return self._load == path

    def loaded(self, model_hash: str) -> list[Request]:
        """Another model is the current one; the jobs that are dropped for it."""
        with self._news:
            self._hash, self._shown = model_hash, None
            dropped: list[Request] = [job.request for job in self._jobs() if not isinstance(job.request, Convert)]
            for jobs in (self._waiting, self._running):
                for owner in [owner for owner, job in jobs.items() if not isinstance(job.request, Convert)]:
                    del jobs[owner]
            return dropped

    def shown(self, draw: Draw) -> None:
        """The picture is drawn and need not be drawn again."""
        with self._news:
            self._shown = (draw.recipe, draw.precision, self._hash)

    def is_current(self, job: Job) -> bool:
        """Whether somebody still waits for a job that has begun."""
        with self._news:
            return self._is_current(job)

    def slice_goes_on(self, job: Job) -> bool:
        """Whether nothing is more urgent than the next step of a job, as long as its time lasts."""
        with self._news:
            draws = self._slot is not None and bool(self._hash)  # without a model the picture waits for one
            return self._is_current(job) and not (self._stopped or draws or self._load is not None)

    def finish(self, job: Job) -> bool:
        """A job has ended; False if nobody waits for it any more."""
        with self._news:
            current = self._is_current(job)
            if current:
                del self._running[job.request.owner]
            return current

    def put_back(self, job: Job) -> None:
        """A job that was given up for a file begins again, should that be refused."""
        with self._news:
            if self._is_current(job):
                del self._running[job.request.owner]
                self._waiting[job.request.owner] = Job(job.request)

    # All below is called with the lock held.

    def _give_up_unless_wanted(self, on_screen: Draw) -> None:
        """Raises Unwanted for the end, for a file, and where a picture takes long and another one is wanted.

        A draft is finished before another draft: a hand that goes on moving would never see one.
        """
        if self._load is not None and self._slot is None:  # the file may be refused
            self._slot, self._of = (on_screen.recipe, on_screen.precision), self._hash
        if self._stopped or self._load is not None:
            raise Unwanted
        if self._slot is None or self._clock() - on_screen.begun < LONG:
            return
        recipe, precision = self._slot
        if recipe != on_screen.recipe and "exact" in (precision, on_screen.precision):
            raise Unwanted

    def _pick_draw(self) -> Draw | None:
        """The picture that is wanted on screen, if there is one that is not there yet."""
        if self._slot is None or not self._hash:
            return None
        (recipe, precision), self._slot = self._slot, None
        meant = self._of in ("", self._hash)  # else a hand was still moving when another model came
        if not meant or self._shown in ((recipe, precision, self._hash), (recipe, "exact", self._hash)):
            return None
        return Draw(recipe, precision, self._clock())

    def _pick_save(self) -> Whole | None:
        """A picture that waits to be saved: neither another model nor the end of the window may lose it."""
        return self._pick_whole(Save)

    def _pick_whole(self, kind: type | UnionType) -> Whole | None:
        """A job of a kind that waits, to be done at one go: it is short, or somebody waits for its one picture."""
        job = self._first_waiting(kind)
        return None if job is None or not self._hash else Whole(self._begin(job))

    def _pick_slice(self, doing: Doing, kind: type | UnionType = object) -> Slice | None:
        """The job of a kind whose turn it is; none that is in the middle of a step can begin another."""
        jobs = [job for job in self._jobs() if isinstance(job.request, kind) and job not in doing]
        possible = {job.request.owner: job for job in jobs}
        requests = [job.request for job in jobs]
        owner = next_owner(requests, quiet=self._quiet, has_model=bool(self._hash))
        return None if owner is None else Slice(self._begin(possible[owner]))

    def _begin(self, job: Job) -> Job:
        """Puts a job at the end of those that have begun."""
        owner = job.request.owner
        self._waiting.pop(owner, None)
        self._running.pop(owner, None)
        self._running[owner] = job
        return job

    def _first_waiting(self, kind: type | UnionType) -> Job | None:
        return next((job for job in self._waiting.values() if isinstance(job.request, kind)), None)

    def _jobs(self) -> list[Job]:
        return [*self._waiting.values(), *self._running.values()]

    def _is_current(self, job: Job) -> bool:
        return self._running.get(job.request.owner) is job
