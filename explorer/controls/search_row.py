"""A bar for a search that goes on, and a chip that gives it up."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from explorer.controls.boxes import Across
from explorer.controls.chips import chip


class SearchRow(QWidget):
    """Seen only while something is searched for; ``given_up`` comes from a person."""

    given_up = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.owners: set[str] = set()  # of the searches that go on
        self.bar = QProgressBar()
        self.cancel = chip("cancel", "Gives the search up (Esc).")
        row = Across(self)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of the {name}")
        self.cancel.setAccessibleName(f"Cancel the {name}")
        self.cancel.clicked.connect(self.given_up)
        self.hide()

    def begin(self, owner: str) -> None:
        """One more search; nobody knows yet how long it takes."""
        self.owners.add(owner)
        self.bar.setRange(0, 0)
        self.show()

    def advance(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def end(self, *owners: str) -> None:
        """These searches are over."""
        self.owners.difference_update(owners)
        self.setVisible(bool(self.owners))
