"""Channels in the whole window: the key, the rectangle over the picture, what gives way to it, and a real network."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.picture.compare import Mode
from explorer.renderer.backend import TorchBackend
from stylegan_core.recipe import Recipe
from tests.explorer.whole_window import Make, drawn, model_file

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def explorer(start: Make, qtbot: QtBot) -> Explorer:
    """A window in which a place is being chosen."""
    made = start()
    drawn(made, qtbot)
    made.window.show_workspace(0)
    qtbot.keyClick(made.picture, Qt.Key.Key_T)
    assert made.places.on and made.channels.finder.by_place.isChecked()
    return made


def choose(explorer: Explorer, qtbot: QtBot) -> None:
    box = explorer.picture.picture_rect()
    start, end = (
        QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height()))
        for x, y in ((0.2, 0.1), (0.8, 0.4))
    )
    qtbot.mousePress(explorer.places, LEFT, pos=start)
    qtbot.mouseMove(explorer.places, end)
    qtbot.mouseRelease(explorer.places, LEFT, pos=end)


def test_the_key_and_escape_and_the_chip_switch_it(explorer: Explorer, qtbot: QtBot) -> None:
    places, chip = explorer.places, explorer.channels.finder.by_place
    qtbot.keyClick(places, Qt.Key.Key_Escape)
    assert not places.on and not chip.isChecked()
    chip.click()
    assert places.on and chip.isChecked()
    explorer.latent.walk.setFocus()
    qtbot.keyClick(explorer.latent.walk, Qt.Key.Key_Escape)
    assert not places.on
    chip.click()
    chip.click()
    assert not places.on and not chip.isChecked()


def test_drag_points_comparing_and_the_place_give_way_to_each_other(explorer: Explorer) -> None:
    explorer.actions["drag"].setChecked(True)
    assert explorer.drag.on and not explorer.places.on
    explorer.channels.finder.pick_wanted.emit()
    assert explorer.places.on and not explorer.drag.on and not explorer.hint.isVisible()
    explorer.session.apply(Recipe(psi=0.3))
    explorer.picture.set_mode(Mode.WIPE)
    assert not explorer.places.on
    explorer.channels.finder.pick_wanted.emit()
    assert explorer.picture.wipe.mode is Mode.OFF


def test_another_model_and_the_stage_end_it(explorer: Explorer, qtbot: QtBot, window_home: Path) -> None:
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: not explorer.places.on)
    drawn(explorer, qtbot)
    explorer.channels.finder.pick_wanted.emit()
    explorer.presenting.begin()
    assert not explorer.places.on
    explorer.presenting.leave()


def test_why_nothing_was_found_stands_in_the_panel(explorer: Explorer, qtbot: QtBot) -> None:
    choose(explorer, qtbot)
    assert not explorer.places.on
    qtbot.waitUntil(lambda: explorer.channels.finder.message.text() == "This network cannot do that.")


def test_a_place_is_chosen_and_a_slider_changes_the_picture(start: Make, qtbot: QtBot, small_model: Path) -> None:
    explorer = start(str(small_model), make=lambda: TorchBackend("cpu"))
    drawn(explorer, qtbot)
    explorer.channels.finder.by_place.click()
    choose(explorer, qtbot)
    qtbot.waitUntil(lambda: bool(explorer.channels.rows))
    assert not explorer.channels.finder.search.isVisible()
    before = explorer.picture.frame
    explorer.channels.rows[0].slider.steer(8.0)
    explorer.session.commit()
    drawn(explorer, qtbot)
    assert before is not None and explorer.picture.frame is not None
    assert (explorer.picture.frame.pixels != before.pixels).any()
    assert len(explorer.session.recipe.channels) == 1
