"""The Lab shown without an engine, and answers to what it asks."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from explorer.lab.layers_page import LayersPage
from explorer.lab_jobs import ChannelMap, Channels, Layers
from explorer.session import Session
from stylegan_core.info import ModelInfo
from tests.explorer import drawn_layers
from tests.explorer.explore.panel_fakes import Asked, model_info
from tests.explorer.lab.opened import open_page


class Lab(Asked):
    """A page, what it asks, and the answers that a network would give."""

    page: LayersPage

    def __init__(self, page: LayersPage) -> None:
        super().__init__(page)  # type: ignore[arg-type]
        self.page = page
        self.answered = 0
        self.with_pictures = False

    def rest(self) -> None:
        """The hand rests."""
        self.page._rested()

    def answer(self) -> None:
        """Answers everything that was asked and not answered yet."""
        while self.answered < len(self.requests):
            request = self.requests[self.answered]
            self.answered += 1
            assert self.page.info is not None
            facts = drawn_layers.facts(getattr(request, "recipe", None), self.page.info.resolution, self.with_pictures)
            match request:
                case Layers():
                    for each in facts:
                        self.piece(request, each.stage, None, len(facts))
                        self.piece(request, each.stage, each, len(facts))
                    self.done(request, facts)
                case Channels():
                    self.done(request, drawn_layers.channels(facts[request.stage], request.recipe, request.size))
                case ChannelMap():
                    self.done(request, drawn_layers.values(facts[request.stage], request.channel))

    def inspected(self) -> None:
        """Everything that is seen is there."""
        self.rest()
        self.answer()

    def owners(self) -> list[str]:
        """Who asked, in order."""
        return [request.owner for request in self.requests]


@pytest.fixture
def show(qtbot: QtBot, session: Session) -> Callable[..., Lab]:
    """Builds a page, shows it, and opens a network."""

    def build(info: ModelInfo | None = None, *, visible: bool = True, pictures: bool = False) -> Lab:
        page = LayersPage(session)
        lab = Lab(page)
        lab.with_pictures = pictures
        face = open_page(page, qtbot, visible)
        face.setShortcut("N")
        face.setToolTip("Draws a new face from a random seed.")
        session.set_model(info or model_info(), "small.safetensors")
        return lab

    return build
