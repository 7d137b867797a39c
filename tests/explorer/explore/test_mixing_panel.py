"""The mixing panel: sources and weights of bands and layers, and the matrix."""

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from explorer.controls.recipe_drag import MIME
from explorer.explore.mixing import matrix
from explorer.explore.mixing.matrix import COLUMNS, OWNERS, ROWS
from explorer.explore.mixing.panel import FOREIGN, PROPOSED, MixingPanel, find_mix, put_mix
from explorer.jobs import Matrix, Sheet, Strip
from explorer.problem import Problem
from explorer.session import Session
from explorer.work import time_left
from stylegan_core.recipe import Latent, Mix, Recipe, Vector
from tests.explorer.explore.panel_fakes import PLAIN, W_DIM, flat, model_info


def test_dragging_a_weight_is_one_step(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    track = panel.rows["middle"].weight.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(10, 8))
    for x in range(10, 100, 10):
        qtbot.mouseMove(track, QPoint(x, 8))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(100, 8))
    (mix,) = session.recipe.mixes
    assert (mix.band, mix.source) == ("middle", panel.rows["middle"].source) and mix.weight > 0.3
    session.undo()
    assert session.recipe == Recipe() and not session.can_undo
    assert panel.rows["middle"].weight.value == 0


def test_a_source_that_is_taken_acts_at_once(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    panel.set_source("fine", Latent(7))
    assert session.recipe.mixes == (Mix(Latent(7), 1.0, "fine"),)
    panel.rows["fine"].weighed.emit(0.4)
    panel.set_source("fine", Latent(8))
    assert session.recipe.mixes == (Mix(Latent(8), 0.4, "fine"),)
    panel.rows["fine"].asked.emit("clear")
    assert session.recipe.mixes == () and panel.rows["fine"].source == Latent(8)


def test_a_new_seed_of_a_row_not_in_use_only_proposes(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    before = panel.rows["coarse"].source
    panel.rows["coarse"].new.click()
    assert session.recipe == Recipe() and panel.rows["coarse"].source != before


def test_a_face_of_another_network_is_refused_in_a_sentence(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    said: list[tuple[Problem, str]] = []
    panel.said.connect(lambda problem, tone: said.append((problem, tone)))
    before = panel.rows["fine"].source
    data = QMimeData()
    data.setData(MIME, Recipe(Latent(w=Vector.of([0.0] * 8))).to_json().encode())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.rows["fine"].dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert session.recipe == Recipe() and panel.rows["fine"].source == before
    assert said == [(Problem(FOREIGN), "bad")]


def test_a_source_that_the_next_network_cannot_draw_is_given_up(session: Session, show: Any) -> None:
    panel, asked = show(MixingPanel)
    stored = Latent(w=Vector.of([0.0] * W_DIM))
    panel.set_source("fine", stored)
    panel.set_source("coarse", Latent(7))
    session.set_model(model_info(name="narrow", w_dim=8), "narrow.safetensors")
    panel._rested()
    assert panel.rows["fine"].source == Latent(PROPOSED["fine"]) and panel.rows["coarse"].source == Latent(7)
    assert stored not in [recipe.latent for recipe in asked.of(Strip).recipes]
    panel.rows["fine"].weighed.emit(0.5)
    assert session.recipe.mix("fine") == Mix(Latent(PROPOSED["fine"]), 0.5, "fine")


def test_swap_and_swap_again_is_nothing(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    session.apply(Recipe(Latent(5), mixes=(Mix(Latent(9), 0.6, "coarse"),)))
    before = session.recipe
    panel.rows["coarse"].swap.click()
    assert session.recipe.latent == Latent(9) and session.recipe.mixes[0].source == Latent(5)
    panel.rows["coarse"].swap.click()
    assert session.recipe == before


def test_a_locked_row_is_left_alone(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    session.apply(Recipe(mixes=(Mix(Latent(1), 1.0, "coarse"), Mix(Latent(2), 1.0, "fine"))))
    panel.rows["coarse"].lock.setChecked(True)
    assert not panel.rows["coarse"].weight.isEnabled()
    panel.new_sources()
    assert session.recipe.mix("coarse").source == Latent(1)
    assert session.recipe.mix("fine").source != Latent(2)
    session.undo()
    assert session.recipe.mix("fine").source == Latent(2)


def test_a_face_is_dropped_on_a_row(session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel)
    data = QMimeData()
    data.setData(MIME, Recipe(Latent(77)).to_json().encode())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.rows["middle"].dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert session.recipe.mixes == (Mix(Latent(77), 1.0, "middle"),)


def test_a_picture_that_is_dropped_on_a_row_is_read_by_somebody_else(show: Any, tmp_path: Path) -> None:
    panel, _ = show(MixingPanel)
    chosen: list[tuple[object, str]] = []
    panel.picture_chosen.connect(lambda key, path: chosen.append((key, path)))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    panel.rows["coarse"].dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert chosen == [("coarse", str(tmp_path / "a.png"))]


def test_the_matrix_follows_what_is_changed_beside_it(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    first, cell = asked.of(Matrix), panel._dialog._cells[0]
    asked.piece(first, 0, flat(3), ROWS * COLUMNS)
    assert not cell._stale
    session.apply(replace(session.recipe, psi=-0.5))
    assert cell._stale
    qtbot.waitUntil(lambda: asked.of(Matrix) != first)
    assert {row.psi for row in asked.of(Matrix).rows} == {-0.5}
    assert [row.latent for row in asked.of(Matrix).rows] == [row.latent for row in first.rows]
    number = len(asked.requests)
    panel._dialog._choose(7)  # another face is no change of the matrix
    assert session.recipe.psi == -0.5 and not panel._dialog._rest.isActive() and len(asked.requests) == number


def test_single_layers_behind_the_disclosure(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(MixingPanel, model_info(16))
    assert 0 not in panel.rows
    panel.per_layer.click()
    qtbot.waitUntil(lambda: len(panel.rows) == 3 + 6 and not panel._unmade.isActive())
    panel.rows[4].weighed.emit(0.5)
    (mix,) = session.recipe.mixes
    assert (mix.band, mix.first, mix.last, mix.weight) == (None, 4, 4, 0.5)
    panel.per_layer.click()
    assert panel.per_layer.text() == "per layer 1"  # it acts, seen or not
    session.apply(replace(session.recipe, mixes=(mix, Mix(Latent(3), 1.0, None, 6, 6))))
    assert panel.per_layer.text() == "per layer 1"  # the other one is of a network with more layers
    session.undo()
    session.undo()
    assert panel.per_layer.text() == "per layer"


def test_bands_and_layers_live_side_by_side() -> None:
    recipe = put_mix(Recipe(), 3, Mix(Latent(3), 0.3, None, 3, 3))
    recipe = put_mix(recipe, "fine", Mix(Latent(1), 1.0, "fine"))
    recipe = put_mix(recipe, 1, Mix(Latent(2), 0.2, None, 1, 1))
    assert [mix.band or mix.first for mix in recipe.mixes] == ["fine", 1, 3]
    assert find_mix(recipe, 3).weight == 0.3 and find_mix(recipe, 0) is None
    assert put_mix(put_mix(recipe, 3, None), "fine", None).mixes == (Mix(Latent(2), 0.2, None, 1, 1),)


def test_sources_are_drawn_as_they_are(session: Session, show: Any) -> None:
    panel, asked = show(MixingPanel)
    request = asked.of(Strip)
    assert [recipe.latent for recipe in request.recipes] == [row.source for row in panel.rows.values()]
    for index in range(3):
        asked.piece(request, index, flat(5), 3)
    assert not any(row.thumbnail.empty for row in panel.rows.values())
    panel.rows["coarse"].new.click()
    panel._rested()
    assert asked.of(Strip).recipes[0].latent == panel.rows["coarse"].source


def test_the_matrix_fills_and_a_click_takes_a_cell(session: Session, show: Any) -> None:
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    dialog = panel._dialog
    assert dialog is not None
    request = asked.of(Matrix)
    assert (len(request.rows), len(request.columns), request.band) == (ROWS, COLUMNS, "coarse")
    for index in range(ROWS + COLUMNS):
        asked.piece(asked.of(Strip), index, flat(index, 16), ROWS + COLUMNS)
    for index in range(ROWS * COLUMNS):
        assert dialog.message.text().startswith("The pictures are being drawn, ")  # said that some cells were drafts
        asked.piece(request, index, flat(index, 16), ROWS * COLUMNS)
    assert not any(cell.empty for cell in dialog._cells)
    assert "Some cells are drafts" in dialog.message.text()
    asked.piece(request, 3, flat(200, 16), ROWS * COLUMNS)  # the exact one takes the place of the draft
    assert dialog._cells[3].pixmap.toImage().pixelColor(1, 1).red() == 200
    asked.done(request, ())
    asked.done(asked.of(Strip), ())
    assert "drafts" not in dialog.message.text()
    dialog._cells[COLUMNS + 2].click()
    assert session.recipe.latent == request.rows[1].latent
    assert session.recipe.mixes == (Mix(request.columns[2].latent, 1.0, "coarse"),)
    session.set_model(model_info(name="other"), "other.safetensors")
    assert panel._dialog is None


def test_a_matrix_that_takes_long_says_how_long_yet_and_marks_what_is_old(
    show: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time_left, "time", SimpleNamespace(monotonic=lambda: now[0]))
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    dialog = panel._dialog
    assert dialog is not None
    now[0] += 10.0
    for index in range(ROWS + COLUMNS):
        asked.piece(asked.of(Strip), index, flat(index, 16), ROWS + COLUMNS)
    assert dialog.message.text() == f"10 of 34 pictures drawn, about 24 s left. {matrix.GO_ON}"
    dialog._redraw(rows=[Latent(seed) for seed in range(ROWS)])
    assert all(edge.stale for edge in dialog._edges)
    now[0] += 17.0
    for index in range(ROWS + COLUMNS):
        asked.piece(asked.of(Strip), index, flat(index, 16), ROWS + COLUMNS)
    assert not any(edge.stale for edge in dialog._edges)
    assert dialog.message.text() == f"10 of 34 pictures drawn, about 41 s left. {matrix.GO_ON}"
    panel._dialog.close()


def test_a_matrix_whose_face_is_bent_while_it_is_drawn_begins_anew(session: Session, show: Any) -> None:
    """Nothing of it was up to date for a moment, and how long it takes yet was divided by that."""
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    dialog = panel._dialog
    assert dialog is not None
    asked.piece(asked.of(Strip), 0, flat(0, 16), ROWS + COLUMNS)
    session.edit(psi=0.3)
    asked.done(asked.of(Strip), ())
    assert dialog.message.text() == matrix.DRAWING + matrix.GO_ON
    dialog.close()


def test_a_change_of_the_matrix_begins_anew_and_closing_it_gives_it_up(show: Any) -> None:
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    dialog, first = panel._dialog, asked.of(Matrix)
    assert dialog is not None
    asked.done(asked.of(Strip), ())
    asked.done(first, ())
    dialog.band.chosen.emit(dialog.band.index)
    dialog._redraw(columns=[Latent(seed) for seed in range(COLUMNS)])
    second = asked.of(Matrix)
    assert second != first and "drafts" in dialog.message.text()
    asked.done(first, ())  # the answer to the older question
    assert "drafts" in dialog.message.text()
    wide = dialog.sizeHint().width()
    asked.fail(second, f"{'/folder' * 40}/matrix.png cannot be written.")
    assert dialog.message.text().endswith("cannot be written.") and dialog.sizeHint().width() == wide
    asked.dropped.clear()
    asked.panel.ask(second)
    dialog.export_to("matrix.png")
    dialog.close()
    assert set(asked.dropped) == set(OWNERS)


def test_every_picture_of_the_matrix_says_its_seeds(session: Session, show: Any) -> None:
    """They were nowhere, not even in a tooltip."""
    session.apply(Recipe(Latent(48213)))
    panel, _ = show(MixingPanel)
    panel.open_matrix()
    dialog = panel._dialog
    rows, columns = ([each.seed for each in latents] for latents in (dialog._rows, dialog._columns))
    assert [edge._caption for edge in dialog._edges] == [f"seed {seed}" for seed in rows + columns]
    assert dialog._edges[0].toolTip() == "Row 1: seed 48213."
    said = f"Row 2, column 3: seed {rows[1]} with the coarse layers of seed {columns[2]}"
    assert dialog._cells[COLUMNS + 2].toolTip() == said + "." and dialog._cells[COLUMNS + 2].accessibleName() == said
    dialog._redraw(columns=[Latent(seed) for seed in range(COLUMNS)])
    assert dialog._edges[ROWS].toolTip() == "Column 1: seed 0."


def test_the_matrix_is_exported_with_its_recipes_at_full_size(
    show: Any, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    dialog, cells = panel._dialog, asked.of(Matrix)
    dialog.export_to("matrix.png")
    request = asked.of(Sheet)
    assert (request.path, request.side, request.columns, request.base) == ("matrix.png", 0, COLUMNS + 1, cells.rows[0])
    assert request.recipes[: COLUMNS + 2] == (None, *cells.columns, cells.rows[0])
    assert request.recipes[COLUMNS + 2] == cells.rows[0].with_mix("coarse", Mix(cells.columns[0].latent, 1.0, "coarse"))
    assert request.captions[0] == "coarse layers\nof the column"
    assert request.captions[COLUMNS + 1] == f"seed {cells.rows[0].latent.seed}" and request.captions[COLUMNS + 2] == ""
    now[0] = 7.0
    asked.piece(request, 6, None, 35)
    assert dialog.message.text() == "7 of 35 pictures drawn, about 28 s left."
    asked.done(request, "matrix.png")
    assert dialog.message.text() == "Saved matrix.png."
    dialog.export_to("matrix.png")  # the same once more
    assert len([each for each in asked.requests if isinstance(each, Sheet)]) == 2
    asked.fail(request, "matrix.png cannot be written: choose another folder.")
    assert "choose another folder" in dialog.message.text()
    dialog.export_to("matrix.png")
    asked.dropped.clear()
    assert dialog.export.text() == "Cancel"
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert asked.dropped == [OWNERS[-1]] and dialog.message.text() == "The export was given up."
    assert dialog.export.text() == "Export…"


def test_a_network_without_styles_says_why(show: Any) -> None:
    panel, asked = show(MixingPanel, model_info(capabilities=PLAIN))
    assert not panel.matrix.isEnabled() and "no per-layer styles" in panel.rows["coarse"].weight.toolTip()
    assert asked.requests == []


@pytest.mark.parametrize(("resolution", "there"), [(8, False), (16, True), (1024, True)])
def test_a_band_a_network_lacks_is_off(show: Any, resolution: int, there: bool) -> None:
    panel, _ = show(MixingPanel, model_info(resolution))
    assert panel.rows["middle"].weight.isEnabled() == there


def test_the_band_that_is_chosen_already_is_drawn_again(show: Any) -> None:
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    first = asked.of(Matrix)
    asked.done(first, None)
    number = len(asked.requests)
    panel._dialog.band.chosen.emit(panel._dialog.band.index)
    assert len(asked.requests) == number + 1 and asked.of(Matrix) == first
    asked.piece(first, 3, flat(3), ROWS * COLUMNS)
    assert not panel._dialog._cells[3]._stale


def test_an_export_of_the_matrix_is_named_before_the_window_closes(show: Any, tmp_path: Path) -> None:
    panel, asked = show(MixingPanel)
    assert panel.unfinished == []
    panel.open_matrix()
    assert panel.unfinished == []
    panel._dialog.export_to(str(tmp_path / "matrix.png"))
    assert panel.unfinished == ["the export of the matrix"]
    asked.done(asked.of(Sheet), str(tmp_path / "matrix.png"))
    assert panel.unfinished == []


def test_small_pictures_are_drawn_for_the_pixels_of_the_screen(show: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    panel, asked = show(MixingPanel)
    panel.open_matrix()
    before = asked.requests[-3:]
    assert {request.owner for request in before} == {"mixing.sources", *OWNERS[:2]}
    monkeypatch.setattr(panel, "devicePixelRatioF", lambda: 2.0)
    panel.refresh()
    panel._dialog.start()
    assert [request.size for request in asked.requests[-3:]] == [2 * request.size for request in before]
    asked.piece(asked.requests[-3], 0, flat(9), 3)
    assert not panel.rows["coarse"].thumbnail.empty
