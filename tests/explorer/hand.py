"""A window in a process of its own, and a hand in front of it that asks it questions and moves a real mouse."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pytest

DRIVEN = Path(__file__).with_name("driven.py")
ROOT = DRIVEN.parents[2]
PATIENCE = 300.0  # seconds


class Hand:
    """The whole explorer on an X server; ``home`` holds its files, ``words`` are handed to ``driven.py``."""

    def __init__(self, display: str, home: Path, *words: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
            "STYLEGAN_EXPLORER_HOME": str(home),
        }
        self._said = (home / "stderr.txt").open("w+", encoding="utf-8")
        self.window = subprocess.Popen(
            [sys.executable, str(DRIVEN), *words],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        """Whatever has happened, no window is left."""
        if self.window.poll() is None:
            self.window.kill()
        self.window.communicate()
        self._said.close()

    def ask(self, question: str, *words: Any) -> Any:
        """The answer of the window; ConnectionError where it is no longer there."""
        assert self.window.stdin is not None
        assert self.window.stdout is not None
        try:
            self.window.stdin.write(json.dumps([question, *words]) + "\n")
            self.window.stdin.flush()
        except BrokenPipeError:
            pass  # there will be no answer either
        answer = self.window.stdout.readline()
        if not answer:
            raise ConnectionError(f"The window is gone (exit code {self.window.wait(PATIENCE)}).\n{self.said}")
        return json.loads(answer)

    @property
    def said(self) -> str:
        """What the window has written to stderr."""
        return Path(self._said.name).read_text(encoding="utf-8")

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the window shows once it shows what is wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = self.ask("shown")
            if wanted(seen):
                return dict(seen)
            time.sleep(0.1)
        pytest.fail(f"the window shows {seen}")

    def find(self, name: str) -> list[int]:
        """Left, top, width and height of a control, once it is there."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.ask("where", name)) is None:
            if time.monotonic() > deadline:
                pytest.fail(f"there is no {name!r}")
            time.sleep(0.1)
        return list(at)

    def xdotool(self, *words: str) -> None:
        """Moves the mouse, presses its buttons and keys."""
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=120)

    def click(self, name: str) -> None:
        """Clicks into the middle of a control."""
        left, top, width, height = self.find(name)
        self.xdotool("mousemove", str(left + width // 2), str(top + height // 2), "click", "1")

    def drag(self, name: str, begin: float, end: float) -> None:
        """Presses at ``begin`` of the width, moves in steps to ``end``, lets go."""
        left, top, width, height = self.find(name)
        middle = str(top + height // 2)
        words = ["mousemove", str(round(left + begin * width)), middle, "mousedown", "1"]
        for step in range(1, 6):
            at = round(left + (begin + (end - begin) * step / 5) * width)
            words += ["mousemove", str(at), middle, "sleep", "0.03"]
        self.xdotool(*words, "mouseup", "1")

    def close(self) -> None:
        """Ends the questions and with them the window, which must have had nothing to complain of."""
        try:
            self.window.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.window.send_signal(signal.SIGABRT)  # that of a monkey says where each of its threads is
            self.window.communicate()
            pytest.fail(f"The window does not end.\n{self.said}")
        assert self.window.returncode == 0, self.said
        assert self.said == "", self.said


def end_work_in(home: Path) -> None:
    """Ends every process that was started with a file or folder of this home: trainers outlive their window."""
    inside = os.fsencode(home) + b"/"
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if any(word.startswith(inside) for word in (process / "cmdline").read_bytes().split(b"\0")):
                os.kill(int(process.name), signal.SIGKILL)
