"""Which layer is chosen, and what stays of the choice when the network or its level changes."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.jobs import Frame
from explorer.lab.layers_page import CHANNELS, LAYERS
from explorer.lab_jobs import ChannelMap, Channels, Layers
from explorer.session import Session
from tests.explorer import drawn_layers
from tests.explorer.explore.panel_fakes import flat, model_info


def test_another_network_starts_where_the_last_one_was_looked_at(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.layers.choose(2)
    lab.page.view.open(1)
    session.set_model(model_info(32, name="other"), "other.safetensors")
    view = lab.page.view
    assert lab.page.layers.layers.rows == [] and view.headline.text() == "" and view.channel is None
    assert view.grid.order == [] and not lab.page.overview.export.isEnabled()
    lab.inspected()
    assert view.headline.text() == "Layer 2 · 8²" and "other" in lab.page.head.network.text()


def test_the_list_chooses_nothing_by_itself(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.rest()
    layers, request = lab.page.layers, lab.of(Layers)
    for each in drawn_layers.facts(session.recipe)[:3]:
        lab.piece(request, each.stage, each, 10)
    lab.page.overview.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    lab.page.overview.setFocus()
    layers.setFocus(Qt.FocusReason.TabFocusReason)
    assert layers.hasFocus() and layers.chosen is None and lab.owners() == [LAYERS]
    lab.answer()
    assert layers.chosen.stage == 7


def test_the_layer_looked_at_before_is_chosen_as_soon_as_it_is_there(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.layers.choose(2)
    session.set_model(model_info(32, name="other"), "other.safetensors")
    lab.rest()
    for each in drawn_layers.facts(session.recipe, 32)[:3]:
        assert lab.page.layers.chosen is None
        lab.piece(lab.of(Layers), each.stage, each, 8)
    assert lab.page.layers.chosen.stage == 2 and lab.of(Channels).stage == 2


def test_the_next_moment_of_a_run_changes_nothing_but_the_numbers(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.layers.choose(2)
    lab.answer()
    lab.page.view.open(50)
    lab.answer()
    lab.page.show_frame(Frame(session.recipe, lab.page.info.hash, "exact", flat(90), 0.01))
    rows, view = lab.page.layers.layers, lab.page.view
    session.set_model(model_info(name="later"), "later.safetensors")
    assert len(rows.rows) == 10 and rows.fresh == 0 and lab.page.layers.chosen.stage == 2
    assert view.channel == 50 and view.close_up.pair.values is not None and view.close_up.pair._stale
    assert not view.words.isEnabled() and lab.page.head.face.image is not None and lab.page.head.face._stale
    lab.inspected()
    assert (lab.of(ChannelMap).stage, lab.of(ChannelMap).channel) == (2, 50) and lab.requests[-1].owner == "lab.channel"
    assert rows.fresh == 10 and not view.close_up.pair._stale and view.words.isEnabled()
    session.set_model(model_info(name="narrow"), "narrow.safetensors")
    lab.rest()
    for each in rows.rows[:3]:
        lab.piece(lab.of(Layers), each.stage, replace(each, channels=8), 10)
    assert view.channel is None  # there is no channel 50 any more


def test_a_network_without_middle_layers_begins_at_its_last_one(session: Session, show: Any) -> None:
    lab = show(model_info(4), pictures=True)
    lab.rest()
    made = [replace(each, band="coarse") for each in drawn_layers.facts(session.recipe, 8, pictures=True)]
    for each in made:
        lab.piece(lab.of(Layers), each.stage, each, len(made))
    lab.done(lab.of(Layers), tuple(made))
    assert lab.page.layers.chosen == made[4]


def test_fewer_layers_of_a_growing_network_move_the_choice(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.layers.choose(9)
    session.edit(level=1)
    lab.rest()
    request = lab.of(Layers)
    few = tuple(lab.page.layers.layers.rows[:4])
    for each in few:
        lab.piece(request, each.stage, each, 4)
    lab.done(request, few)
    assert len(lab.page.layers.layers.rows) == 4 and lab.page.layers.chosen.stage == 3
    assert lab.of(Channels).stage == 3 and lab.of(Channels).recipe.level == 1


def test_channels_wait_until_the_level_is_known_to_have_their_layer(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.layers.choose(2)
    lab.answer()
    lab.page.layers.choose(3)
    count = lab.owners().count(CHANNELS)
    session.edit(level=1)
    lab.rest()
    assert lab.owners().count(CHANNELS) == count  # the layer may be none of this level's
    request, rows = lab.of(Layers), lab.page.layers.layers.rows
    for each in rows[:3]:
        lab.piece(request, each.stage, replace(each, mean=9.0), 4)
    assert lab.owners().count(CHANNELS) == count
    lab.piece(request, 3, replace(rows[3], mean=9.0), 4)
    assert lab.owners().count(CHANNELS) == count + 1 and lab.of(Channels).recipe.level == 1
    lab.done(request, tuple(rows[:4]))
    assert lab.owners().count(CHANNELS) == count + 1
    session.set_model(model_info(name="later"), "later.safetensors")
    lab.rest()
    assert lab.owners().count(CHANNELS) == count + 1
    lab.answered = len(lab.requests) - 1
    lab.answer()
    assert lab.owners().count(CHANNELS) == count + 2
