"""Engine: the window's side of what draws; asks, and hands its answers out as signals."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from explorer.jobs import Done, Failed, Frame, Piece, Request
from explorer.problem import Problem
from explorer.renderer.process import RenderProcess
from explorer.renderer.rendering import Backend, Begun, GivenUp, Loaded, Loading, Refused, Renderer, Wanted
from explorer.renderer.thread import Worker
from stylegan_core.recipe import Recipe

REST = 150  # milliseconds without a request after which the exact picture is drawn and jobs go on


class Engine(QObject):
    """The window's side: asks, and hands out answers in the window's thread. All methods but ``stop`` return at once.

    It draws in a process of its own, or in a thread with ``make_backend``.
    """

    ready = Signal(str)  # it can draw; where and how, in words
    loading = Signal(str)  # path
    loaded = Signal(object, str)  # ModelInfo, path
    load_progress = Signal(str, float)  # path, fraction
    load_cancelled = Signal(str)  # path: given up by the person or for a newer file, the old model stays
    refused = Signal(str, object)  # path, Problem: the file cannot be loaded, the old model stays
    rendered = Signal(object)  # Frame
    answered = Signal(object)  # Piece, Done or Failed
    failed = Signal(object)  # Problem
    idle_changed = Signal(bool)  # True when nothing is being drawn or computed
    begun = Signal(str)  # what is drawn from now on: the owner of a job, or empty for the picture on screen

    _told = Signal(object)  # from the thread that draws or listens

    def __init__(self, make_backend: Callable[[], Backend] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        tell = self._told.emit
        self._renderer: Renderer = Worker(make_backend, tell) if make_backend else RenderProcess(tell)
        self._hash = ""
        self._asked: Recipe | None = None
        self._stopped = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._rested)
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def model_hash(self) -> str:
        """The model whose pictures are let through."""
        return self._hash

    def start(self) -> None:
        """Starts what draws, which imports torch there."""
        self._renderer.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Ends what draws, once the pictures that wait to be saved are; seconds to wait for them."""
        self._stopped = True
        self._rest.stop()
        self._renderer.stop(timeout)

    def load(self, path: str) -> None:
        """Loads a model; the newest request wins, and no picture of the old model follows ``loaded``."""
        self.loading.emit(path)
        self._renderer.put(Wanted(load=path))

    def cancel_load(self) -> None:
        """Gives the loading up, begun or not; ``load_cancelled`` follows unless it was done already."""
        self._renderer.cancel_load()

    def request(self, recipe: Recipe, settled: bool) -> None:
        """Asks for a picture: a draft, and after 150 ms of rest the exact one, or at once when ``settled``."""
        self._asked = recipe
        self._rest.start()
        self._renderer.put(Wanted(slot=(recipe, "exact" if settled else "draft"), quiet=False, of=self._hash))

    def run(self, request: Request) -> None:
        """Queues a job; an older one of the same owner is dropped."""
        self._renderer.put(Wanted(job=request))

    def cancel(self, owner: str) -> None:
        """Drops the job of an owner."""
        self._renderer.drop(owner)

    def set_threads(self, count: int) -> None:
        """Draws with this many cores from the next picture on."""
        self._renderer.put(Wanted(threads=max(1, count)))

    def _rested(self) -> None:
        if self._asked is not None:
            self._renderer.put(Wanted(slot=(self._asked, "exact"), quiet=True, of=self._hash))

    def _hear(self, answer: object) -> None:
        if self._stopped:  # what was on its way when the window closed
            return
        match answer:
            case Frame() | Piece() | Done() | Failed() if answer.model_hash != self._hash:
                pass  # of a model that was shown before
            case Frame():
                self.rendered.emit(answer)
            case Piece() | Done() | Failed():
                self.answered.emit(answer)
            case Loaded():
                self._hash = answer.info.hash
                self.loaded.emit(answer.info, answer.path)
            case Refused():
                self.refused.emit(answer.path, answer.problem)
            case Loading():
                self.load_progress.emit(answer.path, answer.fraction)
            case GivenUp():
                self.load_cancelled.emit(answer.path)
            case Problem():
                self.failed.emit(answer)
            case Begun():
                self.begun.emit(answer.owner)
            case bool():
                self.idle_changed.emit(answer)
            case str():
                self.ready.emit(answer)
