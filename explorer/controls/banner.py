"""The banner: one sentence about what went wrong and its cure, details folded, gone with one key."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.controls.chips import IconButton, button
from explorer.jobs import Problem

TONES = {"bad": "warning", "warning": "warning", "good": "check"}


class Banner(QFrame):
    """Lies over the top of the page."""

    told = Signal(str, str)  # a sentence and its tone, each time it says one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._tone = "bad"
        self._do: Callable[[], object] | None = None
        self._sign, self._text = QLabel(), QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # sentences quote files
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._cure = button("", "Does what the sentence proposes.")
        self._fold = button("Details", "Shows what the program knows about it.", "chip")
        self._fold.setCheckable(True)
        self._close = IconButton("close", "Closes this message (Esc).")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFont(theme.mono(theme.SMALL))
        self._details.setFixedHeight(130)
        self._lay_out()
        self._fold.toggled.connect(self._details.setVisible)
        self._fold.toggled.connect(lambda _: self._fit())
        self._close.clicked.connect(self.hide)
        self._cure.clicked.connect(self._act)
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
        self._text.setText(problem.sentence)
        self._details.setPlainText(problem.details)
        self._fold.setVisible(bool(problem.details))
        self._fold.setChecked(False)
        self._details.hide()
        self._cure.setText(cure)
        self._cure.setVisible(bool(cure))
        self.setProperty("tone", tone)
        self.setAccessibleName(problem.sentence)
        self.style().polish(self)
        self._recolour()
        self.show()
        self._fit()
        self.raise_()
        self.told.emit(problem.sentence, tone)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        for each in (self._cure, self._fold, self._close):
            row.addWidget(each, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 9, 9)
        self._column.addLayout(row)
        self._column.addWidget(self._details)

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
        if parent is None or self.isHidden():
            return
        width = min(760, parent.width() - 48)
        self.setFixedWidth(width)
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        self.setGeometry((parent.width() - width) // 2, 14, width, height)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
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
