"""Questions to the core that need torch or take long, asked of a process so that the window never waits."""

import logging
import os
from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from explorer.work.core_process import core_command
from stylegan_core.json_text import read_json
from stylegan_core.processes import ASKER

log = logging.getLogger(__name__)
GRACE_MS = 2000  # for a process that was killed, where the window closes
PROGRESS = b"progress "
CRASHED = "The program that was working on it was ended by the system; perhaps memory ran out."
REFUSED = 2  # the exit code of a reason in one sentence


class CoreCommand(QObject):
    """Runs ``python -m stylegan_core ...``; a newer question drops the older one, and it ends with this window.

    ``answered`` brings what it printed (read as JSON where ``as_json``), ``failed`` its one sentence, ``progress`` how
    much of how much it has done, where it says so. ``refused`` is True where it failed for a reason it knew.
    """

    answered = Signal(object)
    failed = Signal(str)
    progress = Signal(int, int)

    def __init__(self, as_json: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._as_json = as_json
        self._process: QProcess | None = None
        self._complaint = b""
        self.refused = False

    @property
    def busy(self) -> bool:
        """True while a question is open."""
        return self._process is not None

    @property
    def process_id(self) -> int:
        """Of the process that looks for the answer; 0 where there is none."""
        return self._process.processId() if self._process is not None else 0

    def ask(self, *arguments: str, told: bytes = b"") -> None:
        """Starts the process, which reads what it is ``told``; the answer comes as a signal."""
        self.drop()
        command, environment = core_command(*arguments)
        process = QProcess(self)
        surroundings = QProcessEnvironment()
        for name, value in {**environment, ASKER: str(os.getpid())}.items():
            surroundings.insert(name, value)
        process.setProcessEnvironment(surroundings)
        process.finished.connect(self._finished)
        process.readyReadStandardError.connect(self._hear)
        process.errorOccurred.connect(self._not_started)
        self._process, self._complaint, self.refused = process, b"", False
        process.start(command[0], command[1:])
        process.write(told)
        process.closeWriteChannel()

    def drop(self, then: Callable[[], object] = lambda: None) -> None:
        """Ends a question whose answer nobody waits for any more; does ``then`` once its process is gone."""
        process, self._process = self._process, None
        if process is None:
            then()
        else:
            process.finished.disconnect(self._finished)
            process.readyReadStandardError.disconnect(self._hear)
            process.errorOccurred.disconnect(self._not_started)
            _Ending(process, then)

    def _hear(self) -> None:
        if self._process is None:
            return
        *lines, rest = (self._complaint + bytes(self._process.readAllStandardError().data())).split(b"\n")
        told = [line for line in lines if line.startswith(PROGRESS)]
        self._complaint = b"\n".join([line for line in lines if line not in told] + [rest])
        numbers = told[-1].split()[1:] if told else []
        if len(numbers) == 2 and all(number.isdigit() for number in numbers):
            self.progress.emit(int(numbers[0]), int(numbers[1]))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._hear()
        process, self._process = self._process, None
        if process is None:
            return
        said = bytes(process.readAllStandardOutput().data()).decode("utf-8", "replace")
        complaint = self._complaint.decode("utf-8", "replace")
        process.deleteLater()
        crashed = status == QProcess.ExitStatus.CrashExit
        self.refused = code == REFUSED and not crashed
        if crashed:
            self.failed.emit(CRASHED)
        elif code:
            self.failed.emit(last_sentence(complaint) or f"The command ended with code {code} and without a word.")
        else:
            self._answer(said)

    def _answer(self, said: str) -> None:
        try:
            self.answered.emit(read_json(said) if self._as_json else said)
        except ValueError:
            log.info("not JSON: %s", said)
            self.failed.emit("The answer of the command could not be read.")

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if self._process is not None and error == QProcess.ProcessError.FailedToStart:
            process, self._process = self._process, None
            process.deleteLater()
            self.failed.emit(f"{process.program()} cannot be started: {process.errorString()}.")


class _Ending(QObject):
    """A process that was killed, until it is gone: the system takes seconds to free what a large network had."""

    def __init__(self, process: QProcess, then: Callable[[], object]) -> None:
        super().__init__()
        self._process, self._then = process, then
        process.setParent(self)  # whoever asked may be gone before
        _endings.add(self)
        process.finished.connect(self._gone)
        process.errorOccurred.connect(self._not_started)
        process.kill()

    def wait(self) -> None:
        """Returns when it is gone, or after a while."""
        self._process.waitForFinished(GRACE_MS)

    def _gone(self) -> None:
        if self in _endings:
            _endings.remove(self)
            self.deleteLater()
            self._then()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._gone()


_endings: set[_Ending] = set()


def wait_for_dropped() -> None:
    """Waits until what was dropped is gone, and what it left behind with it."""
    for each in tuple(_endings):
        each.wait()


def last_sentence(complaint: str) -> str:
    """The last line that says something; a traceback ends with its reason."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return lines[-1] if lines else ""
