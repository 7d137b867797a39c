"""The latent panel: seeds, the pad, the walk; one gesture is one step of undo."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.explore.latent.panel import LatentPanel
from explorer.jobs import Piece, Strip
from explorer.main_window import LEFT_WIDTH
from explorer.session import Session
from stylegan_core.recipe import FARTHEST, SEEDS, Latent, Recipe, Vector
from tests.explorer.explore.panel_fakes import flat, model_info

LEFT = Qt.MouseButton.LeftButton


def steps(session: Session) -> int:
    """Undoes everything; how many steps that took."""
    count = 0
    while session.can_undo:
        session.undo()
        count += 1
    return count


def test_a_typed_seed_is_one_step(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    panel.seed.setFocus()
    panel.seed.selectAll()
    qtbot.keyClicks(panel.seed, "48 213")
    qtbot.keyClick(panel.seed, Qt.Key.Key_Return)
    assert session.recipe.latent == Latent(48213)
    qtbot.keyClick(panel.seed, Qt.Key.Key_Up)
    assert session.recipe.latent == Latent(48214)
    assert steps(session) == 2 and session.recipe.latent == Latent(0)


def test_after_a_seed_the_pad_has_the_keys(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        panel.seed.setFocus()
        panel.seed.selectAll()
        qtbot.keyClicks(panel.seed, "48 213")
        qtbot.keyClick(panel.seed, key)
        assert panel.pad.hasFocus() and panel.seed.text() == "seed 48213"


def test_seeds_go_round_at_two_to_the_thirty_two(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    qtbot.keyClick(panel.seed, Qt.Key.Key_Down)
    assert session.recipe.latent == Latent(SEEDS - 1)
    panel.seed.setFocus()
    panel.seed.selectAll()
    qtbot.keyClicks(panel.seed, "3000000000")
    qtbot.keyClick(panel.seed, Qt.Key.Key_Return)
    assert session.recipe.latent == Latent(3_000_000_000)


def test_a_held_key_of_the_seed_is_one_step_after_a_rest(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    committed: list[Recipe] = []
    session.committed.connect(committed.append)
    for _ in range(5):
        qtbot.keyClick(panel.seed, Qt.Key.Key_Up)
    assert session.recipe.latent == Latent(5) and committed == []
    assert panel.seed._rest.isActive() and panel.seed._rest.interval() == 400
    panel.seed._rest.timeout.emit()
    assert committed == [Recipe(Latent(5))] and steps(session) == 1


@pytest.mark.parametrize("latent", [Latent(7, 0.4, -0.3), Latent(48213, 0.4, 0.3), Latent(4294967295, -12.25, 3.5)])
def test_the_words_of_a_seed_fit_into_its_field(session: Session, show: Any, latent: Latent) -> None:
    panel, _ = show(LatentPanel)
    panel.setFixedWidth(LEFT_WIDTH - 2 * 14 - 10)
    panel.layout().activate()
    session.edit(latent=latent)
    field = panel.seed
    assert str(latent.seed) in field.text() and f"{latent.x:+.0f}"[0] in field.text()
    assert field.fontMetrics().horizontalAdvance(field.text()) <= field._room() < field.width()


def test_a_drag_on_the_pad_is_one_step(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    centre = panel.pad.rect().center()
    qtbot.mousePress(panel.pad, LEFT, pos=centre)
    for number in range(1, 9):
        qtbot.mouseMove(panel.pad, centre + QPoint(4 * number, 2 * number))
    qtbot.mouseRelease(panel.pad, LEFT, pos=centre + QPoint(32, 16))
    latent = session.recipe.latent
    assert (latent.seed, latent.x, latent.y) == (0, pytest.approx(0.5, abs=0.02), pytest.approx(0.25, abs=0.02))
    assert steps(session) == 1


def test_a_click_near_a_seed_goes_to_it_and_a_double_click_back(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    beside = panel.pad.rect().center() + QPoint(64 + 10, 5)
    qtbot.mouseClick(panel.pad, LEFT, pos=beside)
    assert (session.recipe.latent.x, session.recipe.latent.y) == (1, 0)
    panel.snap.click()
    assert session.recipe.latent == Latent(1)
    qtbot.mouseClick(panel.pad, LEFT, pos=beside)
    qtbot.mouseDClick(panel.pad, LEFT, pos=beside)
    assert session.recipe.latent == Latent(1) and steps(session) == 2  # the first half of the double-click is none


def test_the_pad_obeys_the_keys(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    for _ in range(3):
        qtbot.keyClick(panel.pad, Qt.Key.Key_Right)
    qtbot.keyClick(panel.pad, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (session.recipe.latent.x, session.recipe.latent.y) == (pytest.approx(0.15), 1.0)
    qtbot.waitUntil(lambda: session.committed_recipe == session.recipe)
    assert steps(session) == 1


def test_the_map_follows_a_point_that_leaves_it(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    session.edit(latent=Latent(0, 7.0, -4.0))
    place = panel.pad._place(7.0, -4.0)
    assert panel.pad.rect().contains(place.toPoint())
    assert 7 - 400 in [seed - 2**32 if seed > 2**31 else seed for seed in panel.pad.missing()]


def test_the_pad_asks_for_the_seeds_in_sight_once(session: Session, show: Any) -> None:
    panel, asked = show(LatentPanel)
    request = asked.of(Strip)
    seeds = [recipe.latent.seed for recipe in request.recipes]
    assert seeds[0] == 0 and {1, 100, 2**32 - 1} <= set(seeds)
    for index in range(len(seeds)):
        asked.piece(request, index, flat(9), len(seeds))
    assert panel.pad.missing() == []
    asked.requests.clear()
    panel._rested()
    assert asked.requests == []


def test_pictures_of_another_model_are_not_shown(session: Session, show: Any) -> None:
    panel, asked = show(LatentPanel)
    old = asked.of(Strip)
    session.set_model(model_info(name="other"), "other.safetensors")
    panel.job_done(Piece(old, "small".ljust(64, "0"), 0, 1, flat(1)))
    assert 0 in panel.pad.missing()


def test_a_walk_is_one_step_when_it_stops(session: Session, show: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    panel, _ = show(LatentPanel)
    clock = [10.0]
    monkeypatch.setattr("explorer.explore.latent.panel.time.perf_counter", lambda: clock[0])
    panel.walk.set_value(2.0)
    panel.walk.changing.emit(2.0)
    for _ in range(5):
        clock[0] += 0.05
        panel._step()
    assert session.recipe.latent.x == pytest.approx(0.5)
    panel.stop_walk()
    assert not panel._timer.isActive()
    assert steps(session) == 1 and session.recipe == Recipe()


def test_a_walk_ends_where_no_recipe_could_be_read_again(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    session.apply(Recipe(Latent(x=FARTHEST)))
    panel.toggle_walk()
    panel._stepped -= 1.0
    panel._step()
    panel.stop_walk()
    assert Recipe.from_json(session.recipe.to_json()) == session.recipe


def test_undo_stops_a_walk(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    panel.toggle_walk()
    panel._step()
    session.edit(latent=Latent(5))
    assert not panel._timer.isActive() and panel.walk.value == 0
    assert session.recipe.latent == Latent(5)


def test_a_locked_face_stays(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    panel.lock.setChecked(True)
    panel.new_face()
    panel.snap_to_seed()
    panel.toggle_walk()
    qtbot.mouseClick(panel.pad, LEFT, pos=QPoint(20, 20))
    assert session.recipe == Recipe() and not panel.new.isEnabled()
    panel.lock.setChecked(False)
    panel.new_face()
    assert session.recipe.latent != Latent()


def test_a_stored_face_has_no_place_on_the_map(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    session.apply(Recipe(Latent(3, w=Vector.of([0.0] * 16))))
    assert "stored" in panel.seed.text() and panel.snap.isEnabled()
    panel.toggle_walk()  # would go on from the face of a seed, which nobody sees
    assert not panel._timer.isActive() and "stored" in panel.walk.toolTip()
    panel.snap.click()
    assert session.recipe.latent == Latent(3) and panel.walk.isEnabled()


def test_classes_appear_where_the_network_has_them(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel, model_info(classes=("boot", "bag")))
    assert panel.classes.isVisible()
    assert [panel.classes.itemText(at) for at in range(panel.classes.count())] == ["boot", "bag"]
    assert panel.classes.currentText() == "boot"  # what a recipe without a label is drawn as
    panel.classes.activated.emit(1)
    assert session.recipe.label == 1 and panel.classes.currentText() == "bag"
    session.undo()
    assert session.recipe.label is None and panel.classes.currentText() == "boot"
    session.set_model(model_info(name="other"), "other.safetensors")
    assert not panel.classes.isVisible()
