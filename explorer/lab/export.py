"""A chip that asks for a file to write, and gives the writing up at a second click."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.controls.asking import ask_to_save


class ExportChip(QPushButton):
    """``asked`` carries the path that a person chose; ``given_up`` comes where it is not to be written after all."""

    asked = Signal(str)
    given_up = Signal()

    def __init__(self, tip: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__("export …", parent)
        self.tip, self._kinds = tip, kinds
        self.propose: Callable[[], str] = str  # the name of a file to begin with
        self.writing = False
        self.setProperty("kind", "chip")
        self.setAccessibleName(tip.rstrip("."))
        self.setToolTip(tip)
        self.clicked.connect(self.press)

    def press(self) -> None:
        """Asks where to, or gives up what is being written."""
        if self.writing:
            self.end()
            self.given_up.emit()
        else:
            self.begin()

    def begin(self) -> None:
        """Asks where to, unless something is being written."""
        if not self.writing:
            ask_to_save(self, "Export", self.propose(), self._kinds, self.write)

    def write(self, path: str) -> None:
        """Has a file written."""
        self.writing = True
        self.setText("cancel")
        self.setToolTip("Gives the export up; nothing is written.")
        self.asked.emit(path)

    def end(self) -> None:
        """It is written, or given up."""
        self.writing = False
        self.setText("export …")
        self.setToolTip(self.tip)
