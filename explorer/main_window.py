"""The window: header, pages, footer, banner; knows where things sit and nothing of what they do."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
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
    QFrame,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from explorer import theme
from explorer.controls.action_button import ActionButton
from explorer.controls.banner import Banner
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, Segments, button
from explorer.controls.columns import SideColumn
from explorer.controls.dot import StateDot
from explorer.controls.literal import literal, literal_tip
from explorer.controls.local_files import accept_files, dropped_file
from explorer.controls.on_screen import OnScreen, bring_back
from explorer.controls.palette import CommandPalette
from explorer.controls.tab_order import focus_next
from explorer.controls.text import text_label
from explorer.problem import Problem
from stylegan_core.amounts import count_words
from stylegan_core.info import ModelInfo

LEFT_WIDTH, RIGHT_WIDTH = 308, 380
ROOMY = 480  # the right column on a wide page: its sliders have room there
LOW = 760  # a page of this height holds the history in two rows and still a large picture
SMALLEST = QSize(1080, 600)
WORKSPACES = ("Explore", "Train", "Lab")
WORKSPACE_TIPS = (
    "Drag faces of a model.",
    "Train a new model and watch it grow.",
    "Look inside: what each layer does.",
)


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
        self.model_button = button("no model", "Opens another model, a run or a saved picture.")
        self.workspaces = Segments(WORKSPACES, WORKSPACE_TIPS)
        self.more_button = IconButton("more", "More: theme, copying, help.")
        self.pages = QStackedWidget()
        self.state = StateDot()
        self.facts, self.device, self.hash, self.saved = (text_label("", "muted") for _ in range(4))
        self.unfinished: Callable[[], Sequence[str]] = tuple
        self._on_screen: OnScreen | None = None
        self._leaving = ""  # what was asked before closing
        self._saved_at = 0.0
        self._header, self._footer = Across(), Across()
        self._lay_out()
        self.banner = Banner(self.pages)
        self.palette_box = CommandPalette(self)
        self.workspaces.chosen.connect(self.show_workspace)

    def add_header_actions(self, actions: Sequence[QAction], raised: QAction, primary: QAction) -> None:
        """Buttons at the right of the header: some plain ones, a raised one, ``primary`` as the one in colour."""
        for action in actions:
            self._header.addWidget(ActionButton(action))
        self._header.add(self.more_button, ActionButton(raised, ""), ActionButton(primary, "primary"))

    def add_to_footer(self, widget: QWidget) -> None:
        """Puts a sign before the model's hash."""
        self._footer.insertWidget(self._footer.indexOf(self.hash), widget)

    def set_pages(self, *pages: QWidget) -> None:
        """The workspaces, in the order of ``WORKSPACES``."""
        for page in pages:
            self.pages.addWidget(page)
        self._place_banner()

    def show_workspace(self, index: int) -> None:
        """Switches between Explore (0), Train (1) and Lab (2)."""
        self.workspaces.select(index)
        self.pages.setCurrentIndex(index)
        self._place_banner()

    def _place_banner(self) -> None:
        page = self.pages.currentWidget()
        self.banner.keep_over(page.middle if isinstance(page, ExplorePage) else None)
        self.banner.raise_()

    def show_model(self, info: ModelInfo, path: str) -> None:
        """The facts of a model in header, footer and title."""
        growing = "" if info.finished else f", grown to {4 << info.level}², alpha {info.alpha:.2f}"
        size = f"{info.resolution}×{info.resolution}{growing}"
        layers = "1 layer" if info.num_layers == 1 else f"{info.num_layers} layers"
        self.facts.setText(f"{info.architecture} · {size} · {layers} · {count_words(info.parameters)} parameters")
        self.hash.setText(f"model {info.hash[:8]}")
        self.hash.setToolTip(literal_tip(f"{info.hash}\n{path}"))
        self.model_button.setText(f"{literal(info.name)} ▾")
        self.model_button.setAccessibleName(f"Model {info.name}")
        self.setWindowTitle(f"{info.name} – StyleGAN Explorer")

    def show_saved(self, when: float) -> None:
        """When the history was last written, in seconds since 1970."""
        self._saved_at = when
        self.show_age()

    def show_age(self) -> None:
        """Says how long ago that was; called once a second."""
        if self._saved_at:
            ago = time.time() - self._saved_at
            words = "just now" if ago < 2 else f"{ago:.0f} s ago" if ago < 60 else f"{ago / 60:.0f} min ago"
            self.saved.setText(f"autosaved {words}")

    def _lay_out(self) -> None:
        root = QWidget()
        column = Down(root, 0)
        column.addWidget(self._make_header())
        column.addWidget(self.pages, 1)
        column.addWidget(self._make_footer())
        self.setCentralWidget(root)

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(48)
        header.setLayout(self._header)
        self._header.setContentsMargins(16, 0, 14, 0)
        self._header.setSpacing(8)
        self._header.addWidget(text_label("StyleGAN Explorer", "title"))
        self._header.addSpacing(8)
        self._header.addWidget(self.model_button)
        self._header.addSpacing(8)
        self._header.add(self.workspaces, None)
        return header

    def _make_footer(self) -> QFrame:
        footer = QFrame()
        footer.setObjectName("footer")
        footer.setFixedHeight(26)
        row = self._footer
        footer.setLayout(row)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(18)
        self.hash.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hash.setStyleSheet('font-family: "JetBrains Mono"; font-size: 11px;')
        for label in (self.facts, self.device, self.hash, self.saved):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row.addWidget(self.state)
        row.addWidget(self.facts)
        row.addWidget(self.device)
        row.addStretch(1)
        row.addWidget(self.hash)
        row.addWidget(self.saved)
        return footer

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
        self._leaving = f"Closing the window now gives up {' and '.join(unfinished)}."
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

    The right column takes of a wide page what a square picture as high as the page would leave free.
    """

    low_changed = Signal(bool)  # the page is so low that the history must make room for the picture
    spare_changed = Signal(int)  # after the page got another size: pixels left in the right column, or short of it

    def __init__(
        self, left: Sequence[QWidget], right: Sequence[QWidget], picture: QWidget, below: QWidget, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.middle = QWidget(self)
        middle = Down(self.middle, 0)
        middle.addWidget(picture, 1)
        middle.addWidget(below)
        row = Across(self, 0)
        row.addWidget(SideColumn("left", LEFT_WIDTH, left, self))
        row.addWidget(self.middle, 1)
        self.right = SideColumn("right", RIGHT_WIDTH, right, self)
        row.addWidget(self.right)
        self._low = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = event.size().height() < LOW
        if low != self._low:
            self._low = low
            self.low_changed.emit(low)
        free = event.size().width() - LEFT_WIDTH - event.size().height()
        self.right.setFixedWidth(min(ROOMY, max(RIGHT_WIDTH, free)))
        self.spare_changed.emit(self.right.spare)
