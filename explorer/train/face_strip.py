"""This face through time: the head with the time-lapse button, above the strip of thumbnails."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.questions import ask_to_save
from explorer.controls.text import text_label
from explorer.problem import Problem
from explorer.train.samples import SamplesPanel
from explorer.train.timelapse import Wish

KINDS = "GIF picture (*.gif);;mp4 film (*.mp4)"


class FaceStrip(QWidget):
    """The film strip of the chosen face, and the way to save all of it.

    ``film_wanted`` brings a path and a :class:`Wish`, ``film_given_up`` comes where a person cancels what is written.
    """

    said = Signal(object, str)  # Problem, tone
    film_wanted = Signal(object, object)
    film_given_up = Signal()

    def __init__(self, samples: SamplesPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples = samples
        self.save, self._menu = chip("time-lapse…", "Saves all snapshots as a GIF or a film."), QMenu(self)
        self.cancel = chip("", "Gives up the time-lapse that is being written; nothing is left of it.")
        self._lay_out()
        self.cancel.clicked.connect(self.film_given_up)

    def _lay_out(self) -> None:
        column = Down(self, 8)
        head, title = Across(), text_label("This face through time", "title")
        head.add(title, None, self.save, self.cancel)
        self.cancel.hide()
        column.add(head, self._samples.face_strip)
        for text, one, words in (
            ("This face, with kimg and alpha…", True, True),
            ("This face…", True, False),
            ("All faces, with kimg and alpha…", False, True),
            ("All faces…", False, False),
        ):
            self._menu.addAction(text, partial(self._ask, one, words))
        self.save.setMenu(self._menu)

    def _ask(self, one: bool, words: bool) -> None:
        def write(name: str) -> None:
            self.write(Path(name), one, words)

        ask_to_save(self, "Save the time-lapse", "time-lapse.gif", KINDS, write)

    def write(self, path: Path, one: bool, words: bool) -> None:
        """Writes all snapshots: one face or all of them, with words below or without."""
        run, snapshots, resolution = self._samples.story
        wish = Wish(run, snapshots, resolution, self._samples.grid.face if one else None, words)
        if path.suffix.lower() not in (".gif", ".mp4"):
            why = f"{path.name} is no name for a time-lapse: choose one that ends in .gif or .mp4."
            self.said.emit(Problem(why), "bad")
        elif not wish.snapshots:
            self.said.emit(
                Problem("There are no samples yet to make a time-lapse of: wait for the first, or ask for a snapshot."),
                "bad",
            )
        else:
            self.film_wanted.emit(path, wish)

    def show_film(self, words: str) -> None:
        """How far the time-lapse is that is being written, of this run or another one; empty where none is."""
        self.cancel.setText(f"cancel · {words}")
        self.cancel.setAccessibleName(f"Cancel the time-lapse, {words}")
        self.save.setVisible(not words)
        self.cancel.setVisible(bool(words))
