"""The empty page: one sentence, and the buttons that lead on."""

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import button
from explorer.controls.text import text_label

COUNTED = 3  # seconds of waiting from which they are told


class EmptyPage(QWidget):
    """Lies in the middle of its parent while there is nothing else to show."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._says = text_label("", "muted", wraps=True)
        self._says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._says.setStyleSheet("font-size: 14px;")
        self._buttons = QWidget()
        self._row = Across(self._buttons)
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self._says)
        column.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        self._buttons.hide()
        self._sentence, self._since, self._counts = "", 0.0, False
        self._second = QTimer(self, singleShot=True, interval=1000)
        self._second.timeout.connect(self._count)

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._says.text()

    def offer(self, actions: Sequence[QAction]) -> None:
        """The ways on, the first of them in colour."""
        for index, action in enumerate(actions):
            made = button(action.text(), action.toolTip(), "" if index else "primary")
            made.clicked.connect(lambda _=False, act=action: act.trigger())
            self._row.addWidget(made)

    def say(self, sentence: str, lost: bool) -> None:
        """Shows a sentence; the buttons only where the person is ``lost`` without them, else the seconds of waiting."""
        self._says.setText(sentence)
        self._sentence, self._since, self._counts = sentence, time.monotonic(), not lost
        self._buttons.setVisible(lost)
        self.show()
        self._count()

    def hideEvent(self, event: QHideEvent) -> None:
        self._second.stop()

    def showEvent(self, event: QShowEvent) -> None:
        self._count()

    def _count(self) -> None:
        """Says for how long somebody has waited, and comes again while it is seen."""
        seconds = int(time.monotonic() - self._since)
        if self._counts and seconds >= COUNTED:
            self._says.setText(f"{self._sentence} {seconds} s")
        if self._counts and self.isVisible():
            self._second.start()
