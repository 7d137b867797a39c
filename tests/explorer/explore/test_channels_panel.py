"""Channels in the window: a place is drawn on the picture, sliders come, and the picture follows them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRectF, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from explorer.explore.channels.finder import EMPTY, FIND, FOUND, MEASURES, NONE, NONE_FOR
from explorer.explore.channels.menu import LEARN, MEASURED
from explorer.explore.channels.panel import PREVIEW, ChannelsPanel
from explorer.finding import controls_of
from explorer.fitting import fitted, fitting
from explorer.jobs import FindByAttribute, FindChannels, Strip
from explorer.picture.place_picker import BEGIN, MIDDLE, PlacePicker
from explorer.present.recipe_words import words
from explorer.session import Session
from stylegan_core.info import REASONS
from stylegan_core.latents.channel_effect import ChannelEffect
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.latents.library import Library, NamedChannel
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
    panel.finder.look_at(region)
    asked.done(asked.of(FindChannels), local(*those))


# -- the panel -----------------------------------------------------------------------------------------------------


def test_an_empty_panel_says_what_to_do_and_a_search_says_how_far_it_is(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    assert (
        panel.finder.message.text() == EMPTY and panel.finder.by_place.isVisible() and not panel.reset_all.isVisible()
    )
    session.edit_recipe(Recipe(Latent(5)))
    panel.finder.look_at(HAIR)
    request = asked.of(FindChannels)
    assert (request.recipe, request.region) == (Recipe(Latent(5)), HAIR)
    assert panel.finder.search.isVisible() and panel.finder.message.text().startswith("Looking")
    asked.piece(request, 49, None, 100)
    assert panel.finder.search.bar.value() * 2 == panel.finder.search.bar.maximum()
    asked.done(request, local((3, 7), (5, 1)))
    assert not panel.finder.search.isVisible() and panel.finder.message.text() == FOUND
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


def test_a_place_that_was_looked_at_can_be_looked_at_on_more_faces(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    assert panel.finder.on_more.isHidden()
    found(panel, asked, (3, 7))
    assert panel.finder.on_more.isVisible()
    session.edit_recipe(Recipe(Latent(5)))
    panel.finder.on_more.click()
    request = asked.of(FindChannels)
    assert (request.region, request.faces, request.recipe.latent.seed) == (
        HAIR,
        4,
        5,
    ) and panel.finder.on_more.isHidden()
    asked.done(request, (replace(local((5, 1))[0], faces=4),))
    assert panel.finder.on_more.isHidden() and "±3 σ, over 4 faces, 80 %" in panel.rows[0].name.toolTip()
    found(panel, asked, (3, 7))
    session.set_model(model_info(name="other"), "other.safetensors")
    assert panel.finder.on_more.isHidden()


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
    assert places(panel) == [(4, 9)] and panel.rows[0].slider.value == -3.0 and panel.finder.message.isHidden()
    assert panel.rows[0].share.text() == "" and "not found by a search" in panel.rows[0].name.toolTip()


def test_a_slider_that_is_gone_since_the_palette_found_it_leads_to_the_panel(qtbot: QtBot, show: Any) -> None:
    """A search that ended while somebody typed was an error when they chose."""
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7))
    qtbot.waitUntil(panel.rows[0].isVisible)
    _, slider = controls_of([panel], lambda: None, panel)
    found(panel, asked, (5, 1))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    panel.section.set_open(False)
    slider.trigger()
    assert panel.section.is_open


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
    panel.finder.look_at(HAIR)
    late = asked.of(FindChannels)
    panel.finder.look_at(FACE)
    asked.done(late, local((1, 1)))
    assert panel.rows == [] and panel.finder.search.isVisible()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert dropped == [FIND, FIND] and not panel.finder.search.isVisible() and "given up" in panel.finder.message.text()
    asked.done(asked.of(FindChannels), local((1, 1)))
    assert panel.rows == []


def test_a_search_that_finds_nothing_or_fails_says_so(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7))
    found(panel, asked)
    assert panel.finder.message.text() == NONE and panel.rows == []
    panel.finder.look_at(FACE)
    asked.fail(asked.of(FindChannels), "The place is the whole picture.")
    assert panel.finder.message.text() == "The place is the whole picture." and not panel.finder.search.isVisible()


def test_another_network_has_other_channels_and_a_later_snapshot_the_same(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    found(panel, asked, (3, 7), (5, 1))
    panel.finder.look_at(FACE)
    session.set_model(model_info(name="other"), "other.safetensors")
    assert panel.rows == [] and panel.finder.message.text() == EMPTY and not panel.finder.search.isVisible()
    run = "runs/1/checkpoints/000100.safetensors"
    session.set_model(model_info(name="run"), run)
    found(panel, asked, (3, 7))
    session.set_newer(model_info(name="later"), run.replace("100", "200"))
    assert places(panel) == [(3, 7)]
    session.set_newer(model_info(32, name="smaller"), run.replace("100", "300"))
    assert panel.rows == []


def test_it_is_absent_where_a_network_has_no_styles(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel, model_info(capabilities=PLAIN))
    assert panel.isHidden() and not panel.finder.by_place.isEnabled()
    assert {each.toolTip() for each in panel.actions()} == {REASONS["styles"]}
    panel.finder.look_at(HAIR)
    assert not asked.requests
    session.set_model(model_info(), "small.safetensors")
    assert panel.isVisible() and panel.finder.by_place.isEnabled()


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


# -- by attribute --------------------------------------------------------------------------------------------------


def effects(attribute: str, *numbers: tuple[int, int, float]) -> tuple[ChannelEffect, ...]:
    return tuple(ChannelEffect(*each[:2], attribute, each[2], 0.05, 0.62, "size", -0.05, 12, 3.0) for each in numbers)


def test_channels_are_found_by_attribute_and_the_number_at_the_right_is_their_purity(
    session: Session, show: Any
) -> None:
    panel, asked = show(ChannelsPanel)
    session.edit_recipe(Recipe(Latent(5), psi=0.3, level=2))
    panel.finder.look_for("brightness")
    request = asked.of(FindByAttribute)
    assert request == FindByAttribute(FIND, Recipe(level=2), "brightness")  # whatever face is on show
    assert panel.finder.search.isVisible() and "brightness alone" in panel.finder.message.text()
    asked.done(request, effects("brightness", (3, 7, 0.3), (5, 1, -0.2)))
    assert places(panel) == [(3, 7), (5, 1)] and panel.rows[0].share.text() == "62%"
    assert "the part of brightness" in panel.finder.message.text() and "over 12 faces" in panel.rows[0].share.toolTip()
    assert "brightness +0.30 per σ, leaks most into size −0.05" in panel.rows[0].name.toolTip()
    assert [row.proposal for row in panel.rows] == ["brightness", "less brightness"]
    panel.finder.look_for("brightness")
    asked.done(asked.of(FindByAttribute), ())
    assert panel.finder.message.text() == NONE_FOR.format("brightness") and panel.rows == []


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # of windows without a screen
def test_the_menu_offers_what_is_measured_and_the_questions_of_labels(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    chosen: list[str] = []
    panel.finder.labels.chosen.connect(chosen.append)
    panel.finder.by_attribute.click()
    texts = [action.text() for action in panel.finder._menu.actions() if action.text()]
    assert texts == [*MEASURES, LEARN] and not panel.finder.labels.isVisible()
    panel.finder.labels.show_progress(1, 10)
    assert panel.finder.labels.isVisible()  # it can be given up here
    panel.finder.by_attribute.click()
    assert LEARN not in [action.text() for action in panel.finder._menu.actions()]
    labels = LearnedLabels("judge.npz", "avatars", 64, "k", ("Glasses", "Hats & caps"))
    panel.finder.labels.show_labels(labels)
    panel.finder.use_labels(labels)
    panel.finder.by_attribute.click()
    texts = [action.text() for action in panel.finder._menu.actions() if action.text()]
    assert texts == ["Glasses", "Hats && caps", MEASURED]
    panel.finder._menu.actions()[0].trigger()
    assert asked.of(FindByAttribute).labels == labels and asked.of(FindByAttribute).attribute == "Glasses"
    panel.finder.look_for("width")
    assert asked.of(FindByAttribute).labels is None  # which is remembered whatever labels there are
    panel.finder.labels.show_labels(None)
    assert panel.finder.labels.isHidden()


def test_labels_that_came_with_a_network_are_offered_unless_others_were_learned(
    session: Session, show: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, asked = show(ChannelsPanel)
    beside = LearnedLabels("beside.npz", questions=("Hat",))
    monkeypatch.setattr("explorer.explore.channels.finder.labels_beside", lambda _: beside)
    panel.finder.look_for("Hat")
    assert asked.of(FindByAttribute).labels == beside
    panel.finder.use_labels(learned := LearnedLabels("judge.npz", questions=("Hat",)))
    panel.finder.look_for("Hat")
    assert asked.of(FindByAttribute).labels == learned


# -- names ---------------------------------------------------------------------------------------------------------


def named_by(panel: ChannelsPanel) -> list[NamedChannel]:
    """What the panel wants kept, as the library would tell it."""
    kept: list[NamedChannel] = []

    def keep(named: NamedChannel) -> None:
        kept.append(named)
        panel.show_library(Library(channels=tuple(kept[:-1])).with_named(named).channels)

    panel.named.connect(keep)
    return kept


def test_return_takes_the_proposed_name_and_leaving_or_escape_takes_none(
    qtbot: QtBot, session: Session, show: Any
) -> None:
    panel, asked = show(ChannelsPanel)
    kept = named_by(panel)
    found(panel, asked, (3, 7), (5, 1))
    row, other = panel.rows
    for leave in (row.field.editingFinished.emit, lambda: qtbot.keyClick(row.field, Qt.Key.Key_Escape)):
        qtbot.keyClick(row, Qt.Key.Key_F2)
        assert row.field.text() == "top" and row.field.selectedText() == "top"
        leave()
        assert kept == [] and row.naming.currentWidget() is row.name and row.name.text() == "8² 3:7"
    qtbot.keyClick(row, Qt.Key.Key_F2)
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert kept == [NamedChannel(3, 7, "top")] and row.name.text() == "top"
    assert row.name.toolTip().startswith("top: 8² 3:7.") and row.slider.accessibleName() == "Channel top"
    assert other.proposal == "top 2"  # the first is taken
    qtbot.keyClick(other, Qt.Key.Key_F2)
    qtbot.keyClicks(other.field, "Fringe")
    other.field.editingFinished.emit()  # the keyboard goes elsewhere
    assert kept[-1] == NamedChannel(5, 1, "Fringe") and other.name.text() == "Fringe"


def test_the_menu_of_a_row_names_it_and_takes_the_name_away(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    kept = named_by(panel)
    found(panel, asked, (3, 7))
    (row,) = panel.rows

    def choose(text: str) -> list[str]:
        menu = QMenu(row)
        row.fill(menu)
        words = [action.text() for action in menu.actions()]
        next(action for action in menu.actions() if action.text() == text).trigger()
        return words

    assert "Take the name away" not in choose("Call it “top”")
    assert kept == [NamedChannel(3, 7, "top")] and row.own_name == "top"
    assert "Call it “top”" not in choose("Take the name away")
    assert kept[-1] == NamedChannel(3, 7, "") and row.name.text() == "8² 3:7"


def test_a_name_is_in_the_recipe_from_then_on_and_one_step_of_undo(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    named_by(panel)
    found(panel, asked, (3, 7))
    (row,) = panel.rows
    row.slider.steer(2.0)
    session.commit()
    row.renamed.emit("Fringe")
    assert session.recipe.channels == (AppliedChannel(3, 7, 2.0, "Fringe"),)
    assert [part.text for part in words(session.recipe, model_info())[1]] == ["Fringe +2.0"]
    session.undo()
    assert session.recipe.channels == (AppliedChannel(3, 7, 2.0),)
    row.slider.steer(3.0)  # the library calls it so
    assert session.recipe.channels == (AppliedChannel(3, 7, 3.0, "Fringe"),)


def test_named_channels_have_rows_without_a_search_and_foreign_names_are_shown(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    panel.show_library((NamedChannel(3, 7, "Fringe"), NamedChannel(90, 1, "Elsewhere")))
    assert [row.name.text() for row in panel.rows] == ["Fringe"] and panel.finder.message.isHidden()
    found(panel, asked, (5, 1))
    assert places(panel) == [(5, 1), (3, 7)]  # what was found comes first
    session.apply(Recipe().with_channel(6, 2, 1.0, "Their hat"))
    assert [row.name.text() for row in panel.rows] == ["16² 5:1", "Fringe", "Their hat"]
    panel.show_library(())
    session.set_model(model_info(name="other"), "other.safetensors")
    assert [row.name.text() for row in panel.rows] == ["Their hat"]


def test_what_can_be_swept_and_is_asked_for_goes_by_its_name(session: Session, show: Any) -> None:
    panel, asked = show(ChannelsPanel)
    offered, wanted = list[Any](), list[Any]()
    panel.channels_changed.connect(offered.append)
    panel.sweep_wanted.connect(wanted.append)
    found(panel, asked, (3, 7))
    panel.show_library((NamedChannel(3, 7, "Fringe"),))
    assert offered[-1] == (AppliedChannel(3, 7, 0.0, "Fringe"),)
    panel.rows[0].asked.emit("sweep")
    assert wanted == [AppliedChannel(3, 7, 0.0, "Fringe")]


# -- the recipe in other parts of the window -----------------------------------------------------------------------


def test_another_network_keeps_the_channels_it_has_and_says_which_it_leaves_out() -> None:
    recipe = Recipe().with_channel(1, 3, 2.0).with_channel(1, 99, 2.0).with_channel(30, 3, 2.0)
    assert fitting(recipe, model_info()).channels == (AppliedChannel(1, 3, 2.0),)
    kept, said = fitted(recipe, model_info(capabilities=PLAIN))
    assert kept.channels == () and said.endswith("leaves out 3 of its channels, which it cannot draw.")


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
    panel.finder.wait(True)
    panel.finder.look_at(HAIR)
    assert "model before" in panel.finder.message.text() and not panel.finder.search.owners
    panel.finder.wait(False)
    assert panel.finder.message.text() == EMPTY  # there is nothing to wait for any more
    panel.finder.look_at(HAIR)
    assert asked.of(FindChannels).region == HAIR and panel.finder.search.owners
