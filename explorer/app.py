"""The whole application: its parts with recipes and pictures connected, from the first start to the last goodbye.

The parts are built in ``parts.py``; who else hears of whom stands in ``connections.py``, what each action does in
``commands.py``.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, QTimer
from PySide6.QtWidgets import QApplication

from explorer.commands import connect_actions
from explorer.connections import PIN, connect_parts
from explorer.controls.panel import Asking
from explorer.documents.clipboard import let_go
from explorer.explore.latent.panel import NEW_FACE
from explorer.jobs import Answer, Done, Frame
from explorer.main_window import ExplorePage
from explorer.parts import Parts
from explorer.pixels import image_of
from explorer.problem import Problem
from explorer.remoting import Remoting
from explorer.renderer.rendering import Backend
from explorer.renderer_state import RendererState
from explorer.work.background import wait_for_left
from explorer.work.command import wait_for_dropped
from stylegan_core.files.names import one_line
from stylegan_core.info import ModelInfo

log = logging.getLogger(__name__)

OF_EXPLORE = ("drag", "film", "film_add", "film_play")  # keys of one letter act where one sees what they do
OF_MODEL = ("save", "drag")  # what nothing can be done with before there is a picture
# A key that is held goes on stepping.
STEPS = ("undo", "redo", "film_undo", "film_redo", "next_model", "previous_model")


class Explorer(Parts):
    """The whole application, alive as long as its window."""

    def __init__(self, app: QApplication, make_backend: Callable[[], Backend] | None = None) -> None:
        super().__init__(app, make_backend)
        self._warmed = self.closed = False
        self.hints = True  # whether a person is there: a first start is greeted, another program's file shows its card
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.window.show_age)
        self._lay_out()
        self._connect_session()
        self._connect_engine()
        connect_parts(self)
        self.remoting = Remoting(self)
        connect_actions(self, self.remoting)
        self._restore_window()

    def start(self, argument: str = "") -> None:
        """Shows the window, then starts the engine and opens ``argument``, or what was last looked at."""
        self.picture.show_message("Waking up …")
        self.window.show()
        self.picture.setFocus()
        self.engine.start()
        self.documents.start(argument, ask=self.hints)
        self.projecting.start()
        self.measuring.start()
        if self.hints:
            self.remoting.start()
        self._clock.start()
        self.garbage.take_over()

    def close(self) -> None:
        """Writes what must be kept and ends the threads."""
        self.closed = True
        self.remoting.close()
        self.presenting.leave()
        self._clock.stop()
        self.following.close()
        self.cores.close()
        self.session.commit()
        self.history.tell_drafts()
        geometry = bytes(self.window.saveGeometry().toBase64().data()).decode("ascii")
        folded = tuple(panel.accessibleName() for panel in self.panels if not panel.section.is_open)
        self.settings.change(geometry=geometry, folded=folded, smooth=self.picture.smooth)
        self.train.close_workspace()
        self.importing.close()
        self.labelled.close()
        self.judging.close()
        self.measuring.close()
        self.directions.end()
        self.projecting.close()
        self.film.stop()
        self.filming.close()
        self.documents.close()  # before: a picture that is being saved may take longer than somebody waits
        self.engine.stop()
        self.disk.close()
        self.garbage.close()
        wait_for_dropped()
        wait_for_left()
        let_go()

    def _offer_back(self, sentence: str, back: Callable[[], object]) -> None:
        """Says what was taken away, with a button that brings it back."""
        self.window.banner.say(Problem(sentence), "good", "Bring it back", back)

    def _lay_out(self) -> None:
        explore = ExplorePage(self.left, self.right, self.picture, self.below, self.window.pages)
        explore.low_changed.connect(self.below.set_compact)
        explore.narrow_changed.connect(self.below.set_narrow)
        explore.spare_changed.connect(self.directions.fit)
        self.directions.list.complete.connect(lambda: self.directions.fit(explore.right.spare))
        for panel in self.panels:
            panel.seen_wanted.connect(partial(explore.bring, panel))
        self.projecting.shown.connect(partial(explore.bring, self.latent))
        self.window.set_pages(explore, self.train, self.lab_pages)
        self.window.unfinished = self._unfinished
        shown = [self.actions[key] for key in ("undo", "redo", "commands")]
        self.window.header.add_actions(shown, self.actions["present"], self.actions["save"])
        for key, action in self.actions.items():
            (explore if key in OF_EXPLORE else self.window).addAction(action)
            action.setAutoRepeat(key in STEPS)
        self.hint.dismissed.connect(lambda: self.settings.change(hint_seen=True))
        ways_on = [self.actions["open"], self.actions["train_one"]]
        self.picture.empty.offer(ways_on)
        self.lab_pages.offer(ways_on, next(each for each in self.panels[0].actions() if each.text() == NEW_FACE))
        self.window.model_button.setMenu(self.menus.models())
        self.window.more_button.setMenu(self.menus.more())
        self.window.more_button.setPopupMode(self.window.more_button.ToolButtonPopupMode.InstantPopup)

    def _connect_session(self) -> None:
        self.session.recipe_changed.connect(lambda recipe: self.engine.request(recipe, settled=False))
        self.session.committed.connect(lambda recipe: self.engine.request(recipe, settled=True))
        self.session.steps_changed.connect(self._show_steps)
        self.session.model_changed.connect(self._show_model)
        self.documents.nothing_to_show.connect(self._show_nothing)
        self._show_steps()

    def _connect_engine(self) -> None:
        self.engine.ready.connect(self.window.device.setText)
        self.engine.loading.connect(
            lambda path: self.window.state.say(f"loading {one_line(Path(path).stem)}", "warning")
        )
        self.engine.rendered.connect(self._rendered)
        self.engine.answered.connect(self._answered)
        self.engine.failed.connect(self.say)
        self.engine.failed.connect(self.picture.show_failure)
        RendererState(self.engine, self.window.state, self.window)
        self._serve(self.asking)
        self.lab_pages.made.connect(lambda: self._serve(self.lab_pages.each))
        self.history.job_requested.connect(self.engine.run)
        for taker in (self.history, self.directions, self.film, self.measuring):
            taker.taken_away.connect(self._offer_back)

    def _serve(self, parts: Iterable[Asking]) -> None:
        """What they ask is asked of the engine, what they say is said."""
        for part in parts:
            part.job_requested.connect(self.engine.run)
            part.job_dropped.connect(self.engine.cancel)
            part.said.connect(self.say)

    def _unfinished(self) -> list[str]:
        """What would be lost if the window closed now, a few words each."""
        parts = (
            self.train, self.mixing, self.labelled, self.judging, self.measuring, self.projecting, self.filming,
            self.lab_pages, self.documents, self.directions,
        )  # fmt: skip
        return [each for part in parts for each in part.unfinished]

    def _restore_window(self) -> None:
        kept = self.settings.value
        self.window.resize(QSize(1440, 900).boundedTo(self.window.screen().availableSize()))
        if kept.geometry:
            self.window.restoreGeometry(QByteArray.fromBase64(kept.geometry.encode("ascii", "ignore")))
            self.actions["full_screen"].setChecked(self.window.isFullScreen())
        self.actions["theme"].setChecked(kept.theme == "light")
        self.actions["smooth"].setChecked(kept.smooth)
        for panel in self.panels:
            panel.section.set_open(panel.accessibleName() not in kept.folded)

    def _rendered(self, frame: Frame) -> None:
        self.picture.show_frame(frame)
        self.history.show_frame(frame)
        self.lab_pages.show_frame(frame)
        if frame.precision == "exact" and not self._warmed:
            self._warmed = True
            if self.hints and not self.settings.value.hint_seen and not self.presenting.on:
                self.hint.begin()
            self.train.early.begin()

    def _answered(self, answer: Answer) -> None:
        for part in self.asking:
            part.job_done(answer)
        self.history.job_done(answer)
        if answer.request.owner == PIN and isinstance(answer, Done):
            self.picture.pin(image_of(answer.value))

    def _show_steps(self) -> None:
        self.actions["undo"].setEnabled(self.session.can_undo)
        self.actions["redo"].setEnabled(self.session.can_redo)

    def _show_model(self, info: ModelInfo) -> None:
        self.picture.forget()
        self.picture.show_message("Drawing the first picture …")
        self._enable(True)
        self.window.show_model(info, self.session.model_path)

    def _show_nothing(self, sentence: str) -> None:
        """No network is open: one sentence where the picture was, and nothing that could be bent."""
        self.picture.show_message(sentence, lost=True)
        self.lab_pages.show_nothing(sentence)
        self.drag.set_on(False)
        self.places.set_on(False)
        self._enable(False)

    def _enable(self, there: bool) -> None:
        """What can be bent and saved, where there is a picture."""
        for panel in self.panels:
            panel.setEnabled(there)
        for key in OF_MODEL:
            self.actions[key].setEnabled(there)
