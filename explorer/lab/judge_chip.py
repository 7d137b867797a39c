"""A chip that lets a labelled data set say what is measured besides: chosen, learned from, let go again."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.controls.asking import ask_for_data
from explorer.work.time_left import TimeLeft

TIP = "Measures labels too: learns from a labelled data set what each looks like, which takes a minute or so."
GIVES_UP = "Gives the learning up."
ROOM = 16  # letters of a data set's name


class JudgeChip(QPushButton):
    """``chosen`` carries the folder of the data set, ``let_go`` ends the learning or does without the labels."""

    chosen = Signal(str)
    let_go = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._idle, self._left = True, TimeLeft()
        self.setProperty("kind", "chip")
        self.clicked.connect(self._press)
        self.show_judge("")

    def show_progress(self, done: int, total: int) -> None:
        """It is being learned: so much of so much is done."""
        if not done:
            self._left = TimeLeft()
        self._show(f"cancel · {100 * done // total} %{self._left.clause(done, total)}", GIVES_UP, idle=False)

    def show_judge(self, data: str) -> None:
        """The labels of this data set are measured, or none where its name is empty."""
        if not data:
            self._show("labels …", TIP, idle=True)
            return
        short = data if len(data) <= ROOM else f"{data[: ROOM - 1]}…"
        self._show(f"labels of {short} ×", f"Measures the labels of {data} no longer.", idle=False)

    def _show(self, text: str, tip: str, *, idle: bool) -> None:
        self._idle = idle
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip.rstrip("."))

    def _press(self) -> None:
        if self._idle:
            ask_for_data(self, "A labelled data set", lambda folder: self.chosen.emit(str(Path(folder))))
        else:
            self.let_go.emit()
