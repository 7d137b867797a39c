"""The command line of the explorer: arguments, exception hooks, the event loop, the screenshot."""

import argparse
import logging
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from explorer.opening import look
from explorer.problem import Problem
from stylegan_core.files.places import home

if TYPE_CHECKING:
    from explorer.app import Explorer

log = logging.getLogger(__name__)

SWITCH = 0.002  # seconds a Python thread may hold the interpreter while another waits: short, for a smooth window
SETTLED = 700  # milliseconds of quiet after the exact picture before the screenshot is taken
PATIENCE = 90_000  # milliseconds after which a screenshot is given up
SMALLEST = (1280, 720)


def main(arguments: list[str]) -> int:
    """Runs the explorer until its window closes; returns the exit code, 2 where nothing can be shown."""
    parser = argparse.ArgumentParser(prog="main.py", description="Explore and train StyleGAN on the desktop.")
    parser.add_argument("path", nargs="?", default="", help="weight file, run directory or saved picture")
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="write the window to a file and exit")
    parser.add_argument("--size", type=_size, default="1440x900", metavar="WxH", help="size of the screenshot's window")
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if parsed.screenshot and "QT_QPA_PLATFORM" not in os.environ and not _has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    problem = _problem_with(parsed.path, parsed.screenshot)
    if problem:
        sys.stderr.write(problem + "\n")
        return 2
    sys.setswitchinterval(SWITCH)
    qInstallMessageHandler(_log_qt)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("StyleGAN Explorer")
    from explorer.app import Explorer

    explorer = Explorer(app)
    _install_hooks(explorer)
    explorer.hints = not parsed.screenshot
    shot = Screenshot(explorer, parsed.screenshot, parsed.size) if parsed.screenshot else None
    explorer.start(str(Path(parsed.path).absolute()) if parsed.path else "")
    app.aboutToQuit.connect(explorer.close)
    for ending in (signal.SIGTERM, signal.SIGINT):
        # Python hears a signal between two steps of any slot, so the window closes with the next event.
        signal.signal(ending, lambda *_: QTimer.singleShot(0, explorer.window, explorer.window.close_anyway))
    code = app.exec()
    return shot.code if shot else code


class Screenshot(QObject):
    """Waits for the exact picture and for the small ones, writes the window to a file, and ends the application."""

    def __init__(self, explorer: "Explorer", path: Path, size: tuple[int, int]) -> None:
        super().__init__(explorer)
        self._explorer, self._path = explorer, path
        self.code = 1
        width, height = map(max, SMALLEST, size)
        explorer.window.resize(width, height)
        self._exact = self._quiet = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self._take)
        explorer.engine.rendered.connect(self._drawn)
        explorer.engine.idle_changed.connect(self._idle)
        explorer.documents.nothing_to_show.connect(self._give_up)
        explorer.documents.said.connect(
            lambda problem, tone: self._give_up(problem.sentence) if tone == "bad" else None
        )
        explorer.documents.run_opened.connect(self._wait_for_run)
        QTimer.singleShot(PATIENCE, self, lambda: self._give_up())

    def _drawn(self, frame: object) -> None:
        self._exact = getattr(frame, "precision", "") == "exact"
        self._settled.start()

    def _idle(self, idle: bool) -> None:
        self._quiet = idle
        self._settled.start()

    def _take(self) -> None:
        if self.code != 1 or not (self._exact and self._quiet):
            return  # the next frame or the end of the work starts the clock again
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            written = self._explorer.window.grab().save(str(self._path), "PNG")
        except OSError:
            written = False
        self.code = 0 if written else 2
        if not written:
            sys.stderr.write(f"{self._path} cannot be written: choose another folder or free some space.\n")
        self._explorer.window.close_anyway()

    def _wait_for_run(self, _run: str, newest: str) -> None:
        """A run that has drawn nothing yet is shown as it is."""
        if not newest:
            self._exact = self._quiet = True
            self._settled.start(3 * SETTLED)

    def _give_up(self, reason: str = "No picture was drawn in time, so there is no screenshot.") -> None:
        if self.code == 1:
            sys.stderr.write(reason + "\n")
            self.code = 2
            self._explorer.window.close_anyway()


def _size(text: str) -> tuple[int, int]:
    """Width and height in pixels out of "1440x900"."""
    width, cross, height = text.partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and min(int(width), int(height)) > 0):
        raise argparse.ArgumentTypeError(f"it must be a width and a height, such as 1440x900, not {text!r}")
    return int(width), int(height)


def _problem_with(path: str, screenshot: Path | None) -> str:
    """Why nothing can be shown, in one sentence; empty if the window can open."""
    if "QT_QPA_PLATFORM" not in os.environ and not _has_screen():
        return "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): use --screenshot OUT.png."
    try:
        home()
    except OSError as error:
        return str(error)
    if path and screenshot:
        # Nobody looks at the window, so what it would say in a banner is said here.
        try:
            look(Path(path))
        except (ValueError, OSError) as error:
            return str(error)
    return ""


def _has_screen() -> bool:
    unix = sys.platform.startswith(("linux", "freebsd"))
    return not unix or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _install_hooks(explorer: "Explorer") -> None:
    """Every exception nobody expected is logged and shown as one sentence; the window stays."""

    def tell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        log.error("Unexpected", exc_info=(kind, error or kind(), trace))
        details = "".join(traceback.format_exception(kind, error, trace))
        sentence = "Something unexpected happened; your work is kept. Please report the details."
        QTimer.singleShot(0, explorer, lambda: explorer.say(Problem(sentence, details)))

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value, args.exc_traceback)


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    if "propagateSizeHints" not in message:  # the offscreen platform says this of every window
        logging.getLogger("qt").log(levels.get(kind, logging.WARNING), "%s", message)
