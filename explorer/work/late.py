"""A word about something that was asked for and is not there at once, so that nobody asks for it again."""

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.problem import Problem

SOON = 300  # milliseconds that need no word


class Late(QObject):
    """Says a sentence unless what it is about has ended before; of several things about the last."""

    said = Signal(object, str)  # Problem, tone

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._sentence = ""
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(lambda: self.said.emit(Problem(self._sentence), "good"))

    def begin(self, sentence: str) -> None:
        """Something was asked for."""
        self._sentence = sentence
        self._soon.start()

    def end(self) -> None:
        """It is there, or will not come."""
        self._soon.stop()
