"""Panels shown without an engine."""

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from explorer.session import Session
from stylegan_core.info import ModelInfo
from tests.explorer.explore.panel_fakes import Asked, Made, make_panel, model_info


@pytest.fixture
def show(qtbot: QtBot, session: Session) -> Callable[..., tuple[Any, Asked]]:
    """Builds a panel, shows it, and opens a network."""

    def build(kind: type[Made], info: ModelInfo | None = None) -> tuple[Made, Asked]:
        panel = make_panel(kind, session)
        qtbot.addWidget(panel)
        asked = Asked(panel)
        panel.resize(330, 700)
        panel.show()
        qtbot.waitExposed(panel)
        session.set_model(info or model_info(), "small.safetensors")
        panel._rested()
        return panel, asked

    return build
