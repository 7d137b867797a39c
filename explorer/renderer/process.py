"""Drawing in a process of its own, seen from the window.

Importing torch holds the interpreter for up to 200 ms at a time, and PySide6 reads the source of every module that is
imported beside it. In another process neither stops the window, and what crashes there does not take the window along.
"""

import contextlib
import logging
import queue
import signal
import subprocess
import threading
from typing import Any

from explorer.jobs import Done, Failed, Frame, Request
from explorer.problem import Problem
from explorer.renderer.kinds import WRITERS
from explorer.renderer.pipe import receive, send
from explorer.renderer.rendering import GivenUp, Loaded, Precision, Refused, Tell, Wanted
from explorer.work.core_process import module_command
from stylegan_core.recipe import Recipe

log = logging.getLogger(__name__)

PROMPT = 1.0  # seconds to end in, for a process that has nothing to write
TRIES = 3  # processes in a row that may end before they have drawn anything
Message = tuple[str, dict[str, Any]]


class RenderProcess:
    """A :class:`explorer.renderer.thread.Worker` in another process; calls return at once, answers come in a thread.

    Where the process ends unexpectedly it is started again with the model and the recipe that were shown last, and
    every job is tried once more.
    """

    def __init__(self, tell: Tell, module: str = "explorer.renderer.child") -> None:
        self._tell, self._module = tell, module
        self.thread = threading.Thread(target=self._live, name="render-ears", daemon=True)
        self._lock = threading.Lock()  # held for what is below, never while waiting for the process
        self._out: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._unanswered: dict[str, Request] = {}
        self._retried: dict[str, Request] = {}  # those of them that were under way when a process ended
        self._loading = ""  # the file that was asked for last and has not been answered
        self._going_on = ""  # the file a process that has taken over was told to load, until it has answered
        self._slot: tuple[Recipe, Precision] | None = None  # with the next, what a process that takes over must be told
        self._of = ""
        self._threads: int | None = None
        self._loaded: Loaded | None = None
        self._failures = 0
        self._given_up = False  # there is no process until another file is asked for

    def start(self) -> None:
        """Starts the process and the threads that speak with it."""
        self.thread.start()

    def put(self, wanted: Wanted) -> None:
        """Leaves something in the mailbox; what was there and is not yet begun is overwritten."""
        with self._lock:
            self._slot, self._threads = wanted.slot or self._slot, wanted.threads or self._threads
            self._of = wanted.of if wanted.slot else self._of
            self._loading = wanted.load or self._loading
            if wanted.job is not None:
                self._unanswered[wanted.job.owner] = wanted.job
                self._retried.pop(wanted.job.owner, None)
            self._out.put(("put", {"wanted": wanted}))
            if wanted.load is not None and self._given_up:
                self._given_up, self._failures = False, 0
                self.thread = threading.Thread(target=self._live, name="render-ears", daemon=True)
                self.thread.start()

    def drop(self, owner: str) -> None:
        """Forgets the job of an owner, begun or not."""
        with self._lock:
            self._unanswered.pop(owner, None)
            self._retried.pop(owner, None)
            self._out.put(("drop", {"owner": owner}))

    def cancel_load(self) -> None:
        """Forgets the load that waits and gives up the one that has begun."""
        with self._lock:
            self._out.put(("cancel_load", {}))

    def stop(self, timeout: float) -> None:
        """Ends the process; seconds to wait while it writes files. After them it goes on and ends by itself."""
        with self._lock:
            self._stopped = True
            self._out.put(None)
            writes = any(isinstance(job, WRITERS) for job in self._unanswered.values())
        if not self.thread.is_alive():
            return
        self.thread.join(timeout if writes else min(PROMPT, timeout))
        if self.thread.is_alive() and not writes:
            if (process := self._process) is not None:  # else it is being started, and ends as soon as it listens
                log.info("The process that draws does not end and is ended")
                process.kill()
            self.thread.join(timeout)

    @property
    def pid(self) -> int:
        """The process that draws, 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    def _live(self) -> None:
        """Listens to one process after the other; there is a second one only if the first ends unexpectedly."""
        while True:
            try:
                process = self._launch()
            except OSError as error:
                self._given_up = True
                reason = error.strerror or error
                self._tell(
                    Problem(f"Nothing can be drawn here ({reason}): close other programs and start this one anew.")
                )
                return
            with process:
                speaker = threading.Thread(target=self._speak, args=(process, self._out), name="render-voice")
                speaker.start()
                self._listen(process)
                self._out.put(None)
                code = process.wait()
                speaker.join()
            self._process = None
            if self._stopped or not self._take_over(code):
                return

    def _launch(self) -> subprocess.Popen[bytes]:
        command, environment = module_command(self._module)
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # only Windows has it and would open a console
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=hidden
        )
        return self._process

    def _speak(self, process: subprocess.Popen[bytes], out: "queue.SimpleQueue[Message | None]") -> None:
        assert process.stdin is not None
        try:
            while (message := out.get()) is not None:
                send(process.stdin, message)
            process.stdin.close()
        except OSError:
            log.info("The process that draws does not listen any more")
            with contextlib.suppress(OSError):
                process.stdin.close()  # what was half said is lost, and must not be said again when the process is left

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        try:
            while True:
                self._hear(receive(process.stdout))
        except EOFError:
            log.info("The process that draws has ended")

    def _hear(self, answer: object) -> None:
        """Keeps account of what is still to come, and passes the answer on."""
        lost: list[object] = []
        with self._lock:
            match answer:
                case Done() | Failed():
                    if self._unanswered.get(answer.request.owner) == answer.request:
                        del self._unanswered[answer.request.owner]
                case Frame():
                    self._failures = 0
                case Loaded():
                    known, self._loaded, self._going_on = self._loaded, answer, ""
                    self._loading = "" if self._loading == answer.path else self._loading
                    if self._failures and known is not None and known.info == answer.info:
                        for job in self._retried.values():
                            self._out.put(("put", {"wanted": Wanted(job=job)}))
                        return  # the window shows this model already
                case Refused() if self._going_on == answer.path and self._loading != answer.path:
                    lost = self._lose(answer.problem)
                case Refused() | GivenUp():
                    self._loading = "" if self._loading == answer.path else self._loading
        for each in lost or [answer]:
            self._tell(each)

    def _lose(self, problem: Problem) -> list[object]:
        """The model that was shown is gone, so a new process cannot go on with it: what there is to say."""
        assert self._loaded is not None
        self._going_on, retried, self._retried = "", self._retried, {}
        for owner in retried:
            self._unanswered.pop(owner, None)
        sentence = f"What draws was started again but has no model now. {problem.sentence}"
        said = Problem(sentence, problem.details)
        return [said, *(Failed(request, self._loaded.info.hash, sentence) for request in retried.values())]

    def _take_over(self, code: int) -> bool:
        """Tells what has happened and makes the next process go on; False after several failures in a row."""
        with self._lock:
            self._failures += 1
            again = self._failures < TRIES
            loading, loaded, failed = self._loading, self._loaded, self._sort_jobs(again)
            self._loading, self._given_up = "", not again
            self._out = queue.SimpleQueue()
            if self._failures > 1:  # it may be this very picture
                self._slot = None
            if loaded is not None and again:
                self._going_on = loaded.path
                going_on = Wanted(self._slot, loaded.path, quiet=True, threads=self._threads, of=self._of)
                self._out.put(("put", {"wanted": going_on}))
        reason = _reason(code)
        cure = "It was started again." if again else "Open a smaller model, or start the explorer again."
        problem = Problem(f"The part of the program that draws has ended ({reason}). {cure}")
        self._tell(problem)
        if loading:
            self._tell(Refused(loading, problem))
        for request in failed:
            self._tell(Failed(request, loaded.info.hash if loaded else "", problem.sentence))
        return again

    def _sort_jobs(self, again: bool) -> list[Request]:
        """Keeps the jobs that are tried once more and returns those that are not."""
        jobs = self._unanswered.values() if again and self._loaded is not None else ()
        retried = {job.owner: job for job in jobs if self._retried.get(job.owner) is not job}
        failed = [job for job in self._unanswered.values() if job.owner not in retried]
        self._unanswered, self._retried = dict(retried), retried
        return failed


def _reason(code: int) -> str:
    """Why a process ended, in words."""
    if code >= 0:
        return f"code {code}"
    if code == -getattr(signal, "SIGKILL", 9):
        return "ended by the system, perhaps for want of memory"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
