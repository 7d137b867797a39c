"""The film below the picture: its keys, how it goes from one to the next, and any moment of it in the picture."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from explorer.controls.film_view import TIPS, FilmView
from explorer.controls.panel import Asking, allow
from explorer.controls.thumbnails import image_of
from explorer.jobs import Done, Failed, KeyStyles, Piece, Problem, Strip
from explorer.reel import Reel
from explorer.session import Session, fitting
from stylegan_core.between import Floats
from stylegan_core.film import Film
from stylegan_core.film_timeline import Timeline
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe

DRAWN = 96  # pixels a side of a key's picture
FRAME = 33  # milliseconds between two pictures while it plays
LONGEST_STEP = 0.25  # seconds: where the window was held up, the film waits rather than jumps
NONE = "Press K to add the picture that is shown; the film goes from one picture to the next."
ONE = "One more, and there is a way to go."


class FilmStrip(Asking):
    """Shows and changes a Reel; a moment that is played or dragged to is the session's recipe, as a walk is.

    ``save_wanted`` and ``cancel_wanted`` ask for what the strip cannot do itself; ``filled`` says how many keys there
    are after each change.
    """

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
        self._chosen: int | None = None  # the key that the next one is put behind
        self._last: Recipe | None = None  # the moment that is shown
        self._wants_to_play = False
        self._timer = QTimer(self, interval=FRAME)
        self._timer.timeout.connect(self._step)
        self._stepped = 0.0
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
        return self._timer.isActive()

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
            self._chosen = at + len(recipes) - 1
            self.reel.insert(at, recipes, (self.info.name, self.info.hash))

    def play(self) -> None:
        """Plays from where it is, or stops."""
        if self.playing:
            self.stop()
        elif self._timeline is None:
            self._wants_to_play = len(self._keys) > 1
            self.refresh()
        else:
            self.session.commit()
            if not self.reel.film.loop and self.track.seconds >= self._timeline.seconds:
                self.track.set_seconds(0.0)
            self._stepped = time.perf_counter()
            self._timer.start()
            self.view.show_playing(self.playing)

    def stop(self) -> None:
        """Stands still; the moment that is shown is one step of undo."""
        self._wants_to_play = False
        if self.playing:
            self._timer.stop()
            self.view.show_playing(self.playing)
            self.session.commit()

    def clear(self) -> None:
        """Begins a new film; the old one is offered back."""
        self.stop()
        old = self.reel.film
        if old.keys:
            self.reel.change(replace(Film(), loop=old.loop, pace=old.pace, fps=old.fps))
            self.taken_away.emit("The film is put away.", partial(self.reel.change, old))

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
        """Shows a film; what was being played stops."""
        self.stop()
        self._keys = tuple(fitting(key.recipe, self.info) for key in film.keys) if self.info else ()
        if self._chosen is not None and self._chosen >= len(film.keys):
            self._chosen = None
        self._timeline = self._timed(film)
        self._show_keys(film)
        self._allow()
        self.filled.emit(len(film.keys))
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self._pictures.clear()
        self._styles.clear()
        super().show_model(info)
        self.show_film(self.reel.film)

    def show_recipe(self, recipe: Recipe) -> None:
        if recipe == self._last:
            return
        self._last = None
        if self.playing:  # undo or another panel has taken the face elsewhere
            self._timer.stop()
            self.view.show_playing(self.playing)
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
                self._wants_to_play = False
                self.play()

    def failed(self, answer: Failed) -> None:
        self._wants_to_play = False
        self.said.emit(Problem(answer.reason), "bad")

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def _timed(self, film: Film) -> Timeline | None:
        """The moments of the film, where there are any and the styles of all its keys are there."""
        if self.info is None or not film.sections or any(key not in self._styles for key in self._keys):
            return None
        keys = tuple(replace(key, recipe=recipe) for key, recipe in zip(film.keys, self._keys, strict=True))
        return Timeline(replace(film, keys=keys), [self._styles[key] for key in self._keys], self.info)

    def _show_keys(self, film: Film) -> None:
        told = [film.keys[first].seconds for first, _ in film.sections]
        times = self._timeline.times if self._timeline else ()
        seconds = [end - begin for begin, end in pairwise(times)] or told
        self.row.show_keys([key.recipe for key in film.keys], seconds, shared=film.pace == "constant")
        self.row.select(self._chosen if self._last is None or self._last in self._keys else None)
        self._show_pictures()
        self.track.set_times(times, film.fps)
        self.view.show_film(film, "" if film.sections else ONE if film.keys else NONE)
        self.view.show_time()

    def _show_pictures(self, only: Recipe | None = None) -> None:
        for at, recipe in enumerate(self._keys):
            if only is None or recipe == only:
                self.row.show_picture(at, self._pictures.get(recipe))

    def _allow(self) -> None:
        """Enables what can be done, and says why the rest cannot."""
        few = "" if self.reel.film.sections else "A film needs at least two pictures."
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
        self.row.select(self._chosen if at_key else None)
        self.row.show_place(place, part)
        self.track.set_seconds(seconds)
        self.view.show_time()
        self.session.edit_recipe(self._last)

    def _step(self) -> None:
        assert self._timeline is not None
        now = time.perf_counter()
        passed, self._stepped = min(now - self._stepped, LONGEST_STEP), now
        total, seconds = self._timeline.seconds, self.track.seconds + passed
        if seconds >= total and not self.reel.film.loop:
            self._show(total)
            self.stop()
        else:
            self._show(seconds % total)

    def _go_to(self, at: int) -> None:
        """Shows a key, as one gesture."""
        self.stop()
        self._chosen = at
        self.row.select(at)
        self._last = self._keys[at]
        if self._timeline is not None:
            seconds = self._timeline.times[at]
            self.track.set_seconds(seconds)
            self.row.show_place(None)
            self.view.show_time()
        self.session.apply(self._keys[at])

    def _remove(self, at: int) -> None:
        key = self.reel.film.keys[at]
        self.reel.remove(at)
        self.taken_away.emit("The picture is taken out of the film.", partial(self.reel.put_back, at, key))

    def _key_menu(self, at: int, where: QPoint) -> None:
        count, reel = len(self.reel.film.keys), self.reel
        self._pop_up(
            where,
            ("Show it", lambda: self._go_to(at), True),
            ("Put the picture that is shown here", lambda: reel.replace(at, self.session.recipe), True),
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
        self._pop_up(
            self.view.more.mapToGlobal(self.view.more.rect().bottomLeft()),
            ("Add the favourites", self.favourites_wanted.emit, self.info is not None),
            ("Undo the last change of the film", self.reel.undo, self.reel.can_undo),
            ("New film", self.clear, bool(self.reel.film.keys)),
        )

    def _pop_up(self, where: QPoint, *entries: tuple[str, Callable[[], object], bool]) -> None:
        menu = QMenu(self)
        for text, do, possible in entries:
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, do=do: do())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def _connect(self) -> None:
        reel, view = self.reel, self.view
        reel.changed.connect(self.show_film)
        view.play.clicked.connect(self.play)
        view.undo.clicked.connect(reel.undo)
        view.eased.clicked.connect(lambda on: reel.set(pace="eased" if on else "constant"))
        view.loop.clicked.connect(lambda on: reel.set(loop=on))
        view.total.typed.connect(reel.set_total)
        view.total.finished.connect(self.track.setFocus)
        view.save.clicked.connect(self.save_wanted)
        view.more.clicked.connect(self._more_menu)
        view.cancel.clicked.connect(self.cancel_wanted)
        self.track.moved.connect(self._scrub)
        self.track.rested.connect(self.session.commit)
        self.row.add_asked.connect(lambda: self.add())
        self.row.chosen.connect(self._go_to)
        self.row.menu_asked.connect(self._key_menu)
        self.row.timed.connect(reel.set_seconds)
        self.row.moved.connect(reel.move)
        self.row.removed.connect(self._remove)
        self.row.dropped.connect(lambda at, recipe: self.insert(at, (recipe,)))
        self.row.file_dropped.connect(self.picture_dropped)

    def _scrub(self, seconds: float) -> None:
        if self.playing:
            self._timer.stop()
            self.view.show_playing(self.playing)
        self._show(seconds)
