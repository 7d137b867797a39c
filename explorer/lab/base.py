"""What the pages of the Lab share: their head, the empty page where there is no network, and files they write."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QImage, QShowEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down
from explorer.controls.empty import EmptyPage
from explorer.controls.panel import Asking
from explorer.controls.scrolling import Pages, ScrollPage
from explorer.controls.source_words import source_words
from explorer.jobs import Done, Failed, Frame, Piece
from explorer.lab.export import ExportChip, Plan
from explorer.lab.head import LabHead
from explorer.lab.reflow import LabColumns
from explorer.pixels import image_of
from explorer.problem import Problem
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

NOTHING = "No model is open yet: open one to look inside."
GIVEN_UP = "The export was given up, because another model was opened before it was written."
OTHER = "Nothing was exported, because another model was opened meanwhile: export once more."


def is_of(frame: Frame, session: Session) -> bool:
    """Whether a picture is that of the session."""
    return session.info is not None and (frame.model_hash, frame.recipe) == (session.info.hash, session.recipe)


class LabBase(Asking):
    """One page of the Lab; ``page_chosen`` carries the number of the one that its switch asks for."""

    page_chosen = Signal(int)
    writes = ""  # what it exports, in a few words
    first_focus: QWidget  # has the keys when the page is shown
    right: QWidget  # what it shows, beside the column with the switch between the pages

    def __init__(self, session: Session, head: LabHead, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.head = head
        self._frame: Frame | None = None
        self._image: QImage | None = None  # that of the frame, made when it is first seen
        self._exports: dict[str, ExportChip] = {}
        self.pages, self._content = Pages(), LabColumns()
        self.empty = EmptyPage(self.pages)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self._content)
        outer = Down(self)
        outer.addWidget(ScrollPage(self.pages))
        self.empty.say(NOTHING, lost=True)
        head.switch.chosen.connect(self.page_chosen)

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return [f"the export of {self.writes}"] if any(chip.writing for chip in self._exports.values()) else []

    def offer(self, actions: Sequence[QAction], new_face: QAction) -> None:
        """The ways on where no network is open, and the command that draws another face, with its key."""
        self.empty.offer(actions)
        self.head.offer(new_face)
        self.addAction(new_face)

    def set_columns(self, left: QWidget, right: QWidget, growing: QWidget | None = None) -> None:
        """Lays the page out: its column with the switch between the pages and what ``growing`` there, what it shows."""
        self.right = right
        self._content.hold(left, right, growing)

    def show_nothing(self, sentence: str) -> None:
        """There is no network: a sentence that says why, and the ways on."""
        self.pages.setCurrentWidget(self.empty)
        self.empty.say(sentence, lost=True)

    def show_frame(self, frame: Frame) -> None:
        """Takes the picture, if it is that of the session."""
        if is_of(frame, self.session):
            self.take_frame(frame)

    def take_frame(self, frame: Frame) -> None:
        """Takes a picture that is or was that of the session; it is looked at when the page is seen."""
        self._frame, self._image = frame, None
        self.show_face()

    def show_where(self, recipe: Recipe) -> None:
        """Says which face it is."""
        self.head.where.setText(f"{source_words(recipe.latent)} · psi {recipe.psi:.2f}")

    def show_model(self, info: ModelInfo) -> None:
        for chip in self._exports.values():
            if chip.writing:
                chip.end()
                self.said.emit(Problem(GIVEN_UP), "warning")
        self.head.show_network(f"{info.name}, {info.architecture}")
        self.pages.setCurrentWidget(self._content)
        super().show_model(info)

    def show_face(self) -> None:
        """Shows the picture, dimmed where it is older than the recipe, if the page is seen."""
        frame = self._frame
        if not self.isVisible():
            return
        if self._image is None and frame is not None:
            self._image = image_of(frame.pixels)
        of = self.info.hash if self.info is not None else ""
        stale = frame is not None and (frame.model_hash, frame.recipe) != (of, self.session.recipe)
        self.face_shown(self._image, stale)

    def face_shown(self, image: QImage | None, stale: bool) -> None:
        """Where a page shows the picture."""
        self.head.face.show_image(image, stale)

    def add_export(self, owner: str, chip: ExportChip, text: str) -> None:
        """A chip that has a file written, and its command; what it would write is its ``plan``."""
        self._exports[owner] = chip
        chip.called = text.rstrip("…")
        chip.setAccessibleName(chip.called)
        chip.asked.connect(self._export)
        chip.refused.connect(lambda why: self.said.emit(Problem(why), "warning"))
        chip.given_up.connect(lambda: self.forget(owner))
        self.add_command(text, "", chip.tip, chip.begin, chip)

    def failed(self, answer: Failed) -> None:
        owner = answer.request.owner
        if owner in self._exports:
            self.export_failed(owner, answer.reason)
        else:
            self.work_failed(answer.reason)

    def work_failed(self, reason: str) -> None:
        """What the page asked for to show it could not be made."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_recipe(self.session.recipe)
        if not event.spontaneous():
            self.first_focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_export(self, answer: Piece | Done) -> None:
        """A file is being written, or is there."""
        chip = self._exports[answer.request.owner]
        if isinstance(answer, Piece):
            chip.show_progress(answer.index, answer.total)
        else:
            chip.end()
            self.said.emit(Problem(f"Saved {answer.value}."), "good")

    def export_failed(self, owner: str, reason: str) -> None:
        """A file could not be written."""
        self._exports[owner].end()
        self.said.emit(Problem(reason), "bad")

    def _export(self, plan: Plan) -> None:
        if self.info is None or plan.model_hash != self.info.hash:
            self.said.emit(Problem(OTHER), "warning")
        else:
            self._exports[plan.request.owner].start()
            self.ask_anew(plan.request)
