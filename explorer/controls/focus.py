"""Where the keyboard's focus is seen on controls painted by hand, and where it goes from what lies over the window."""

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object  # Qt's classes cannot be inherited twice


class ShowsFocus(_Base):
    """Painted anew when the focus comes or goes. Stands before the Qt class among the bases."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class GivesFocusBack(_Base):
    """Lies over other widgets and gives the focus back, when it goes, to what had it. Stands before the Qt class."""

    _before: QWidget | None = None

    def watch_focus(self) -> None:
        """To be called once, after the Qt class is made."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._note_focus)

    def _note_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and now is not None and self.isAncestorOf(now) and not self.isAncestorOf(before):
            self._before = before

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        focus, before = QApplication.focusWidget(), self._before
        if focus is None or before is None or not self.isAncestorOf(focus):
            return
        if shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
