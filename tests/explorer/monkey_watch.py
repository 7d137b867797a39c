"""Inside the window a monkey plays with: what can be played with, what went wrong, and nothing that reaches outside."""

import faulthandler
import inspect
import logging
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QTimer, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from explorer import runs
from explorer.app import Explorer
from explorer.work import command
from stylegan_core.files.places import home
from stylegan_core.pictures.picture import save_picture
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Recipe
from tests.explorer.driven import Answers
from tests.explorer.monkey_counts import counts, freed, kinds
from tests.explorer.monkey_mischief import Mischief

STANDARD = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit,
    QGraphicsView,
)  # fmt: skip
HANDLERS = ("mousePressEvent", "mouseMoveEvent", "wheelEvent", "mouseDoubleClickEvent", "contextMenuEvent")
PULSE = 50  # milliseconds
STAND_IN = Path(__file__).with_name("stand_in_core.py")


class Watch:
    """Collects everything that must not happen, and how long the window's thread was away."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.stack = ""  # of the window's thread while it was away longest
        self._worst = 0.0
        self._now = Clock()
        self._pulse = self._now()
        self._stacks = tempfile.TemporaryFile("w+")  # noqa: SIM115  (open as long as the window)
        faulthandler.enable()
        sys.excepthook = lambda kind, error, _trace: self._exception(error or kind(), "exception")
        threading.excepthook = lambda args: self._exception(args.exc_value or args.exc_type(), "exception in a thread")
        sys.unraisablehook = lambda args: self._exception(
            args.exc_value or args.exc_type(), f"unraisable in {args.object!r}"
        )
        qInstallMessageHandler(self._qt)
        logging.getLogger().addHandler(_Log(self.problems))
        self._timer = QTimer(interval=PULSE, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        threading.Thread(target=self._look_over, daemon=True).start()

    def away(self) -> float:
        """Seconds the window's thread was away at most since this was asked last, waiting for a core not counted."""
        self._beat()
        worst, self._worst = self._worst, 0.0
        return worst

    def _beat(self) -> None:
        now = self._now()
        self._worst = max(self._worst, now - self._pulse)
        self._pulse = now

    def _look_over(self) -> None:
        while True:
            time.sleep(0.2)
            if self._now() - self._pulse > 0.6:
                # Not through frames of Python: who lets go of one last destroys the widgets it holds, in this thread.
                self._stacks.seek(0)
                faulthandler.dump_traceback(self._stacks)
                self._stacks.truncate()
                self._stacks.seek(0)
                self.stack = self._stacks.read().rpartition("\n\n")[2]

    def _exception(self, error: BaseException, where: str) -> None:
        self.problems.append(f"{where}: " + "".join(traceback.format_exception(error)))

    def _qt(self, kind: QtMsgType, _context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            self.problems.append(f"Qt: {message}\n" + "".join(traceback.format_stack(limit=12)))


class _Log(logging.Handler):
    def __init__(self, problems: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self._problems.append(f"log {record.name}: {record.getMessage()}\n{trace}")


class Clock:
    """Counts seconds, without the time that threads of this process waited for a core.

    A busy machine is no slow window.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}  # nanoseconds each thread had waited when it was looked at last
        self._waited = 0

    def __call__(self) -> float:
        with self._lock:
            for task in Path("/proc/self/task").iterdir():
                try:
                    now = int((task / "schedstat").read_text().split()[1])
                except (OSError, IndexError):
                    continue  # the thread has just ended
                self._waited += max(0, now - self._seen.get(task.name, 0))
                self._seen[task.name] = now
            return time.monotonic() - self._waited / 1e9


class Playground(Mischief, Answers):
    """Answers a monkey: what is there to play with, and whether all is well."""

    counts, freed, kinds = staticmethod(counts), staticmethod(freed), staticmethod(kinds)

    def __init__(self, explorer: Explorer, watch: Watch, dice: random.Random) -> None:
        Answers.__init__(self, explorer)
        Mischief.__init__(self, explorer, dice)
        self.watch = watch
        explorer.actions["quit"].setEnabled(False)

    def look(self) -> dict[str, Any]:
        """The controls in front, what has gone wrong since the last look, how long the window was away, memory."""
        problems, self.watch.problems[:] = [each for each in self.watch.problems if not self.expected(each)], []
        problems += self._round_trip()
        away = self.watch.away()
        modal = QApplication.activeModalWidget()
        return {
            "controls": sorted(self._controls()),
            "front": f"{type(modal).__name__} {modal.windowTitle()}" if modal else "",
            "problems": problems,
            "away": away,
            "stack": self.watch.stack if away > 0.6 else "",
            "workspace": self.explorer.window.pages.currentIndex(),
        }

    def picture_returns(self) -> bool:
        """Whether the recipe on screen comes back from a saved PNG as it went in; also where there is none yet."""
        frame, info = self.explorer.picture.frame, self.explorer.session.info
        if frame is None or info is None or self.disk != "well":
            return True
        path, recipe = home() / "round-trip.png", self.explorer.session.recipe
        save_picture(path, frame.pixels, recipe, info, "cpu", 1)
        return read_picture(path).recipe == recipe

    def drop(self, path: str, x: int, y: int) -> str:
        """Drops a file there as a file manager would; what took it."""
        at = QApplication.widgetAt(x, y)
        while at is not None and not at.acceptDrops():
            at = at.parentWidget()
        if at is None or not at.isEnabled():
            return ""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path)])
        where, copy = at.mapFromGlobal(QPoint(x, y)), Qt.DropAction.CopyAction
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entered = QDragEnterEvent(where, copy, data, left, none)
        QApplication.sendEvent(at, entered)
        if not entered.isAccepted():
            return ""
        QApplication.sendEvent(at, QDropEvent(QPointF(where), copy, data, left, none))
        return _name(at)

    def _round_trip(self) -> list[str]:
        recipe = self.explorer.session.recipe
        back = Recipe.from_json(recipe.to_json())
        return [] if back == recipe else [f"recipe does not return from JSON: {recipe}"]

    def _controls(self) -> Iterator[list[Any]]:
        popup = QApplication.activePopupWidget()
        modal = QApplication.activeModalWidget()
        tops = [popup or modal] if popup or modal else QApplication.topLevelWidgets()
        for top in tops:
            if top is None or not top.isVisible():
                continue
            for widget in (top, *top.findChildren(QWidget)):
                if isinstance(widget, QMenu) and widget.isVisible():
                    yield from _entries(widget)
                elif widget.isVisible() and widget.isEnabled() and plays(widget):
                    seen = widget.visibleRegion().boundingRect()
                    if not seen.isEmpty():
                        yield _placed(_name(widget), widget, seen)


def plays(widget: QWidget) -> bool:
    """Whether a mouse can do something with this widget itself."""
    if isinstance(widget, STANDARD):
        return True
    if isinstance(widget, QLabel):
        links = Qt.TextInteractionFlag.LinksAccessibleByMouse
        return bool(widget.textInteractionFlags() & links) and "<a " in widget.text()
    own = [kind for kind in inspect.getmro(type(widget)) if kind.__module__.startswith("explorer")]
    return any(handler in kind.__dict__ for kind in own for handler in HANDLERS)


def _entries(menu: QMenu) -> Iterator[list[Any]]:
    for action in menu.actions():
        box = menu.actionGeometry(action)
        if action.isVisible() and action.isEnabled() and not action.isSeparator() and not box.isEmpty():
            yield _placed(f"menu {action.text()}", menu, box)


def _placed(name: str, widget: QWidget, box: QRect) -> list[Any]:
    corner = widget.mapToGlobal(box.topLeft())
    return [name, corner.x(), corner.y(), box.width(), box.height()]


def _name(widget: QWidget) -> str:
    words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else widget.objectName())
    return f"{type(widget).__name__} {words}".strip()


def watched(app: QApplication, seed: int) -> Callable[[Explorer], Playground]:
    """Starts the watch; what it returns makes the answers of an explorer that can do no harm."""
    random.seed(seed)
    watch = Watch()
    make_harmless(random.Random(seed))
    return lambda explorer: Playground(explorer, watch, random.Random(seed))


def make_harmless(dice: random.Random) -> None:
    """File dialogs choose by dice among the home's own files, links open nothing, the core's commands are acted.

    With MONKEY_CORE=real in the environment they are done: trainers train, and photos are looked for.
    """

    def choose(writes: bool, suffix: str, folder: bool) -> str:
        if dice.random() < 0.3:
            return ""
        toys = sorted((home() / "toys").iterdir())
        if writes:
            return str(home() / "toys" / f"made-{dice.randrange(5)}.{suffix or 'png'}")
        fitting = [toy for toy in toys if toy.is_dir()] if folder else toys
        return str(dice.choice(fitting)) if fitting else ""

    def opened(dialog: QFileDialog) -> None:
        writes = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        path = choose(writes, dialog.defaultSuffix(), dialog.fileMode() == QFileDialog.FileMode.Directory)

        def answer() -> None:
            if path:
                dialog.fileSelected.emit(path)
            dialog.done(1 if path else 0)

        QTimer.singleShot(0, dialog, answer)

    QFileDialog.open = opened  # type: ignore[method-assign, assignment]
    QDesktopServices.openUrl = staticmethod(lambda _: True)  # type: ignore[method-assign]

    if os.environ.get("MONKEY_CORE") == "real":
        return

    def acted(*arguments: str) -> tuple[list[str], dict[str, str]]:
        _, environment = real(*arguments)
        return [sys.executable, str(STAND_IN), *arguments], environment

    real = runs.core_command
    runs.core_command = acted
    vars(command)["core_command"] = acted  # the name it was imported under
