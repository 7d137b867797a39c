"""The bar of something that takes long."""

from PySide6.QtWidgets import QProgressBar


class ProgressBar(QProgressBar):
    """Says to a screen reader what it is about: ``of`` is "the copy"."""

    def __init__(self, of: str) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setAccessibleName(f"Progress of {of}")

    def wait(self) -> None:
        """It has begun; nobody knows yet how long it takes."""
        self.setRange(0, 0)

    def advance(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self.setRange(0, max(total, 1))
        self.setValue(done)
