"""The dialog of a film to be saved: as what, how many frames a second, how large."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.field_form import field_form
from explorer.controls.panel import allow
from explorer.controls.questions import ask_to_save, unasked, with_ending
from explorer.controls.text import text_label
from stylegan_core.amounts import duration
from stylegan_core.files.places import is_there
from stylegan_core.film.film import RATES, Film
from stylegan_core.film.moving_picture import FORMATS, GIF_FPS

SOUND = "Whether the mp4 sounds like the music the film is set to."
KINDS = (
    ("mp4 film", ".mp4", "mp4 film (*.mp4)"),
    ("GIF", ".gif", "GIF (*.gif)"),
    ("PNG frames in a folder", "", "New folder (*)"),
    ("The film itself, to go on with", ".json", "Film (*.json)"),
)
SMALLEST, LARGEST = 256, 2048
SMOOTH = "Smooths the picture where it is enlarged, instead of showing its pixels."
NOT_LARGER = "Nothing is enlarged here."
USUAL = 512  # the least that a film has unless told otherwise, and never less than was drawn; the most of a GIF


@dataclass(frozen=True, slots=True)
class FilmWish:
    """A film to write to ``path``; ``ending`` says as what, "" is a folder of frames as they are drawn.

    ``replaces``: the person has agreed that a file of this name is replaced. ``mute``: without the film's music.
    """

    film: Film
    path: str
    ending: str
    side: int = 0
    smooth: bool = False
    replaces: bool = False
    mute: bool = False

    @property
    def arguments(self) -> list[str]:
        """What the command of the core is told."""
        made = ["--out", self.path]
        if self.ending:
            made += ["--side", str(self.side)] + ["--smooth"] * self.smooth + ["--overwrite"] * self.replaces
        return made + ["--mute"] * self.mute


class FilmDialog(QDialog):
    """Asks how; ``asked`` brings a FilmWish. ``each`` is how long one picture takes to draw, 0 where nobody knows."""

    asked = Signal(object)

    def __init__(self, film: Film, resolution: int, name: str, folder: str, each: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._film, self._name, self._folder, self._each = film, name, folder, each
        self._resolution = resolution
        self.setWindowTitle("Save film")
        self.kind = _choice("Written as", [kind[0] for kind in KINDS], "What the film is written as.")
        self._rates = sorted({*RATES, film.fps})
        self.rate = _choice(
            "Frames a second", [str(rate) for rate in self._rates], "More are smoother, and take longer."
        )
        self.rate.setCurrentText(str(film.fps))
        self._sides = _sides(resolution)
        words = [f"{side} × {side}{', as drawn' if side == resolution else ''}" for side in self._sides]
        self.size_of = _choice("Size", words, "How large the frames are; whole steps keep every pixel square.")
        self._size_chosen = False
        self._propose_size()
        self.smooth = QCheckBox("Enlarge smoothly")
        self.sound = QCheckBox(f"With {film.music.name}" if film.music is not None else "With sound")
        self._there = film.music is not None and is_there(Path(film.music.path))
        self.sound.setChecked(self._there)
        self._says = text_label(wraps=True)
        self._save = button("Save…", "Asks where, then draws and writes in the background.", "primary")
        self._save.clicked.connect(self._ask_path)
        self._lay_out()
        self.size_of.activated.connect(lambda _: setattr(self, "_size_chosen", True))
        self.kind.currentIndexChanged.connect(lambda _: self._propose_size())
        for choice in (self.kind, self.rate, self.size_of):
            choice.currentIndexChanged.connect(lambda _: self._tell())
        self._tell()

    def wish(self, path: str) -> FilmWish:
        """What was asked for, to be written there; the name gets the ending that belongs to it."""
        ending = KINDS[self.kind.currentIndex()][1]
        film = self._film if ending == ".json" else replace(self._film, fps=self._rates[self.rate.currentIndex()])
        side, smooth = self._sides[self.size_of.currentIndex()], self.smooth.isChecked()
        named = with_ending(path, ending)
        if not ending and Path(path).suffix.lower() in FORMATS:
            named += "-frames"  # as it is, it would be taken for a film
        mute = film.music is not None and ending == ".mp4" and not self.sound.isChecked()
        return FilmWish(film, named, ending, side, smooth, replaces=named == path, mute=mute)

    def save_to(self, path: str) -> None:
        """Asks for the film there and closes; a name that nobody was asked about replaces nothing."""
        wish = self.wish(path)
        if why := unasked(path, wish.path):
            self._says.setText(why)
            return
        self.asked.emit(wish)
        self.accept()

    def _shown_fps(self) -> int:
        """Frames a second as they will be seen."""
        fps = self._rates[self.rate.currentIndex()]
        return min(fps, GIF_FPS) if KINDS[self.kind.currentIndex()][1] == ".gif" else fps

    def _propose_size(self) -> None:
        """Chooses what is usual for the kind, where nobody has chosen another size."""
        if not self._size_chosen:
            gif = KINDS[self.kind.currentIndex()][1] == ".gif"
            usual = USUAL if gif else max(USUAL, self._resolution)
            at = next((n for n, side in enumerate(self._sides) if side >= usual), len(self._sides) - 1)
            self.size_of.setCurrentIndex(at)

    def _tell(self) -> None:
        """Says how much that is, and enables what means something for this kind."""
        ending = KINDS[self.kind.currentIndex()][1]
        self.rate.setEnabled(ending != ".json")
        moving, larger = ending in (".mp4", ".gif"), self._sides[self.size_of.currentIndex()] > self._resolution
        self.size_of.setEnabled(moving)
        allow(self.smooth, "" if moving and larger else NOT_LARGER, SMOOTH)
        allow(self.sound, "" if ending == ".mp4" else "Only an mp4 has sound.", SOUND)
        if not self._there:
            allow(self.sound, "The sound file is not there any more: choose it again with music….", SOUND)
        film = replace(self._film, fps=self._shown_fps())
        if ending == ".json":
            self._says.setText(f"{len(film.keys)} pictures and the way between them: drop the file on the window.")
            return
        takes = f", about {duration(self._each * film.frames)} to draw" if self._each * film.frames >= 1 else ""
        rest = (
            f" A GIF has at most {GIF_FPS} frames a second."
            if film.fps != self._rates[self.rate.currentIndex()]
            else ""
        )
        self._says.setText(f"{film.seconds:.1f} s, {film.frames} frames, drawn exactly{takes}.{rest}")

    def _ask_path(self) -> None:
        _, ending, pattern = KINDS[self.kind.currentIndex()]
        ask_to_save(
            self, "Save the film", f"{self._name}-film{ending or '-frames'}", pattern, self.save_to, self._folder
        )

    def _lay_out(self) -> None:
        form = field_form((self.kind, self.rate, self.size_of))
        form.addRow("", self.smooth)
        if self._film.music is not None:
            form.addRow("", self.sound)
        cancel = button("Cancel", "Closes without saving.")
        cancel.clicked.connect(self.reject)
        foot = Across()
        foot.add(None, cancel, self._save)
        column = Down(self, 12, edges=(20, 18, 20, 16))
        column.add(text_label("Save film", "headline"), self._says, form, foot)
        self.setMinimumWidth(420)
        self._save.setDefault(True)


def _sides(resolution: int) -> list[int]:
    """The network's own side, its halves as far as a GIF wants them, and its doubles as far as players go."""
    sides = [resolution]
    while sides[0] >= 2 * SMALLEST:
        sides.insert(0, sides[0] // 2)
    while 2 * sides[-1] <= LARGEST:
        sides.append(2 * sides[-1])
    return sides


def _choice(name: str, words: list[str], tip: str) -> QComboBox:
    made = QComboBox()
    made.addItems(words)
    made.setAccessibleName(name)
    made.setToolTip(tip)
    return made
