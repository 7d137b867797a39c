"""Drag points in the whole window: its key, a real drag, what gives way to what, and the renderer's real network."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.engine import Engine
from explorer.explore.latent.panel import LatentPanel
from explorer.jobs import DragSearch, Piece, Strip
from explorer.picture.compare import Mode
from explorer.renderer.backend import TorchBackend
from stylegan_core.latents.drag import Dragged, Handle
from stylegan_core.latents.region import Region
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend
from tests.explorer.whole_window import Make, drawn, model_file

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def explorer(start: Make, qtbot: QtBot) -> Explorer:
    """A window that drags points."""
    made = start()
    drawn(made, qtbot)
    made.window.show_workspace(0)
    qtbot.keyClick(made.picture, Qt.Key.Key_D)
    assert made.drag.on and made.actions["drag"].isChecked()
    return made


def place(explorer: Explorer, x: float, y: float) -> QPoint:
    box = explorer.picture.picture_rect()
    return QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height()))


def pull(explorer: Explorer, qtbot: QtBot, let_go: bool = True) -> None:
    canvas = explorer.drag.canvas
    qtbot.mousePress(canvas, LEFT, pos=place(explorer, 0.3, 0.5))
    qtbot.mouseMove(canvas, place(explorer, 0.5, 0.5))
    if let_go:
        qtbot.mouseRelease(canvas, LEFT, pos=place(explorer, 0.5, 0.5))


def test_a_drag_is_followed_to_its_end_and_taken_back_at_once(explorer: Explorer, qtbot: QtBot) -> None:
    assert not explorer.hint.isVisible() and not explorer.settings.value.hint_seen  # it covered what dragging says
    first = explorer.session.recipe
    pull(explorer, qtbot)
    qtbot.waitUntil(lambda: explorer.session.committed_recipe != first)
    drawn(explorer, qtbot)
    assert explorer.session.recipe.latent.w is not None and not explorer.drag.searching
    explorer.actions["undo"].trigger()
    drawn(explorer, qtbot)
    assert explorer.session.recipe == first and not explorer.session.can_undo


def test_the_face_of_the_network_before_takes_no_handle_and_no_place(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)
    own = explorer.picture.frame
    assert own is not None
    explorer.picture.show_frame(replace(own, model_hash="0" * 64))
    explorer.drag.canvas.added.emit(0.3, 0.5)
    explorer.places.chosen.emit(Region(0.2, 0.2, 0.6, 0.6))
    assert not explorer.drag.handles and not explorer.channels.finder.search.owners
    explorer.picture.show_frame(own)
    explorer.drag.canvas.added.emit(0.3, 0.5)
    assert len(explorer.drag.handles) == 1


def test_the_key_and_escape_leave_it_and_the_picture_is_dragged_as_before(explorer: Explorer, qtbot: QtBot) -> None:
    qtbot.keyClick(explorer.drag.canvas, Qt.Key.Key_Escape)
    assert not explorer.drag.on and not explorer.actions["drag"].isChecked()
    where = place(explorer, 0.5, 0.5)
    qtbot.mousePress(explorer.picture, LEFT, pos=where)
    qtbot.mouseMove(explorer.picture, where + QPoint(60, 0))
    qtbot.mouseRelease(explorer.picture, LEFT, pos=where + QPoint(60, 0))
    assert explorer.session.recipe.latent.x != 0 and explorer.session.recipe.latent.w is None
    explorer.picture.drag_asked.emit()
    assert explorer.drag.on
    qtbot.keyClick(explorer.drag.canvas, Qt.Key.Key_D)
    assert not explorer.drag.on


def test_what_lies_over_the_picture_is_clicked_and_gets_no_handle(explorer: Explorer, qtbot: QtBot) -> None:
    """In a low window the pills lie on the picture, and a click on one put a handle there."""
    explorer.window.resize(1280, 720)
    pills = explorer.picture._pills
    qtbot.waitUntil(lambda: explorer.picture.picture_rect().contains(QPointF(pills.zoom.geometry().center())))
    for pill in (pills.zoom, pills.drag):
        assert explorer.picture.childAt(pill.geometry().center()) is pill
    bar = explorer.drag.bar
    assert explorer.picture.childAt(bar.leave.geometry().center()) is bar.leave


def test_the_words_stay_with_the_picture_when_it_is_enlarged_in_another_way(explorer: Explorer) -> None:
    explorer.window.resize(1700, 1040)
    picture, bar = explorer.picture, explorer.drag.bar
    for _ in range(2):
        picture.set_smooth(not picture.smooth)
        box = picture.picture_rect()
        assert bar.words.x() in (round(box.left()), round(box.left()) + 8)
        assert bar.leave.geometry().right() + 1 in (round(box.right()), round(box.right()) - 8)


def test_escape_leaves_it_wherever_the_hand_was_last(explorer: Explorer, qtbot: QtBot) -> None:
    """It did only while the picture had the focus, whatever the pill said."""
    explorer.latent.walk.setFocus()
    qtbot.keyClick(explorer.latent.walk, Qt.Key.Key_Escape)
    assert not explorer.drag.on


def test_another_model_ends_the_search(explorer: Explorer, qtbot: QtBot, window_home: Path) -> None:
    pull(explorer, qtbot, let_go=False)
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")
    assert not explorer.drag.searching and explorer.drag.handles == ()
    drawn(explorer, qtbot)


def test_a_walk_and_a_search_give_way_to_each_other(explorer: Explorer, qtbot: QtBot) -> None:
    latent = next(panel for panel in explorer.panels if isinstance(panel, LatentPanel))
    latent.toggle_walk()
    pull(explorer, qtbot)
    assert not latent._timer.isActive() and explorer.drag.searching
    latent.toggle_walk()
    assert latent._timer.isActive() and not explorer.drag.searching
    latent.stop_walk()


def test_a_wipe_and_handles_are_not_there_at_once(explorer: Explorer, qtbot: QtBot) -> None:
    pull(explorer, qtbot)
    qtbot.waitUntil(lambda: explorer.session.can_undo and not explorer.drag.searching)
    explorer.actions["wipe"].trigger()
    assert explorer.picture.wipe.mode is Mode.WIPE and not explorer.drag.on
    explorer.actions["drag"].trigger()
    assert explorer.picture.wipe.mode is Mode.OFF and explorer.drag.on


def test_another_page_ends_the_search(explorer: Explorer, qtbot: QtBot) -> None:
    pull(explorer, qtbot)
    explorer.window.show_workspace(1)
    assert not explorer.drag.searching
    assert explorer.session.recipe == explorer.session.committed_recipe


def test_on_the_stage_there_is_neither_handle_nor_pill(explorer: Explorer, qtbot: QtBot) -> None:
    pull(explorer, qtbot)
    assert explorer.picture._pills.drag.isVisible()
    explorer.presenting.begin()
    assert not explorer.drag.on and not explorer.drag.searching
    assert not explorer.picture._pills.drag.isVisible()
    explorer.presenting.leave()
    assert explorer.picture._pills.drag.isVisibleTo(explorer.picture)


def test_a_search_goes_on_while_the_picture_moves_and_other_jobs_wait(qtbot: QtBot) -> None:
    backend = FakeBackend()
    engine = Engine(lambda: backend)
    answers: list[object] = []
    engine.answered.connect(lambda answer: answers.append(answer.request.owner))
    engine.start()
    try:
        with qtbot.waitSignal(engine.loaded):
            engine.load("one.safetensors")
        engine._rest.setInterval(60_000)
        engine.request(Recipe(psi=0.1), settled=False)
        engine.run(Strip("vary", (Recipe(),), 8))
        engine.run(DragSearch("drag", Recipe(), (Handle.at(0.1, 0.1).aimed(0.5, 0.5),)))
        qtbot.waitUntil(lambda: len(answers) == 5)
        assert set(answers) == {"drag"}
        engine._rested()
        qtbot.waitUntil(lambda: "vary" in answers)
    finally:
        engine.stop()


def test_the_renderer_searches_in_a_real_network(qtbot: QtBot, small_model: Path) -> None:
    engine = Engine(TorchBackend)
    pieces: list[Piece] = []
    engine.answered.connect(lambda answer: pieces.append(answer) if isinstance(answer, Piece) else None)
    engine.start()
    try:
        with qtbot.waitSignal(engine.loaded):
            engine.load(str(small_model))
        request = DragSearch("drag", Recipe(), (Handle.at(0.3, 0.3).aimed(0.6, 0.5),))
        engine.run(request)
        qtbot.waitUntil(lambda: len(pieces) > 1)
        assert isinstance(pieces[0].value, Dragged)
        with qtbot.waitSignal(engine.rendered) as drawn_one:
            engine.request(pieces[0].value.recipe, settled=True)
        assert drawn_one.args[0].recipe == pieces[0].value.recipe
    finally:
        engine.stop()
