"""The Train workspace: the list of runs, the page of a new one, and the monitor of the one that is watched."""

import errno
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down
from explorer.controls.local_files import accept_files, dropped_file
from explorer.controls.scrolling import Pages, ScrollPage
from explorer.problem import Problem
from explorer.runs import Launch, train_arguments
from explorer.train.dropping import Dropped, what_is
from explorer.train.run_list import RunList
from explorer.work.background import Background
from explorer.work.early import Early
from explorer.work.task import Task
from stylegan_core.files.places import real
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.rundir import RunDir

if TYPE_CHECKING:  # the plots and the setup page are imported when they are first wanted: the window opens sooner
    from explorer.train.monitor import Monitor
    from explorer.train.setup import SetupPage
    from explorer.train.timelapse import Timelapses

log = logging.getLogger(__name__)
OPENED, MOST_REMEMBERED = "opened-runs.json", 24


class TrainWorkspace(QWidget):
    """One widget for everything about training; ``home`` holds the runs and data sets.

    ``explore_requested`` names a checkpoint to open in Explore, ``checkpoint_written`` each later one of the run that
    was opened so; ``watching`` brings the folder of the run on screen, or None; ``open_requested`` a path that was
    dropped here but is the whole window's to open.
    """

    explore_requested = Signal(str)
    checkpoint_written = Signal(str)
    watching = Signal(object)
    said = Signal(object, str)  # Problem, tone
    open_requested = Signal(str)

    def __init__(self, home: Path, disk: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self._disk = disk
        self.monitor: Monitor | None = None
        self.setup: SetupPage | None = None
        self._films: Timelapses | None = None
        self.runs = RunList(home / "runs")
        self.runs.also = remembered(home / OPENED)
        self.pages = Pages()
        self._launches: dict[Path, Launch] = {}
        self._drops = Task("drop", self)
        self.early = Early(self)  # brings what a monitor needs
        self.setAcceptDrops(True)
        column = Down(self)
        column.addWidget(ScrollPage(self.pages))
        self.pages.addWidget(self.runs)
        self.runs.chosen.connect(self.watch)
        self.runs.open_requested.connect(self.watch)
        self.runs.new_requested.connect(self.new_run)
        self._drops.done.connect(self._take_dropped)
        self._drops.failed.connect(lambda why: self.said.emit(Problem(why), "bad"))

    def new_run(self) -> None:
        """Shows the page of a new run."""
        page = self._setup_page()
        page.open_page()
        self.pages.setCurrentWidget(page)

    def branch(self, checkpoint: Path, config: dict[str, Any]) -> None:
        """Shows the page of a new run that begins from a network, on the same data."""
        self._close_monitor()
        self.new_run()
        self._setup_page().begin_from(checkpoint, config)

    def _setup_page(self) -> "SetupPage":
        if self.setup is None:
            from explorer.train.setup import SetupPage

            self.setup = SetupPage(self.home / "runs", self.home / "data")
            self.setup.leave_requested.connect(self.show_runs)
            self.setup.start_requested.connect(self.start)
            self.setup.said.connect(self.said)
            self.pages.addWidget(self.setup)
        return self.setup

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders are welcome."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Looks at what it is beside the window's thread; on a monitor it is the window's to open."""
        path = dropped_file(event)
        if path and self.pages.currentWidget() is self.monitor:
            self.open_requested.emit(path)
        elif path:
            self._drops.begin(lambda _: what_is(Path(path)))

    def _take_dropped(self, found: Dropped) -> None:
        """Pictures become the data of a new run, a network what it begins from, a run is watched."""
        is_new_run = self.setup is not None and self.pages.currentWidget() is self.setup
        if found.kind == "data":
            if not is_new_run:
                self.new_run()
            self._setup_page().data.choose(str(found.path))
        elif found.kind == "network" and is_new_run:
            self._setup_page().choice.init.setText(str(found.path))
        elif found.kind == "run":
            self.watch(found.path)
        else:
            self.open_requested.emit(str(found.path))

    def show_runs(self) -> None:
        """Back to the list; the run that was watched goes on."""
        self._close_monitor()
        self.pages.setCurrentWidget(self.runs)
        self.watching.emit(None)

    def watch(self, path: Path) -> None:
        """Opens the monitor of any run directory, whoever trains it."""
        self.early.finish()
        from explorer.train.monitor import Monitor

        path = Path(path).resolve()
        run = RunDir(path)
        if not (run.exists() or run.events_file.exists() or path in self._launches):
            self.said.emit(Problem(f"{path} is not a run: it has no config.json. Choose the folder of one run."), "bad")
            return
        self._close_monitor()
        self._remember(path)
        monitor = Monitor(path, self._launches.get(path))
        monitor.explore_requested.connect(self.explore_requested)
        monitor.checkpoint_written.connect(self.checkpoint_written)
        monitor.resume_requested.connect(self.resume)
        monitor.branch_requested.connect(self.branch)
        monitor.leave_requested.connect(self.show_runs)
        monitor.said.connect(self.said)
        self._connect_films(monitor)
        known = {*self.runs.cards, *(each.parent.resolve() for each in self.runs.folder.glob("*/config.json"))}
        monitor.comparison.others = sorted(known - {path})
        self.monitor = monitor
        self.pages.addWidget(monitor)
        self.pages.setCurrentWidget(monitor)
        monitor.setFocus()
        monitor.start()
        self.watching.emit(path)

    def _connect_films(self, monitor: "Monitor") -> None:
        """A time-lapse outlives the monitor it was asked in, and every later monitor can give it up."""
        if self._films is None:
            from explorer.train.timelapse import Timelapses

            self._films = Timelapses(self)
            self._films.said.connect(self.said)
        monitor.film_wanted.connect(self._films.write)
        monitor.film_given_up.connect(self._films.cancel)
        self._films.advanced.connect(monitor.face.show_film)
        monitor.face.show_film(self._films.words)

    def _remember(self, path: Path) -> None:
        """A run that lies elsewhere stays in the list, also after a restart."""
        if path.parent == self.runs.folder.resolve() or path in self.runs.also:
            return
        self.runs.also = (path, *self.runs.also)[:MOST_REMEMBERED]
        opened = self.runs.also
        self._disk.do(lambda: _keep(self.home / OPENED, opened), lambda _: None)

    def start(self, folder: Path, preset: str, data: str, settings: list[str], init: str) -> None:
        """Starts a trainer process for a new run and watches it; ``init`` is a network to begin from, or empty."""
        self._launch(folder, train_arguments(preset, data, settings, init))

    def resume(self, folder: Path) -> None:
        """Starts a trainer that goes on from the last checkpoint; config.json knows everything else."""
        if RunDir(folder).exists():
            self._launch(folder, [])
        else:
            gone = f"{folder} cannot go on, for its config.json is gone: bring it back, or begin a new run."
            self.said.emit(Problem(gone), "bad")

    def _launch(self, folder: Path, arguments: list[str]) -> None:
        folder = real(folder)
        words = self.home / "caches" / "trainers" / f"{folder.name}.txt"
        try:
            self._launches[folder] = Launch(folder, arguments, words)
        except OSError as error:
            reason = error.strerror or error
            locked = error.errno in (errno.EACCES, errno.EROFS)
            cure = f"make {self.home} a folder that can be written" if locked else "free memory or space and try again"
            self.said.emit(Problem(f"The trainer could not be started ({reason}): {cure}."), "bad")
            return
        log.info("trainer of %s is process %d", folder, self._launches[folder].pid)
        self.watch(folder)

    def _close_monitor(self) -> None:
        """It leaves the pages as it dies, in the next turn of the event loop.

        ``removeWidget`` would hand it to Python, for which ``deleteLater`` keeps a reference. Whoever comes across it
        before it dies (``focusWidget`` of the window, ``findChildren``) gives it to a parent again, and then PySide
        drops that parent's reference alone: the monitor stayed for ever, with all its plots.
        """
        monitor, self.monitor = self.monitor, None
        if monitor is not None:
            monitor.close_run()
            monitor.deleteLater()

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        films = self._films.unfinished if self._films is not None else []
        return [*films, *(self.setup.data.unfinished if self.setup is not None else ())]

    def close_workspace(self) -> None:
        """Ends threads, timers and questions; trainers go on."""
        self._close_monitor()
        self.early.close()
        self._drops.close()
        self.runs.close_list()
        if self._films is not None:
            self._films.close()
        if self.setup is not None:
            self.setup.close_page()


def _keep(path: Path, opened: tuple[Path, ...]) -> None:
    """Writes which runs were opened, those of this window first. Raises OSError."""
    every = dict.fromkeys([*opened, *remembered(path)])  # another window may have opened some since
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps([str(each) for each in every][:MOST_REMEMBERED], indent=1).encode())


def remembered(path: Path) -> tuple[Path, ...]:
    """The run folders that were opened from elsewhere; none where the file is missing or damaged."""
    try:
        said = read_json(path.read_text(encoding="utf-8"))
        return tuple(Path(each) for each in said if isinstance(each, str))
    except (OSError, ValueError, TypeError):
        return ()
