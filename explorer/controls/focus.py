"""Controls painted by hand that show where the keyboard's focus is."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

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
