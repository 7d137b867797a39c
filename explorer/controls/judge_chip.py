"""A chip that lets a labelled data set say what is measured besides: chosen, learned from, let go again."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.controls.literal import literal, literal_tip, with_capital
from explorer.controls.questions import ask_for_data
from explorer.work.time_left import TimeLeft
from stylegan_core.latents.learned_labels import LearnedLabels

TIP = "Measures labels too: learns from a labelled data set what each looks like, which takes a minute or so."
GIVES_UP = "Gives the learning up."
ROOM = 16  # letters of a data set's name


class JudgeChip(QPushButton):
    """``chosen`` carries the folder of the data set, ``let_go`` ends the learning or does without the labels."""

    chosen = Signal(str)
    let_go = Signal()
    changed = Signal()  # it shows something else

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._idle, self._left = True, TimeLeft()
        self._labels: LearnedLabels | None = None
        self._resolution = 0  # of the open network
        self.setProperty("kind", "chip")
        self.clicked.connect(self._press)
        self.show_labels(None)

    @property
    def idle(self) -> bool:
        """Whether there are no labels, and none are being learned."""
        return self._idle

    def ask(self) -> None:
        """Asks for a data set to learn from."""
        ask_for_data(self, "A labelled data set", lambda folder: self.chosen.emit(str(Path(folder))))

    @property
    def doubt(self) -> str:
        """Why the labels may not fit the open network, in one sentence; empty where they do, or there are none."""
        return "" if self._labels is None else self._labels.doubt(self._resolution)

    def show_progress(self, done: int, total: int) -> None:
        """It is being learned: so much of so much is done."""
        if not done:
            self._left = TimeLeft()
        self._labels = None
        self._show(f"cancel · {100 * done // total} %{self._left.clause(done, total)}", GIVES_UP, idle=False)

    def show_labels(self, labels: LearnedLabels | None) -> None:
        """These labels are measured, or none."""
        self._labels = labels
        if labels is None:
            self._show("labels…", TIP, idle=True)
            return
        data = labels.data
        short = data if len(data) <= ROOM else f"{data[: ROOM - 1]}…"
        tip = f"Measures the labels of {data} no longer. {self.doubt}".rstrip()
        self._show(f"labels of {short} ×", tip, idle=False)

    def show_network(self, resolution: int) -> None:
        """The pictures that are measured now are of this resolution."""
        self._resolution = resolution
        if self._labels is not None:
            self.show_labels(self._labels)

    def _show(self, text: str, tip: str, *, idle: bool) -> None:
        self._idle = idle
        self.setText(literal(text))
        self.setToolTip(literal_tip(tip))
        self.setAccessibleName(with_capital(text.rstrip(" …×")))
        self.changed.emit()

    def _press(self) -> None:
        if self._idle:
            self.ask()
        else:
            self.let_go.emit()
