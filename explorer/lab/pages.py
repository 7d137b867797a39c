"""The Lab workspace: its pages, one seen at a time, and the switch between them in the head of each."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget

from explorer.jobs import Frame
from explorer.lab.base import LabBase
from explorer.lab.head import PAGES, TIPS


class LabPages(QStackedWidget):
    """Shows one page of the Lab; ``wanted`` asks for the workspace where a command names a page of it.

    Its pages are made as its children: hung up here later, each would get the style sheet once more from top to toe.
    """

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.each: tuple[LabBase, ...] = ()
        self.setAccessibleName("Lab")

    def take(self, *pages: LabBase) -> None:
        """Its pages, in the order of the switch."""
        self.each = pages
        for at, page in enumerate(pages):
            self.addWidget(page)
            page.page_chosen.connect(self.turn_to)
            page.add_command(f"Lab: {PAGES[at].lower()}", "", TIPS[at], partial(self._go, at))

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words, once however often."""
        return list(dict.fromkeys(words for page in self.each for words in page.unfinished))

    @property
    def middle(self) -> QWidget:
        """What the page that is seen shows, beside the switch between the pages."""
        return self.each[self.currentIndex()].right

    def turn_to(self, index: int) -> None:
        """Shows one page; the keyboard stays on the switch where it was there."""
        focused = self.each[self.currentIndex()].head.switch.isAncestorOf(self.focusWidget() or self)
        for at, page in enumerate(self.each):
            page.head.switch.select(at)
        self.setCurrentIndex(index)
        if focused:
            self.each[index].head.switch.focus_chosen()

    def offer(self, actions: Sequence[QAction], new_face: QAction) -> None:
        """The ways on where no network is open, and the command that draws another face, with its key."""
        for page in self.each:
            page.offer(actions, new_face)

    def show_nothing(self, sentence: str) -> None:
        """There is no network: a sentence that says why, and the ways on."""
        for page in self.each:
            page.show_nothing(sentence)

    def show_frame(self, frame: Frame) -> None:
        """Takes the picture."""
        for page in self.each:
            page.show_frame(frame)

    def _go(self, index: int) -> None:
        self.wanted.emit()
        self.turn_to(index)
