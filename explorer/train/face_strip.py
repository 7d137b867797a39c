"""This face through time: the head with the time-lapse button, above the strip of thumbnails."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from explorer.controls.chips import chip
from explorer.train.samples import SamplesPanel
from explorer.train.timelapse import TimelapseWriter, Wish

KINDS = "GIF picture (*.gif);;mp4 film (*.mp4)"


class FaceStrip(QWidget):
    """The film strip of the chosen face, and the way to save all of it."""

    failed = Signal(str, str)

    def __init__(self, samples: SamplesPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples = samples
        self.save = chip("time-lapse…", "Saves all snapshots as a GIF or a film.")
        self.writer = TimelapseWriter(self)
        self._count = 0
        self._lay_out()
        self.writer.progress.connect(lambda done: self.save.setText(f"{done} of {self._count}"))
        self.writer.written.connect(self._written)
        self.writer.failed.connect(self._failed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head, title, menu = QHBoxLayout(), QLabel("This face through time"), QMenu(self)
        title.setProperty("role", "title")
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.save)
        column.addLayout(head)
        column.addWidget(self._samples.face_strip)
        for text, one, words in (
            ("This face, with kimg and alpha…", True, True),
            ("This face…", True, False),
            ("All faces, with kimg and alpha…", False, True),
            ("All faces…", False, False),
        ):
            menu.addAction(text, partial(self._ask, one, words))
        self.save.setMenu(menu)

    def _ask(self, one: bool, words: bool) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the time-lapse", "time-lapse.gif", KINDS)
        if name:
            self.write(Path(name), one, words)

    def write(self, path: Path, one: bool, words: bool) -> None:
        """Writes all snapshots: one face or all of them, with words below or without."""
        run, snapshots, resolution = self._samples.story
        wish = Wish(run, snapshots, resolution, self._samples.grid.face if one else None, words)
        if not wish.snapshots:
            self.failed.emit("There are no samples yet to make a time-lapse of.", "")
            return
        self._count = len(wish.snapshots)
        self.save.setEnabled(False)
        self.writer.write(path, wish)

    def _written(self, path: Path) -> None:
        self.save.setEnabled(True)
        self.save.setText("time-lapse…")
        self.save.setToolTip(f"Saved as {path}. Saves all snapshots as a GIF or a film.")

    def _failed(self, why: str) -> None:
        self.save.setEnabled(True)
        self.save.setText("time-lapse…")
        self.failed.emit(why, "")
