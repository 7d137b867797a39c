"""The banner: one sentence about what went wrong and its cure, details folded, gone with one key.

Good news, and that what was given up is given up, goes by itself; trouble stays until it was seen.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPlainTextEdit, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, button
from explorer.controls.focus import GivesFocusBack
from explorer.controls.text import text_label
from explorer.problem import Problem
from stylegan_core.files.names import one_line

TONES = {"bad": "warning", "warning": "warning", "good": "check"}
WIDEST, MARGIN, ABOVE = 760, 24, 14  # pixels of width, and of room beside and above it
NARROW, TIGHT_MARGIN = 440, 8  # pixels of width below which the buttons go below the sentence
STAYS, OFFERS = 8000, 20000  # milliseconds that good news is shown, without and with something to click


class Banner(GivesFocusBack, QFrame):
    """Lies over the top of the page."""

    told = Signal(str, str)  # a sentence and its tone, each time it says one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.watch_focus()
        self._tone = "bad"
        self._do: Callable[[], object] | None = None
        self._over: QWidget | None = None
        self._leaves = QTimer(self)
        self._leaves.setSingleShot(True)
        self._sign, self._text = QLabel(), text_label(wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._cure = button("", "Does what the sentence proposes.")
        self._fold = button("Details", "Shows what the program knows about it.", "chip")
        self._fold.setCheckable(True)
        self._close = IconButton("close", "Close the message", "Closes this message (Esc).")
        self._ways = QWidget()
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details")
        self._details.setFont(theme.mono(theme.SMALL))
        self._details.setFixedHeight(130)
        self._lay_out()
        self._fold.toggled.connect(self._details.setVisible)
        self._fold.toggled.connect(lambda _: self._fit())
        self._close.clicked.connect(self.hide)
        self._cure.clicked.connect(self._act)
        self._leaves.timeout.connect(self._leave)
        self.hide()
        if parent is not None:
            parent.installEventFilter(self)

    @property
    def sentence(self) -> str:
        """What it says; empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    @property
    def tone(self) -> str:
        """The tone of what it says, "bad", "warning" or "good"."""
        return self._tone

    def say(self, problem: Problem, tone: str = "bad", cure: str = "", do: Callable[[], object] | None = None) -> None:
        """Shows a sentence; ``tone`` is "bad", "warning" or "good", ``cure`` the text of a button that calls ``do``."""
        self._tone, self._do = tone, do
        said = one_line(problem.sentence)
        self._text.setText(said)
        self._details.setPlainText(problem.details)
        self._fold.setVisible(bool(problem.details))
        self._fold.setChecked(False)
        self._details.hide()
        self._cure.setText(cure)
        self._cure.setVisible(bool(cure))
        self.setProperty("tone", tone)
        self.setAccessibleName(said)
        self.style().polish(self)
        self._recolour()
        self._fit()
        self.show()
        self.raise_()
        self._stay()
        self.told.emit(said, tone)

    def keep_over(self, widget: QWidget | None) -> None:
        """Lies over the top of ``widget``, part of its parent, and covers nothing beside it; None: over the parent."""
        if self._over is not None:
            self._over.removeEventFilter(self)
        self._over = widget
        if widget is not None:
            widget.installEventFilter(self)
        if not self.isHidden():
            self._fit()

    def _lay_out(self) -> None:
        row = self._row = Across(spacing=10)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        buttons = Across(self._ways, 10)
        for each in (self._cure, self._fold):
            buttons.addWidget(each, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._ways, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._column = Down(self, edges=(12, 9, 9, 9))
        self._column.add(row, self._details)

    def _put_ways(self, below: bool) -> None:
        """The buttons beside the sentence, or below it where that would leave it a few words a line."""
        if below == (self._column.indexOf(self._ways) >= 0):
            return
        (self._row if below else self._column).removeWidget(self._ways)
        if below:
            self._column.insertWidget(1, self._ways, 0, Qt.AlignmentFlag.AlignRight)
        else:
            self._row.insertWidget(2, self._ways, 0, Qt.AlignmentFlag.AlignTop)

    def _stay(self) -> None:
        if self._tone == "good":
            self._leaves.start(OFFERS if self._do is not None else STAYS)
        else:
            self._leaves.stop()

    def _leave(self) -> None:
        """Goes, but not from under a hand."""
        focus = QApplication.focusWidget()
        if self.underMouse() or self._fold.isChecked() or (focus is not None and self.isAncestorOf(focus)):
            self._stay()
        else:
            self.hide()

    def _act(self) -> None:
        self.hide()
        if self._do is not None:
            self._do()

    def _recolour(self) -> None:
        token = self._tone if self._tone in TONES else "bad"
        colour = theme.current().colour(token)
        self._sign.setPixmap(icons.pixmap(TONES[token], colour, 18, self.devicePixelRatioF()))

    def _fit(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        over = self._over
        there = over is not None and over.isVisibleTo(parent)
        area = QRect(over.mapTo(parent, QPoint()), over.size()) if over is not None and there else parent.rect()
        area.setLeft(max(area.left(), 0))  # of a page that scrolls, what is seen
        area.setRight(min(area.right(), parent.width() - 1))
        width = min(WIDEST, area.width() - 2 * (MARGIN if area.width() > NARROW else TIGHT_MARGIN))
        self._ways.setVisible(not (self._cure.isHidden() and self._fold.isHidden()))
        self._put_ways(width < NARROW)
        self.setFixedWidth(width)
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        top = min(max(area.top(), 0) + ABOVE, parent.height() - height - ABOVE)  # also where it lies further down
        self.setGeometry(area.left() + (area.width() - width) // 2, max(top, 0), width, height)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and not self.isHidden():
            self._fit()
        return False

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
