"""The noise panel: switches, strengths, draws, and the map of what the noise changes."""

import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.columns import SideColumn
from explorer.explore.noise.chips import NoiseChips
from explorer.explore.noise.panel import NoisePanel
from explorer.jobs import NoiseMap, Strip
from explorer.main_window import LEFT_WIDTH
from explorer.session import Session
from stylegan_core.recipe import NoiseLayer, Recipe
from tests.explorer.explore.panel_fakes import PLAIN, flat, model_info


def on(session: Session) -> list[bool]:
    return [session.recipe.noise_layer(layer).on for layer in range(10)]


def test_a_chip_switches_one_layer(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    qtbot.mouseClick(panel.chips.chips[5], Qt.MouseButton.LeftButton)
    assert on(session) == [True] * 5 + [False] + [True] * 4
    assert panel.layer_strength.label.text() == "Layer 5"
    session.undo()
    assert session.recipe == Recipe() and panel.chips.chips[5].isChecked()


def test_a_right_click_selects_without_switching(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    qtbot.mousePress(panel.chips.chips[2], Qt.MouseButton.RightButton)
    assert session.recipe == Recipe() and panel.chips.chips[2].marked
    panel.layer_strength.changing.emit(1.5)
    assert session.recipe.noise_layer(2).strength == 1.5 and session.recipe.noise_layer(3).strength == 1


def test_groups(session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    panel.groups["fine only"].click()
    assert on(session) == [False] * 8 + [True] * 2
    panel.groups["coarse only"].click()
    assert on(session) == [True] * 4 + [False] * 6
    panel.groups["none"].click()
    assert not any(on(session))
    panel.groups["all"].click()
    assert session.recipe == Recipe()


def test_one_strength_for_all_says_when_they_differ(session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    panel.strength.changing.emit(0.5)
    assert {layer.strength for layer in session.recipe.noise} == {0.5} and len(session.recipe.noise) == 10
    session.edit_recipe(session.recipe.with_noise(1, strength=2.0))
    assert panel.strength.label.text() == "Mixed" and panel.strength.number.text() == "–"
    panel.strength.reset()  # to what it would show of one strength for all: a change all the same
    assert session.recipe == Recipe() and panel.strength.number.text() == "1.00"


def test_reseed_keeps_switches_and_can_go_back(session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    panel.chips.chips[0].click()
    panel.reseed.click()
    seeds = {layer.seed for layer in session.recipe.noise}
    assert len(seeds) == 1 and None not in seeds and not session.recipe.noise[0].on
    panel.reseed_layer.click()
    panel.stored.click()
    assert session.recipe.noise == ()


def test_four_draws_differ_in_noise_alone_and_one_is_taken(session: Session, show: Any) -> None:
    panel, asked = show(NoisePanel)
    panel.draws.click()
    panel._rested()
    request = asked.of(Strip)
    assert len({recipe.noise for recipe in request.recipes}) == 4
    assert {recipe.latent for recipe in request.recipes} == {session.recipe.latent}
    asked.piece(request, 1, flat(3), 4)
    panel.strip.thumbnails[1].click()
    assert session.recipe.noise == request.recipes[1].noise


def test_the_map_shows_progress_and_result(session: Session, show: Any) -> None:
    panel, asked = show(NoisePanel)
    panel.map.click()
    panel._rested()
    request = asked.of(NoiseMap)
    values = np.linspace(0, 20, 64, dtype=np.float32).reshape(8, 8)
    asked.piece(request, 49, values, 100)
    assert "50 of 100" in panel.progress.text()
    asked.done(request, values)
    assert "100 draws" in panel.progress.text() and "mean 10.0" in panel.heat_map.accessibleDescription()
    session.edit(noise=(NoiseLayer(on=False),))
    panel._rested()
    assert asked.of(NoiseMap).recipe == session.recipe


def test_a_map_that_takes_long_shows_every_draw(session: Session, show: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a draw takes seconds the first word came after five."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    panel, asked = show(NoisePanel)
    panel.map.click()
    panel._rested()
    request, values = asked.of(NoiseMap), np.zeros((8, 8), np.float32)
    for index, seconds, said in (
        (0, 3, "1 of 100 draws, about 5 min left"),
        (1, 6, "2 of 100 draws, about 5 min left"),
    ):
        now[0] = 100.0 + seconds
        asked.piece(request, index, values, 100)
        assert panel.progress.text() == said
    now[0] += 0.01
    asked.piece(request, 2, values, 100)
    assert panel.progress.text() == said  # but not more often than it can be seen


def test_a_map_that_is_put_away_before_its_end_is_given_up(session: Session, show: Any) -> None:
    panel, asked = show(NoisePanel)
    panel.map.click()
    panel._rested()
    asked.piece(asked.of(NoiseMap), 4, np.zeros((8, 8), np.float32), 100)
    panel.map.click()
    assert asked.dropped == ["noise.map"]
    panel.map.click()
    panel._rested()
    assert len([each for each in asked.requests if isinstance(each, NoiseMap)]) == 2
    asked.done(asked.of(NoiseMap), np.zeros((8, 8), np.float32))
    panel.map.click()
    assert asked.dropped == ["noise.map"]  # what is there stays and is shown again


def test_a_network_without_noise_says_so(show: Any) -> None:
    panel, asked = show(NoisePanel, model_info(capabilities=PLAIN, num_noise_layers=0, noise_resolutions=()))
    assert not panel.reseed.isEnabled() and "no noise" in panel.reseed.toolTip()
    panel.draw_again()
    assert asked.requests == []


def test_after_a_network_with_noise_one_without_greys_what_is_there(session: Session, show: Any) -> None:
    panel, _ = show(NoisePanel)
    plain = model_info(32, name="plain", capabilities=PLAIN, num_noise_layers=0, num_layers=1, noise_resolutions=())
    session.set_model(plain, "plain.safetensors")
    assert not panel.chips.isEnabled() and "no noise" in panel.chips.toolTip()
    session.set_model(model_info(32, name="again"), "again.safetensors")
    assert panel.chips.isEnabled() and len(panel.chips.chips) == 8


def test_a_network_without_noise_shows_no_draws_and_no_map(session: Session, show: Any) -> None:
    panel, asked = show(NoisePanel)
    panel.map.click()
    panel.draws.click()
    panel._rested()
    asked.done(asked.of(NoiseMap), flat(3).astype(np.float32)[..., 0])
    drawn = asked.of(Strip)
    assert panel.heat_map.isVisible() and "100 draws" in panel.progress.text()
    plain = model_info(32, name="plain", capabilities=PLAIN, num_noise_layers=0, num_layers=1, noise_resolutions=())
    session.set_model(plain, "plain.safetensors")
    assert not any(view.isVisible() for view in (panel.heat_map, panel.progress, panel.strip))
    session.set_model(model_info(name="again"), "again.safetensors")
    assert panel.heat_map.isVisible() and panel.strip.isVisible() and panel.progress.text() == ""
    panel.strip.thumbnails[1].click()  # empty: its draw was made for another network
    assert session.recipe.noise != drawn.recipes[1].noise and not session.recipe.noise


def test_a_small_network_has_no_middle(show: Any) -> None:
    panel, _ = show(NoisePanel, model_info(8))
    assert panel.chips.bands == ["coarse", "coarse", "fine", "fine"]


def test_every_number_has_room_in_its_chip(qtbot: QtBot) -> None:
    """Of 18 layers the numbers from 10 on went over the edges of their chips."""
    chips = NoiseChips()
    qtbot.addWidget(chips)
    chips.set_model(model_info(1024).noise_resolutions, 1024)
    chips.resize(LEFT_WIDTH - 2 * 14, 40)  # the column of the window without its margins
    chips.show()
    qtbot.waitExposed(chips)
    assert chips.width() == LEFT_WIDTH - 2 * 14  # they need no more room than there is
    letters = QFontMetrics(theme.mono(10))
    for number, each in enumerate(chips.chips):
        assert letters.horizontalAdvance(str(number)) <= each.width() - 3  # its outline lies inside


def test_a_view_that_is_switched_on_below_the_window_is_scrolled_to(qtbot: QtBot, show: Any) -> None:
    panel, _ = show(NoisePanel)
    column = SideColumn("left", LEFT_WIDTH, [panel])
    qtbot.addWidget(column)
    column.resize(LEFT_WIDTH, 200)
    column.show()
    qtbot.waitExposed(column)
    room = column._scroll.viewport()

    def seen(view: QWidget) -> bool:
        return bool(room.rect().contains(view.mapTo(room, view.rect().bottomLeft())))

    for button, view in ((panel.draws, panel.strip), (panel.map, panel.progress)):
        assert not seen(view)
        button.click()
        qtbot.waitUntil(lambda view=view: seen(view))
