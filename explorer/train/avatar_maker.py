"""Avatars made on the spot: how many, how large, and a bar while a process draws them."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.progress import ProgressBar
from explorer.controls.spin import Spin
from explorer.controls.text import text_label
from explorer.work.command import CoreCommand
from explorer.work.time_left import TimeLeft
from stylegan_core.amounts import thousands
from stylegan_core.data.half_drawn import is_half_drawn

RESOLUTIONS = (16, 32, 64, 128)
WIDTH = 84  # pixels of a field
COUNT = "How many avatars are drawn; from fewer than a thousand the model learns each by heart."
SEED = "Another seed draws other avatars, the same one the same avatars again."


class AvatarMaker(QWidget):
    """Draws avatars into a folder of their own; ``made`` names it, also where it was there already."""

    made = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.count, self.seed = (
            Spin("How many avatars", COUNT, 16, 1_000_000, 2000),
            Spin("Seed of the avatars", SEED, 0, 2_000_000_000, 0),
        )
        self.resolution = QComboBox()
        self.draw = button("Draw them", "Draws the avatars now; the same numbers give the same faces.")
        self.bar, self.said = ProgressBar("drawing avatars"), text_label("", "small")
        self._command = CoreCommand(as_json=False, parent=self)
        self._target, self._left = Path(), TimeLeft()
        self._lay_out()
        self.draw.clicked.connect(self._toggle)
        self._command.progress.connect(self._advance)
        self._command.answered.connect(lambda _: self._ended(""))
        self._command.failed.connect(self._ended)

    def _lay_out(self) -> None:
        column = Down(self, 6)
        self.count.setSingleStep(500)
        for spin in (self.count, self.seed):
            spin.setFixedWidth(WIDTH)
        for side in RESOLUTIONS:
            self.resolution.addItem(f"{side}×{side}", side)
        self.resolution.setCurrentIndex(1)
        self.resolution.setToolTip("How many pixels wide and high each avatar is; a preset proposes what it needs.")
        row = Across()
        for word, field in (("", self.count), ("avatars at", self.resolution), ("seed", self.seed)):
            if word:
                row.addWidget(text_label(word, "muted"))
            row.addWidget(field)
        self.resolution.setAccessibleName("Size of the avatars")
        row.add(None, self.draw)
        column.add(row, self.bar, self.said)
        self.bar.hide()
        self.said.hide()

    @property
    def busy(self) -> bool:
        """True while they are drawn."""
        return self._command.busy

    def set_resolution(self, side: int) -> None:
        """Proposes the size a preset needs."""
        index = self.resolution.findData(min(max(side, RESOLUTIONS[0]), RESOLUTIONS[-1]))
        if not self.busy and index >= 0:
            self.resolution.setCurrentIndex(index)

    def target(self) -> Path:
        """The folder these numbers lead to."""
        seed = f"-seed{self.seed.whole}" if self.seed.whole else ""
        return self.folder / f"avatars-{self.resolution.currentData()}-{self.count.whole}{seed}"

    def start(self) -> None:
        """Draws them, or finds them drawn already."""
        target = self.target()
        if (target / "labels.json").is_file():
            self.made.emit(target)
            return
        while target.exists() and not is_half_drawn(target):  # else the process goes on where it was ended
            target = target.with_name(f"{target.name}-again")
        self._target, self._left = target, TimeLeft()
        self._advance(0, self.count.whole)
        self.bar.show()
        self.said.show()
        self.draw.setText("Cancel")
        numbers = [str(self.count.whole), str(self.resolution.currentData()), str(self.seed.whole)]
        flags = ("--count", "--resolution", "--seed")
        pairs = [part for pair in zip(flags, numbers, strict=True) for part in pair]
        self._command.ask("data", "avatars", str(target), *pairs, "--progress")

    def close_maker(self) -> None:
        """Ends the process."""
        self._command.drop()

    def _toggle(self) -> None:
        if self.busy:
            self._command.drop()
            self._ended("Cancelled; drawing them once more goes on from here.")
        else:
            self.start()

    def _advance(self, done: int, total: int) -> None:
        self.bar.advance(done, total)
        left = self._left.clause(done, total)
        self.said.setText(f"{thousands(done)} of {thousands(total)} drawn{left}")

    def _ended(self, why: str) -> None:
        self.draw.setText("Draw them")
        self.bar.hide()
        self.said.setVisible(bool(why))
        self.said.setText(why)
        if why:
            self.failed.emit(why)
        else:
            self.made.emit(self._target)
