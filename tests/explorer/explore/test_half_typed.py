"""What was half typed in a row that goes is taken by nobody: it would go to what has come in the row's place."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from explorer.explore.channels.panel import ChannelsPanel
from explorer.explore.channels.row import ChannelRow
from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.film.strip import FilmStrip
from explorer.explore.mixing.panel import MixingPanel
from explorer.film.reel import Reel
from explorer.jobs import FindChannels, Pca
from explorer.session import Session
from stylegan_core.latents.library import Entry
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.recipe import Direction, Latent, Recipe, Vector
from tests.explorer.explore.panel_fakes import W_DIM, model_info


def type_half(qtbot: QtBot, field: QLineEdit, words: str) -> None:
    """Something is typed, and neither Return nor another control ends it."""
    window: QWidget = field.window()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow() and field.isVisible() and not field.visibleRegion().isEmpty())
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, words)
    assert QApplication.focusWidget() is field and field.isModified()


def open_another(session: Session) -> None:
    session.set_model(model_info(name="other"), "other.safetensors")


def test_the_weight_of_a_layer(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    panel.per_layer.click()
    qtbot.waitUntil(lambda: len(panel.rows) == 3 + 10)
    type_half(qtbot, panel.rows[2].weight.number, "0.5")
    open_another(session)
    assert session.recipe.mixes == ()


@pytest.mark.parametrize("at", [0, 2])
def test_the_strength_of_a_direction(qtbot: QtBot, session: Session, show: Any, at: int) -> None:
    panel, asked = show(DirectionsPanel)
    axes = [Vector.of([float(n == axis) for n in range(W_DIM)]) for axis in range(4)]
    asked.done(asked.of(Pca), tuple(Entry(Direction(f"PCA {n}", axis), "pca", n) for n, axis in enumerate(axes)))
    qtbot.waitUntil(lambda: len(panel.rows) == 4)
    type_half(qtbot, panel.rows[at].slider.number, "3")
    open_another(session)
    assert session.recipe.directions == () and panel.rows == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_name_of_a_direction_where_fewer_are_shown(qtbot: QtBot, session: Session, show: Any, at: int) -> None:
    panel, asked = show(DirectionsPanel)
    axes = [Vector.of([float(n == axis) for n in range(W_DIM)]) for axis in range(12)]
    asked.done(asked.of(Pca), tuple(Entry(Direction(f"PCA {n}", axis), "pca", n) for n, axis in enumerate(axes)))
    panel.more.click()
    qtbot.waitUntil(lambda: len(panel.rows) == 12)
    row = panel.rows[8 + at]
    row.rename()
    type_half(qtbot, row.field, "smile")
    panel._show_up_to(8)
    qtbot.waitUntil(lambda: not panel.list.growing)
    assert len(panel.rows) == 8


def test_name_and_strength_of_a_channel(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    named: list[object] = []
    panel.named.connect(named.append)
    panel.named.connect(lambda each: panel.show_library((each,)))
    for what in ("name", "strength"):
        panel.finder.look_at(Region(0.2, 0.1, 0.8, 0.3))
        asked.done(asked.of(FindChannels), tuple(LocalChannel(3, channel, 0.8, 12.0) for channel in range(3)))
        row = panel.rows[1]
        if what == "name":
            row.rename()
        type_half(qtbot, row.field if what == "name" else row.slider.number, "4")
        session.set_model(model_info(name=what), f"{what}.safetensors")
        assert named == [] and session.recipe.channels == () and panel.rows == []
        assert not any(each.isVisible() for each in panel.findChildren(ChannelRow))


def test_the_seconds_of_a_film(qtbot: QtBot, session: Session) -> None:
    strip = FilmStrip(session, Reel())
    qtbot.addWidget(strip)
    strip.resize(900, 160)
    strip.show()
    session.set_model(model_info(), "small.safetensors")
    for seed in range(3):
        session.apply(Recipe(Latent(seed)))
        strip.add()
    before = strip.reel.film.keys[:2]
    type_half(qtbot, strip.row.gaps[2].field, "5")
    strip.reel.undo()
    assert strip.reel.film.keys == before and len(strip.row.gaps) == 2
