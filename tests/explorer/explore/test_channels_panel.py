"""Channels in the window: a place is drawn on the picture, sliders come, and the picture follows them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.explore.channels.panel import EMPTY, FIND, FOUND, LOOKING, NONE, PREVIEW, ChannelsPanel
from explorer.fitting import fitted, fitting
from explorer.jobs import FindChannels, Strip
from explorer.picture.place_picker import BEGIN, MIDDLE, PlacePicker
from explorer.present.recipe_words import words
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import REASONS
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.recipe import AppliedChannel, Latent, Recipe
from tests.explorer.explore.panel_fakes import PLAIN, flat, model_info

HAIR = Region(0.2, 0.1, 0.8, 0.3)
FACE = Region(0.3, 0.4, 0.7, 0.8)
LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
BOX = QRectF(50, 40, 200, 200)


def local(*places: tuple[int, int]) -> tuple[LocalChannel, ...]:
    return tuple(LocalChannel(layer, channel, 0.8 - at / 10, 12.0) for at, (layer, channel) in enumerate(places))


def places(panel: ChannelsPanel) -> list[tuple[int, int]]:
    return [row.place for row in panel.rows]


def found(panel: ChannelsPanel, asked: Any, *those: tuple[int, int], region: Region = HAIR) -> None:
    panel.look_at(region)
    asked.done(asked.of(FindChannels), local(*those))


# -- the panel -----------------------------------------------------------------------------------------------------


def test_an_empty_panel_says_what_to_do_and_a_search_says_how_far_it_is(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    assert panel.message.text() == EMPTY and panel.by_place.isVisible() and not panel.reset_all.isVisible()
    session.edit_recipe(Recipe(Latent(5)))
    panel.look_at(HAIR)
    request = asked.of(FindChannels)
    assert (request.recipe, request.region) == (Recipe(Latent(5)), HAIR)
    assert panel.search.isVisible() and panel.message.text().startswith("Looking")
    asked.piece(request, 49, None, 100)
    assert panel.search.bar.value() * 2 == panel.search.bar.maximum()
    asked.done(request, local((3, 7), (5, 1)))
    assert not panel.search.isVisible() and panel.message.text() == FOUND
    assert places(panel) == [(3, 7), (5, 1)] and panel.rows[0].share.text() == "80%"
    assert panel.rows[0].name.text() == "8² 3:7" and "12 of 255" in panel.rows[0].name.toolTip()


def test_a_drag_of_a_slider_is_one_step_of_undo(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7))
    track = panel.rows[0].slider.track
    qtbot.mousePress(track, LEFT, pos=QPoint(track.width() // 2, 8))
    for x in range(track.width() // 2, track.width() - 10, 6):
        qtbot.mouseMove(track, QPoint(x, 8))
    assert session.can_undo and session.recipe.strength_of(3, 7) > 1
    qtbot.mouseRelease(track, LEFT, pos=QPoint(track.width() - 10, 8))
    session.undo()
    assert session.recipe == Recipe() and panel.rows[0].slider.value == 0 and not panel.reset_all.isVisible()
    session.redo()
    assert panel.rows[0].slider.value == session.recipe.strength_of(3, 7) > 1


def test_a_search_that_takes_long_says_how_long(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    panel.look_at(HAIR)
    now, request = [0.0], asked.of(FindChannels)
    panel._left = TimeLeft(lambda: now[0])
    asked.piece(request, 0, None, 31)
    assert panel.message.text() == f"{LOOKING} …"
    now[0] += 2.0
    asked.piece(request, 1, None, 31)
    assert panel.message.text() == f"{LOOKING}, about 58 s left"


def test_sliders_in_use_stay_and_the_others_make_room_for_the_next_search(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7), (5, 1), (2, 2))
    kept = panel.rows[1]
    kept.slider.steer(4.0)
    session.commit()
    found(panel, asked, (6, 6), (5, 1), (0, 3), region=FACE)
    assert places(panel) == [(5, 1), (6, 6), (0, 3)] and panel.rows[0] is kept
    assert kept.slider.value == 4.0 and kept.share.text() == "70%"  # as it was found last
    panel.reset_all.click()
    assert session.recipe == Recipe() and places(panel) == [(5, 1), (6, 6), (0, 3)]


def test_channels_of_a_recipe_have_sliders_though_nobody_looked_for_them(session: Session, show: Any) -> None:
    panel, _ = show(ChannelsPanel)
    session.apply(Recipe().with_channel(4, 9, -3.0).with_channel(99, 0, 1.0))
    assert places(panel) == [(4, 9)] and panel.rows[0].slider.value == -3.0 and panel.message.isHidden()
    assert panel.rows[0].share.text() == "" and "not found by place" in panel.rows[0].name.toolTip()


def test_what_a_network_lacks_is_left_alone_by_reset(session: Session, show: Any) -> None:
    panel, _ = show(ChannelsPanel)
    session.edit_recipe(recipe := Recipe().with_channel(99, 0, 1.0))
    session.edit_recipe(recipe.with_channel(1, 1, 2.0))
    panel.reset_all.click()
    assert session.recipe == recipe


def test_a_search_is_given_up_and_a_newer_one_takes_its_place(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    dropped: list[str] = []
    panel.job_dropped.connect(dropped.append)
    panel.look_at(HAIR)
    late = asked.of(FindChannels)
    panel.look_at(FACE)
    asked.done(late, local((1, 1)))
    assert panel.rows == [] and panel.search.isVisible()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert dropped == [FIND, FIND] and not panel.search.isVisible() and "given up" in panel.message.text()
    asked.done(asked.of(FindChannels), local((1, 1)))
    assert panel.rows == []


def test_a_search_that_finds_nothing_or_fails_says_so(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7))
    found(panel, asked)
    assert panel.message.text() == NONE and panel.rows == []
    panel.look_at(FACE)
    asked.fail(asked.of(FindChannels), "The place is the whole picture.")
    assert panel.message.text() == "The place is the whole picture." and not panel.search.isVisible()


def test_another_network_has_other_channels_and_a_later_snapshot_the_same(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7), (5, 1))
    panel.look_at(FACE)
    session.set_model(model_info(name="other"), "other.safetensors")
    assert panel.rows == [] and panel.message.text() == EMPTY and not panel.search.isVisible()
    run = "runs/1/checkpoints/000100.safetensors"
    session.set_model(model_info(name="run"), run)
    found(panel, asked, (3, 7))
    session.set_newer(model_info(name="later"), run.replace("100", "200"))
    assert places(panel) == [(3, 7)]
    session.set_newer(model_info(32, name="smaller"), run.replace("100", "300"))
    assert panel.rows == []


def test_it_is_absent_where_a_network_has_no_styles(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel, model_info(capabilities=PLAIN))
    assert panel.isHidden() and not panel.by_place.isEnabled()
    assert {each.toolTip() for each in panel.actions()} == {REASONS["styles"]}
    panel.look_at(HAIR)
    assert not asked.requests
    session.set_model(model_info(), "small.safetensors")
    assert panel.isVisible() and panel.by_place.isEnabled()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # of windows without a screen
def test_the_faces_of_a_row_are_shown_beside_its_name(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7))
    panel.rows[0].hovered.emit(True)
    request = asked.of(Strip)
    assert request.owner == PREVIEW and panel.preview.isVisible()
    assert [each.strength_of(3, 7) for each in request.recipes] == [-5, 0, 5]
    asked.piece(request, 1, flat(7), 3)
    assert not panel.preview.grid.thumbnails[1].empty
    panel.rows[0].hovered.emit(False)
    assert not panel.preview.isVisible()


# -- the recipe in other parts of the window -----------------------------------------------------------------------


def test_another_network_keeps_the_channels_it_has_and_says_which_it_leaves_out() -> None:
    recipe = Recipe().with_channel(1, 3, 2.0).with_channel(1, 99, 2.0).with_channel(30, 3, 2.0)
    assert fitting(recipe, model_info()).channels == (AppliedChannel(1, 3, 2.0),)
    kept, said = fitted(recipe, model_info(capabilities=PLAIN))
    assert kept.channels == () and "3 of its channels" in said


def test_a_caption_names_the_channels_that_are_drawn() -> None:
    recipe = Recipe().with_channel(5, 3, -2.5).with_channel(1, 99, 2.0)
    _, second = words(recipe, model_info())
    assert [part.text for part in second] == ["channel 16² 5:3 -2.5"]
    assert words(replace(recipe, channels=()), model_info())[1] == []


# -- the place on the picture --------------------------------------------------------------------------------------


@pytest.fixture
def picker(qtbot: QtBot, session: Session) -> PlacePicker:
    picture = QWidget()
    qtbot.addWidget(picture)
    picture.resize(320, 300)
    made = PlacePicker(lambda: BOX, picture)
    made.picture = picture  # type: ignore[attr-defined]  # alive as long
    picture.show()
    qtbot.waitExposed(picture)
    made.set_on(True)
    return made


def chosen(picker: PlacePicker) -> list[Region]:
    made: list[Region] = []
    picker.chosen.connect(made.append)
    return made


def drag(qtbot: QtBot, picker: PlacePicker, corners: Sequence[tuple[float, float]]) -> None:
    at = [QPoint(round(BOX.left() + x * BOX.width()), round(BOX.top() + y * BOX.height())) for x, y in corners]
    qtbot.mousePress(picker, LEFT, pos=at[0])
    for each in at[1:]:
        qtbot.mouseMove(picker, each)
    qtbot.mouseRelease(picker, LEFT, pos=at[-1])


def test_a_drag_in_any_way_chooses_the_rectangle_between_its_ends(qtbot: QtBot, picker: PlacePicker) -> None:
    made = chosen(picker)
    drag(qtbot, picker, [(0.8, 0.3), (0.5, 0.2), (0.2, 0.1)])
    assert made == [Region(0.2, 0.1, 0.8, 0.3)] and not picker.on
    picker.set_on(True)
    assert picker.region == made[0]  # the next one begins with it
    drag(qtbot, picker, [(0.5, 0.5), (1.2, 1.3)])
    assert made[1] == Region(0.5, 0.5, 1.0, 1.0)


def test_a_click_is_no_place_and_a_press_beside_the_picture_is_not_taken(qtbot: QtBot, picker: PlacePicker) -> None:
    made = chosen(picker)
    drag(qtbot, picker, [(0.5, 0.5), (0.505, 0.5)])
    drag(qtbot, picker, [(-0.1, 0.5), (0.5, 0.9)])
    assert made == [] and picker.on and picker.region == MIDDLE and picker.words.text == BEGIN


def test_keys_move_and_resize_the_rectangle_within_the_picture(qtbot: QtBot, picker: PlacePicker) -> None:
    made = chosen(picker)
    for key, modifier in ((Qt.Key.Key_Left, CONTROL), (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)):
        qtbot.keyClick(picker, key, modifier)
    qtbot.keyClick(picker, Qt.Key.Key_Right, SHIFT | CONTROL)
    assert picker.region == Region(0.25, 0.37, 0.65, 0.67)
    for _ in range(12):
        qtbot.keyClick(picker, Qt.Key.Key_Up, CONTROL)
        qtbot.keyClick(picker, Qt.Key.Key_Left, SHIFT | CONTROL)
    assert picker.region.top == 0 and picker.region.bottom == pytest.approx(0.3)
    assert picker.region.right - picker.region.left == pytest.approx(0.04)
    qtbot.keyClick(picker, Qt.Key.Key_Return)
    assert made == [picker.region] and not picker.on


def test_escape_gives_the_place_up_and_the_keyboard_goes_back_to_the_picture(qtbot: QtBot, picker: PlacePicker) -> None:
    made, told = chosen(picker), list[bool]()
    picker.switched.connect(told.append)
    qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert made == [] and told == [False] and not picker.on
    picker.set_on(True)
    qtbot.mouseClick(picker.leave, LEFT)
    assert told == [False, True, False]


def test_it_lies_over_the_picture_and_goes_where_that_is_shown_alone(picker: PlacePicker) -> None:
    picture = picker.parentWidget()
    assert picture is not None
    picture.resize(400, 350)
    assert picker.size() == picture.size() and picker.grab().width() == 400
    QApplication.sendEvent(picture, QEvent(QEvent.Type.ParentChange))
    assert not picker.on


def test_no_place_is_looked_at_on_the_face_of_the_network_before(show: Any) -> None:
    """A large network takes long for its first picture: channels were looked for where it shows something else."""
    panel, asked = show(ChannelsPanel)
    panel.wait(True)
    panel.look_at(HAIR)
    assert "network before" in panel.message.text() and not panel.search.owners
    panel.wait(False)
    assert panel.message.text() == EMPTY  # there is nothing to wait for any more
    panel.look_at(HAIR)
    assert asked.of(FindChannels).region == HAIR and panel.search.owners
