"""A row whose parts give way one after the other where it has no room for all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.literal import literal_tip


@dataclass(frozen=True, slots=True)
class Step:
    """What gives way: ``take`` makes room (True) or takes it again (False), ``saves`` says how many pixels it is."""

    take: Callable[[bool], object]
    saves: Callable[[], int]


def hides(widget: QWidget) -> Step:
    """A step in which a widget of the row goes."""

    def saves() -> int:
        parent = widget.parentWidget()
        layout = parent.layout() if parent is not None else None
        return widget.sizeHint().width() + (layout.spacing() if layout is not None else 0)

    return Step(lambda gone: widget.setVisible(not gone), saves)


def moves(widget: QWidget, row: QBoxLayout, elsewhere: QBoxLayout) -> Step:
    """A step in which the last widget of the row goes to the end of another layout of the same widget's children."""

    def take(gone: bool) -> None:
        (row if gone else elsewhere).removeWidget(widget)
        (elsewhere if gone else row).addWidget(widget)

    return Step(take, lambda: widget.sizeHint().width() + row.spacing())


class YieldingRow(QFrame):
    """``row`` holds the parts; ``steps`` are taken in their order until the rest fits, and back as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = Across(self)
        self._steps: tuple[Step, ...] = ()
        self._taken = 0

    @property
    def taken(self) -> int:
        """How many steps are taken."""
        return self._taken

    def yield_by(self, *steps: Step) -> None:
        """What gives way, what is missed least first."""
        self._steps = steps
        self.fit()

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(sum(step.saves() for step in self._steps[: self._taken]), 0)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(least.width() - sum(step.saves() for step in self._steps[self._taken :]), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return done

    def fit(self) -> None:
        """Takes as many steps as there is too little room for."""
        saved = [step.saves() for step in self._steps]
        wanted, taken = self.row.sizeHint().width() + sum(saved[: self._taken]), 0
        while wanted > self.width() and taken < len(saved):
            wanted -= saved[taken]
            taken += 1
        before, self._taken = self._taken, taken
        for at in range(min(before, taken), max(before, taken)):
            self._steps[at].take(taken > before)


class ElidedLabel(QLabel):
    """Plain words of which as many are shown as there is room for; the tooltip has them all where some are cut off.

    A tooltip of its own takes precedence.
    """

    def __init__(self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._mode, self._tip = mode, ""
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    @property
    def shown(self) -> str:
        """What is seen of the words."""
        return QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().horizontalAdvance(f"{self.text()[:2]}…") if self.text() else 0
        return QSize(least, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and not self.toolTip() and self.shown != self.text():
            self.setToolTip(literal_tip(self.text()))
            done = super().event(event)
            self.setToolTip("")
            return done
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        quiet = self.property("role") in ("muted", "small", "small-number")
        painter.setPen(theme.current().colour(("muted" if quiet else "text") if self.isEnabled() else "dim"))
        painter.drawText(self.contentsRect(), int(self.alignment()), self.shown)
