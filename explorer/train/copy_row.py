"""A copy of a data set without what is wrong with it, while it is made: how far it is, the time left, and cancel."""

from collections.abc import Set
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import chip
from explorer.controls.progress import ProgressBar
from explorer.controls.text import text_label
from explorer.train.clean_copy import clean_copy
from explorer.work.task import Task
from explorer.work.time_left import TimeLeft
from stylegan_core.amounts import thousands


class CopyRow(QWidget):
    """Seen only while a copy is made. ``copied`` brings the folder; ``failed`` one sentence; ``cancelled`` nothing."""

    copied = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = ""  # the data that is copied, as it was named
        self.said, self.bar = text_label("", "muted"), ProgressBar("the copy")
        self.cancel = chip("cancel", "Gives the copy up; nothing is left of it.")
        self._left, self._task = TimeLeft(), Task("copy", self)
        row = Across(self)
        row.addWidget(self.said)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.hide()
        self.cancel.clicked.connect(self._task.cancel)
        self._task.progress.connect(self._advance)
        for signal in (self._task.done, self._task.failed, self._task.cancelled):
            signal.connect(self.hide)
        self._task.done.connect(self.copied)
        self._task.failed.connect(self.failed)
        self._task.cancelled.connect(self.cancelled)

    @property
    def busy(self) -> bool:
        """True while a copy is made."""
        return self._task.busy

    def begin(self, source: str, folder: Path, without: Set[str]) -> None:
        """Copies ``source`` into ``folder``, but for the pictures named."""
        self.source, self._left = source, TimeLeft()
        self.bar.wait()
        self.said.setText("Copying the data without them")
        self.show()
        self._task.begin(lambda report: clean_copy(Path(source), folder, without, report))

    def close_row(self) -> None:
        """Gives the copy up without a word, and without waiting."""
        self._task.close()

    def _advance(self, done: int, total: int) -> None:
        self.bar.advance(done, total)
        left = self._left.clause(done, total)
        self.said.setText(f"{thousands(done)} of {thousands(total)} pictures copied{left}")
