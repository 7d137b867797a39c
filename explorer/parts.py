"""The parts of the window, built in their order and known by name; who hears of whom is said elsewhere."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from explorer import theme
from explorer.actions import make_actions
from explorer.controls.below import Below
from explorer.controls.hint import Hint
from explorer.controls.panel import Asking, Panel
from explorer.cores import Cores
from explorer.dialogs.dialogs import Dialogs
from explorer.documents.clipboard import Clipboard
from explorer.documents.documents import Documents
from explorer.documents.filming import Filming
from explorer.documents.following import Following
from explorer.documents.importing import Importing
from explorer.engine import Engine
from explorer.explore.channels.panel import ChannelsPanel
from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.film.strip import FilmStrip
from explorer.explore.growing import GrowingPanel
from explorer.explore.history import HistoryStrip
from explorer.explore.latent.panel import LatentPanel
from explorer.explore.mixing.panel import MixingPanel
from explorer.explore.noise.panel import NoisePanel
from explorer.explore.transform import TransformPanel
from explorer.explore.truncation import TruncationPanel
from explorer.explore.vary import VaryPanel
from explorer.film.reel import Reel
from explorer.finding import controls_of, favourites_of
from explorer.garbage import Garbage
from explorer.lab.entanglement_page import EntanglementPage
from explorer.lab.layers_page import LayersPage
from explorer.lab.measuring import Measuring
from explorer.lab.pages import LabPages
from explorer.lab.quality_page import QualityPage
from explorer.lab.sweep_page import SweepPage
from explorer.labels.judging import Judging
from explorer.labels.labelled import Labelled
from explorer.main_window import MainWindow
from explorer.menus import Menus
from explorer.photo.projecting import Projecting
from explorer.picture.drag_points import DragPoints
from explorer.picture.place_picker import PlacePicker
from explorer.picture.view import PictureView
from explorer.present.presenting import Presenting
from explorer.problem import Problem
from explorer.renderer.rendering import Backend
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.train.workspace import TrainWorkspace
from explorer.work.background import Background
from stylegan_core.files.places import home

STRIP_TIPS = ("Every change, as a picture to come back to (F).", "Pictures that become a film (F).")


class Parts(QObject):
    """What there is in the window, for those who connect, command and steer it."""

    def __init__(self, app: QApplication, make_backend: Callable[[], Backend] | None) -> None:
        super().__init__(app)
        self.app = app
        self.disk = Background(self)
        self.settings = SettingsKeeper(self.disk)
        theme.apply(app, self.settings.value.theme)
        self.session = Session(self)
        self.engine = Engine(make_backend, self)
        self.window = MainWindow()
        self.actions = make_actions(self.window)
        self._make_explore()
        self.documents = Documents(self.session, self.engine, self.history, self.reel, self.settings, self)
        self.importing = Importing(self.window, self.engine, self)
        self.menus = Menus(self.window, self.actions, self.session, self.settings, self.documents)
        self.train = TrainWorkspace(home(), self.disk, self.window.pages)
        self.lab_pages = LabPages(self.session, self.window.pages)
        self._make_across()
        self._found = QObject(self)  # parent of the actions that the palette goes to places with

    def _make_explore(self) -> None:
        """The picture, what lies below it, and the panels on both sides."""
        session = self.session
        self.picture, self.history = PictureView(session), HistoryStrip(session)
        self.drag = DragPoints(session, self.picture.picture_rect, self.picture)
        self.places = PlacePicker(self.picture.picture_rect, self.picture)
        self.reel = Reel(self)
        self.film = FilmStrip(session, self.reel)
        self.below = Below(("History", "Film"), STRIP_TIPS, (self.history, self.film))
        self.latent, self.vary, self.transform = LatentPanel(session), VaryPanel(session), TransformPanel(session)
        self.noise, self.growing = NoisePanel(session), GrowingPanel(session)
        self.directions, self.channels = DirectionsPanel(session, self.disk), ChannelsPanel(session)
        self.mixing, self.truncation = MixingPanel(session), TruncationPanel(session)
        self.left: list[Panel] = [self.latent, self.vary, self.transform, self.noise]
        self.right: list[Panel] = [self.truncation, self.directions, self.channels, self.mixing, self.growing]
        self.panels = [*self.left, *self.right]

    def _make_across(self) -> None:
        """What people do across several of the others."""
        session, settings, disk, picture = self.session, self.settings, self.disk, self.picture
        self.measuring = Measuring(session, disk, self)
        entries = self.history.entries
        self.dialogs = Dialogs(self.window, session, settings, self.documents, entries, self.engine, disk, picture.pace)
        self.clipboard = Clipboard(session, self.engine, self)
        self.judging = Judging(session, self)
        self.judging.serve(self.channels.finder)
        self.projecting = Projecting(session, self.latent, picture, self.documents, disk, self)
        self.labelled = Labelled(session, self.directions, self)
        self.filming = Filming(session, self.film, self.below, self.history, settings, disk, picture.pace, self)
        self.cores = Cores(disk, self)
        self.garbage = Garbage(self)
        self.following = Following(self.window, session, self.documents, self.growing, disk)
        self.hint = Hint(picture)
        self.presenting = Presenting(
            self.window, session, picture, self.history, self.film, self.below, self.actions, self.panels, self.hint,
            settings, self,
        )  # fmt: skip

    @property
    def lab(self) -> LayersPage:
        """The Lab's page of the layers; it and the others are made when one of them is first asked for."""
        return self.lab_pages.layers

    @property
    def sweep(self) -> SweepPage:
        """The Lab's page of the sweep."""
        return self.lab_pages.sweep

    @property
    def entanglement(self) -> EntanglementPage:
        """The Lab's page of the entanglement."""
        return self.lab_pages.entanglement

    @property
    def quality(self) -> QualityPage:
        """The Lab's page of the quality."""
        return self.lab_pages.quality

    @property
    def asking(self) -> tuple[Asking, ...]:
        """Everything that asks the engine for more than the picture."""
        return (*self.panels, self.drag, self.film, *self.lab_pages.each)

    def own_actions(self) -> list[QAction]:
        """The window's actions and those the panels add."""
        own = [action for key, action in self.actions.items() if key != "commands"]
        return own + [action for panel in self.panels for action in panel.actions() if action.text()]

    def every_action(self) -> list[QAction]:
        """These and those of the Lab's pages, which are made for it."""
        of_the_lab = [action for page in self.lab_pages.make() for action in page.actions() if action.text()]
        return list(dict.fromkeys(self.own_actions() + of_the_lab))  # it has some of them from a panel

    def every_place(self) -> list[QAction]:
        """Actions that go to the panels, sliders and named favourites of Explore; those of the last time are gone."""
        self._found.deleteLater()
        self._found = QObject(self)

        def go_to(key: str) -> None:
            self.window.show_workspace(0)
            self.history.go_to(key)

        named = favourites_of(self.history.entries.newest_first(), go_to, self._found)
        return [*controls_of(self.panels, lambda: self.window.show_workspace(0), self._found), *named]

    def say(self, problem: Problem, tone: str = "bad") -> None:
        """Shows one sentence at the top of the page."""
        self.window.banner.say(problem, tone)
