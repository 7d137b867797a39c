"""A film in the picture: played, dragged through, or still at a moment; the moment is the session's recipe."""

from PySide6.QtCore import QObject, Signal

from explorer.explore.film.player import FilmPlayer
from explorer.film.drawn_film import DrawnFilm
from explorer.session import Session
from explorer.sound.film_sound import FilmSound
from stylegan_core.recipe import Recipe


class Screening(QObject):
    """Moves the session through a film, as a walk does; whatever else moves the picture by itself ends that.

    ``shown`` carries the second that has come into the picture, ``switched`` whether the film plays. ``left``: the
    picture is none of the film any more. ``awaited``: it is to be played as soon as the styles of its keys are known.
    """

    shown = Signal(float)
    switched = Signal(bool)
    left = Signal()
    awaited = Signal()

    def __init__(self, session: Session, drawn: DrawnFilm, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._drawn = session, drawn
        self._last: Recipe | None = None  # the moment that is shown
        self._waits = False  # to play
        self.sound = FilmSound(self)
        self.player = FilmPlayer(self, self.sound.lead)
        self.player.reached.connect(self._show)
        self.player.ended.connect(self.stop)
        self.player.switched.connect(self._sound)
        self.player.switched.connect(self.switched)
        session.moves_itself.connect(self._give_way)

    @property
    def playing(self) -> bool:
        """Whether the film is being played."""
        return self.player.playing

    @property
    def begun(self) -> bool:
        """Whether it is being played, or will be as soon as its pictures have been looked at."""
        return self.playing or self._waits

    @property
    def at_key(self) -> bool:
        """Whether no moment between two of its pictures is shown."""
        return self._last is None or self._last in self._drawn.keys

    def play(self, seconds: float) -> None:
        """Plays from there, or stops."""
        timeline = self._drawn.timeline
        if self.begun:
            self.stop()
        elif timeline is None:
            self._waits = len(self._drawn.keys) > 1
            self._session.moves_itself.emit(self)
            self.awaited.emit()
        elif timeline.seconds:
            self._session.commit()
            self._begin(seconds)

    def stop(self) -> None:
        """Stands still; the moment that is shown is one step of undo."""
        self._waits = False
        if self.playing:
            self.player.halt()
            self._session.commit()

    def scrub(self, seconds: float) -> None:
        """Shows a moment, in a gesture that goes on."""
        self.player.halt()
        self._waits = False
        self._show(seconds)

    def stand_at(self, at: int) -> None:
        """Shows a key, as one gesture."""
        self._last = self._drawn.keys[at]
        self._session.apply(self._last)

    def show_film(self) -> None:
        """The film has changed; one that is being played goes on, where that can be."""
        film, timeline = self._drawn.film, self._drawn.timeline
        self.player.set_film(film.seconds, film.loop)
        if self.playing and not (timeline and timeline.seconds):
            self.player.halt()
            self._waits = bool(film.seconds) and self._session.info is not None
        elif self.playing:
            self.sound.follow(film, self.player.seconds)

    def show_recipe(self, recipe: Recipe) -> None:
        """Something else than the film may have taken the face elsewhere: undo, or another panel."""
        if recipe != self._last:
            self._last = None
            self.player.halt()
            self.left.emit()

    def forget(self) -> None:
        """Another network: a film that was being played goes on as soon as its keys have been looked at."""
        self._waits = self.begun
        self._last = None
        self.player.halt()

    def go_on(self, seconds: float) -> None:
        """More styles are known: a film that waits for them begins, where they are all."""
        if self._waits and self._drawn.timeline is not None:
            self._begin(seconds)

    def give_up(self) -> None:
        """The styles will not come: nothing waits for them any more."""
        self._waits = False

    def set_loudness(self, muted: bool, volume: int) -> None:
        """Whether the music of the film is heard, and at how many percent of its volume."""
        self.sound.set_loudness(muted, volume, self.player.seconds if self.playing else None)

    def _sound(self, playing: bool) -> None:
        if playing:
            self.sound.play(self._drawn.film, self.player.seconds)
        else:
            self.sound.stop()

    def _begin(self, seconds: float) -> None:
        """The film moves the picture from now on; whatever else did stops."""
        self._waits = False
        self._session.moves_itself.emit(self)
        self.player.begin(seconds)

    def _show(self, seconds: float) -> None:
        if self._drawn.timeline is not None:
            self._last = self._drawn.timeline.at(seconds)
            self.shown.emit(seconds)
            self._session.edit_recipe(self._last)

    def _give_way(self, mover: object) -> None:
        """Something else moves the picture by itself now."""
        if mover is not self:
            self.stop()
