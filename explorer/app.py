"""Composition root: builds session, engine, panels and window, and connects recipes with pictures.

Who else hears of whom stands in ``connections.py``, what each action does in ``commands.py``.
"""

import importlib
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSize, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from explorer import theme
from explorer.actions import make_actions
from explorer.commands import connect_actions
from explorer.connections import PIN, connect_parts
from explorer.controls.below import Below
from explorer.controls.hint import Hint
from explorer.controls.panel import Panel
from explorer.controls.thumbnails import image_of
from explorer.cores import Cores
from explorer.dialogs import Dialogs
from explorer.documents.clipboard import Clipboard, let_go
from explorer.documents.documents import Documents
from explorer.documents.following import Following
from explorer.documents.importing import Importing
from explorer.engine import Engine
from explorer.explore.directions import DirectionsPanel
from explorer.explore.drag import DragPoints
from explorer.explore.film import FilmStrip
from explorer.explore.growing import GrowingPanel
from explorer.explore.history import HistoryStrip
from explorer.explore.latent import NEW_FACE, LatentPanel
from explorer.explore.mixing import MixingPanel
from explorer.explore.noise import NoisePanel
from explorer.explore.picture import PictureView
from explorer.explore.transform import TransformPanel
from explorer.explore.truncation import TruncationPanel
from explorer.explore.vary import VaryPanel
from explorer.film.filming import Filming
from explorer.film.reel import Reel
from explorer.garbage import Garbage
from explorer.jobs import Answer, Done, Frame
from explorer.lab.entanglement_page import EntanglementPage
from explorer.lab.layers_page import LayersPage
from explorer.lab.measuring import Measuring
from explorer.lab.pages import LabPages
from explorer.lab.quality_page import QualityPage
from explorer.lab.sweep_page import SweepPage
from explorer.labels.judging import Judging
from explorer.labels.labelled import Labelled
from explorer.main_window import ExplorePage, MainWindow
from explorer.menus import Menus
from explorer.photo.projecting import Projecting
from explorer.present.presenting import Presenting
from explorer.problem import Problem
from explorer.remoting import Remoting
from explorer.renderer.rendering import Backend
from explorer.renderer_state import RendererState
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.train.workspace import TrainWorkspace
from explorer.work.background import Background
from explorer.work.command import wait_for_dropped
from stylegan_core.files.places import home
from stylegan_core.info import ModelInfo

log = logging.getLogger(__name__)

OF_EXPLORE = ("drag", "film", "film_add", "film_play")  # keys of one letter act where one sees what they do
OF_MODEL = ("save", "drag")  # what nothing can be done with before there is a picture
# A key that is held goes on stepping.
STEPS = ("undo", "redo", "film_undo", "film_redo", "next_model", "previous_model")
STRIP_TIPS = ("Every change, as a picture to come back to (F).", "Pictures that become a film (F).")


