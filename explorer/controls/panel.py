"""What every part of the window that follows the session shares: it shows a recipe, edits it, and asks for pictures."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down
from explorer.controls.section import Section
from explorer.jobs import Answer, Done, Failed, Matrix, Piece, Request, Strip
from explorer.lab_jobs import Channels, SweepGrid
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

REST = 150  # milliseconds after the last change before small pictures are asked for


class Asking(QWidget):
    """A part of the window that shows the session's recipe and asks for what it needs to do so.

    It knows the session, not the engine: jobs leave as ``job_requested`` and answers come back through
    :meth:`job_done`. What :meth:`refresh` asks for is asked when the hand rests, and only while this is seen.
    """

    job_requested = Signal(object)  # a request of explorer.jobs
    job_dropped = Signal(str)  # owner: its answer is not wanted any more
    said = Signal(object, str)  # Problem, tone: a sentence for the top of the page
    seen_wanted = Signal()  # what was asked for is seen in this part, should another lie over it

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.info: ModelInfo | None = None
        self._asked: dict[str, Request] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._rested)
        session.recipe_changed.connect(self.show_recipe)
        session.model_changed.connect(self.show_model)

    def show_recipe(self, recipe: Recipe) -> None:
        """Shows a recipe without editing it; called on every move of a hand, so it must be quick."""

    def show_model(self, info: ModelInfo) -> None:
        """Shows what this network can do; the small pictures of the old one are forgotten."""
        self.info = info
        self._asked.clear()
        self.show_recipe(self.session.recipe)
        self.refresh_later()

    def refresh(self) -> None:
        """Asks for the small pictures that the recipe now needs; called when the hand rests and this is seen."""

    def take(self, answer: Piece | Done) -> None:
        """Shows an answer to the newest request of its owner."""

    def failed(self, answer: Failed) -> None:
        """A request has no answer; it is asked again with the next refresh."""

    def add_command(
        self, text: str, key: str, tip: str, do: Callable[[], object], control: QWidget | None = None, *,
        shows: bool = False,
    ) -> QAction:  # fmt: skip
        """A command of this part: found in the palette, listed under F1, and reached by its key.

        ``control`` does the same: while it is disabled, so is the command, for the reason in its tooltip. ``shows``:
        what comes of it is seen here alone.
        """
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setToolTip(tip)
        action.triggered.connect(lambda: do())
        if shows:
            action.triggered.connect(lambda: self.seen_wanted.emit())
        self.addAction(action)
        if control is not None:
            _FollowsControl(action, control, tip)
        return action

    def refresh_later(self) -> None:
        """Calls :meth:`refresh` after 150 ms of rest, if this is seen then."""
        self._rest.start()

    def ask(self, request: Request) -> bool:
        """Sends a request, unless the newest one of its owner is the same; True if it was sent.

        Small pictures are asked for as large as this screen's pixels are small, so that they are sharp at 200 %, too.
        """
        if isinstance(request, Strip | Matrix | Channels | SweepGrid):
            request = replace(request, size=round(request.size * max(1.0, self.devicePixelRatioF())))
        if self._asked.get(request.owner) == request:
            return False
        self._asked[request.owner] = request
        self.job_requested.emit(request)
        return True

    def ask_anew(self, request: Request) -> None:
        """Sends a request, also where the newest one of its owner is the same and was answered."""
        self.forget(request.owner)
        self.ask(request)

    def forget(self, owner: str) -> None:
        """Gives up the newest request of an owner; an answer that is on its way goes by."""
        if self._asked.pop(owner, None) is not None:
            self.job_dropped.emit(owner)

    def job_done(self, answer: Answer) -> None:
        """Takes any answer of the engine; those to others, to older requests and of other models go by."""
        owner = answer.request.owner
        if self.info is None or answer.model_hash != self.info.hash or self._asked.get(owner) != answer.request:
            return
        if isinstance(answer, Failed):
            self.forget(owner)
            self.failed(answer)
        else:
            self.take(answer)

    def is_seen(self) -> bool:
        """Whether a person can see what is asked for."""
        return self.isVisible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_later()

    def _rested(self) -> None:
        if self.info is not None and self.is_seen():
            self.refresh()


class Panel(Asking):
    """A foldable part of a side column.

    Panels override :meth:`show_recipe`, :meth:`show_model`, :meth:`refresh` and :meth:`take`.
    """

    def __init__(self, session: Session, title: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.section = Section(title)
        self.body = self.section.body
        self.section.folded.connect(self.refresh_later)
        outer = Down(self)
        outer.addWidget(self.section)
        self.setAccessibleName(title)

    def is_seen(self) -> bool:
        return super().is_seen() and self.section.is_open


def allow(widget: QWidget, reason: str, tip: str) -> None:
    """Enables a widget with its tooltip ``tip``, or disables it with the reason why it means nothing here."""
    widget.setEnabled(not reason)
    widget.setToolTip(reason or tip)


class _FollowsControl(QObject):
    """Enables an action with a control, and gives it the control's reason where it cannot be used."""

    def __init__(self, action: QAction, control: QWidget, tip: str) -> None:
        super().__init__(action)
        self._action, self._control, self._tip = action, control, tip
        control.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange):
            self._follow()
        return False

    def _follow(self) -> None:
        self._action.setEnabled(self._control.isEnabled())
        self._action.setToolTip(self._tip if self._control.isEnabled() else self._control.toolTip())
