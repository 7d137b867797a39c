"""The window: header, pages, footer, banner; knows where things sit and nothing of what they do."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QWidget,
)

from explorer import theme
from explorer.controls.banner import Banner
from explorer.controls.boxes import Across, Down
from explorer.controls.columns import SideColumn
from explorer.controls.header import Footer, Header
from explorer.controls.literal import literal_tip
from explorer.controls.local_files import accept_files, dropped_file
from explorer.controls.on_screen import OnScreen, bring_back
from explorer.controls.palette import CommandPalette
from explorer.controls.tab_order import focus_next
from explorer.problem import Problem
from stylegan_core.amounts import count_words, counted, duration, listed
from stylegan_core.info import ModelInfo

LEFT_WIDTH, RIGHT_WIDTH = 308, 380
ROOMY = 480  # the right column on a wide page: its sliders have room there
LOW = 760  # a page of this height holds the history in two rows and still a large picture
TWO_COLUMNS = 1080  # a page of this width has room for both columns and a picture of nearly 400 pixels
NARROW = 780  # below this width there is not much of the picture's side left beside one column
SMALLEST = QSize(640, 480)
COLUMNS = ("Start", "Bend")
COLUMN_TIPS = (
    "What the picture starts from: latent, vary, transform, noise.",
    "What bends it: truncation, directions, channels, mixing, growing.",
)
WORKSPACES = ("Explore", "Train", "Lab")
WORKSPACE_TIPS = (
    "Drag faces of a model.",
    "Train a new model and watch it grow.",
    "Look inside: what each layer does.",
)


@runtime_checkable
class HasMiddle(Protocol):
    """A page with a part that messages may lie over."""

    @property
    def middle(self) -> QWidget:
        """That part, somewhere in the page."""
        ...


class MainWindow(QMainWindow):
    """Header, the workspaces as pages, footer. Signals say what a person wants; ``app.py`` does it.

    ``unfinished`` names what would be given up if the window were closed now: people are asked once before.
    """

    dropped = Signal(str)  # path of a file or folder
    compare_held = Signal(bool)
    escaped = Signal()  # Escape, where nothing else had a use for it

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("StyleGAN Explorer")
        self.setWindowIcon(QIcon(str(theme.RESOURCES / "icons" / "app.png")))
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.header, self.footer = Header(WORKSPACES, WORKSPACE_TIPS), Footer()
        self.model_button, self.more_button = self.header.model_button, self.header.more_button
        self.workspaces, self.pages = self.header.workspaces, QStackedWidget()
        self.state, self.facts, self.device = self.footer.state, self.footer.facts, self.footer.device
        self.hash, self.saved = self.footer.hash, self.footer.saved
        self.unfinished: Callable[[], Sequence[str]] = tuple
        self._on_screen: OnScreen | None = None
        self._leaving = ""  # what was asked before closing
        self._saved_at = 0.0
        self._lay_out()
        self.banner = Banner(self.pages)
        self.palette_box = CommandPalette(self)
        self.workspaces.chosen.connect(self.show_workspace)

    def set_pages(self, *pages: QWidget) -> None:
        """The workspaces, in the order of ``WORKSPACES``."""
        for page in pages:
            self.pages.addWidget(page)
            if isinstance(page, QStackedWidget):
                page.currentChanged.connect(lambda _: self._place_banner())
        self._place_banner()

    def show_workspace(self, index: int) -> None:
        """Switches between Explore (0), Train (1) and Lab (2)."""
        self.workspaces.select(index)
        self.pages.setCurrentIndex(index)
        self._place_banner()

    def _place_banner(self) -> None:
        """Over what a page shows, so that what leads on to other pages can be reached beside it."""
        page = self.pages.currentWidget()
        self.banner.keep_over(page.middle if isinstance(page, HasMiddle) else None)
        self.banner.raise_()

    def show_model(self, info: ModelInfo, path: str) -> None:
        """The facts of a model in header, footer and title."""
        growing = "" if info.finished else f", grown to {4 << info.level}², alpha {info.alpha:.2f}"
        size = f"{info.resolution}×{info.resolution}{growing}"
        layers = counted(info.num_layers, "layer")
        self.facts.setText(f"{info.architecture} · {size} · {layers} · {count_words(info.parameters)} parameters")
        self.hash.setText(f"model {info.hash[:8]}")
        self.hash.setToolTip(literal_tip(f"{info.hash}\n{path}"))
        self.header.show_model(info.name)
        self.setWindowTitle(f"{info.name} – StyleGAN Explorer")

    def show_saved(self, when: float) -> None:
        """When the history was last written, in seconds since 1970."""
        self._saved_at = when
        self.show_age()

    def show_age(self) -> None:
        """Says how long ago that was; called once a second."""
        if self._saved_at:
            ago = time.time() - self._saved_at
            self.saved.setText("autosaved just now" if ago < 2 else f"autosaved {duration(ago)} ago")

    def _lay_out(self) -> None:
        root = QWidget()
        column = Down(root, 0)
        column.addWidget(self.header)
        column.addWidget(self.pages, 1)
        column.addWidget(self.footer)
        self.setCentralWidget(root)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._on_screen is None:
            self._on_screen = OnScreen(self, lambda: bring_back(self))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _copies_text(event):
            event.accept()  # the key goes to the text, not to the command that copies the picture
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if path := dropped_file(event):
            self.dropped.emit(path)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return focus_next(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typing = isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit)
        if event.key() == Qt.Key.Key_B and not event.modifiers() and not typing:
            if not event.isAutoRepeat():
                self.compare_held.emit(True)
        elif event.key() == Qt.Key.Key_Escape and self.banner.isVisible():
            self.banner.hide()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat():
            self.compare_held.emit(False)
        else:
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.compare_held.emit(False)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        unfinished = self.unfinished()
        if not unfinished or (self._leaving and self.banner.sentence == self._leaving):
            event.accept()
            return
        event.ignore()
        self._leaving = f"Closing the window now gives up {listed(unfinished)}."
        self.banner.say(Problem(self._leaving), "warning", "Close anyway", self.close_anyway)

    def close_anyway(self) -> None:
        """Closes the window without a question."""
        self.unfinished = tuple
        self.close()


def _copies_text(event: QKeyEvent) -> bool:
    """Whether a key copies, and a sentence that is only shown has the focus with a part of it selected."""
    if not event.matches(QKeySequence.StandardKey.Copy):
        return False
    widget = QApplication.focusWidget()
    if isinstance(widget, QPlainTextEdit):
        return widget.textCursor().hasSelection()
    return isinstance(widget, QLabel) and widget.hasSelectedText()


class ExplorePage(QWidget):
    """Left what the picture starts from, right what bends it, the picture in the middle, what was below it.

    The right column takes of a wide page what a square picture as high as the page would leave free. On a narrow one
    both columns share the right side, one seen at a time, with a switch above them.
    """

    low_changed = Signal(bool)  # the page is so low that the history must make room for the picture
    narrow_changed = Signal(bool)  # so narrow that there is little room beside what lies below the picture
    spare_changed = Signal(int)  # after the page got another size: pixels left in the right column, or short of it

    def __init__(
        self, left: Sequence[QWidget], right: Sequence[QWidget], picture: QWidget, below: QWidget, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.middle = QWidget(self)
        middle = Down(self.middle, 0)
        middle.addWidget(picture, 1)
        middle.addWidget(below)
        self._row = Across(self, 0)
        self.left = SideColumn("left", LEFT_WIDTH, left, self)
        self.right = SideColumn("right", RIGHT_WIDTH, right, self)
        self._row.addWidget(self.left)
        self._row.addWidget(self.middle, 1)
        self._row.addWidget(self.right)
        self._low = self._narrow = self._shares = False
        self._seen = 1  # dragging on the picture itself changes what it starts from
        for column in (self.left, self.right):
            column.add_switch(COLUMNS, COLUMN_TIPS).chosen.connect(self.turn_to)

    @property
    def shares(self) -> bool:
        """Whether the columns share one side."""
        return self._shares

    def turn_to(self, index: int) -> None:
        """Shows what the picture starts from (0) or what bends it (1), where only one of them is seen."""
        columns = (self.left, self.right)
        focused = columns[self._seen].switch.isAncestorOf(self.focusWidget() or self)
        self._seen = index
        if self._shares:
            columns[1 - index].hide()  # first: with both, the picture would be laid out narrower for a moment
        for at, column in enumerate(columns):
            column.switch.select(index)
            column.setVisible(not self._shares or at == index)
        if focused and self._shares:
            columns[index].switch.focus_chosen()

    def bring(self, panel: QWidget) -> None:
        """Shows the column that a panel is in."""
        self.turn_to(int(self.right.isAncestorOf(panel)))

    def _share(self, shares: bool) -> None:
        """Both columns at the right, or one at each side."""
        self._shares = shares
        self._row.removeWidget(self.left)
        self._row.insertWidget(2 if shares else 0, self.left)
        self.left.set_edge("right" if shares else "left")
        self.left.setFixedWidth(RIGHT_WIDTH if shares else LEFT_WIDTH)
        for column in (self.left, self.right):
            column.show_switch(shares)
        self.turn_to(self._seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, height = event.size().width(), event.size().height()
        if (shares := width < TWO_COLUMNS) != self._shares:
            self._share(shares)
        if (low := height < LOW) != self._low:
            self._low = low
            self.low_changed.emit(low)
        if (narrow := width < NARROW) != self._narrow:
            self._narrow = narrow
            self.narrow_changed.emit(narrow)
        free = width - LEFT_WIDTH - height
        self.right.setFixedWidth(RIGHT_WIDTH if shares else min(ROOMY, max(RIGHT_WIDTH, free)))
        self.spare_changed.emit(self.right.spare)
