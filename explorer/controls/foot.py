"""The foot of a dialog that only shows something: one button that closes it."""

from PySide6.QtWidgets import QDialog

from explorer.controls.boxes import Across
from explorer.controls.buttons import button


class Foot(Across):
    """``close_it`` is the button."""

    def __init__(self, dialog: QDialog, tip: str) -> None:
        super().__init__()
        self.close_it = button("Close", tip)
        self.close_it.clicked.connect(dialog.accept)
        self.add(None, self.close_it)
