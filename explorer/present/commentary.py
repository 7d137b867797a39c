"""What is written on the stage: the caption of the picture that is seen, the keys, and what goes wrong."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from explorer.controls.banner import Banner
from explorer.engine import Engine
from explorer.explore.film.strip import FilmStrip
from explorer.explore.history import HistoryStrip
from explorer.jobs import Frame
from explorer.picture.compare import BEFORE, Mode
from explorer.picture.view import PictureView
from explorer.present.caption import Part
from explorer.present.recipe_words import film_words, words
from explorer.present.stage import Stage
from explorer.problem import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper

HELP_SHOWN = 4000  # milliseconds, at the beginning
SENTENCE_SHOWN = 10_000  # milliseconds, and on for as long as the picture is not what is wanted
SLOW = 180  # milliseconds after the picture has found itself behind: 0.3 s after the gesture
LONG = 0.3  # seconds of loading after which it is said
KEYS = (
    "N new face", "W walk", "M mean face", "R other noise", "hold B before", "Ctrl+Z undo", "Ctrl+0 reset",
    ". black", "C caption", "Esc leave",
)  # fmt: skip
NEEDS = {"M mean face": "truncation", "R other noise": "noise"}  # what a network must have for a key to do anything


class Commentary(QObject):
    """Writes from ``begin`` to ``end``, and only about what an audience can see."""

    def __init__(
        self,
        stage: Stage,
        session: Session,
        picture: PictureView,
        history: HistoryStrip,
        film: FilmStrip,
        banner: Banner,
        settings: SettingsKeeper,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._stage, self._session, self._picture = stage, session, picture
        self._entries, self._film, self._banner, self._settings = history.entries, film, banner, settings
        self._on = False
        self._frame: Frame | None = None  # the one last seen
        self._late = False  # whether the picture that is wanted takes long
        self._broken = ""  # what was said of drawing, until there is another picture
        self._load_begun = 0.0
        self._loading = ""  # what is said of the network that is being loaded
        self._help_time = self._timer(HELP_SHOWN, lambda: stage.help.set_wanted(False))
        self._sentence_time = self._timer(SENTENCE_SHOWN, self._end_sentence)
        self._slow = self._timer(SLOW, self._tell_late)
        banner.told.connect(self._tell_problem)
        picture.marked.connect(self._mark)
        history.starred.connect(lambda *_: self._tell())

    def follow(self, engine: Engine) -> None:
        """Says what is being loaded, and remembers why nothing is drawn any more."""
        engine.failed.connect(self._remember)
        engine.loading.connect(self._begin_loading)
        engine.load_progress.connect(self._tell_loading)
        for ended in (engine.loaded, engine.refused, engine.load_cancelled):
            ended.connect(lambda *_: self._end_loading())

    def begin(self) -> None:
        """Writes the caption, the keys for a while, and what the window says is wrong."""
        self._on = True
        self._late = False
        self._tell()
        self._tell_keys()
        self._stage.help.set_wanted(True)
        self._help_time.start()
        self._tell_problem(self._banner.sentence, self._banner.tone)
        self._stage.caption.set_wanted(self._settings.value.caption)

    def end(self) -> None:
        """Writes no more."""
        self._on = False
        for timer in (self._help_time, self._sentence_time, self._slow):
            timer.stop()
        self._stage.sentence.say()

    def put_sentence_away(self) -> bool:
        """Takes away what was said of something that went wrong; whether there was anything."""
        there = bool(self._stage.sentence.text) and not self._loading
        if there:
            self._stage.sentence.say()
            self._banner.hide()
        return there

    def switch_caption(self) -> None:
        """Shows the caption or hides it, also next time."""
        self._settings.change(caption=not self._settings.value.caption)
        self._stage.caption.set_wanted(self._settings.value.caption)

    def switch_help(self) -> None:
        """Shows the keys until they are asked away."""
        seen = self._stage.help.wanted
        self._help_time.stop()
        self._tell_keys()
        self._stage.help.set_wanted(not seen)

    def _timer(self, interval: int, do: Callable[[], object]) -> QTimer:
        made = QTimer(self, singleShot=True, interval=interval)
        made.timeout.connect(do)
        return made

    def _tell_keys(self) -> None:
        """The keys that do something now."""
        steps = ("← → favourites", "1–9 one of them") if self._entries.favourites() else ("← → history",)
        film = ("P film",) if self._film.reel.film.sections else ()
        info = self._session.info
        idle = {key for key, needs in NEEDS.items() if info is not None and info.why_not(needs)}
        self._stage.help.say([Part(each) for each in (*steps, *film, *KEYS) if each not in idle])

    def _mark(self) -> None:
        """Another picture is seen, or it is known that this one is not what is wanted."""
        another = self._picture.frame is not self._frame
        if another:
            self._frame, self._broken = self._picture.frame, ""
        if not self._on:
            return
        behind = self._picture.stale and not self._picture.failure
        if another or not behind:  # a hand that moves is not told at every step
            self._late = False
            self._slow.stop()
        elif not self._slow.isActive():
            self._slow.start()
        self._tell()

    def _tell_late(self) -> None:
        self._late = not self._broken
        if self._broken:
            self._tell_problem(self._broken, "bad")
        self._tell()

    def _remember(self, problem: Problem) -> None:
        self._broken = problem.sentence

    def _tell(self) -> None:
        """Writes the caption of the picture that is seen, which may be older than what was asked for."""
        frame, info = self._picture.frame, self._session.info
        if not self._on or frame is None or info is None:
            return
        if frame.model_hash != info.hash:  # the picture of the network before, until this one has drawn
            return
        moment = None if self._picture.shows_before else self._film.moment
        if moment is None:
            first, second = words(frame.recipe, info)
        else:
            first, second = film_words(moment, self._film.reel.film.seconds, info)
        late = [Part("drawing …", "muted")] * self._late
        if self._entries.is_favourite(frame.recipe):
            first[0] = Part(f"★ {first[0].text}")
        self._stage.caption.say([*first, *self._compared()], [*second, *late])

    def _compared(self) -> list[Part]:
        """How two pictures are seen at once, or that it is the other one."""
        wipe = self._picture.wipe
        if self._picture.shows_before:
            return [Part("before the last change", "warning")]
        if wipe.mode is Mode.OFF or wipe.pinned is None:
            return []
        if wipe.mode is Mode.WIPE:
            return [Part(f"left {wipe.name}, right now", "warning")]
        moved = "what the last change moved" if wipe.name == BEFORE else f"difference from the {wipe.name}"
        return [Part(moved, "warning")]

    def _tell_problem(self, sentence: str, tone: str) -> None:
        """What goes wrong is said here, too; good news wait in the window."""
        if self._on and sentence and tone != "good":
            self._stage.sentence.say([Part(word) for word in sentence.split()], icon="warning", tone=tone)
            self._sentence_time.start()

    def _end_sentence(self) -> None:
        """It stays while the picture is not what it should be."""
        if self._picture.stale:
            self._sentence_time.start()
        else:
            self._stage.sentence.say()

    def _begin_loading(self, _path: str) -> None:
        self._load_begun = time.monotonic()

    def _tell_loading(self, path: str, done: float) -> None:
        """How far it is, where it takes long enough to be waited for."""
        if self._on and time.monotonic() - self._load_begun > LONG:
            said = f"Loading {Path(path).stem} … {100 * done:.0f} %".split()
            self._stage.sentence.say([Part(word) for word in said], icon="folder", tone="accent")
            self._loading = self._stage.sentence.text

    def _end_loading(self) -> None:
        if self._loading and self._stage.sentence.text == self._loading:
            self._stage.sentence.say()
        self._loading = ""
