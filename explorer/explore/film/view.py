"""What is seen of a film: buttons and switches, the track, the row of keys, and how far it is written."""

from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton, chip
from explorer.controls.literal import literal_tip
from explorer.controls.panel import allow
from explorer.controls.scrolling import ScrollSideways
from explorer.controls.slider import NumberField
from explorer.controls.text import text_label
from explorer.controls.track import Track
from explorer.controls.yielding import ElidedLabel
from explorer.explore.film.row import FilmRow
from explorer.explore.film.track import FilmTrack
from explorer.film.drawn_film import DrawnFilm
from explorer.sound.film_sound import FULL

THUMB, SMALL_THUMB = 62, 42
SIDE, TIGHT_SIDE = 18, 8  # pixels left and right of it, and where there is little room
NONE = "Press K to add the picture that is shown; the film goes from one picture to the next."
ONE = "One more, and there is a way to go."
VOLUME = 64  # pixels of its slider
WIDE = 680  # logical pixels; below it the head leaves setting it to music to the menu
NARROW = 570  # logical pixels; below it the head holds what cannot be had otherwise
GROWING = 250  # milliseconds in which a row that is growing is scrolled along to the key that was to be seen
TIPS = {
    "play": "Plays the film in the picture, or stops it (P).",
    "mute": "Whether the music of the film is heard while it plays here; an mp4 has it in any case.",
    "volume": "How loud the music is heard here; an mp4 has it as it is. Double-click for all of it.",
    "undo": "Takes the last change of the film back.",
    "eased": "On: the film comes to rest at every picture. Off: it goes at one speed through W.",
    "loop": "After the last picture the film goes back to the first, without a seam.",
    "total": "How many seconds the film lasts; all of it becomes faster or slower.",
    "music": "Sets the film to the beats of a sound file, and moves it with them.",
    "save": "Draws the film exactly and writes it as mp4, GIF or PNG frames.",
    "more": "More for the film.",
    "cancel": "Gives up the film that is being written.",
    "track": "Drag to see any moment of the film; arrows go frame by frame, Page Up and Down key by key.",
}


