"""The Lab workspace: its pages, one seen at a time, and the switch between them in the head of each."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget

from explorer.jobs import Frame
from explorer.lab.base import LabBase, is_of
from explorer.lab.entanglement_page import EntanglementPage
from explorer.lab.head import PAGES, TIPS
from explorer.lab.layers_page import LayersPage
from explorer.lab.quality_page import QualityPage
from explorer.lab.sweep_page import SweepPage
from explorer.session import Session
from stylegan_core.info import ModelInfo


class Made(NamedTuple):
    """The pages, in the order of the switch."""

    layers: LayersPage
    sweep: SweepPage
    entanglement: EntanglementPage
    quality: QualityPage


class LabPages(QStackedWidget):
    """Shows one page of the Lab; ``wanted`` asks for the workspace where a command names a page of it.

    They are made when the first of them is wanted, for a window is often closed before: they hold two fifths of its
    widgets. ``made`` comes then, for those who tell them something or hear of them; what was shown until then they
    are shown after it.
    """

    wanted = Signal()
    made = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._made: Made | None = None
        self._ways: tuple[Sequence[QAction], QAction] | None = None
        self._nothing = ""  # why there is no network
        self._frame: Frame | None = None  # the last one of the session's network and recipe
        self.setAccessibleName("Lab")
        session.model_changed.connect(self._forget)

    @property
    def each(self) -> tuple[LabBase, ...]:
        """The pages that there are: none before the first of them is wanted."""
        return self._made or ()

    @property
    def layers(self) -> LayersPage:
        """The page of the layers, as each of these made now if it is not there yet."""
        return self.make().layers

    @property
    def sweep(self) -> SweepPage:
        """The page of the sweep."""
        return self.make().sweep

    @property
    def entanglement(self) -> EntanglementPage:
        """The page of the entanglement."""
        return self.make().entanglement

    @property
    def quality(self) -> QualityPage:
        """The page of the quality."""
        return self.make().quality

    def make(self) -> Made:
        """The pages, made now if they are not there yet.

        They are made as its children: hung up here later, each would get the style sheet once more from top to toe.
        """
        if self._made is None:
            session = self._session
            self._made = Made(
                LayersPage(session, self), SweepPage(session, self), EntanglementPage(session, self),
                QualityPage(session, self),
            )  # fmt: skip
            for at, page in enumerate(self._made):
                self.addWidget(page)
                page.page_chosen.connect(self.turn_to)
                page.add_command(f"Lab: {PAGES[at].lower()}", "", TIPS[at], partial(self._go, at))
            self.made.emit()
            for page in self._made:
                self._catch_up(page)
        return self._made

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words, once however often."""
        return list(dict.fromkeys(words for page in self.each for words in page.unfinished))

    @property
    def middle(self) -> QWidget:
        """What the page that is seen shows, beside the switch between the pages."""
        return self.make()[self.currentIndex()].right

    def turn_to(self, index: int) -> None:
        """Shows one page; the keyboard stays on the switch where it was there."""
        pages = self.make()
        focused = pages[self.currentIndex()].head.switch.isAncestorOf(self.focusWidget() or self)
        for at, page in enumerate(pages):
            page.head.switch.select(at)
        self.setCurrentIndex(index)
        if focused:
            pages[index].head.switch.focus_chosen()

    def offer(self, actions: Sequence[QAction], new_face: QAction) -> None:
        """The ways on where no network is open, and the command that draws another face, with its key."""
        self._ways = actions, new_face
        for page in self.each:
            page.offer(actions, new_face)

    def show_nothing(self, sentence: str) -> None:
        """There is no network: a sentence that says why, and the ways on."""
        self._nothing = sentence
        for page in self.each:
            page.show_nothing(sentence)

    def show_frame(self, frame: Frame) -> None:
        """Takes the picture, if it is that of the session."""
        if is_of(frame, self._session):
            self._frame = frame
            for page in self.each:
                page.take_frame(frame)

    def setVisible(self, visible: bool) -> None:
        if visible:
            self.make()
        super().setVisible(visible)

    def _catch_up(self, page: LabBase) -> None:
        """Shows a page that was just made what the others would have been shown before."""
        if self._ways is not None:
            page.offer(*self._ways)
        if (info := self._session.info) is not None:
            page.show_model(info)
        if self._nothing:
            page.show_nothing(self._nothing)
        if self._frame is not None:
            page.take_frame(self._frame)

    def _forget(self, _info: ModelInfo) -> None:
        """Another network is open."""
        self._nothing, self._frame = "", None

    def _go(self, index: int) -> None:
        self.wanted.emit()
        self.turn_to(index)
