"""The head of the monitor: which run, one sentence, its state, and what can be asked of the trainer."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, button, chip
from explorer.controls.literal import literal_tip
from explorer.controls.yielding import ElidedLabel
from explorer.run_state import RunState
from explorer.train.pill import StatePill
from stylegan_core.files.names import one_line

TROUBLED = ("died", "failed")
WIDE = 880  # pixels from which on sentence and buttons lie side by side


class MonitorHeader(QWidget):
    """Shows a run's state and offers only what can be done in it; the owner connects the buttons."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: tuple[RunState, str, bool, bool] | None = None
        self.leave = IconButton("left", "All runs", "Back to all runs.")
        self.title = ElidedLabel(one_line(path.name), "headline", Qt.TextElideMode.ElideMiddle)
        self.sentence, self.pill = QLabel(), StatePill()
        self.explore = button("Explore live", "Opens the newest averaged model (EMA) in Explore.")
        self.snapshot = button("Snapshot", "Asks the trainer for a checkpoint and samples now.")
        self.pause = button("Pause", "Halts training after this step; nothing is lost.")
        self.stop = button("Stop", "Saves a checkpoint and ends the trainer; Resume goes on from there.")
        self.resume = button("Resume", "Starts the trainer again from the last checkpoint.", "primary")
        self.branch = button(
            "Branch",
            "Begins a new run from this model, with this run's settings and data to change.",
            "ghost",
        )
        for each in (self.snapshot, self.pause, self.stop, self.resume):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # else, when one goes, what is next has a frame
        self.details_chip = chip("last words", "Shows the end of the trainer's log.", checkable=True)
        self.details = QPlainTextEdit(readOnly=True)
        self._lay_out()
        self.details_chip.toggled.connect(self.details.setVisible)

    def _lay_out(self) -> None:
        outer = Down(self, 8)
        row = self._row = Across(spacing=8)
        words = Down(spacing=2)
        self.sentence.setTextFormat(Qt.TextFormat.RichText)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.add(self.title, self.sentence)
        row.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addSpacing(12)
        asks = (self.explore, self.branch, self.snapshot, self.pause, self.stop, self.resume)
        self._asks = QWidget()
        buttons = Across(self._asks, 8)
        for each in (self.details_chip, self.pill, *asks):
            buttons.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._asks)
        outer.addLayout(row)
        self._outer = outer
        self.details.setFont(theme.mono(theme.SMALL))
        self.details.setFixedHeight(140)
        self.details.setStyleSheet("min-height: 128px;")  # without its edges; the window's style would let it shrink
        self.details.setAccessibleName("Last words of the trainer")
        self.details.setFrameShape(QFrame.Shape.NoFrame)
        self.details.hide()
        outer.addWidget(self.details)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the sentence would be left a few words a line, the buttons go below it."""
        super().resizeEvent(event)
        below = event.size().width() < WIDE
        if below != (self._outer.indexOf(self._asks) >= 0):
            (self._row if below else self._outer).removeWidget(self._asks)
            if below:
                self._outer.insertWidget(1, self._asks, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                self._row.addWidget(self._asks)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: the sentence has colours of its own."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._told is not None:
            self.show_state(*self._told)

    def show_run(self, path: Path, preset: str) -> None:
        """Names the run: its preset, and the number or name of its folder."""
        number = path.name.split("-")[0]
        known = preset and number.isdigit()
        self.title.setText(f"{preset} · run {number}" if known else one_line(path.name))
        self.title.setToolTip(literal_tip(str(path)))

    def name_explore(self, snapshot: str, live: bool) -> None:
        """What the button opens: the newest network, or that of an earlier snapshot such as "85 kimg"."""
        self.explore.setText(f"Explore {snapshot}" if snapshot else "Explore live" if live else "Explore")
        newest = "Opens the newest averaged model (EMA) in Explore; later ones replace it as they come."
        self.explore.setToolTip(f"Opens the model of {snapshot} in Explore." if snapshot else newest)

    def show_state(self, state: RunState, sentence: str, can_explore: bool, can_begin: bool = False) -> None:
        """Shows the state and enables what makes sense in it; a run that has not begun may be begun."""
        self._told = (state, sentence, can_explore, can_begin)
        self.pill.show_state(state.name, state.sentence)
        colour = theme.current().colour("bad" if state.name in TROUBLED else "muted").name()
        strong = theme.current().colour("text").name()
        self.sentence.setText(
            f'<span style="color:{colour}">{sentence}</span>'.replace(
                "<b>", f'<b style="color:{strong}; font-weight:600">'
            )
        )
        steerable = state.live and state.name not in ("starting", "stopping")
        self.explore.setEnabled(can_explore)
        self.branch.setEnabled(can_explore)
        for each in (self.snapshot, self.pause, self.stop):
            each.setVisible(state.live or (state.stuck and each is self.stop))
            each.setEnabled(steerable or state.stuck)
        self.snapshot.setEnabled(state.name == "training")
        self.pause.setText("Go on" if state.name in ("paused", "pausing") else "Pause")
        over = not state.live and not state.stuck and state.name != "finished"
        self.resume.setVisible(over and (state.name != "empty" or can_begin))
        self.resume.setText("Start" if state.name == "empty" else "Resume")
        has_details = bool(state.details)
        self.details_chip.setVisible(has_details)
        if state.details != self.details.toPlainText():
            self.details.setPlainText(state.details)
        if not has_details:
            self.details_chip.setChecked(False)