class FilmView(QWidget):
    """The widgets, laid out; it knows nothing of what they do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = IconButton("play", "Play the film", TIPS["play"])
        self.undo = IconButton("undo", "Undo in the film", TIPS["undo"])
        self.mute = IconButton("sound", "Mute", TIPS["mute"], "mute")
        self.volume = Track()
        self.volume.setRange(0, FULL)
        self.volume.setSingleStep(5)
        self.volume.setPageStep(20)
        self.volume.setValue(FULL)
        self.volume.zero = 0
        self.volume.setFixedWidth(VOLUME)
        self.volume.setToolTip(TIPS["volume"])
        self.volume.setAccessibleName("Volume of the music")
        self.eased, self.loop = chip("eased", TIPS["eased"], True), chip("loop", TIPS["loop"], True)
        self.total, self._unit = NumberField(1), text_label("s", "muted")
        self.total.setFixedWidth(52)
        self.total.setAccessibleName("Seconds of the whole film")
        self.music = chip("music…", TIPS["music"])
        self.save, self.more = chip("save film…", TIPS["save"]), IconButton("more", "More for the film", TIPS["more"])
        self.cancel = chip("cancel", TIPS["cancel"])
        self.track, self._time = FilmTrack(), text_label("", "muted")
        self.track.setToolTip(TIPS["track"])
        self._time.setFont(theme.mono(theme.SMALL))
        self.row, self._empty = FilmRow(THUMB), text_label("", "muted")
        self._spared = (self.undo, self.eased, self.loop, self.total, self._unit)  # by a narrow head
        self._saving, self._words = QWidget(), ElidedLabel()
        self._compact = self._tight = self._has_music = False
        self._revealed = 0
        self._reveals = QTimer(self, singleShot=True)  # comes after all layouts that wait; QTimer.singleShot does not
        self._reveals.timeout.connect(self._reveal)
        self._growing = QTimer(self, singleShot=True, interval=GROWING)
        self.head = Across(spacing=6)
        self._scroll = ScrollSideways()
        self._column = QVBoxLayout(self)
        self._scroll.horizontalScrollBar().rangeChanged.connect(self._go_along)
        self._lay_out()
        self.set_compact(False)

    @property
    def saving(self) -> bool:
        """Whether a film is being written."""
        return self._saving.isVisibleTo(self)

    @property
    def wide(self) -> bool:
        """Whether there is room for all of its buttons."""
        return self.width() >= WIDE

    @property
    def narrow(self) -> bool:
        """Whether there is no room for what the menu can do, too, and for the time of the whole film."""
        return self.width() < NARROW

    def minimumSizeHint(self) -> QSize:
        """Without what it leaves to the menu where there is less room: that must not hold the window open."""
        spared = [each for each in (*self._spared, self.music) if each.isVisible()]
        widths = (max(each.minimumWidth(), each.minimumSizeHint().width()) for each in spared)
        return super().minimumSizeHint() - QSize(sum(widths) + len(spared) * self.head.spacing(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for widget in self._spared:
            widget.setVisible(not self.narrow)
        self._show_music()

    def _show_music(self) -> None:
        """What there is for music, as far as it is not left to the menu."""
        self.music.setVisible(self.wide)
        self.mute.setVisible(self._has_music and not (self.narrow and self.saving))
        self.volume.setVisible(self._has_music and not self.narrow)

    @property
    def tight(self) -> bool:
        """Whether the menu has to do what the button that saves has no room for."""
        return self._tight

    def set_tight(self, tight: bool) -> None:
        """Leaves the button that saves to the menu."""
        self._tight = tight
        self.save.setVisible(not tight)
        self.set_compact(self._compact)

    def set_compact(self, compact: bool) -> None:
        """Smaller pictures, closer together."""
        self._compact, side = compact, TIGHT_SIDE if self._tight else SIDE
        size = SMALL_THUMB if compact else THUMB
        self.row.set_size(size)
        self._scroll.setFixedHeight(size + 10)
        self._column.setContentsMargins(side, 0 if compact else 6, side, 4 if compact else 8)
        self._column.setSpacing(0 if compact else 4)

    def show_keys(self, drawn: DrawnFilm, chosen: int | None) -> None:
        """The keys of a film, one of them chosen, how it goes from one to the next, and what is still missing."""
        film, times = drawn.film, drawn.times
        seconds = [end - begin for begin, end in pairwise(times)]
        self.row.show_keys([key.recipe for key in film.keys], seconds, [not own for own in drawn.own])
        self.row.select(chosen)
        self.track.set_times(times, film.fps)
        self.track.set_music(film.music)
        self._has_music = film.music is not None
        self._show_music()
        empty = "" if film.sections else ONE if film.keys else NONE
        self._empty.setText(empty)
        self._empty.setVisible(bool(empty))
        self.total.show_value(film.seconds)
        self.eased.setChecked(film.pace == "eased")
        self.loop.setChecked(film.loop)
        self.show_time()

    def allow(self, drawn: DrawnFilm, can_undo: bool) -> None:
        """Enables what can be done with a film, and says why the rest cannot."""
        film = drawn.film
        few = "" if film.sections else "A film needs at least two pictures: add the one that is shown with K."
        waiting = "" if drawn.timeline or few else "The pictures of the film are being looked at."
        short = "" if few or film.seconds else "This film lasts no time: give it some seconds."
        writing = "A film is being written." if self.saving else ""
        for widget, name, reason in (
            (self.play, "play", few or short),
            (self.track, "track", few or short or waiting),
            (self.total, "total", few),
            (self.save, "save", few or writing),
            (self.undo, "undo", "" if can_undo else "Nothing of the film was changed yet."),
        ):
            allow(widget, reason, TIPS[name])

    def show_time(self) -> None:
        """The moment of the track, in numbers."""
        track = self.track
        self._time.setText(f"{track.seconds:.1f} / {track.total:.1f} s" if track.total else "")

    def show_playing(self, playing: bool) -> None:
        """Whether the film is played."""
        self.play.set_icon("stop" if playing else "play")
        self.play.setAccessibleName("Stop the film" if playing else "Play the film")

    def show_loudness(self, muted: bool, volume: int) -> None:
        """Whether the music is left out, and at how many percent it is heard."""
        self.mute.setChecked(muted or not volume)
        self.volume.colour = "dim" if muted else ""
        with QSignalBlocker(self.volume):
            self.volume.setValue(volume)
        self.volume.update()

    def reveal(self, at: int) -> None:
        """Scrolls the row to a key, as soon as it has its place there."""
        self._revealed = at
        self._reveals.start()
        self._growing.start()

    def _go_along(self) -> None:
        """The row has another width: with a style sheet it gets that some turns of the event loop later."""
        if self._growing.isActive():
            self._reveals.start()

    def _reveal(self) -> None:
        if self._revealed < len(self.row.thumbnails):
            key = self.row.thumbnails[self._revealed]
            self._scroll.ensureWidgetVisible(key, key.width(), 0)

    def show_saving(self, short: str, whole: str) -> None:
        """How far the film is written, beside the track and in its tooltip; empty: nothing is being written."""
        self._saving.setVisible(bool(short))
        self._time.setVisible(not short)
        self._show_music()  # on a narrow one how far it is has the place of mute
        self._words.setText(short)
        self._saving.setToolTip(literal_tip(whole))
        self._words.setAccessibleName(whole)

    def _lay_out(self) -> None:
        self.head.add(self.play, self.undo, None, self.eased, self.loop, self.total, self._unit)
        self.head.add(self.music, self.save, self.more)
        middle = Across(spacing=10)  # the handle stands out beyond the end of the track
        middle.addWidget(self.track, 1)
        loudness = Across(spacing=2)
        loudness.add(self.mute, self.volume)
        middle.add(self._time, self._saving, loudness)
        saving = Across(self._saving, 8)
        saving.add(self._words, self.cancel)
        self._saving.hide()
        inside = QWidget()
        row = Across(inside)
        row.add(self.row, self._empty, None)
        self._scroll.setWidget(inside)
        self._column.addLayout(self.head)
        self._column.addLayout(middle)
        self._column.addWidget(self._scroll)
