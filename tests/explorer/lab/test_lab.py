"""The layer inspector by mouse and keys: what it asks and when, what it shows, and what it says where it cannot."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.jobs import Frame
from explorer.lab.layers_page import CHANNELS, DRAWN, INSPECTED, LAYERS
from explorer.lab_jobs import ChannelMap, Channels, Layers
from explorer.session import Session
from stylegan_core.lab.layer_facts import LayerFacts
from stylegan_core.recipe import Latent, Recipe
from tests.explorer import drawn_layers
from tests.explorer.explore.panel_fakes import PLAIN, flat, model_info

LEFT = Qt.MouseButton.LeftButton


def row_at(lab: Any, row: int) -> QPoint:
    """The middle of a row of the list."""
    return lab.page.layers.visualRect(lab.page.layers.layers.index(row)).center()


def tile_at(lab: Any, place: int) -> QPoint:
    """The middle of a tile of the grid."""
    grid = lab.page.view.grid
    return grid.visualRect(grid.channels.index(place)).center()


def test_a_network_is_inspected_when_the_hand_rests(session: Session, show: Any) -> None:
    lab = show()
    assert lab.requests == []  # not before it rests
    lab.rest()
    assert lab.owners() == [LAYERS]
    lab.answer()
    view, rows = lab.page.view, lab.page.layers.layers.rows
    assert [facts.name for facts in rows] == [f"layer {number}" for number in range(10)]
    assert view.headline.text() == "Layer 7 · 32²" and view.band.text() == "middle"
    assert "64 channels of 32×32 values" in view.words.text()
    assert lab.page.head.state.word == "exact · float32"
    assert len(view.grid.order) == 64 and view.title.text() == "64 channels"
    lab.rest()
    assert lab.owners() == [LAYERS, CHANNELS]  # the same is not asked twice


def test_nothing_is_asked_while_the_lab_is_hidden(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show(visible=False)
    session.apply(Recipe(Latent(5)))
    lab.page.view.together.click()
    lab.rest()
    assert lab.requests == [] and not lab.page.isVisible()
    lab.page.show()
    qtbot.waitExposed(lab.page)
    lab.rest()
    assert lab.of(Layers).recipe.latent == Latent(5)
    lab.page.hide()
    assert lab.dropped == [LAYERS]  # nobody waits for it any more
    session.apply(Recipe(Latent(6)))
    lab.rest()
    assert len(lab.requests) == 1
    lab.page.show()
    lab.inspected()
    assert lab.of(Layers).recipe.latent == lab.of(Channels).recipe.latent == Latent(6)
    lab.page.hide()
    lab.page.show()
    lab.rest()
    assert lab.owners() == [LAYERS, LAYERS, CHANNELS]  # what is there is not asked again


def test_rows_are_chosen_by_mouse_and_keys(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    layers, view = lab.page.layers, lab.page.view
    qtbot.mouseClick(layers.viewport(), LEFT, pos=row_at(lab, 2))
    assert view.headline.text() == "Layer 2 · 8²" and view.band.property("band") == "coarse"
    assert view.grid.order == []  # another layer's channels never stand below this one's name
    assert lab.of(Channels).stage == 2
    layers.setFocus()
    qtbot.keyClick(layers, Qt.Key.Key_Down)
    assert lab.of(Channels).stage == 3
    qtbot.keyClick(layers, Qt.Key.Key_End)
    lab.answer()
    assert view.headline.text() == "Layer 9 · 64²" and len(view.grid.order) == 32
    qtbot.keyClick(layers, Qt.Key.Key_Up)
    assert lab.of(Channels).stage == 8


def test_what_is_older_than_the_recipe_is_marked(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    rows, view, state = lab.page.layers.layers, lab.page.view, lab.page.head.state
    assert rows.fresh == 10 and view.words.isEnabled() and not view.grid.stale
    session.edit(psi=0.2)
    assert rows.fresh == 0 and not view.words.isEnabled() and view.grid.stale and state.word == "behind"
    session.edit(psi=0.7)
    assert rows.fresh == 10 and view.words.isEnabled() and not view.grid.stale and state.word == "exact · float32"
    session.apply(replace(session.recipe, psi=0.2))
    lab.rest()
    request = lab.of(Layers)
    lab.piece(request, 0, rows.rows[0], 10)
    assert rows.fresh == 1 and state.word == "layer 1 of 10"
    session.undo()  # some rows are already of the other recipe
    assert rows.fresh == 0
    lab.inspected()
    assert lab.of(Layers).recipe == session.recipe and rows.fresh == 10 and state.word == "exact · float32"


def test_what_is_waited_for_is_said(session: Session, show: Any) -> None:
    lab = show()
    lab.rest()
    grid, state, request = lab.page.view.grid, lab.page.head.state, lab.of(Layers)
    assert state.word == "inspecting the layers" and grid.waiting == INSPECTED
    facts = drawn_layers.facts(request.recipe, 64)
    for each in facts:
        lab.piece(request, each.stage, each, len(facts))
    lab.done(request, facts)
    assert grid.waiting == DRAWN == grid.accessibleDescription()
    lab.answered = 1
    lab.answer()
    assert grid.order and not grid.waiting
    grid.grab()


def test_an_answer_that_the_hand_has_outrun_stays_marked(session: Session, show: Any) -> None:
    lab = show()
    lab.rest()
    session.edit(psi=0.1)  # less than 150 ms ago
    lab.answer()
    assert lab.page.layers.layers.fresh == 0 and lab.page.head.state.word == "behind"
    lab.inspected()
    assert lab.page.layers.layers.fresh == 10


def test_channels_are_ordered_and_put_on_one_scale(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    view = lab.page.view
    assert view.grid.order[:3] == [2, 5, 8]
    by_number = view.orders.findChildren(QPushButton)[1]
    qtbot.mouseClick(by_number, LEFT)
    assert view.grid.order == list(range(64))
    assert not lab.of(Channels).together and "own mean" in view.scale.text()
    qtbot.mouseClick(view.together, LEFT)
    assert lab.of(Channels).together and view.grid.stale and "own mean" in view.scale.text()  # the grid is of before
    lab.answer()
    assert not view.grid.stale and "the same for all" in view.scale.text()
    qtbot.mouseClick(view.together, LEFT)
    assert view.grid.stale and "the same for all" in view.scale.text()
    qtbot.mouseClick(view.together, LEFT)
    assert not view.grid.stale
    assert view.grid.order == list(range(64))
    index = view.grid.channels.index(5)
    assert view.grid.channels.data(index, Qt.ItemDataRole.ToolTipRole) == (
        "Channel 5: mean 0.14, standard deviation 2.00."
    )


def test_a_click_shows_a_channel_large_and_keys_go_on_and_back(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    view = lab.page.view
    qtbot.mouseClick(view.grid.viewport(), LEFT, pos=tile_at(lab, 1))
    assert view.stack.currentWidget() is view.close_up and view.close_up.hasFocus()
    assert (lab.of(ChannelMap).stage, lab.of(ChannelMap).channel) == (7, 5)
    assert view.close_up.pair.values is None and not view.together.isVisible()
    lab.answer()
    assert view.close_up.pair.values.shape == (32, 32)
    assert view.close_up.words.text().startswith("2nd of 64 by spread; mean")
    qtbot.keyClick(view.close_up, Qt.Key.Key_Left)
    assert lab.of(ChannelMap).channel == 2 and not view.close_up.previous.isEnabled()
    qtbot.keyClick(view.close_up, Qt.Key.Key_Left)
    assert lab.of(ChannelMap).channel == 2
    qtbot.mouseClick(view.close_up.next, LEFT)
    assert lab.of(ChannelMap).channel == 5
    session.apply(Recipe(Latent(9)))  # the same channel of another face
    assert view.close_up.pair._stale and not view.close_up.words.isEnabled()
    lab.inspected()
    assert lab.of(ChannelMap).recipe.latent == Latent(9) and not view.close_up.pair._stale
    assert view.close_up.words.isEnabled()
    qtbot.keyClick(view.close_up, Qt.Key.Key_Escape)
    assert view.stack.currentWidget() is view.grid and view.grid.hasFocus()
    count = len(lab.requests)
    qtbot.keyClick(view.grid, Qt.Key.Key_Return)  # the one that was large is still the current one
    assert view.channel == 5 and len(lab.requests) == count + 1
    lab.answer()
    assert view.close_up.pair.values is not None
    lab.page.layers.choose(3)
    assert view.stack.currentWidget() is view.grid and view.channel is None


def test_the_large_channel_is_turned_up_by_its_style(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()  # its layers have 16 numbers that scale maps
    lab.inspected()
    view, scale = lab.page.view, lab.page.view.close_up.scale
    view.open(5)
    assert scale.isVisible() and scale.label.text() == "Style 7:5" and "leaves the layer" in scale.toolTip()
    scale.steer(3.0)
    scale.committed.emit(3.0)
    assert session.recipe == Recipe().with_channel(7, 5, 3.0)
    session.undo()
    assert scale.value == 0 and session.recipe == Recipe()
    view.open(50)
    assert not scale.isVisible() and view.close_up.no_style.isVisible()
    session.set_model(model_info(name="two", scales_inputs=True), "two.safetensors")
    lab.inspected()
    lab.page.layers.choose(7)
    view.open(5)
    assert scale.label.text() == "Style 8:5" and "convolution reads it" in scale.toolTip()
    lab.page.layers.choose(9)
    view.open(5)  # of the last layer's map only the picture is made
    assert not scale.isVisible() and view.close_up.no_style.isVisible()


def test_escape_leaves_the_large_channel_wherever_the_focus_is(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    view = lab.page.view
    controls = (view.close_up, view.close_up.back, view.close_up.next, view.orders.findChildren(QPushButton)[1])
    for control in (*controls, view.export):
        view.open(5)
        lab.answer()
        control.setFocus()
        assert control.hasFocus()
        qtbot.keyClick(control, Qt.Key.Key_Escape)
        assert view.channel is None, control


def test_values_can_be_read_under_the_pointer(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    view = lab.page.view
    view.open(2)
    lab.answer()
    qtbot.waitUntil(lambda: view.close_up.pair.squares()[1].width() > 350)  # large at 1280×720
    _, square = view.close_up.pair.squares()
    corner = view.close_up.pair.words_at(square.topLeft().toPoint() + QPoint(1, 1))
    assert corner == f"Column 0, row 0: {view.close_up.pair.values[0, 0]:.2f}."
    assert "dark where its values are small" in view.close_up.pair.words_at(QPoint(3, 3))
    view.show_all()
    box = view.histogram._box()
    assert "% of the values" in view.histogram.words_at(box.center().x())
    assert "one standard deviation" in view.histogram.words_at(2)
    view.histogram.show_facts(replace(view.facts, low=250.0, high=256.4))  # bars a tenth wide
    assert view.histogram.words_at(box.left() + 1).startswith("250.00 to 250.10: ")


def test_the_picture_stands_beside_and_is_dimmed_while_it_is_older(session: Session, show: Any) -> None:
    lab = show()
    frame = Frame(session.recipe, lab.page.info.hash, "exact", flat(90), 0.01)
    lab.page.show_frame(frame)
    face = lab.page.head.face
    assert face.image is not None and face.image.pixelColor(0, 0).red() == 90
    session.edit(psi=0.1)
    assert face._stale
    lab.page.show_frame(frame)  # of the recipe before
    assert face._stale
    lab.page.show_frame(replace(frame, recipe=session.recipe, pixels=flat(30)))
    assert not face._stale and face.image.pixelColor(0, 0).red() == 30
    lab.page.hide()
    lab.page.show_frame(replace(frame, recipe=session.recipe, pixels=flat(50)))
    assert face.image.pixelColor(0, 0).red() == 30  # not made while nobody looks
    lab.page.show()
    assert face.image.pixelColor(0, 0).red() == 50


def test_without_a_network_it_says_so_and_leads_on(session: Session, show: Any, qtbot: QtBot) -> None:
    from explorer.lab.layers_page import LayersPage

    page = LayersPage(session)
    qtbot.addWidget(page)
    page.show()
    assert page.pages.currentWidget() is page.empty and "open one" in page.empty.findChild(QLabel).text()
    assert not page.actions()[0].isEnabled() and "no layers yet" in page.actions()[0].toolTip()
    session.set_model(model_info(), "small.safetensors")
    assert page.pages.currentWidget() is not page.empty
    page.show_nothing("The file is gone: open another.")
    assert page.empty.findChild(QLabel).text() == "The file is gone: open another."


def test_stages_that_make_a_picture_are_named_so(session: Session, show: Any) -> None:
    lab = show(model_info(32), pictures=True)
    lab.inspected()
    lab.page.layers.choose(8)
    lab.answer()
    view = lab.page.view
    assert view.headline.text() == "Picture · 16²" and "red, green and blue at 16×16" in view.words.text()
    assert view.grid.channels.data(view.grid.channels.index(1)) == "red"  # the third is the strongest
    assert view.grid.side == 256  # three of them have room to be large


def test_a_failure_says_why_and_is_tried_again(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.rest()
    lab.fail(lab.of(Layers), "There is not enough memory for this picture: close other programs.")
    overview = lab.page.overview
    assert overview.message.isVisible() and "close other programs" in overview.message.text()
    assert overview.head.state.word == "cannot be inspected"
    qtbot.mouseClick(overview.retry, LEFT)
    lab.answered += 1
    lab.answer()
    assert not overview.message.isVisible() and overview.head.state.word == "exact · float32"
    lab.fail(_asked_again(lab), "There is no such layer: choose another.")
    view = lab.page.view
    assert view.message.text() == "There is no such layer: choose another." and view.retry.isVisible()
    count = len(lab.requests)
    qtbot.mouseClick(view.retry, LEFT)
    assert not view.message.isVisible() and not view.retry.isVisible() and view.grid.stale
    assert lab.owners()[count:] == [CHANNELS]
    lab.answer()
    assert not view.grid.stale
    view.open(3)
    lab.fail(lab.of(ChannelMap), "There is not enough memory for this picture: close other programs.")
    lab.page.resize(1080, 526)
    qtbot.mouseClick(view.retry, LEFT)
    lab.answer()
    assert lab.page.width() == 1080 and view.close_up.pair.values is not None and not view.retry.isVisible()


def _asked_again(lab: Any) -> Channels:
    lab.page.view.together.click()
    return lab.of(Channels)


def test_letters_are_left_to_the_window(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.inspected()
    new = next(action for action in lab.page.actions() if action.text() == "New face")
    pressed: list[bool] = []
    new.triggered.connect(lambda: pressed.append(True))
    for focused in (lab.page.layers, lab.page.view.grid):
        focused.setFocus()
        qtbot.keyClick(focused, Qt.Key.Key_N)
    assert len(pressed) == 2
    button = next(each for each in lab.page.findChildren(QPushButton) if each.text() == "New face")
    qtbot.mouseClick(button, LEFT)
    new.setEnabled(False)
    assert len(pressed) == 3 and not button.isEnabled()


def test_every_control_has_a_name_a_sentence_and_the_keyboard(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    lab.page.view.open(3)
    kinds = (QAbstractButton, QLineEdit)
    found = [each for each in lab.page.findChildren(QWidget) if isinstance(each, kinds)]
    assert len(found) >= 11
    for each in [each for each in found if not isinstance(each, QScrollBar)]:
        assert 0 < len(each.accessibleName()) <= 40, each.accessibleName()
        assert lab.page.empty.isAncestorOf(each) or each.toolTip().rstrip().endswith((".", ")")), (
            f"{each.accessibleName()}: {each.toolTip()!r}"
        )
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, each.accessibleName()
    for each in (lab.page.layers, lab.page.view.grid, lab.page.view.close_up, lab.page.view.histogram):
        assert each.accessibleName()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", ["dark", "light"])
def test_no_text_is_cut_off_at_the_smallest_size(
    session: Session, show: Any, qapp: Any, qtbot: QtBot, large: bool, name: str
) -> None:
    lab = show(model_info(1024, name="a-network-with-quite-a-long-name-1024"))
    theme.apply(qapp, name)
    lab.page.resize(1080, 526)
    lab.inspected()
    if large:
        lab.page.view.open(3)
        lab.answer()
    qtbot.wait(20)  # the layout makes room for the words
    for each in lab.page.findChildren(QWidget):
        if each.isVisible() and isinstance(each, QLabel | QPushButton) and each.text():
            assert each.width() >= each.minimumSizeHint().width() - 1, each.text()
    assert lab.page.width() == 1080 and lab.page.minimumSizeHint().width() <= 1080
    lab.page.grab()


def test_numbers_that_are_none_are_drawn_too(session: Session, show: Any) -> None:
    lab = show()
    lab.rest()
    request = lab.of(Layers)
    nan = float("nan")
    dead = LayerFacts(0, 0, False, 4, 8, "coarse", 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, (128, *[0] * 63))
    lost = replace(dead, stage=1, mean=nan, deviation=nan, minimum=nan, maximum=nan, low=nan, high=nan)
    for facts in (dead, lost):
        lab.piece(request, facts.stage, facts, 2)
    lab.done(request, (dead, lost))
    for stage in (0, 1):
        lab.page.layers.choose(stage)
        lab.page.grab()
    assert "mean –" in lab.page.view.words.text()
    values = np.full((4, 4), nan, np.float32)
    pair = lab.page.view.close_up.pair
    pair.show_values(values)
    pair.grab()
    assert pair.accessibleDescription() == "None of the values is a number"
    values[0] = (3e38, -3e38, np.inf, -np.inf)
    pair.show_values(values)
    pair.grab()
    assert pair._low == pytest.approx(-3e38) and pair.accessibleDescription() == "Values from -3e38 to 3e38"
    dark, bright = pair._heat.pixelColor(1, 0).lightness(), pair._heat.pixelColor(0, 0).lightness()
    assert dark < bright == pair._heat.pixelColor(2, 0).lightness()


def test_large_numbers_keep_their_first_digits_in_the_list(session: Session, show: Any) -> None:
    lab = show()
    lab.inspected()
    row = lab.page.layers.layers.rows[0]
    written: list[tuple[float, float, str]] = []

    class Watched(QPainter):
        def drawText(self, cell: Any, flags: Any, text: str) -> None:
            written.append((cell.width(), self.fontMetrics().horizontalAdvance(text), text))

    picture = QImage(400, 40, QImage.Format.Format_RGB32)
    painter = Watched(picture)
    for value in (-123456.7, -3.21e-30, 1.25e38, 999999.0):
        facts = replace(row, mean=value, deviation=abs(value))
        lab.page.layers.itemDelegate()._write(painter, QRectF(0, 0, 396, 32), facts)
    painter.end()
    assert all(room >= wide for room, wide, _ in written), written
    assert "-3e-30" in [text for _, _, text in written]


def test_a_network_without_styles_is_inspected_too(session: Session, show: Any) -> None:
    lab = show(model_info(32, capabilities=PLAIN, num_layers=1, num_noise_layers=0, noise_resolutions=()))
    lab.inspected()
    assert len(lab.page.layers.layers.rows) == 8 and lab.page.view.headline.text() == "Layer 5 · 16²"
