"""The directions panel: sliders in sigma, the library, SeFa, the preview, and sorting."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.explore.directions.menu import DirectionMenu
from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.directions.row import DirectionRow, _score_words
from explorer.explore.directions.sorting import FEWEST, FITTED
from explorer.jobs import Fit, Pca, Sefa, Strip
from explorer.session import Session
from stylegan_core.latents.library import SHIPPED, Entry, Library, library_path
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Recipe, Vector
from tests.explorer.at_once import AtOnce
from tests.explorer.explore.panel_fakes import PLAIN, W_DIM, flat, model_info


def entries(source: str = "pca", count: int = 16, word: str = "PCA", seed: int = 0) -> tuple[Entry, ...]:
    axes = np.random.RandomState(seed).randn(count, W_DIM)
    return tuple(
        Entry(Direction(f"{word} {n}", Vector.of(axis), 2.0), source, n, explained=0.1)
        for n, axis in enumerate(axes, start=1)
    )


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    yield


@pytest.fixture
def panel(show: Any, qtbot: QtBot) -> Any:
    made, asked = show(DirectionsPanel)
    asked.done(asked.of(Pca), entries())
    grown(made, qtbot)
    made.asked = asked
    return made


def grown(panel: DirectionsPanel, qtbot: QtBot) -> None:
    """Waits until every row is made."""
    qtbot.waitUntil(lambda: not panel.list.growing)


def names(panel: DirectionsPanel) -> list[str]:
    return [row.entry.direction.name for row in panel.rows]


def test_progress_is_shown_until_the_eight_sliders_are_there(show: Any, qtbot: QtBot) -> None:
    panel, asked = show(DirectionsPanel)
    assert panel.finder.search.isVisible() and panel.finder.message.text()
    asked.piece(asked.of(Pca), 499, None, 1000)
    assert panel.finder.search.bar.value() == 500
    asked.done(asked.of(Pca), entries())
    assert names(panel) == ["PCA 1"]  # one at a time, so that the window never waits for all of them
    grown(panel, qtbot)
    assert names(panel) == [f"PCA {n}" for n in range(1, 9)]
    assert not panel.finder.search.isVisible() and not panel.finder.message.isVisible()


def test_names_of_the_box_are_shown_whole(session: Session, qtbot: QtBot) -> None:
    files = [*SHIPPED.glob("*/directions.json"), *SHIPPED.glob("*/*-directions.json")]
    found = {entry.direction.name: entry for file in files for entry in Library.load(file).entries}
    assert len(found) > 20
    row = DirectionRow(next(iter(found.values())), model_info())
    qtbot.addWidget(row)
    for name, entry in found.items():
        row.show_entry(entry)
        assert row.name.text() == name


def test_dragging_a_direction_is_one_step(qtbot: QtBot, session: Session, panel: Any) -> None:
    track = panel.rows[2].slider.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, 8))
    for x in range(0, 30, 5):
        qtbot.mouseMove(track, QPoint(track.width() // 2 + x, 8))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2 + 30, 8))
    (applied,) = session.recipe.directions
    assert applied.direction == panel.rows[2].entry.direction and applied.strength > 0
    assert (applied.first, applied.last) == (0, None)
    session.undo()
    assert session.recipe == Recipe() and not session.can_undo and panel.rows[2].slider.value == 0


def test_strengths_beyond_the_range_are_typed_and_zero_takes_out(qtbot: QtBot, session: Session, panel: Any) -> None:
    number = panel.rows[0].slider.number
    for text, expected in (("14.5", (14.5,)), ("0", ())):
        number.setFocus()
        number.selectAll()
        qtbot.keyClicks(number, text)
        qtbot.keyClick(number, Qt.Key.Key_Return)
        assert tuple(each.strength for each in session.recipe.directions) == expected


def test_the_range_of_layers_belongs_to_the_direction(session: Session, panel: Any) -> None:
    row = panel.rows[0]
    row._choose_layers(4, 7)
    assert session.recipe == Recipe()
    row.moved.emit(2.0)
    assert session.recipe.directions[0].first == 4 and session.recipe.directions[0].last == 7
    row._choose_layers(0, None)
    assert session.recipe.directions[0].last is None


def test_a_double_click_on_the_layers_is_one_step(qtbot: QtBot, session: Session, panel: Any) -> None:
    row, committed = panel.rows[0], []
    row._choose_layers(4, 7)
    row.moved.emit(2.0)
    row.committed.emit()
    session.committed.connect(committed.append)
    qtbot.mouseClick(row.layers, Qt.MouseButton.LeftButton, pos=row.layers.rect().center())
    qtbot.mouseDClick(row.layers, Qt.MouseButton.LeftButton, pos=row.layers.rect().center())
    assert row.layers._rest.isActive() and not committed
    row.layers._rest.timeout.emit()
    assert [recipe.directions[0].last for recipe in committed] == [None]


def test_several_directions_keep_their_order(session: Session, panel: Any) -> None:
    for row, strength in ((panel.rows[3], 1.0), (panel.rows[1], 2.0), (panel.rows[3], 3.0)):
        row.moved.emit(strength)
    assert [each.strength for each in session.recipe.directions] == [3.0, 2.0]
    panel.reset_all.click()
    assert session.recipe.directions == ()


def test_more_and_fewer(qtbot: QtBot, panel: Any) -> None:
    panel.more.click()
    grown(panel, qtbot)
    assert len(panel.rows) == 16
    panel.fewer.click()
    grown(panel, qtbot)
    assert len(panel.rows) == 8


def test_a_direction_in_use_is_shown_wherever_it_comes_from(session: Session, panel: Any, qtbot: QtBot) -> None:
    stranger = AppliedDirection(Direction("from a friend", Vector.of(np.ones(W_DIM))), 2.5, 0, 3)
    session.apply(Recipe(directions=(stranger, AppliedDirection(entries()[12].direction, -1.0))))
    grown(panel, qtbot)
    assert names(panel)[8:] == ["from a friend", "PCA 13"]
    assert panel.rows[8].slider.value == 2.5 and panel.rows[8].layers.range == (0, 3)
    panel.rows[8].moved.emit(1.5)
    assert session.recipe.directions[0].strength == 1.5


def test_a_new_name_stays_on_disk_and_in_the_recipe(qtbot: QtBot, session: Session, panel: Any) -> None:
    panel.rows[1].moved.emit(1.0)
    panel.rows[1].rename()
    qtbot.keyClicks(panel.rows[1].field, "Hair")
    qtbot.keyClick(panel.rows[1].field, Qt.Key.Key_Return)
    assert "Hair" in names(panel) and session.recipe.directions[0].direction.name == "Hair"
    again = DirectionsPanel(session, AtOnce())
    qtbot.addWidget(again)
    again.show_model(model_info())
    assert [entry.direction.name for entry in again.shelf.library.entries] == ["Hair"]


def test_escape_keeps_the_old_name(qtbot: QtBot, panel: Any) -> None:
    panel.rows[0].rename()
    qtbot.keyClicks(panel.rows[0].field, "x")
    qtbot.keyClick(panel.rows[0].field, Qt.Key.Key_Escape)
    assert names(panel)[0] == "PCA 1"


def test_a_favourite_comes_first_and_can_be_let_go(panel: Any) -> None:
    panel.rows[5].asked.emit("star")
    assert names(panel)[0] == "PCA 6" and panel.rows[0].name.text().startswith("★")
    panel.rows[0].asked.emit("star")
    assert panel.shelf.library.entries == () and names(panel)[0] == "PCA 1"


def test_sefa_of_a_band(panel: Any) -> None:
    panel.factorise(4, 7)
    request = panel.asked.of(Sefa)
    assert (request.first, request.last) == (4, 7)
    panel.asked.done(request, entries("sefa", word="SeFa", seed=3))
    assert names(panel)[0] == "SeFa 1"
    panel.look_at("library")
    assert panel.rows == [] and "empty" in panel.finder.message.text()
    panel.look_at("pca")
    assert names(panel)[0] == "PCA 1"


def test_a_search_that_fails_says_why(show: Any) -> None:
    panel, asked = show(DirectionsPanel)
    asked.fail(asked.of(Pca), "There is not enough memory.")
    assert panel.finder.message.text() == "There is not enough memory." and not panel.finder.search.isVisible()


def test_a_search_is_given_up_and_begun_again(show: Any, qtbot: QtBot) -> None:
    """There was a bar and no way out."""
    panel, asked = show(DirectionsPanel)
    request = asked.of(Pca)
    asked.piece(request, 40, None, 100)
    qtbot.mouseClick(panel.finder.search.cancel, Qt.MouseButton.LeftButton)
    assert asked.dropped == ["directions.pca"] and not panel.finder.search.isVisible()
    assert panel.finder.message.text() == "The search was given up." and panel.finder.again.isVisible()
    asked.done(request, entries())  # an answer that was on its way
    panel._rested()
    assert panel.rows == [] and len(asked.requests) == 1  # nor is it begun again unasked
    qtbot.mouseClick(panel.finder.again, Qt.MouseButton.LeftButton)
    panel._rested()
    assert panel.finder.search.isVisible() and not panel.finder.again.isVisible()
    asked.done(asked.of(Pca), entries())
    grown(panel, qtbot)
    assert len(panel.rows) == 8 and not panel.finder.search.isVisible()


def test_escape_gives_up_a_factorisation_and_shows_what_was_there(panel: Any, qtbot: QtBot) -> None:
    panel.factorise(4, 7)
    request = panel.asked.of(Sefa)
    assert panel.finder.search.isVisible() and panel.rows == []
    panel.finder.search.cancel.setFocus()
    qtbot.keyClick(panel.finder.search.cancel, Qt.Key.Key_Escape)
    grown(panel, qtbot)
    assert names(panel)[0] == "PCA 1" and not panel.finder.search.isVisible() and not panel.finder.again.isVisible()
    panel.asked.done(request, entries("sefa", word="SeFa"))
    assert names(panel)[0] == "PCA 1"
    panel.factorise(4, 7)  # the same may be asked again
    assert panel.finder.search.isVisible()


def test_another_model_ends_the_search(session: Session, show: Any) -> None:
    panel, asked = show(DirectionsPanel)
    asked.piece(asked.of(Pca), 40, None, 100)
    session.set_model(model_info(name="other"), "other.safetensors")
    assert not panel.finder.search.isVisible()


def test_libraries_travel_between_people(panel: Any, tmp_path: Path) -> None:
    panel.rows[0].asked.emit("star")
    panel.export_library(tmp_path / "mine.json")
    assert len(Library.load(tmp_path / "mine.json").entries) == 1
    Library("f" * 64, "other", entries("sorting", 2, "Theirs", 9)).save(tmp_path / "theirs.json")
    panel.import_library(tmp_path / "theirs.json")
    said = panel.finder.message.text()
    assert said.startswith("Imported 2 directions.") and "another model" in said
    assert "Theirs 1" in names(panel)
    panel.import_library(tmp_path / "theirs.json")
    assert panel.finder.message.text() == "Everything in theirs.json is here already."
    assert library_path(panel.shelf.library.model, panel.shelf.library.model_name).exists()
    wide = Entry(Direction("wide", Vector.of(np.ones(7))), "sorting")
    Library("f" * 64, "other", (wide,)).save(tmp_path / "wide.json")
    panel.import_library(tmp_path / "wide.json")
    assert "16 dimensions" in panel.finder.message.text() and "wide" not in names(panel)


def test_what_two_windows_keep_is_kept(session: Session, panel: Any, qtbot: QtBot) -> None:
    other = DirectionsPanel(session, AtOnce())
    qtbot.addWidget(other)
    other.show_model(model_info())
    mine, theirs, third = entries("sorting", 3, "Sorted")
    panel.shelf.keep(mine)
    other.shelf.keep(theirs)
    panel.shelf.learn([third], str)
    path = library_path(panel.shelf.library.model, panel.shelf.library.model_name)
    assert Library.load(path).entries == (mine, theirs, third)
    other.shelf.remove(mine)
    assert Library.load(path).entries == (theirs, third)


def test_a_direction_that_is_removed_is_brought_back_to_its_place(
    session: Session, panel: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    Library("f" * 64, "other", entries("sorting", 3, "Mine", 5)).save(tmp_path / "mine.json")
    panel.import_library(tmp_path / "mine.json")
    grown(panel, qtbot)
    before, path = panel.shelf.library, library_path(panel.shelf.library.model, panel.shelf.library.model_name)
    offered: list[Any] = []
    panel.taken_away.connect(lambda sentence, back: offered.extend((sentence, back)))
    row = next(row for row in panel.rows if row.entry.direction.name == "Mine 2")
    row.asked.emit("remove")
    assert "“Mine 2”" in offered[0] and len(panel.shelf.library.entries) == 2
    for _ in range(2):  # the second time it is there already
        offered[1]()
    assert panel.shelf.library == before == Library.load(path)
    grown(panel, qtbot)
    next(row for row in panel.rows if row.entry.direction.name == "Mine 1").asked.emit("remove")
    session.set_model(model_info(name="another"), "another.safetensors")
    offered[3]()
    assert panel.shelf.library.entries == () and Library.load(path) == before


def test_a_direction_that_came_with_a_recipe_says_so(session: Session, panel: Any, qtbot: QtBot) -> None:
    vector = np.zeros(16, np.float32)
    vector[3] = 1
    session.apply(Recipe(directions=(AppliedDirection(Direction("<b>Elsewhere</b>", Vector.of(vector)), 1.0),)))
    grown(panel, qtbot)
    row = next(row for row in panel.rows if row.entry.direction.name == "<b>Elsewhere</b>")
    assert _score_words(row.entry) == "Came with a recipe."
    named = replace(row.entry, source="labels", effect=0.6, leak=0.1, reach=1.5)
    assert "from −1.5 to +1.5 σ it appears in 60 % more faces" in _score_words(named)
    assert "&lt;b&gt;Elsewhere" in row.name.toolTip()  # as it is written, not in bold


def test_a_damaged_library_is_named_and_put_aside(show: Any, qtbot: QtBot) -> None:
    info = model_info()
    path = library_path(info.hash, info.name)
    path.write_text("{}")
    panel, asked = show(DirectionsPanel, info)
    asked.done(asked.of(Pca), entries())
    grown(panel, qtbot)
    assert "damaged" in panel.finder.message.text() and len(panel.rows) == 8
    panel.rows[0].asked.emit("star")
    assert path.with_suffix(".damaged").read_text() == "{}" and len(Library.load(path).entries) == 1


def test_where_nothing_can_be_kept_the_library_of_the_box_is_there_all_the_same(
    session: Session, show: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "file" / "home"))
    boxed = Library(model_info().hash, "small", entries("labels", 3, "Named"))
    monkeypatch.setattr("explorer.explore.directions.shelf.shipped_library", lambda _: boxed)
    panel, _ = show(DirectionsPanel)
    assert panel.shelf.library.entries == boxed.entries
    assert "cannot be made" in panel.shelf.trouble


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # of windows without a screen
def test_the_preview_shows_three_strengths(session: Session, panel: Any) -> None:
    session.apply(Recipe(directions=(AppliedDirection(entries()[1].direction, 1.0),)))
    panel.rows[0].asked.emit("preview")
    request = panel.asked.of(Strip)
    of_row = [[d.strength for d in r.directions if d.direction == entries()[0].direction] for r in request.recipes]
    assert of_row == [[-2.0], [], [2.0]]
    assert all(d.directions[0].strength == 1.0 for d in request.recipes)
    panel.asked.piece(request, 0, flat(1), 3)
    assert panel.preview.isVisible() and not panel.preview.grid.thumbnails[0].empty
    panel.rows[0].moved.emit(0.5)
    assert not panel.preview.isVisible()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # of windows without a screen
def test_what_a_preview_lacks_is_not_drawn_once_it_is_hidden(panel: Any) -> None:
    """A pointer on its way across the names left three pictures of a large network behind for each."""
    panel.rows[0].asked.emit("preview")
    request = panel.asked.of(Strip)
    assert request.waited_for
    panel.asked.piece(request, 0, flat(1), 3)
    panel.rows[0].hovered.emit(False)
    assert panel.asked.dropped == [request.owner]
    panel.rows[0].asked.emit("preview")
    assert panel.asked.requests.count(request) == 2
    for index in range(3):
        panel.asked.piece(request, index, flat(index), 3)
    panel.rows[0].hovered.emit(False)
    panel.rows[0].asked.emit("preview")
    assert panel.asked.dropped == [request.owner] and panel.asked.requests.count(request) == 2  # it is all there


def test_faces_to_sort_are_drawn_while_somebody_sorts_and_in_the_order_they_were_dealt(panel: Any) -> None:
    """A large network's went on behind the closed dialog, and who sorted fast had one begun again and again."""
    panel.sort()
    dialog, request = panel.desk.dialog, panel.asked.of(Strip)
    assert request.waited_for
    for index in range(3):
        panel.asked.piece(request, index, flat(index), 20)
    dialog.sort(dialog.candidates[0], True)
    again = panel.asked.of(Strip)
    assert again.recipes[:-1] == request.recipes[3:]  # the new face is the last
    panel.asked.dropped.clear()
    dialog.close()
    assert panel.asked.dropped == [request.owner]
    panel.sort()
    assert panel.desk.dialog is dialog and panel.asked.of(Strip) == again


