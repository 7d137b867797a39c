"""The film below the picture: its keys, how it goes from one to the next, and any moment of it in the picture."""

from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from explorer.controls.film_player import FilmPlayer
from explorer.controls.film_view import TIPS, FilmView
from explorer.controls.panel import Asking, allow
from explorer.controls.pop_up import pop_up
from explorer.controls.thumbnails import image_of
from explorer.film.reel import Reel
from explorer.jobs import Done, Failed, KeyStyles, Piece, Problem, Strip
from explorer.session import Session, fitting
from stylegan_core.film.film import Film
from stylegan_core.film.timeline import Timeline
from stylegan_core.info import ModelInfo
from stylegan_core.interpolation import Floats
from stylegan_core.recipe import Recipe

DRAWN = 96  # pixels a side of a key's picture
NONE = "Press K to add the picture that is shown; the film goes from one picture to the next."
ONE = "One more, and there is a way to go."


class FilmStrip(Asking):
    """Shows and changes a Reel; a moment that is played or dragged to is the session's recipe, as a walk is.

    ``play_wanted``, ``save_wanted`` and ``cancel_wanted`` ask for what the strip cannot do alone; ``filled`` says how
    many keys there are after each change.
    """

    play_wanted = Signal()
    save_wanted = Signal()
    cancel_wanted = Signal()
    favourites_wanted = Signal()
    picture_dropped = Signal(int, str)  # the place of a new key, and a saved picture
    taken_away = Signal(str, object)  # a sentence, and what brings it back when it is called
    filled = Signal(int)

    def __init__(self, session: Session, reel: Reel, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setAccessibleName("Film")
        self.reel = reel
        self._pictures: dict[Recipe, QPixmap] = {}
        self._styles: dict[Recipe, Floats] = {}
        self._keys: tuple[Recipe, ...] = ()  # as this network can draw them
        self._timeline: Timeline | None = None
        self._film = reel.film  # as it is shown
        self._chosen: int | None = None  # the key that the next one is put behind
        self._last: Recipe | None = None  # the moment that is shown
        self._wants_to_play = False
        self.player = FilmPlayer(self)
        self.view = view = FilmView()
        self.track, self.row = view.track, view.row
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._connect()
        self.show_film(reel.film)

    @property
    def playing(self) -> bool:
        """Whether the film is being played in the picture."""
        return self.player.playing

    @property
    def begun(self) -> bool:
        """Whether it is being played, or will be as soon as its pictures have been looked at."""
        return self.playing or self._wants_to_play

    @property
    def moment(self) -> float | None:
        """The second that is shown, while the film plays or stands still between two of its pictures."""
        between = self._last is not None and self._last not in self._keys
        return self.track.seconds if self.playing or between else None

    def add(self, recipes: tuple[Recipe, ...] = ()) -> None:
        """Adds these pictures, or the one that is shown, behind the chosen key or at the end."""
        self.stop()
        at = len(self.reel.film.keys) if self._chosen is None else self._chosen + 1
        self.insert(at, recipes or (self.session.recipe,))

    def insert(self, at: int, recipes: tuple[Recipe, ...]) -> None:
        """Adds pictures before the key at ``at``."""
        if self.info is not None and recipes:
            self.reel.insert(at, recipes, (self.info.name, self.info.hash))
            self._stand_at(at + len(recipes) - 1)

    def play(self) -> None:
        """Plays from where it is, or stops."""
        if self.begun:
            self.stop()
        elif self._timeline is None:
            self._wants_to_play = len(self._keys) > 1
            self.session.moves_itself.emit(self)
            self.refresh()
        elif self._timeline.seconds:
            self.session.commit()
            self._begin()

    def stop(self) -> None:
        """Stands still; the moment that is shown is one step of undo."""
        self._wants_to_play = False
        if self.playing:
            self.player.halt()
            self.session.commit()

    def scrub(self, seconds: float) -> None:
        """Shows a moment, in a gesture that goes on."""
        if self.playing:
            self.player.halt()
        self._wants_to_play = False
        self._show(seconds)

    def clear(self) -> None:
        """Begins a new film; the old one is offered back."""
        old = self.reel.film
        self._put_away(replace(Film(), loop=old.loop, pace=old.pace, fps=old.fps), "The film is put away.")

    def open(self, film: Film) -> None:
        """Another film, in the place of this one, which is offered back."""
        self._put_away(film, "The film that was here before is put away.")

    def set_compact(self, compact: bool) -> None:
        """Smaller pictures, for a window that needs its height for the picture."""
        self.view.set_compact(compact)

    def take_switch(self, switch: QWidget) -> None:
        """Puts the switch between what may lie below the picture at the left of the head."""
        self.view.head.insertWidget(0, switch)

    def show_saving(self, short: str, whole: str = "") -> None:
        """How far the film is written, in a few words and in a sentence; empty: nothing is being written."""
        self.view.show_saving(short, whole)
        self._allow()

    def show_film(self, film: Film) -> None:
        """Shows a film; one that is being played goes on, where that can be."""
        self._keys = tuple(fitting(key.recipe, self.info) for key in film.keys) if self.info else ()
        self._chosen = _same_key(self._film, self._chosen, film)
        self._film = film
        self._timeline = self._timed(film)
        self.player.set_film(film.seconds, film.loop)
        if self.playing and not (self._timeline and self._timeline.seconds):
            self.player.halt()
            self._wants_to_play = bool(film.seconds) and self.info is not None
        self._show_keys(film)
        self._allow()
        self.filled.emit(len(film.keys))
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self._pictures.clear()
        self._styles.clear()
        playing = self.playing
        self._last = None
        super().show_model(info)
        self.show_film(self.reel.film)
        self._wants_to_play |= playing

    def show_recipe(self, recipe: Recipe) -> None:
        if recipe == self._last:
            return
        self._last = None
        if self.playing:  # undo or another panel has taken the face elsewhere
            self.player.halt()
        self.row.show_place(None)

    def refresh(self) -> None:
        missing = tuple(dict.fromkeys(recipe for recipe in self._keys if recipe not in self._styles))
        if missing:
            self.ask(KeyStyles("film.styles", missing))
        undrawn = tuple(dict.fromkeys(recipe for recipe in self._keys if recipe not in self._pictures))
        if undrawn:
            self.ask(Strip("film.keys", undrawn, DRAWN))

    def take(self, answer: Piece | Done) -> None:
        request = answer.request
        if isinstance(request, Strip) and isinstance(answer, Piece):
            recipe = request.recipes[answer.index]
            self._pictures[recipe] = QPixmap.fromImage(image_of(answer.value))
            self._show_pictures(recipe)
        elif isinstance(request, KeyStyles) and isinstance(answer, Done):
            self._styles.update(zip(request.recipes, (ws.array for ws in answer.value), strict=True))
            self._timeline = self._timed(self.reel.film)
            self._show_keys(self.reel.film)
            self._allow()
            if self._wants_to_play and self._timeline is not None:
                self._begin()

    def failed(self, answer: Failed) -> None:
        self._wants_to_play = False
        self.said.emit(Problem(answer.reason), "bad")

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def _begin(self) -> None:
        """The film moves the picture from now on; whatever else did stops."""
        self._wants_to_play = False
        self.session.moves_itself.emit(self)
        self.player.begin(self.track.seconds)

    def _give_way(self, mover: object) -> None:
        """Something else moves the picture by itself now."""
        if mover is not self:
            self.stop()

    def _put_away(self, film: Film, sentence: str) -> None:
        self.stop()
        old = self.reel.film
        self.reel.change(film)
        self.track.set_seconds(0.0)
        self.view.show_time()
        if old.keys and old != film:
            self.taken_away.emit(sentence, partial(self.reel.change, old))

    def _stand_at(self, at: int) -> None:
        """The film is at one of its keys."""
        self._chosen = at
        self.row.select(at)
        self.view.reveal(at)
        self.row.show_place(None)
        self.track.set_seconds(self.track.time_of(at))
        self.view.show_time()

    def _timed(self, film: Film) -> Timeline | None:
        """The moments of the film, where there are any and the styles of all its keys are there."""
        if self.info is None or not film.sections or any(key not in self._styles for key in self._keys):
            return None
        keys = tuple(replace(key, recipe=recipe) for key, recipe in zip(film.keys, self._keys, strict=True))
        return Timeline(replace(film, keys=keys), [self._styles[key] for key in self._keys], self.info)

    def _show_keys(self, film: Film) -> None:
        told = [film.keys[first].seconds for first, _ in film.sections]
        times = self._timeline.times if self._timeline else tuple(accumulate(told, initial=0.0))
        seconds = [end - begin for begin, end in pairwise(times)]
        own = self._timeline.own if self._timeline else [film.pace == "eased"] * len(seconds)
        shared = [not each for each in own]
        self.row.show_keys([key.recipe for key in film.keys], seconds, shared)
        self.row.select(self._chosen if self._last is None or self._last in self._keys else None)
        self._show_pictures()
        self.track.set_times(times, film.fps)
        self.view.show_film(film, "" if film.sections else ONE if film.keys else NONE)

    def _show_pictures(self, only: Recipe | None = None) -> None:
        for at, recipe in enumerate(self._keys):
            if only is None or recipe == only:
                self.row.show_picture(at, self._pictures.get(recipe))

    def _allow(self) -> None:
        """Enables what can be done, and says why the rest cannot."""
        few = "" if self.reel.film.sections else "A film needs at least two pictures: add the one that is shown with K."
        waiting = "" if self._timeline or few else "The pictures of the film are being looked at."
        short = "" if few or self.reel.film.seconds else "This film lasts no time: give it some seconds."
        writing = "A film is being written." if self.view.saving else ""
        view = self.view
        for widget, name, reason in (
            (view.play, "play", few or short),
            (view.track, "track", few or short or waiting),
            (view.total, "total", few),
            (view.save, "save", few or writing),
            (view.undo, "undo", "" if self.reel.can_undo else "Nothing of the film was changed yet."),
        ):
            allow(widget, reason, TIPS[name])

    def _show(self, seconds: float) -> None:
        """Shows a moment of the film in the picture."""
        if self._timeline is None:
            return
        place, part = self._timeline.place(seconds)
        self._last = self._timeline.at(seconds)
        at_key = self._last in self._keys
        first, last = self._timeline.film.sections[place]
        self._chosen = last if part == 1 else first
        if not self.playing:  # else the row would run away from a hand that changes it meanwhile
            self.view.reveal(self._chosen)
        self.row.select(self._chosen if at_key else None)
        self.row.show_place(place, part)
        self.track.set_seconds(seconds)
        self.view.show_time()
        self.session.edit_recipe(self._last)

    def _go_to(self, at: int) -> None:
        """Shows a key, as one gesture."""
        self.stop()
        if at < len(self._keys):
            self._last = self._keys[at]
            self._stand_at(at)
            self.session.apply(self._keys[at])

    def _set_seconds(self, at: int, seconds: float) -> None:
        """Takes what was typed, and shows what of it can be."""
        self.reel.set_seconds(at, seconds)
        self._show_keys(self.reel.film)

    def _set_total(self, seconds: float) -> None:
        self.reel.set_total(seconds)
        self._show_keys(self.reel.film)

    def _remove(self, at: int) -> None:
        key = self.reel.film.keys[at]
        self.reel.remove(at)
        self.row.focus(at)
        self.taken_away.emit("The picture is taken out of the film.", partial(self.reel.put_back, at, key))

    def _key_menu(self, at: int, where: QPoint) -> None:
        count, reel, here = len(self.reel.film.keys), self.reel, self.info is not None
        pop_up(
            self,
            where,
            ("Show it", lambda: self._go_to(at), here),
            ("Put the picture that is shown here", lambda: reel.replace(at, self.session.recipe), here),
            ("Stay here for a while", lambda: self._hold(at), True),
            ("Move to the left", lambda: reel.move(at, at - 1), at > 0),
            ("Move to the right", lambda: reel.move(at, at + 2), at + 1 < count),
            ("Take out of the film", lambda: self._remove(at), True),
        )

    def _hold(self, at: int) -> None:
        """The same picture once more: from the one to the other nothing moves."""
        keys = self.reel.film.keys
        self.reel.set(keys=keys[: at + 1] + keys[at:])

    def _more_menu(self) -> None:
        film, reel = self.reel.film, self.reel
        switches = (
            ("Go at one speed", lambda: reel.set(pace="constant"), True)
            if film.pace == "eased"
            else ("Come to rest at every picture", lambda: reel.set(pace="eased"), True),
            ("Do not loop" if film.loop else "Loop", lambda: reel.set(loop=not film.loop), True),
        )
        pop_up(
            self,
            self.view.more.mapToGlobal(self.view.more.rect().bottomLeft()),
            *(switches if self.view.narrow else ()),
            ("Add the favourites", self.favourites_wanted.emit, self.info is not None),
            ("Undo the last change of the film", self.reel.undo, self.reel.can_undo),
            ("Redo the last change of the film", self.reel.redo, self.reel.can_redo),
            ("New film", self.clear, bool(self.reel.film.keys)),
        )

    def _connect(self) -> None:
        reel, view = self.reel, self.view
        reel.changed.connect(self.show_film)
        self.session.moves_itself.connect(self._give_way)
        self.player.reached.connect(self._show)
        self.player.ended.connect(self.stop)
        self.player.switched.connect(view.show_playing)
        view.play.clicked.connect(self.play_wanted)
        view.undo.clicked.connect(reel.undo)
        view.eased.clicked.connect(lambda on: reel.set(pace="eased" if on else "constant"))
        view.loop.clicked.connect(lambda on: reel.set(loop=on))
        view.total.typed.connect(self._set_total)
        view.total.finished.connect(self.track.setFocus)
        view.save.clicked.connect(self.save_wanted)
        view.more.clicked.connect(self._more_menu)
        view.cancel.clicked.connect(self.cancel_wanted)
        self.track.moved.connect(self.scrub)
        self.track.rested.connect(self.session.commit)
        self.row.made.connect(lambda: self._show_pictures())
        self.row.add_asked.connect(lambda: self.add())
        self.row.chosen.connect(self._go_to)
        self.row.menu_asked.connect(self._key_menu)
        self.row.timed.connect(self._set_seconds)
        self.row.moved.connect(reel.move)
        self.row.removed.connect(self._remove)
        self.row.dropped.connect(lambda at, recipe: self.insert(at, (recipe,)))
        self.row.file_dropped.connect(self.picture_dropped)


def _same_key(before: Film, at: int | None, film: Film) -> int | None:
    """Where the key is now that was at ``at`` before; None where it is gone."""
    if at is None or at >= len(before.keys):
        return None
    places = [index for index, key in enumerate(film.keys) if key is before.keys[at]]
    if places:
        return min(places, key=lambda index: abs(index - at))
    return at if len(film.keys) == len(before.keys) else None
