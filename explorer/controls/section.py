"""A collapsible part of a side column: headline, buttons at its right, and a body."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.controls.boxes import Across, Down
from explorer.controls.text import text_label


class _Headline(QWidget):
    toggled = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.open = True
        self.row = Across(self, 6)
        self.title = text_label(title, "title")
        self.row.addWidget(self.title)
        self.row.addSpacing(12)
        self.row.addStretch(1)
        self.setMinimumHeight(22)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # it is painted anew when the mouse comes or goes
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title}, section")
        self.setToolTip(f"Folds {title} in or out.")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.toggled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.open and not self.underMouse() and not self.hasFocus():
            return
        painter = QPainter(self)
        colour = theme.current().colour("accent" if self.hasFocus() else "muted")
        shape = icons.pixmap("down" if self.open else "right", colour, 14, self.devicePixelRatioF())
        painter.drawPixmap(QPoint(self.title.x() + self.title.sizeHint().width() + 2, (self.height() - 14) // 2), shape)


class Section(QWidget):
    """A titled part that folds; add widgets to ``body`` and chips to the head with ``add_action``."""

    folded = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        outer = Down(self, 6)
        self._head = _Headline(title)
        self._head.toggled.connect(lambda: self.set_open(not self._head.open))
        self._content = QWidget()
        self.body = Down(self._content, 6)
        outer.add(self._head, self._content)

    @property
    def is_open(self) -> bool:
        """False while folded in."""
        return self._head.open

    def holds(self, widget: QWidget) -> bool:
        """Whether a widget inside is seen while the section is open."""
        return widget.isVisibleTo(self._content)

    def set_open(self, is_open: bool) -> None:
        """Folds the body in or out."""
        if is_open != self._head.open:
            self._head.open = is_open
            self._content.setVisible(is_open)
            self._head.update()
            self.folded.emit(not is_open)

    def add_action(self, widget: QWidget) -> None:
        """Puts a chip or an icon button at the right of the headline."""
        self._head.row.addWidget(widget)
