"""The dialog of a foreign weight file: what it is before it is opened, then how far opening or converting is."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button, chip
from explorer.controls.literal import literal_tip
from explorer.controls.progress import ProgressBar
from explorer.controls.questions import ask_to_save
from explorer.controls.text import text_label
from explorer.work.time_left import TimeLeft
from stylegan_core.amounts import size_text

if TYPE_CHECKING:
    from stylegan_core.formats.card import Card

WIDTH, EDGE = 560, 20  # pixels
NOTES_HIGH, NOTES_LOW = 150, 48  # more notes than fit in this height scroll; the lower one on a low screen
HIGH_SCREEN = 580
ABOVE = ("File", "Format", "Code", "Note")  # rows that have a place of their own


class CardDialog(QDialog):
    """Says what a person does; ``rejected`` also while something goes on, and then means: give it up."""

    open_asked = Signal()
    convert_asked = Signal(str)  # where the converted copy goes

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Weight file")
        self.setFixedWidth(WIDTH)
        self._target = self._words = ""
        self._left = TimeLeft()
        self.title, self.subtitle = text_label("", "headline", wraps=True), text_label("", "muted", wraps=True)
        self.title.setText(_fitted(self.title, name, WIDTH - 2 * EDGE))
        self.title.setToolTip(literal_tip(name))
        self._place = text_label("", "number")
        self.state, self._bar = text_label("", "muted", wraps=True), ProgressBar("opening or converting the file")
        self._cancel = button("Cancel", "Closes the file or stops what is going on; the present picture stays. (Esc)")
        self._convert = button("Convert and open", "Writes a copy as safetensors, which loads faster, and opens that.")
        self._open = button("Open", "Opens the file as it is; nothing in it is run.", "primary")
        self._change = chip("Change…", "Chooses another place for the converted copy.")
        self._body = Down(spacing=12)
        self._lay_out()
        self._cancel.clicked.connect(self.reject)
        self._open.clicked.connect(self.open_asked)
        self._convert.clicked.connect(lambda: self.convert_asked.emit(self._target))
        self._change.clicked.connect(self._ask_target)

    @property
    def target(self) -> str:
        """Where the converted copy goes."""
        return self._target

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """The buttons by their text; those that make no sense now are hidden or disabled."""
        return {each.text(): each for each in (self._cancel, self._convert, self._open)}

    def work(self, words: str) -> None:
        """Something begins: ``words`` say what, and only giving it up is possible."""
        self._words, self._left = words, TimeLeft()
        self.state.setText(words)
        self._bar.advance(0, 100)
        self._busy(True)

    def advance(self, fraction: float) -> None:
        """How far it is, 0 to 1."""
        self._bar.advance(round(100 * fraction), 100)
        if left := self._left.words(round(1000 * fraction), 1000):
            self.state.setText(f"{self._words} {left}")

    def rest(self, words: str) -> None:
        """What went on has ended without success, which ``words`` say; the person may choose anew."""
        self.state.setText(words)
        self._busy(False)

    def show_card(self, card: "Card") -> None:
        """The file has been read: everything known about it, and the choice."""
        rows = [(label, text) for label, text in card.lines() if label not in ABOVE]
        self.subtitle.setText(f"{card.format} · {size_text(card.bytes)}")
        self.subtitle.show()
        self._body.addWidget(_table(rows))
        code = f"Contains {card.code_size} of code, not run." if card.code_bytes else "Nothing in it is run."
        self._body.add(_sentence("check", "good", code), _notes(card.notes))
        for each in (self._convert, self._open, self._copy):
            each.show()
        self.rest("")
        self._open.setDefault(True)
        self._open.setFocus()
        self.adjustSize()

    def set_target(self, path: str) -> None:
        """Puts the converted copy elsewhere."""
        self._target = path
        self._place.setText(_fitted(self._place, path, WIDTH - 2 * EDGE - 190))
        self._place.setToolTip(literal_tip(path))

    def _busy(self, busy: bool) -> None:
        self._bar.setVisible(busy)
        self.state.setVisible(bool(self.state.text()))
        for each in (self._convert, self._open, self._change):
            each.setEnabled(not busy)
        self.adjustSize()

    def _ask_target(self) -> None:
        target = Path(self._target)
        kind = "Safetensors (*.safetensors)"
        ask_to_save(self, "Save the converted copy", target.name, kind, self.set_target, str(target.parent))

    def _lay_out(self) -> None:
        column = Down(self, 12, edges=(EDGE, 18, EDGE, 16))
        head = Down(spacing=3)
        head.add(self.title, self.subtitle)
        column.add(head, self._body)
        self._copy = QWidget()
        place = Across(self._copy)
        place.addWidget(text_label("Converted copy", "muted"))
        place.addWidget(self._place, 1)
        place.addWidget(self._change)
        column.add(self._copy, self.state, self._bar)
        foot = Across()
        foot.add(None, self._cancel, self._convert, self._open)
        column.addLayout(foot)
        for hidden in (self.subtitle, self._convert, self._open, self._copy):
            hidden.hide()


def _fitted(label: QLabel, text: str, width: int) -> str:
    label.ensurePolished()
    return label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def _table(rows: Sequence[tuple[str, str]]) -> QFrame:
    made = QFrame()
    made.setObjectName("card")
    grid = QGridLayout(made)
    grid.setContentsMargins(14, 12, 14, 12)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(7)
    grid.setColumnStretch(1, 1)
    for at, (name, text) in enumerate(rows):
        label, value = text_label(name, "muted", wraps=True), text_label(text, wraps=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, at, 1)
    return made


def _sentence(sign: str, token: str, text: str) -> QWidget:
    """One line with a sign before it."""
    made = QWidget()
    row = Across(made, 8)
    picture = QLabel()
    picture.setPixmap(icons.pixmap(sign, theme.current().colour(token), 16, made.devicePixelRatioF()))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(text_label(text, wraps=True), 1)
    return made


def _notes(notes: Sequence[str]) -> QWidget:
    """What is missing or approximated, scrolling where it is much."""
    if not notes:
        return _sentence("check", "good", "Nothing is missing or approximated.")
    body = QWidget()
    column = Down(body, 6)
    for note in notes:
        column.addWidget(_sentence("warning", "warning", note))
    body.setFixedWidth(WIDTH - 2 * EDGE - 14)
    high = column.heightForWidth(body.width())
    body.setFixedHeight(high)
    scroll = QScrollArea()
    scroll.setWidget(body)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    most = NOTES_HIGH if scroll.screen().availableGeometry().height() >= HIGH_SCREEN else NOTES_LOW
    scroll.setFixedHeight(min(high, most))
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus if high <= most else Qt.FocusPolicy.TabFocus)
    return scroll