def test_faces_to_sort_that_take_long_say_how_long(panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    panel.sort()
    request = panel.asked.of(Strip)
    for passed, said in ((3, "about 57 s left"), (6, "about 54 s left")):
        now[0] = 100.0 + passed
        panel.asked.piece(request, passed // 3 - 1, flat(1), 20)
        assert panel.desk.dialog.left.text() == said
    panel.desk.dialog.sort(panel.desk.dialog.candidates[0], True)
    now[0] = 106.1
    panel.asked.piece(panel.asked.of(Strip), 0, flat(1), 19)  # most of it was drawn already
    assert panel.desk.dialog.left.text() == "about 28 s left"


def test_sorting_two_piles_makes_a_named_slider(session: Session, panel: Any) -> None:
    panel.sort()
    dialog = panel.desk.dialog
    dialog.name.setText("glasses")
    for number in range(2 * FEWEST):
        request = panel.asked.of(Strip)
        for index in range(len(request.recipes)):
            panel.asked.piece(request, index, flat(index), 20)
        assert not dialog.fit.isEnabled()
        dialog.sort(dialog.candidates[number % 20], number % 2 == 0)
    assert dialog.fit.isEnabled() and len(set(dialog.with_it.latents)) == FEWEST
    dialog._menu.actions()[0].setChecked(True)
    dialog.fit.click()
    request = panel.asked.of(Fit)
    assert (request.name, request.unchanged) == ("glasses", (entries()[0].direction,))
    assert set(request.with_it).isdisjoint(request.without_it)
    dialog.sort(dialog.candidates[0], True)  # while it is looked for
    found = Entry(Direction("glasses", Vector.of(np.ones(W_DIM))), "sorting", accuracy=0.97)
    panel.asked.done(request, found)
    assert names(panel)[0] == "glasses" and panel.rows[0].score.text() == "97%"
    assert "97 %" in dialog.message.text() and dialog.unfinished
    panel.rows[0].asked.emit("remove")
    assert "glasses" not in names(panel)


def test_a_direction_that_was_found_is_looked_for_again(panel: Any) -> None:
    panel.sort()
    request = Fit(FITTED, "a", (Latent(1),), (Latent(2),))
    for _ in range(2):
        panel.desk.dialog.wanted.emit(request)
        panel.asked.done(request, entries("sorting", 1, "a", 2)[0])
    assert len([each for each in panel.asked.requests if isinstance(each, Fit)]) == 2


def test_faces_leave_a_pile_again_and_failures_are_told(panel: Any) -> None:
    panel.sort()
    dialog = panel.desk.dialog
    panel.asked.piece(panel.asked.of(Strip), 0, flat(1), 20)
    dialog.sort(dialog.candidates[0], True)
    assert len(dialog.with_it.latents) == 1
    dialog.with_it._thumbnails[0].click()
    assert dialog.with_it.latents == []
    dialog.name.setText("x")
    dialog._fit()
    panel.asked.fail(panel.asked.of(Fit), "A direction needs at least 10 pictures on each pile.")
    assert "at least 10" in dialog.message.text()


def test_a_network_without_styles_has_what_its_first_layer_reacts_to(show: Any, qtbot: QtBot) -> None:
    panel, asked = show(DirectionsPanel, model_info(capabilities=PLAIN, num_layers=1))
    assert [type(request) for request in asked.requests] == [Sefa]
    asked.done(asked.of(Sefa), entries("sefa", 16, "SeFa"))
    grown(panel, qtbot)
    assert names(panel)[0] == "SeFa 1" and not panel.rows[0].layers.isVisible()
    assert panel.sorting.isEnabled()
    menu = DirectionMenu(panel.info, panel.shelf.view, False, panel)
    actions = {action.text(): action for action in menu.actions()}
    pca = actions["Principal components of W (PCA)"]
    assert not pca.isEnabled() and "equally" in pca.toolTip()
    assert not any("coarse" in text for text in actions)


def test_faces_to_sort_are_of_the_class_on_show(session: Session, show: Any) -> None:
    panel, asked = show(DirectionsPanel, model_info(classes=("boot", "bag")))
    session.apply(Recipe(label=1))
    panel.sort()
    faces = asked.of(Strip)
    assert {recipe.label for recipe in faces.recipes} == {1}
    dialog = panel.desk.dialog
    for at, latent in enumerate(recipe.latent for recipe in faces.recipes):
        (dialog.with_it if at % 2 else dialog.without_it).add(latent, None)
    dialog.name.setText("laces")
    dialog.fit.click()
    assert asked.of(Fit).label == 1
    panel.desk.close()


def test_the_menu_of_the_library_is_there_once(panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DirectionMenu, "popup", lambda *_: None)
    for _ in range(3):
        panel.library_chip.click()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(panel.findChildren(DirectionMenu)) == 1
