"""A bar for a search that goes on, and a chip that gives it up."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import chip
from explorer.controls.progress import ProgressBar


class SearchRow(QWidget):
    """Seen only while something is searched for; ``given_up`` comes from a person."""

    given_up = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.owners: set[str] = set()  # of the searches that go on
        self.bar = ProgressBar(f"the {name}")
        self.cancel = chip("cancel", "Gives the search up (Esc).")
        row = Across(self)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.cancel.setAccessibleName(f"Cancel the {name}")
        self.cancel.clicked.connect(self.given_up)
        self.hide()

    def begin(self, owner: str) -> None:
        """One more search; nobody knows yet how long it takes."""
        self.owners.add(owner)
        self.bar.wait()
        self.show()

    def advance(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self.bar.advance(done, total)

    def end(self, *owners: str) -> None:
        """These searches are over."""
        self.owners.difference_update(owners)
        self.setVisible(bool(self.owners))