class Explorer(QObject):
    """The whole application, alive as long as its window."""

    def __init__(self, app: QApplication, make_backend: Callable[[], Backend] | None = None) -> None:
        super().__init__(app)
        self.app = app
        self.disk = Background(self)
        self.settings = SettingsKeeper(self.disk)
        theme.apply(app, self.settings.value.theme)
        self.session = Session(self)
        self.engine = Engine(make_backend, self)
        self.window = MainWindow()
        self.actions = make_actions(self.window)
        self.picture, self.history = PictureView(self.session), HistoryStrip(self.session)
        self.drag = DragPoints(self.session, self.picture.picture_rect, self.picture)
        self.reel = Reel(self)
        self.film = FilmStrip(self.session, self.reel)
        self.below = Below(("History", "Film"), STRIP_TIPS, (self.history, self.film))
        latent = self.latent = LatentPanel(self.session)
        latent.held.connect(self.picture.hold)
        latent.held.connect(self.drag.hold)
        latent.photo_wanted.connect(lambda: self.actions["photo"].trigger())
        left = [latent, VaryPanel(self.session), TransformPanel(self.session), NoisePanel(self.session)]
        self.growing = GrowingPanel(self.session)
        self.directions = DirectionsPanel(self.session)
        self.mixing = MixingPanel(self.session)
        right = [TruncationPanel(self.session), self.directions, self.mixing, self.growing]
        self.panels: list[Panel] = [*left, *right]
        self.documents = Documents(self.session, self.engine, self.history, self.reel, self.settings, self)
        self.importing = Importing(self.window, self.engine, self)
        self.menus = Menus(self.window, self.actions, self.session, self.settings, self.documents)
        self.train = TrainWorkspace(home(), self.window.pages)
        lab = self.lab_pages = LabPages(self.window.pages)
        self.lab, self.sweep = LayersPage(self.session, lab), SweepPage(self.session, lab)
        self.entanglement, self.quality = EntanglementPage(self.session, lab), QualityPage(self.session, lab)
        lab.take(self.lab, self.sweep, self.entanglement, self.quality)
        self.measuring = Measuring(self.session, self.quality, self.disk, self)
        self.dialogs = Dialogs(
            self.window, self.session, self.settings, self.documents, self.engine, self.disk, self.picture.pace
        )
        self.clipboard = Clipboard(self.session, self.engine, self)
        self.judging = Judging(self.session, (self.sweep, self.entanglement), self)
        self.projecting = Projecting(self.session, latent, self.picture, self.documents, self.disk, self)
        self.labelled = Labelled(self.session, self.directions, self)
        self.filming = Filming(
            self.session, self.film, self.below, self.history, self.settings, self.disk, self.picture.pace, self
        )
        self.cores = Cores(self.disk, self)
        self.garbage = Garbage(self)
        self.following = Following(self.window, self.session, self.documents, self.growing, self.disk)
        self._warmed = self.closed = False
        self.hints = True  # whether a person is there: a first start is greeted, another program's file shows its card
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.window.show_age)
        self.hint = Hint(self.picture)
        self.presenting = Presenting(
            self.window, self.session, self.picture, self.history, self.film, self.below, self.actions, self.panels,
            self.hint, self.settings, self,
        )  # fmt: skip
        self._lay_out(ExplorePage(left, right, self.picture, self.below, self.window.pages))
        self._connect_session()
        self._connect_engine()
        connect_parts(self)
        self.remoting = Remoting(self)
        connect_actions(self)
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
        self.projecting.close()
        self.film.stop()
        self.filming.close()
        self.documents.close()  # before: a picture that is being saved may take longer than somebody waits
        self.engine.stop()
        self.disk.close()
        self.garbage.close()
        wait_for_dropped()
        let_go()

    def every_action(self) -> list[QAction]:
        """The window's actions and those the panels add."""
        own = [action for key, action in self.actions.items() if key != "commands"]
        added = [action for part in (*self.panels, *self.lab_pages.each) for action in part.actions() if action.text()]
        return list(dict.fromkeys(own + added))  # the Lab has some of them from a panel

    def say(self, problem: Problem, tone: str = "bad") -> None:
        """Shows one sentence at the top of the page."""
        self.window.banner.say(problem, tone)

    def show_nothing(self, sentence: str) -> None:
        """No network is open: one sentence where the picture was, and nothing that could be bent."""
        self.picture.show_message(sentence, lost=True)
        self.lab_pages.show_nothing(sentence)
        self.drag.set_on(False)
        for panel in self.panels:
            panel.setEnabled(False)
        for key in OF_MODEL:
            self.actions[key].setEnabled(False)

    def _offer_back(self, sentence: str, back: Callable[[], object]) -> None:
        """Says what was taken away, with a button that brings it back."""
        self.window.banner.say(Problem(sentence), "good", "Bring it back", back)

    def _lay_out(self, explore: ExplorePage) -> None:
        explore.low_changed.connect(self.below.set_compact)
        explore.spare_changed.connect(self.directions.fit)
        self.directions.list.complete.connect(lambda: self.directions.fit(explore.right.spare))
        self.window.set_pages(explore, self.train, self.lab_pages)
        self.window.unfinished = self._unfinished
        shown = [self.actions[key] for key in ("undo", "redo", "commands")]
        self.window.add_header_actions(shown, self.actions["present"], self.actions["save"])
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
        self._show_steps()

    def _connect_engine(self) -> None:
        self.engine.ready.connect(self.window.device.setText)
        self.engine.loading.connect(lambda path: self.window.state.say(f"loading {Path(path).stem}", "warning"))
        self.engine.rendered.connect(self._rendered)
        self.engine.answered.connect(self._answered)
        self.engine.failed.connect(self.say)
        self.engine.failed.connect(self.picture.show_failure)
        RendererState(self.engine, self.window.state, self.window)
        for part in (*self.panels, self.drag, self.film, *self.lab_pages.each):
            part.job_requested.connect(self.engine.run)
            part.job_dropped.connect(self.engine.cancel)
            part.said.connect(self.say)
        self.history.job_requested.connect(self.engine.run)
        self.history.taken_away.connect(self._offer_back)
        self.directions.taken_away.connect(self._offer_back)
        self.film.taken_away.connect(self._offer_back)
        self.measuring.taken_away.connect(self._offer_back)

    def _unfinished(self) -> list[str]:
        """What would be lost if the window closed now, a few words each."""
        parts = (
            self.train, self.mixing, self.labelled, self.judging, self.measuring, self.projecting, self.filming,
            self.lab_pages, self.documents,
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
            self.disk.do(_warm_up, lambda _: None)

    def _answered(self, answer: Answer) -> None:
        for part in (*self.panels, self.drag, self.film, *self.lab_pages.each):
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
        for panel in self.panels:
            panel.setEnabled(True)
        for key in OF_MODEL:
            self.actions[key].setEnabled(True)
        self.window.show_model(info, self.session.model_path)


def _warm_up() -> None:
    """Imports what the first monitor needs, in a thread, so that opening it does not stall the window."""
    importlib.import_module("explorer.train.monitor")
