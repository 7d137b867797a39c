"""The truncation panel: psi, its cutoff, psi per band, and the strip."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.explore.truncation import STEPS, TruncationPanel
from explorer.jobs import Strip
from explorer.session import Session
from stylegan_core.networks.bandlimits import layer_resolutions
from stylegan_core.recipe import Recipe
from tests.explorer.explore.panel_fakes import PLAIN, flat, model_info


def test_dragging_psi_is_one_step(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    track = panel.psi.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    for x in range(20, 120, 10):
        qtbot.mouseMove(track, QPoint(x, 8))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(110, 8))
    assert session.recipe.psi != 0.7
    session.undo()
    assert session.recipe == Recipe() and not session.can_undo
    assert panel.psi.value == 0.7


def test_psi_can_be_typed_beyond_its_range(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    panel.psi.number.setFocus()
    panel.psi.number.selectAll()
    qtbot.keyClicks(panel.psi.number, "3,5")
    qtbot.keyClick(panel.psi.number, Qt.Key.Key_Return)
    assert session.recipe.psi == 3.5


def test_the_strip_draws_the_same_latent_at_six_psi(session: Session, show: Any) -> None:
    panel, asked = show(TruncationPanel)
    request = asked.of(Strip)
    assert [recipe.psi for recipe in request.recipes] == [1, 0.7, 0.5, 0, -0.5, -1]
    for index in range(len(STEPS)):
        asked.piece(request, index, flat(index), len(STEPS))
    assert not any(thumbnail.empty for thumbnail in panel.strip.thumbnails)
    panel.strip.thumbnails[4].click()
    assert session.recipe.psi == -0.5
    session.undo()
    assert session.recipe.psi == 0.7


def test_the_mean_face_is_one_key_away_and_back(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    session.apply(Recipe(psi=1.3))
    panel.toggle_mean_face()
    assert session.recipe.psi == 0
    panel.toggle_mean_face()
    assert session.recipe.psi == 1.3


def test_the_mean_face_and_back_keeps_the_psi_of_every_band(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    before = Recipe(psi=0.7, psi_bands=(0.2, 0.7, 1.0), cutoff=4)
    session.apply(before)
    panel.toggle_mean_face()
    assert session.recipe == Recipe(psi=0, psi_bands=(0, 0, 0), cutoff=4)
    panel.toggle_mean_face()
    assert session.recipe == before


def test_bands_that_were_all_dragged_to_0_are_the_mean_face_too(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    session.apply(Recipe(psi=0.7, psi_bands=(0, 0, 0)))
    panel.toggle_mean_face()
    assert session.recipe == Recipe(psi=0.7, psi_bands=(0.7, 0.7, 0.7))


def test_bands_start_where_psi_is_and_move_alone(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    panel.per_band.click()
    assert session.recipe.psi_bands == (0.7, 0.7, 0.7) and panel.bands["fine"].isVisible()
    panel.bands["middle"].changing.emit(1.5)
    assert session.recipe.psi_bands == (0.7, 1.5, 0.7)
    panel.psi.changing.emit(0.2)
    assert session.recipe.psi_bands == (0.2, 0.2, 0.2)
    panel.per_band.click()
    assert session.recipe.psi_bands is None and not panel.bands["fine"].isVisible()


def test_the_cutoff_offers_the_papers(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel, model_info(1024))
    texts = [action.text() for action in panel.cutoff.menu().actions()]
    assert texts[0] == "All layers" and any("First 8, 4²–32²" in text and "paper" in text for text in texts)
    next(a for a in panel.cutoff.menu().actions() if "paper" in a.text()).trigger()
    assert session.recipe.cutoff == 8 and "first 8" in panel.cutoff.text()
    # StyleGAN3's first 8 of 256² reach 32² as well, but they are not those of the paper.
    panel.show_model(replace(model_info(256), num_layers=16, layer_resolutions=layer_resolutions(256)))
    texts = [action.text() for action in panel.cutoff.menu().actions()]
    assert "First 8, 4²–32²" in texts and len(texts) == 8


def test_a_cutoff_of_another_network_counts_as_all(session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel, model_info(32))
    session.apply(Recipe(cutoff=12))
    assert panel.cutoff.text() == "cutoff: all layers"


def test_without_a_mean_face_the_controls_say_why(show: Any) -> None:
    panel, asked = show(TruncationPanel, model_info(capabilities=PLAIN))
    for widget in (panel.psi, panel.mean, panel.cutoff, panel.per_band):
        assert not widget.isEnabled() and "no mean face" in widget.toolTip()
    assert asked.requests == []


@pytest.mark.parametrize("resolution", [4, 8, 16, 32, 64, 1024])
def test_bands_a_small_network_lacks_are_off(show: Any, resolution: int) -> None:
    panel, _ = show(TruncationPanel, model_info(resolution))
    assert panel.bands["middle"].isEnabled() == (resolution >= 16)


def test_a_double_click_is_one_step(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(TruncationPanel)
    session.apply(Recipe(psi=1.2))
    track, where = panel.psi.track, QPoint(30, 8)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=where)
    assert session.recipe.psi < 0
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton, pos=where)
    assert session.recipe.psi == 0.7
    session.undo()
    assert session.recipe.psi == 1.2
