"""The dialog that sets a film to music: which sound, which pictures come on its beats, how far it moves them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.field_form import field_form
from explorer.controls.progress import ProgressBar
from explorer.controls.questions import ask_to_open
from explorer.controls.scrolling import ScrollPage
from explorer.controls.slider import LabelledSlider
from explorer.controls.spin import Spin
from explorer.controls.text import restyle, text_label
from explorer.controls.yielding import ElidedLabel
from explorer.opening import SOUNDS
from explorer.work.command import CoreCommand
from stylegan_core.amounts import duration
from stylegan_core.film.film import Film
from stylegan_core.film.music import Music
from stylegan_core.film.setting import USUAL_BEATS, set_to_music
from stylegan_core.recipe import SEEDS, Knob, Latent, Recipe

KINDS = f"Sounds ({' '.join(f'*{ending}' for ending in SOUNDS)} *.mp4);;Every file (*)"
NONE = "An mp3, wav, flac, ogg or m4a file. It is heard while the film plays, and in an mp4 of it."
AS_IT_IS = "as they are now"
WIDTH = 96  # pixels of the names before fields and sliders
EVERY = (1, 2, 4, 8, 16)
ONCE, IN_TURN, NEW = "the film's, once", "the film's, in turn", "new faces"
MOTION = Knob("How far the film moves with the music: 0 is evenly, 1 only where it sounds.")
PULSE = Knob("How much farther from the mean face pictures go where it sounds hard; 0.5 is half as far again.")


class MusicDialog(QDialog):
    """Shows what is heard in a sound file; ``asked`` brings the film as it was set to it, or without its music.

    ``recipe`` is the picture that new faces begin with, ``each`` how long one picture takes to draw, 0 where nobody
    knows.
    """

    asked = Signal(object)  # Film

    def __init__(self, film: Film, recipe: Recipe, folder: str, each: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._film, self._recipe, self._folder, self._each = film, recipe, folder, each
        self._music = film.music
        self._heard = CoreCommand(parent=self)
        self.setWindowTitle("Film to music")
        self._name = ElidedLabel()
        self.choose = button("Choose…", "Asks for a sound file.")
        self._progress = ProgressBar("listening to the music")
        self._says = text_label("", "muted", wraps=True)
        self.every = _choice("Pictures come", "When the pictures of the film come.")
        self.pictures = _choice("Which", "Which pictures come on the beats, and for how long.")
        tip = "The second of the music with which the film begins."
        self.start = Spin("Begins at", tip, 0.0, 0.0, 0.0, decimals=1)
        self.start.setSuffix(" s")
        self.motion = LabelledSlider("Motion", MOTION, 0.7, label_width=WIDTH, number_width=48)
        self.pulse = LabelledSlider("Pulse", PULSE, 0.0, label_width=WIDTH, number_width=48)
        self.without = button("Without music", "Takes the music away; the pictures keep their times.")
        self._cancel = button("Cancel", "Closes and changes nothing.")
        self.set = button("Set to music", "Makes the film so; one step of its undo.", "primary")
        self._fill()
        self._connect()
        self._lay_out()
        self._show()

    def hear(self, path: str) -> None:
        """Has this file listened to."""
        self._music = None
        self._name.setText(Path(path).name)
        self._tell("Listening …")
        self._heard.ask("music", path, "--json", "--progress")
        self._show()

    def made(self) -> Film | None:
        """The film as it is asked for. Raises ValueError with one sentence where it cannot be so."""
        if self._music is None:
            return None
        motion, pulse = (min(max(slider.value, 0.0), 1.0) for slider in (self.motion, self.pulse))
        music = replace(self._music, start=self.start.value(), motion=motion, pulse=pulse)
        every = self.every.currentData()
        if not every:
            return replace(self._film, music=music)
        which = self.pictures.currentText()
        new = self._new_face if which == NEW else None
        return set_to_music(self._film, music, every, whole=which != ONCE, recipe=new)

    def _new_face(self, number: int) -> Recipe:
        latent = self._recipe.latent
        return replace(self._recipe, latent=Latent((latent.seed + number) % SEEDS) if number else latent)

    def _take(self, told: Any) -> None:
        try:
            self._music = Music.from_data(told)
        except ValueError as error:
            self._refuse(str(error))
            return
        self.start.setValue(0.0)
        self.every.setCurrentIndex(self.every.findData(USUAL_BEATS))
        self._show()

    def _refuse(self, reason: str) -> None:
        self._music = self._film.music
        self._show()
        self._tell(reason, "bad")

    def _show(self) -> None:
        """What there is, and what can be asked."""
        music, busy = self._music, self._heard.busy
        self._progress.setVisible(busy)
        if not busy:
            self._name.setText(music.name if music is not None else "no sound yet")
        if music is not None:
            self.start.setMaximum(max(music.seconds - 0.1, 0.0))
        for control in (self.every, self.start, self.motion, self.pulse):
            control.setEnabled(music is not None)
        self.without.setVisible(self._film.music is not None)
        self._tell_length()

    def _tell_length(self) -> None:
        """How long it will be, or why it cannot be."""
        self.pictures.setEnabled(self._music is not None and bool(self.every.currentData()))
        try:
            film, why = self.made(), ""
        except ValueError as error:
            film, why = None, str(error)
        self.set.setEnabled(film is not None and bool(film.sections))
        if why:
            self._tell(why, "bad")
        elif self._heard.busy:
            return
        elif film is None or film.music is None:
            self._tell(NONE)
        else:
            music = film.music
            beats = f"{music.tempo:.0f} beats a minute" if music.beats else "no beat is heard, so pictures come evenly"
            takes = self._each * film.frames
            words = (
                f"{duration(music.seconds)}, {beats}.",
                f"The film: {len(film.keys)} pictures, {duration(film.seconds)}"
                + (f", about {duration(takes)} to draw exactly." if takes >= 1 else "."),
            )
            self._tell(" ".join(words))

    def _tell(self, text: str, tone: str = "") -> None:
        self._says.setText(text)
        restyle(self._says, "tone", tone)

    def _fill(self) -> None:
        """What can be chosen, and what is proposed: of a film with music that nothing comes at another time."""
        own = len(self._film.keys) > 1
        if own:
            self.every.addItem(AS_IT_IS, 0)
        for beats in EVERY:
            self.every.addItem("on every beat" if beats == 1 else f"every {beats} beats", beats)
        self.pictures.addItems([IN_TURN, ONCE, NEW] if own else [NEW])
        if (music := self._film.music) is not None:
            self.start.setMaximum(music.seconds)
            self.start.setValue(music.start)
            self.motion.set_value(music.motion)
            self.pulse.set_value(music.pulse)
        else:
            self.every.setCurrentIndex(self.every.findData(USUAL_BEATS))

    def _connect(self) -> None:
        self._heard.answered.connect(self._take)
        self._heard.failed.connect(self._refuse)
        self._heard.progress.connect(self._progress.advance)
        self.choose.clicked.connect(self._ask_path)
        for choice in (self.every, self.pictures):
            choice.currentIndexChanged.connect(lambda _: self._tell_length())
        self.start.valueChanged.connect(lambda _: self._tell_length())
        self.set.clicked.connect(lambda: self._end(self.made))
        self.without.clicked.connect(lambda: self._end(lambda: replace(self._film, music=None)))
        self._cancel.clicked.connect(self.reject)
        self.finished.connect(lambda _: self._heard.drop())

    def _end(self, made: Callable[[], Film | None]) -> None:
        self.asked.emit(made())
        self.accept()

    def _ask_path(self) -> None:
        folder = str(Path(self._music.path).parent) if self._music is not None else self._folder
        ask_to_open(self, "Music for the film", KINDS, self.hear, folder)

    def _lay_out(self) -> None:
        sound = Across(spacing=10)
        sound.add(self._name, None, self.choose)
        inside = QWidget()
        column = Down(inside, 12)
        column.add(sound, self._progress, field_form((self.every, self.pictures, self.start)))
        column.add(self.motion, self.pulse, self._says, None)
        foot = Across()
        foot.add(self.without, None, self._cancel, self.set)
        whole = Down(self, 14, edges=(20, 18, 20, 16))
        whole.add(text_label("Film to music", "headline"))
        whole.addWidget(ScrollPage(inside), 1)
        whole.add(foot)
        self.set.setDefault(True)
        self.resize(460, self.sizeHint().height())


def _choice(name: str, tip: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(tip)
    return made
