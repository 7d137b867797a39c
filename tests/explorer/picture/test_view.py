"""The picture: what its pills say of age, network and failure, and what A/B shows over a switch of networks."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QToolTip
from pytestqt.qtbot import QtBot

from explorer.controls import empty
from explorer.jobs import Frame
from explorer.picture import pills as picture_pills
from explorer.picture.compare import Mode
from explorer.picture.pills import TIPS
from explorer.picture.view import PictureView
from explorer.problem import Problem
from explorer.session import Session
from stylegan_core.info import Capabilities
from stylegan_core.recipe import Latent, Recipe, Vector
from tests.explorer.explore.panel_fakes import flat, model_info

ONE, OTHER = model_info(), model_info(name="other")
A, B = Recipe(psi=0.1), Recipe(psi=0.2)
REFUSED = Problem("A stored w has 8 numbers a layer, but this network takes 16.")


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Iterator[PictureView]:
    """A picture beside a session, as the window connects the two."""
    made = PictureView(session)
    qtbot.addWidget(made)
    session.model_changed.connect(lambda _: made.forget())
    session.set_model(ONE, "one.safetensors", A)
    yield made
    made._late.stop()


def frame(recipe: Recipe, red: int, model: str = ONE.hash, precision: str = "exact") -> Frame:
    return Frame(recipe, model, precision, flat(red), 0.01)


def red(view: PictureView) -> int:
    image = view.image
    assert isinstance(image, QImage)
    return image.pixelColor(2, 2).red()


def says(view: PictureView) -> str:
    return view._pills.precision.text


def test_the_picture_of_another_network_is_not_called_exact(session: Session, view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    assert says(view) == "exact · float32" and not view.stale
    session.set_model(OTHER, "other.safetensors")
    assert session.recipe == A and view.stale and view.foreign and says(view) == "of the network before · drawing"
    view.show_frame(frame(A, 20, OTHER.hash))
    assert says(view) == "exact · float32" and not view.stale and not view.foreign and red(view) == 20


def test_a_picture_that_is_long_in_coming_says_how_long(
    session: Session, view: PictureView, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SimpleNamespace(monotonic=lambda: seconds[0])
    seconds = [100.0]
    monkeypatch.setattr(picture_pills, "time", now)
    second = view._pills._second
    view.show_frame(frame(A, 10))
    assert not second.isActive()
    session.edit(psi=0.5)
    view.show_frame(frame(B, 20))  # what an earlier wish brings, while the last one waits
    for passed, said in ((1, "behind · drawing"), (4, "behind · drawing, 4 s"), (12, "behind · drawing, 12 s")):
        assert second.isActive()
        seconds[0] = 100.0 + passed
        second.timeout.emit()
        assert says(view) == said
    view.show_frame(frame(session.recipe, 30))
    assert says(view) == "exact · float32" and not second.isActive()


def test_a_picture_that_takes_over_ten_seconds_says_how_long_is_left(
    session: Session, view: PictureView, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(picture_pills, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    second = view._pills._second
    view.show_frame(replace(frame(A, 10), seconds=60.0))  # the first one, with its weights prepared
    view.show_frame(replace(frame(A, 10), seconds=30.0))
    view.show_frame(replace(frame(A, 10), seconds=0.2))  # of the last stages alone
    session.edit(psi=0.5)
    view._late.timeout.emit()
    for passed, said in ((1, "behind · drawing"), (5, "behind · about 25 s left"), (31, "behind · drawing, 31 s")):
        seconds[0] = 100.0 + passed
        second.timeout.emit()
        assert says(view) == said
    session.edit(psi=0.6)  # which begins anew
    second.timeout.emit()
    assert says(view) == "behind · about 30 s left"
    session.set_model(OTHER, "other.safetensors")  # nobody knows how long that one takes
    second.timeout.emit()
    assert says(view) == "of the network before · drawing, 31 s"


def test_an_exact_picture_that_was_its_own_draft_took_as_long_as_that(view: PictureView) -> None:
    view.show_frame(replace(frame(A, 10, precision="draft"), seconds=20.0))
    view.show_frame(replace(frame(A, 10), seconds=0.001))
    assert says(view) == "exact · float32" and view._pills.time.text == "20.0 s"
    view.show_frame(replace(frame(A, 10, precision="draft"), seconds=0.5, dtype="bfloat16"))
    view.show_frame(replace(frame(A, 10), seconds=2.0))
    assert view._pills.time.text == "2.0 s"


def test_while_there_is_no_picture_it_says_for_how_long(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(empty, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    view = PictureView(session)
    qtbot.addWidget(view)
    view.show_message("Drawing the first picture …")
    view.show()
    page = view.empty
    for passed, said in ((1, "Drawing the first picture …"), (12, "Drawing the first picture … 12 s")):
        assert page._second.isActive()
        seconds[0] = 100.0 + passed
        page._second.timeout.emit()
        assert page.sentence == said
    view.show_message("Something is wrong.", lost=True)
    page._second.timeout.emit()
    assert page.sentence == "Something is wrong."
    view.hide()
    assert not page._second.isActive()


def test_ab_that_is_held_over_a_switch_ends_with_the_new_network(session: Session, view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    session.apply(B)
    view.show_frame(frame(B, 20))
    view.compare(True)
    assert red(view) == 10 and says(view) == "exact · float32"
    session.set_model(OTHER, "other.safetensors")
    assert view.stale
    view.show_frame(frame(B, 30, OTHER.hash))
    view.compare(False)
    assert red(view) == 30 and not view.stale and view.frame is not None and view.frame.model_hash == OTHER.hash


def test_ab_shows_only_pictures_of_the_network_that_is_open(session: Session, view: PictureView) -> None:
    view.show_frame(frame(B, 10))
    session.set_model(OTHER, "other.safetensors", A)
    session.apply(B)
    view.compare(True)  # nothing of the new network was drawn yet
    assert view.stale and says(view) == "behind · drawing"
    view.compare(False)
    assert view.stale and says(view) == "behind · drawing"


def test_what_cannot_be_drawn_says_so_until_something_else_is_wanted(session: Session, view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    session.apply(B)
    view._late.timeout.emit()
    assert says(view) == "behind · drawing"
    view.show_failure(REFUSED)
    assert says(view) == "cannot be drawn" and view._pills.precision.toolTip() == REFUSED.sentence
    assert not view._late.isActive()
    session.edit(psi=0.3)
    assert says(view) == "behind · drawing" and view._pills.precision.toolTip() == TIPS["precision"]
    view.show_failure(REFUSED)
    session.undo()
    session.undo()  # to what is on screen: no new frame comes
    view._late.timeout.emit()
    assert says(view) == "exact · float32"


def test_a_frame_that_comes_after_all_ends_the_failure(session: Session, view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    session.apply(B)
    view.show_failure(REFUSED)
    view.show_frame(frame(B, 20, precision="draft"))
    assert says(view) == "draft · float32" and red(view) == 20


def test_a_failure_leaves_a_picture_alone_that_is_what_was_wanted(view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    view.show_failure(REFUSED)
    assert says(view) == "exact · float32"


@pytest.mark.parametrize("why", ["", "This face is locked.", "stored"])
def test_dragging_moves_the_face_or_says_why_not(
    qtbot: QtBot, session: Session, view: PictureView, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    view.resize(400, 400)
    view.show_frame(frame(A, 10))
    before = Latent(w=Vector.of(np.zeros(16, np.float32))) if why == "stored" else Latent(3)
    session.apply(Recipe(before))
    view.hold(why if why != "stored" else "")
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    for x in (230, 260):
        qtbot.mouseMove(view, QPoint(x, 200))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(260, 200))
    if why:
        assert session.recipe.latent == before and len(said) == 1 and why in said[0]
    else:
        assert session.recipe.latent.x < 0 and not said


@pytest.mark.parametrize("can", [True, False])
def test_with_shift_the_whole_picture_follows_the_hand_where_it_can(
    qtbot: QtBot, session: Session, view: PictureView, can: bool
) -> None:
    session.set_model(model_info(name="three", capabilities=Capabilities(transform=can)), "three.safetensors")
    view.resize(400, 400)
    view.show_frame(frame(A, 10))
    session.apply(start := Recipe(Latent(3)).with_transform(x=0.5, rotation=30))
    if can:
        view.hold("This face is locked.")  # and it stays that face
    shift, side = Qt.KeyboardModifier.ShiftModifier, view.picture_rect().width()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, shift, QPoint(200, 200))
    for x in (210, 180):
        qtbot.mouseMove(view, QPoint(x, 240))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(180, 240))
    moved = session.recipe.transform
    if can:
        assert (moved.x, moved.y) == (pytest.approx(0.5 - 20 / side, abs=1e-3), pytest.approx(40 / side, abs=1e-3))
        assert session.recipe.latent == Latent(3) and moved.rotation == 30
    else:
        assert moved == start.transform and session.recipe.latent.x > 0
    session.undo()
    assert session.recipe == start


def test_the_time_of_a_slow_picture_is_in_seconds(view: PictureView) -> None:
    for seconds, said in ((0.0123, "12.3 ms"), (0.9, "900 ms"), (0.9997, "1.0 s"), (23.546, "23.5 s")):
        view.show_frame(replace(frame(A, 10), seconds=seconds))
        assert view._pills.time.text == said


def test_where_there_is_no_picture_yet_the_page_says_why(view: PictureView) -> None:
    view.show_message("Waking up …")
    view.show_failure(REFUSED)
    assert [label.text() for label in view.empty.findChildren(QLabel)] == [REFUSED.sentence]
    view.show_frame(frame(A, 10))
    assert view.empty.isHidden()


def test_the_line_of_the_wipe_is_moved_by_keys_and_put_back_by_a_double_click(
    qtbot: QtBot, session: Session, view: PictureView
) -> None:
    view.resize(400, 400)
    view.show_frame(frame(A, 10))
    session.apply(B)
    view.show_frame(frame(B, 20))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.wipe.line == 0.5  # without a wipe there is no line
    view.set_mode(Mode.WIPE)
    for key, line in (("Left", 0.48), ("Right", 0.5), ("End", 1.0), ("Right", 1.0), ("Delete", 0.5), ("Home", 0.0)):
        qtbot.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
        assert view.wipe.line == pytest.approx(line)
    edge = view.picture_rect().topLeft().toPoint() + QPoint(3, 50)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=edge)
    assert view.wipe.line == 0.5 and session.recipe == B


def test_it_is_told_when_the_other_side_of_the_wipe_has_come(qtbot: QtBot, session: Session, view: PictureView) -> None:
    session.apply(B)
    view.show_frame(frame(B, 20))
    view.set_mode(Mode.WIPE)
    assert view.wipe.pinned is None
    with qtbot.waitSignal(view.marked):
        view.pin(QImage(8, 8, QImage.Format.Format_RGB888))


def test_where_the_picture_is_narrow_some_pills_are_left_out_and_none_lies_on_another(
    session: Session, view: PictureView
) -> None:
    view.show_frame(frame(A, 10))
    session.apply(B)
    view.show_frame(frame(B, 20))
    pills = view._pills
    every = (pills.precision, pills.time, pills.drag, pills.compare, pills.zoom)
    for size, seen in ((QSize(400, 420), 4), (QSize(340, 360), 3), (QSize(800, 800), 5)):
        view.resize(size)
        view._place_pills()
        shown = [pill for pill in every if pill.isVisibleTo(view)]
        boxes = [pill.geometry() for pill in shown]
        assert not any(one.intersects(other) for at, one in enumerate(boxes) for other in boxes[:at])
        assert len(shown) == seen and {pills.precision, pills.compare} <= {*shown}


def test_no_pill_comes_to_the_stage_however_long_the_picture_is_in_coming(session: Session, view: PictureView) -> None:
    view.show_frame(frame(A, 10))
    session.apply(B)
    view._mark()
    assert says(view) == "behind · drawing"
    view.set_bare(True)
    assert not view._pills._second.isActive() and not view._pills.precision.isVisibleTo(view)
