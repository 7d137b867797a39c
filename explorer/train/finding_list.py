"""What the check of the data found, one row a finding: how grave it is, what it is, and what cures it by a click."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import chip
from explorer.controls.text import text_label
from explorer.train.findings import Finding


class Dot(QWidget):
    """A round mark in the colour of a finding's weight."""

    def __init__(self, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(10, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Follows the theme."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().colour(self._tone))
        painter.drawEllipse(QPointF(4, 8.5), 3.5, 3.5)


class FindingList(QWidget):
    """One row for each finding: mark, sentence, and its cures as chips. ``cure_asked`` brings what a chip does."""

    cure_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: tuple[Finding, ...] = ()
        self._rows: list[QWidget] = []
        self._column = Down(self, 4)

    def show_findings(self, found: Sequence[Finding]) -> None:
        """Shows these in the place of those before."""
        if tuple(found) == self.shown:
            return
        self.shown = tuple(found)
        for old in self._rows:
            discard(old)
        self._rows = [self._row(each) for each in self.shown]
        self._column.add(*self._rows)
        self.setVisible(bool(self.shown))

    def text(self) -> str:
        """All sentences."""
        return " ".join(each.text for each in self.shown)

    def _row(self, finding: Finding) -> QWidget:
        made = QWidget()
        row = Across(made, 6)
        tone = "text" if finding.tone in ("good", "warning") else finding.tone
        words = text_label(finding.text, tone=tone, wraps=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(Dot(finding.tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        for cure in finding.cures:
            made_chip = chip(cure.text, cure.tip)
            made_chip.clicked.connect(lambda _=False, act=cure.act: self.cure_asked.emit(act))
            row.addWidget(made_chip, 0, Qt.AlignmentFlag.AlignTop)
        return made
