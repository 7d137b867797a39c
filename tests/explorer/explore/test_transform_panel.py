"""The transform panel: there for networks that can be moved, three sliders, one step of undo a gesture."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from explorer.explore.transform import TransformPanel
from explorer.fitting import fitted
from explorer.session import Session
from stylegan_core.info import REASONS, Capabilities
from stylegan_core.recipe import Latent, Recipe, Transform
from tests.explorer.explore.panel_fakes import model_info

R = model_info(name="r", capabilities=Capabilities(transform=True, rotation=True))
T = model_info(name="t", capabilities=Capabilities(transform=True))


def test_it_is_there_only_where_a_picture_can_be_moved(session: Session, show: Any) -> None:
    panel, _ = show(TransformPanel)
    command = next(each for each in panel.actions() if each.text() == "Reset the transform")
    assert panel.isHidden() and not command.isEnabled() and command.toolTip() == REASONS["transform"]
    session.edit_recipe(moved := Recipe().with_transform(x=0.5))
    session.set_model(R, "r.safetensors")
    assert panel.isVisible() and command.isEnabled() and session.recipe == moved and panel.sliders["x"].value == 0.5
    session.set_model(model_info(), "small.safetensors")
    assert panel.isHidden() and session.recipe == moved


def test_a_drag_is_one_step_of_undo(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(TransformPanel, R)
    for field in ("x", "y", "rotation"):
        track = panel.sliders[field].track
        qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, 8))
        for x in range(track.width() // 2, track.width() - 10, 10):
            qtbot.mouseMove(track, QPoint(x, 8))
        qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 10, 8))
        assert getattr(session.recipe.transform, field) > 0
    for field in ("rotation", "y", "x"):
        session.undo()
        assert getattr(session.recipe.transform, field) == panel.sliders[field].value == 0
    assert session.recipe == Recipe()


def test_more_than_a_turn_can_be_typed_and_all_is_put_back_at_once(qtbot: QtBot, session: Session, show: Any) -> None:
    panel, _ = show(TransformPanel, R)
    assert panel.reset.isHidden()
    number = panel.sliders["rotation"].number
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "-720,5")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    panel.move_to(0.1, -0.2)
    session.commit()
    assert session.recipe.transform == Transform(0.1, -0.2, -720.5) and panel.reset.isVisible()
    panel.reset.click()
    assert session.recipe == Recipe() and panel.reset.isHidden()
    session.undo()
    assert session.recipe.transform == Transform(0.1, -0.2, -720.5)


def test_a_network_that_turns_no_detail_says_so(session: Session, show: Any) -> None:
    panel, _ = show(TransformPanel, T)
    assert panel.note.isVisible() and " ".join(panel.note.text().split()) == REASONS["rotation"]
    session.set_model(R, "r.safetensors")
    assert panel.note.isHidden()


def test_what_another_network_leaves_out_is_told_and_kept() -> None:
    moved = Recipe(Latent(3)).with_transform(y=0.5)
    kept, said = fitted(moved, model_info())
    assert kept == moved
    assert said.endswith("small leaves out its transform, which it cannot draw.")
    assert fitted(moved, T) == (moved, "") and fitted(Recipe(), model_info())[1] == ""
