"""What a monkey does to a window from behind: a renderer that is killed, a disk that is full, a run that trains."""

import errno
import os
import random
import resource
import signal
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from explorer.app import Explorer
from explorer.present.presenting import ACTIONS as ON_STAGE
from explorer.remote.message import Message
from stylegan_core.files.places import home
from tests.explorer.monkey_counts import descendants

NEVER = ("quit",)
MOST_RUNS = 6
# The real core is at it for some ten seconds, and writes networks meanwhile: time to stop it, follow it and kill it.
LONGER = ["growth.16.stable_kimg=2", "snapshot_kimg=0.5"]
WRITES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.truncate")


class Mischief:
    """Deeds by name, as :class:`Playground` is asked for them; each returns what it did, or nothing."""

    def __init__(self, explorer: Explorer, dice: random.Random) -> None:
        self.explorer, self.dice = explorer, dice
        self.disk = "well"
        self._forbidding = self._harmed = False

    def act(self) -> str:
        """One of the actions that a person can reach now, through a menu, a key or the palette of commands."""
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            return ""
        explorer = self.explorer
        allowed = [explorer.actions[key] for key in ON_STAGE if key not in NEVER]
        if not explorer.presenting.on:
            never = [explorer.actions[key] for key in NEVER]
            allowed = [each for each in explorer.every_action() if each not in never]
        reached = [each for each in allowed if each.isEnabled() and each.isVisible()]
        if not reached:
            return ""
        action = self.dice.choice(reached)
        action.trigger()
        return action.text()

    def steer(self) -> str:
        """A knob or a key of a controller, as it comes in from outside."""
        controls = list(self.explorer.remoting.steering.every())
        control = self.dice.choice(controls)
        number = self.dice.choice((control.low, control.high, self.dice.uniform(control.low, control.high), 1e30, "x"))
        numbers = (number,) * self.dice.choice((1, 1, control.numbers, 0))
        self.explorer.remoting.remote.inbox.put([Message(control.address, numbers)])
        return f"{control.address} {numbers}"

    def kill(self) -> str:
        """Ends a process of this window as a system without memory would: the one that draws, mostly."""
        below = descendants(os.getpid())
        drawing = [pid for pid in below if b"explorer.renderer.child" in _command(pid)]
        chosen = self.dice.choice(drawing if drawing and self.dice.random() < 0.7 else below) if below else 0
        if not chosen:
            return ""
        words = b" ".join(_command(chosen)[2:5]).decode(errors="replace")
        try:
            os.kill(chosen, signal.SIGKILL)
        except ProcessLookupError:
            return ""
        return words

    def set_disk(self, state: str) -> str:
        """The disk is "well", "full" (files cannot grow any more, in no process) or "read-only" (for this window)."""
        self.disk = state
        self._harmed |= state != "well"
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        limit = 0 if state == "full" else most
        for pid in (os.getpid(), *descendants(os.getpid())):
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, most))
            except ProcessLookupError:
                continue
        if state == "read-only" and not self._forbidding:
            self._forbidding = True
            sys.addaudithook(self._forbid)
        return state

    def expected(self, problem: str) -> bool:
        """Whether a log message only says what was done to the disk."""
        reasons = [os.strerror(number) for number in (errno.EFBIG, errno.EROFS)]
        return self._harmed and problem.startswith("log ") and any(reason in problem for reason in reasons)

    def train(self) -> str:
        """A run that trains from now on, or goes on."""
        if QApplication.activeModalWidget() or self.explorer.presenting.on:
            return ""
        folder = home() / "runs" / f"made-{self.dice.randrange(MOST_RUNS)}"
        self.explorer.train.start(folder, "tiny", str(home() / "toys" / "pictures"), LONGER, "")
        return folder.name

    def resize(self, width: int, height: int) -> None:
        """Another size of the window, as far as it lets itself be made small."""
        self.explorer.window.resize(width, height)

    def _forbid(self, name: str, arguments: tuple[object, ...]) -> None:
        """What a file system that was mounted for reading says of a change inside the home."""
        if self.disk != "read-only" or (name != "open" and name not in WRITES) or not arguments:
            return
        path = arguments[0]
        if isinstance(path, int) or not str(path).startswith(str(home())):
            return
        flags = arguments[2] if name == "open" and len(arguments) > 2 else 0
        changes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) if isinstance(flags, int) else True
        there = name == "os.mkdir" and Path(str(path)).exists()
        if (name != "open" or changes) and not there:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))


def _command(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
