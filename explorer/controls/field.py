"""A field for one short value, that gives the keyboard back as soon as the value is taken."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_WINDOWS_OWN = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class Field(QLineEdit):
    """Return takes what was typed, Escape brings the old value back; ``finished`` asks for another home of the focus.

    A line that keeps the focus would keep every key: undo, copy, and the shortcuts of one letter. Until something is
    typed, undo and redo pass to the window. A click into it, like a double-click, selects all, so that what is typed
    stands for the old value. Fields override :meth:`write` and :meth:`take`.
    """

    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fresh = True  # not clicked yet since it has the focus, however that came
        self.editingFinished.connect(self.take)

    def write(self) -> None:
        """Writes the value that is in force, as unmodified text."""

    def take(self) -> None:
        """Takes the text, if a person has changed it."""

    def event(self, event: QEvent) -> bool:
        """Leaves undo and redo to the window while there is no typing to take back."""
        untouched = event.type() == QEvent.Type.ShortcutOverride and not self.isModified()
        if untouched and isinstance(event, QKeyEvent) and any(event.matches(key) for key in _WINDOWS_OWN):
            event.ignore()
            return False
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._fresh = True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._fresh and not self.isModified() and not self.hasSelectedText():  # no part was marked by a drag
            self.selectAll()
        self._fresh = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typing, self._fresh = self.isModified(), False
        if event.key() == Qt.Key.Key_Escape:
            self.write()
            event.setAccepted(typing)  # else it still closes what it closes
            self.finished.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
