"""The film below the picture: its keys, how it goes from one to the next, and any moment of it in the picture."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.controls.boxes import Down
from explorer.controls.panel import Asking
from explorer.controls.pop_up import pop_up
from explorer.explore.film.screening import Screening
from explorer.explore.film.view import FilmView
from explorer.film.drawn_film import DrawnFilm, same_key
from explorer.film.reel import Reel
from explorer.jobs import Done, Failed, KeyStyles, Piece, Strip
from explorer.pixels import image_of
from explorer.problem import Problem
from explorer.session import Session
from explorer.sound.film_sound import FULL
from stylegan_core.film.film import Film
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

DRAWN = 96  # pixels a side of a key's picture


class FilmStrip(Asking):
    """Shows and changes a Reel; a moment that is played or dragged to is the session's recipe, as a walk is.

    What its buttons for playing, saving and giving up do needs the whole window. ``filled`` says how many keys there
    are after each change.
    """

    favourites_wanted = Signal()
    picture_dropped = Signal(int, str)  # the place of a new key, and a saved picture
    taken_away = Signal(str, object)  # a sentence, and what brings it back when it is called
    filled = Signal(int)
    loudness_wanted = Signal(bool, int)  # whether it is mute, and percent of the volume

    def __init__(self, session: Session, reel: Reel, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setAccessibleName("Film")
        self.reel = reel
        self._pictures: dict[Recipe, QPixmap] = {}
        self.drawn = DrawnFilm()
        self._chosen: int | None = None  # the key that the next one is put behind
        self.screening = Screening(session, self.drawn, self)
        self.view = view = FilmView()
        self.track, self.row = view.track, view.row
        outer = Down(self)
        outer.addWidget(view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._connect()
        self.show_film(reel.film)

    @property
    def playing(self) -> bool:
        """Whether the film is being played in the picture."""
        return self.screening.playing

    @property
    def begun(self) -> bool:
        """Whether it is being played, or will be as soon as its pictures have been looked at."""
        return self.screening.begun

    @property
    def moment(self) -> float | None:
        """The second that is shown, while the film plays or stands still between two of its pictures."""
        return self.track.seconds if self.playing or not self.screening.at_key else None

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
        self.screening.play(self.track.seconds)

    def stop(self) -> None:
        """Stands still; the moment that is shown is one step of undo."""
        self.screening.stop()

    def set_loudness(self, muted: bool, volume: int) -> None:
        """Whether the music of the film is left out when it plays, and at how many percent it is heard."""
        self.screening.set_loudness(muted, volume)
        self.view.show_loudness(muted, volume)

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

    def set_narrow(self, narrow: bool) -> None:
        """Leaves to the menu what has no room."""
        self.view.set_tight(narrow)

    def take_switch(self, switch: QWidget) -> None:
        """Puts the switch between what may lie below the picture at the left of the head."""
        self.view.head.insertWidget(0, switch)

    def show_saving(self, short: str, whole: str = "") -> None:
        """How far the film is written, in a few words and in a sentence; empty: nothing is being written."""
        self.view.show_saving(short, whole)
        self.view.allow(self.drawn, self.reel.can_undo)

    def show_film(self, film: Film) -> None:
        """Shows a film; one that is being played goes on, where that can be."""
        stands = self._stands
        self._chosen = same_key(self.drawn.film, self._chosen, film)
        self.drawn.show(film, self.info)
        self.screening.show_film()
        self._show_keys(stands)
        self.filled.emit(len(film.keys))
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self._pictures.clear()
        self.drawn.forget_styles()
        self.screening.forget()
        super().show_model(info)
        self.show_film(self.reel.film)

    def show_recipe(self, recipe: Recipe) -> None:
        self.screening.show_recipe(recipe)

    def refresh(self) -> None:
        if self.drawn.missing:
            self.ask(KeyStyles("film.styles", self.drawn.missing))
        undrawn = tuple(dict.fromkeys(recipe for recipe in self.drawn.keys if recipe not in self._pictures))
        if undrawn:
            self.ask(Strip("film.keys", undrawn, DRAWN))

    def take(self, answer: Piece | Done) -> None:
        request = answer.request
        if isinstance(request, Strip) and isinstance(answer, Piece):
            recipe = request.recipes[answer.index]
            self._pictures[recipe] = QPixmap.fromImage(image_of(answer.value))
            self._show_pictures(recipe)
        elif isinstance(request, KeyStyles) and isinstance(answer, Done):
            stands = self._stands
            self.drawn.take(request.recipes, answer.value)
            self._show_keys(stands)
            self.screening.go_on(self.track.seconds)

    def failed(self, answer: Failed) -> None:
        self.screening.give_up()
        self.said.emit(Problem(answer.reason), "bad")

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

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

    @property
    def _stands(self) -> bool:
        """Whether the track stands at the chosen key."""
        return self._chosen is not None and not self.begun and self.track.seconds == self.track.time_of(self._chosen)

    def _show_keys(self, stands: bool) -> None:
        """Shows the keys at their times; the track that stood at the chosen one goes along with it."""
        self.view.show_keys(self.drawn, self._chosen if self.screening.at_key else None)
        if stands and self._chosen is not None:
            self.track.set_seconds(self.track.time_of(self._chosen))
            self.view.show_time()
        self.view.allow(self.drawn, self.reel.can_undo)
        self._show_pictures()

    def _show_pictures(self, only: Recipe | None = None) -> None:
        for at, recipe in enumerate(self.drawn.keys):
            if only is None or recipe == only:
                self.row.show_picture(at, self._pictures.get(recipe))

    def _show_moment(self, seconds: float) -> None:
        """A moment of the film has come into the picture."""
        if self.drawn.timeline is None:
            return
        place, part = self.drawn.timeline.place(seconds)
        first, last = self.drawn.timeline.film.sections[place]
        self._chosen = last if part == 1 else first
        if not self.playing:  # else the row would run away from a hand that changes it meanwhile
            self.view.reveal(self._chosen)
        self.row.select(self._chosen if self.screening.at_key else None)
        self.row.show_place(place, part)
        self.track.set_seconds(seconds)
        self.view.show_time()

    def go_to(self, at: int) -> None:
        """Shows a key, as one gesture."""
        self.stop()
        if at < len(self.drawn.keys):
            self._stand_at(at)
            self.screening.stand_at(at)

    def _set_seconds(self, at: int, seconds: float) -> None:
        """Takes what was typed, and shows what of it can be."""
        self.reel.set_seconds(at, seconds)
        self._show_keys(self._stands)

    def _set_total(self, seconds: float) -> None:
        self.reel.set_total(seconds)
        self._show_keys(self._stands)

    def remove(self, at: int) -> None:
        """Takes a key out of the film; it is offered back."""
        key = self.reel.film.keys[at]
        self.reel.remove(at)
        self.row.focus(at)
        self.taken_away.emit("The picture is taken out of the film.", partial(self.reel.put_back, at, key))

    def _open_key_menu(self, at: int, where: QPoint) -> None:
        reel, count, here = self.reel, len(self.reel.film.keys), self.info is not None
        menu = pop_up(
            self,
            where,
            ("Show it", lambda: self.go_to(at), here),
            ("Put the picture that is shown here", lambda: reel.replace(at, self.session.recipe), here),
            ("Stay here for a while", lambda: reel.hold(at), True),
            ("Move to the left", lambda: reel.move(at, at - 1), at > 0),
            ("Move to the right", lambda: reel.move(at, at + 2), at + 1 < count),
            ("Take out of the film", lambda: self.remove(at), True),
        )
        reel.changed.connect(menu.close)  # changed from afar meanwhile, the film has another picture there, or none

    def _open_menu(self) -> None:
        """What the head has no button for, or no room."""
        reel, film, view = self.reel, self.reel.film, self.view
        button = view.more
        switches = (
            ("Go at one speed", lambda: reel.set(pace="constant"), True)
            if film.pace == "eased"
            else ("Come to rest at every picture", lambda: reel.set(pace="eased"), True),
            ("Do not loop" if film.loop else "Loop", lambda: reel.set(loop=not film.loop), True),
        )
        pop_up(
            self,
            button.mapToGlobal(button.rect().bottomLeft()),
            *(switches if view.narrow else ()),
            *((("To music…", view.music.click, True),) if not view.wide else ()),
            *((("Save film…", view.save.click, view.save.isEnabled()),) if view.tight else ()),
            ("Add the favourites", self.favourites_wanted.emit, self.info is not None),
            ("Undo the last change of the film", reel.undo, reel.can_undo),
            ("Redo the last change of the film", reel.redo, reel.can_redo),
            ("New film", self.clear, bool(film.keys)),
        )

    def _connect(self) -> None:
        reel, view = self.reel, self.view
        reel.changed.connect(self.show_film)
        self.screening.shown.connect(self._show_moment)
        self.screening.switched.connect(view.show_playing)
        self.screening.left.connect(lambda: self.row.show_place(None))
        self.screening.awaited.connect(self.refresh)
        self.screening.sound.said.connect(lambda sentence: self.said.emit(Problem(sentence), "warning"))
        view.mute.clicked.connect(lambda on: self.loudness_wanted.emit(on, view.volume.value() or FULL))
        view.volume.valueChanged.connect(lambda percent: self.loudness_wanted.emit(False, percent))
        view.volume.reset_asked.connect(lambda: view.volume.setValue(FULL))
        view.undo.clicked.connect(reel.undo)
        view.eased.clicked.connect(lambda on: reel.set(pace="eased" if on else "constant"))
        view.loop.clicked.connect(lambda on: reel.set(loop=on))
        view.total.typed.connect(self._set_total)
        view.total.finished.connect(self.track.setFocus)
        view.more.clicked.connect(self._open_menu)
        self.track.moved.connect(self.screening.scrub)
        self.track.rested.connect(self.session.commit)
        self.row.made.connect(lambda: self._show_pictures())
        self.row.add_asked.connect(lambda: self.add())
        self.row.chosen.connect(self.go_to)
        self.row.menu_asked.connect(self._open_key_menu)
        self.row.timed.connect(self._set_seconds)
        self.row.moved.connect(reel.move)
        self.row.removed.connect(self.remove)
        self.row.dropped.connect(lambda at, recipe: self.insert(at, (recipe,)))
        self.row.file_dropped.connect(self.picture_dropped)
