"""Drag points in the window: a press puts a handle, a drag asks for a search and steers it, letting go is one step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from explorer.jobs import DragSearch, Piece
from explorer.picture.drag_points import DragPoints
from explorer.problem import Problem
from explorer.session import Session
from stylegan_core.info import Capabilities
from stylegan_core.latents.drag import Dragged
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.explore.panel_fakes import Asked, model_info
from tests.explorer.fake_backend import dragged

BOX = QRectF(50, 40, 200, 200)
LEFT, NONE, SHIFT, CONTROL = (
    Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
Key = Qt.Key


class Hand:
    """A picture with handles over it, a mouse, and somebody who answers."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        self.qtbot, self.session = qtbot, session
        self.picture = QWidget()
        qtbot.addWidget(self.picture)
        self.picture.resize(320, 300)
        self.drag = DragPoints(session, lambda: BOX, self.picture)
        self.asked = Asked(self.drag)
        self.picture.show()
        session.set_model(model_info(), "small.safetensors", Recipe(Latent(7)))
        self.drag.set_on(True)
        QApplication.processEvents()
        self.steps: Any = iter(())

    @property
    def undo_steps(self) -> int:
        return len(self.session._done)

    @property
    def words(self) -> str:
        return self.drag.bar.words.text

    def at(self, x: float, y: float) -> QPoint:
        return QPoint(round(BOX.left() + x * BOX.width()), round(BOX.top() + y * BOX.height()))

    def press(self, x: float, y: float, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.mousePress(self.drag.canvas, LEFT, modifier, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        self.qtbot.mouseMove(self.drag.canvas, self.at(x, y))

    def let_go(self, x: float, y: float) -> None:
        self.qtbot.mouseRelease(self.drag.canvas, LEFT, NONE, self.at(x, y))

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.drag.canvas, key, modifier)

    def pull(self) -> None:
        """Puts a handle and drags it to the right."""
        self.press(0.3, 0.5)
        self.move(0.5, 0.5)

    def answer(self) -> None:
        """One step of the newest search, or its end."""
        request = self.asked.of(DragSearch)
        if getattr(self, "request", None) is not request:
            self.request, self.steps = request, dragged(request)
        try:
            index, total, value = next(self.steps)
        except StopIteration as end:
            self.asked.done(request, end.value)
        else:
            self.asked.piece(request, index, value, total)

    def answer_all(self) -> None:
        while self.drag.searching:
            self.answer()


@pytest.fixture
def hand(session: Session, qtbot: QtBot) -> Hand:
    return Hand(session, qtbot)


def test_press_drag_and_release_are_a_search_and_one_step_of_undo(hand: Hand) -> None:
    before = hand.undo_steps
    assert hand.words == "Press on the face and drag"
    hand.press(0.3, 0.5)
    assert len(hand.drag.handles) == 1 and not hand.asked.requests and hand.words == "Drag the handle"
    hand.move(0.5, 0.5)
    request = hand.asked.of(DragSearch)
    (handle,) = request.handles
    assert request.origin == Recipe(Latent(7)) and request.since is None and request.keep
    assert (handle.x, handle.y, handle.to_x, handle.to_y) == pytest.approx((0.3, 0.5, 0.5, 0.5))
    hand.answer()
    assert hand.session.recipe.latent.w is not None and hand.undo_steps == before
    assert hand.drag.handles[0].x == pytest.approx(0.4)
    hand.let_go(0.5, 0.5)
    assert hand.drag.searching and hand.words == "following · 10 % to go"
    hand.answer_all()
    assert hand.undo_steps == before + 1 and hand.words == "there"
    hand.session.undo()
    assert hand.session.recipe == Recipe(Latent(7))
    assert (hand.drag.handles[0].x, hand.drag.handles[0].to_x) == pytest.approx((0.3, 0.3))
    hand.session.redo()
    assert hand.drag.handles[0].to_x == pytest.approx(0.5)


def test_a_hand_that_moves_on_steers_the_search_at_its_next_step(hand: Hand) -> None:
    hand.pull()
    first = hand.asked.of(DragSearch)
    hand.move(0.6, 0.5)
    hand.move(0.7, 0.5)
    assert hand.asked.requests == [first]  # nothing is asked before the first step has come
    hand.answer()
    steered = hand.asked.of(DragSearch)
    assert steered is not first and steered.handles[0].to_x == pytest.approx(0.7)
    assert isinstance(steered.since, Dragged) and steered.origin == first.origin
    hand.asked.piece(first, 1, list(dragged(first))[3][2])  # what the older search says goes by
    assert hand.drag.handles[0].x == pytest.approx(0.4)


def test_a_target_can_be_moved_again_before_the_hand_lets_go(hand: Hand) -> None:
    hand.pull()
    before = hand.undo_steps
    hand.answer_all()
    assert not hand.drag.searching and hand.undo_steps == before
    hand.move(0.6, 0.4)
    assert hand.drag.searching and hand.asked.of(DragSearch).since is not None
    hand.answer_all()
    hand.let_go(0.6, 0.4)
    assert hand.undo_steps == before + 1


def test_a_hand_that_only_holds_the_handle_when_the_face_gets_there_ends_the_gesture(hand: Hand) -> None:
    """The next gesture of another panel became one step of undo with it, and the face between was lost."""
    hand.pull()
    hand.let_go(0.5, 0.5)
    hand.answer()
    before = hand.undo_steps
    hand.press(0.5, 0.5)
    hand.answer_all()
    hand.let_go(0.5, 0.5)
    assert hand.undo_steps == before + 1 and hand.session.recipe == hand.session.committed_recipe


def test_a_dialog_that_comes_between_lets_the_hand_go(hand: Hand) -> None:
    """It gets the release of the button; the gesture went on for ever."""
    hand.pull()
    before = hand.undo_steps
    QApplication.sendEvent(hand.drag.canvas, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    assert hand.drag.searching and not hand.drag.canvas.dragging
    hand.answer_all()
    assert hand.undo_steps == before + 1


def test_a_newer_snapshot_leaves_a_step_of_undo_where_the_face_has_come_to(hand: Hand) -> None:
    hand.pull()
    hand.answer()
    reached = hand.session.recipe
    assert reached.latent.w is not None
    hand.session.set_newer(model_info(name="newer", w_dim=reached.latent.w.shape[-1]), "newer.safetensors")
    assert not hand.drag.searching and hand.session.committed_recipe == reached


def test_a_second_handle_is_a_step_of_its_own_and_the_first_holds(hand: Hand) -> None:
    hand.pull()
    hand.let_go(0.5, 0.5)
    hand.answer_all()
    before, shown = hand.undo_steps, hand.session.recipe
    hand.press(0.7, 0.7)
    hand.move(0.8, 0.8)
    request = hand.asked.of(DragSearch)
    assert request.origin == shown and request.since is None and len(request.handles) == 2
    assert request.handles[0].from_x == pytest.approx(request.handles[0].x)
    hand.let_go(0.8, 0.8)
    hand.answer_all()
    assert hand.undo_steps == before + 1


def test_a_press_elsewhere_ends_what_was_still_followed(hand: Hand) -> None:
    hand.pull()
    hand.let_go(0.5, 0.5)
    hand.answer()
    before = hand.undo_steps
    hand.press(0.8, 0.8)
    assert not hand.drag.searching and hand.undo_steps == before + 1 and hand.asked.dropped == ["drag.search"]
    hand.answer()  # comes too late
    assert hand.session.recipe == hand.session.committed_recipe


def test_keys_do_everything(hand: Hand, qtbot: QtBot) -> None:
    hand.key(Key.Key_Insert)
    hand.key(Key.Key_Left, CONTROL)
    assert hand.drag.handles[0].x == pytest.approx(0.49) and not hand.asked.requests
    hand.key(Key.Key_Right)
    hand.key(Key.Key_Down, SHIFT)
    hand.answer()
    (handle,) = hand.asked.of(DragSearch).handles
    assert (handle.to_x, handle.to_y) == pytest.approx((0.5, 0.55))
    before = hand.undo_steps
    hand.answer_all()
    assert hand.undo_steps == before
    qtbot.waitUntil(lambda: hand.undo_steps == before + 1)
    hand.key(Key.Key_Insert)
    assert hand.drag.canvas.chosen == 1
    hand.key(Key.Key_PageDown)
    assert hand.drag.canvas.chosen == 0
    hand.key(Key.Key_Delete)
    assert len(hand.drag.handles) == 1
    hand.key(Key.Key_Escape)
    assert not hand.drag.on and hand.drag.handles == ()


def test_escape_keeps_what_was_reached_as_one_step(hand: Hand) -> None:
    hand.pull()
    hand.answer()
    before, reached = hand.undo_steps, hand.session.recipe
    hand.key(Key.Key_Escape)
    assert hand.session.recipe == reached and hand.undo_steps == before + 1 and hand.asked.dropped


def test_a_right_click_on_a_handle_takes_it_away_and_elsewhere_is_left_to_the_picture(hand: Hand) -> None:
    hand.press(0.3, 0.5)
    hand.let_go(0.3, 0.5)

    def right_click(x: float, y: float) -> bool:
        where = hand.at(x, y)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, hand.drag.canvas.mapToGlobal(where))
        hand.drag.canvas.contextMenuEvent(event)
        return event.isAccepted()

    assert not right_click(0.8, 0.8) and len(hand.drag.handles) == 1
    assert right_click(0.3, 0.5) and not hand.drag.handles


def test_shift_moves_the_handle_alone(hand: Hand) -> None:
    hand.press(0.3, 0.5)
    hand.let_go(0.3, 0.5)
    hand.press(0.3, 0.5, SHIFT)
    hand.move(0.6, 0.6)
    hand.let_go(0.6, 0.6)
    assert (hand.drag.handles[0].x, hand.drag.handles[0].left) == (pytest.approx(0.6), 0.0)
    assert not hand.asked.requests


def test_the_rest_may_follow(hand: Hand) -> None:
    hand.pull()
    hand.drag.bar.keep.clicked.emit()
    hand.answer()
    request = hand.asked.of(DragSearch)
    assert not request.keep and request.since is not None


@pytest.mark.parametrize("what", ["slider", "seed", "undo", "walk", "model", "lock", "hidden"])
def test_whatever_else_moves_the_picture_ends_the_search(hand: Hand, what: str) -> None:
    session = hand.session
    hand.pull()
    hand.answer()
    reached = session.recipe
    other: dict[str, Callable[[], object]] = {
        "slider": lambda: session.edit(psi=0.2),
        "seed": lambda: session.apply(Recipe(Latent(9))),
        "undo": session.undo,
        "walk": lambda: session.moves_itself.emit(object()),
        "model": lambda: session.set_model(model_info(name="other"), "other.safetensors"),
        "lock": lambda: hand.drag.hold("This face is locked."),
        "hidden": hand.picture.hide,
    }
    other[what]()
    assert not hand.drag.searching
    there = session.recipe
    hand.answer()
    assert session.recipe == there
    assert reached in [entry.recipe for entry in (*session._done, *session._undone)]
    if what in ("seed", "model"):
        assert hand.drag.handles == ()
    if what == "slider":
        assert [handle.left for handle in hand.drag.handles] == [0.0]
        session.commit()
        session.undo()
        assert session.recipe == reached


def test_on_the_stage_there_are_no_handles(hand: Hand, qtbot: QtBot) -> None:
    hand.pull()
    stage = QWidget()
    qtbot.addWidget(stage)
    hand.picture.setParent(stage)
    assert not hand.drag.on and not hand.drag.searching
    hand.picture.setParent(None)


def test_it_stops_what_moves_the_picture(hand: Hand) -> None:
    movers: list[object] = []
    hand.session.moves_itself.connect(movers.append)
    hand.pull()
    assert movers == [hand.drag]


def test_a_locked_face_says_why_it_stays(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    hand.drag.hold("This face is locked.")
    hand.pull()
    assert said == ["This face is locked."] and not hand.drag.handles and not hand.asked.requests


def test_no_handle_is_put_on_the_face_of_the_network_before(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large network takes long for its first picture: handles were put on what it does not draw."""
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _widget: said.append(text))
    hand.drag.wait(True)
    hand.pull()
    assert "network before" in said[0] and not hand.drag.handles and not hand.asked.requests
    hand.drag.wait(False)
    hand.pull()
    assert hand.drag.handles and len(said) == 1


def test_a_press_beside_the_handles_of_a_locked_face_takes_none_of_them(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)
    hand.press(0.3, 0.5)
    hand.let_go(0.3, 0.5)
    before = hand.drag.handles
    hand.drag.hold("This face is locked.")
    hand.press(0.8, 0.8, SHIFT)
    hand.move(0.6, 0.8)
    assert hand.drag.handles == before


def test_a_search_that_fails_says_why(hand: Hand) -> None:
    said: list[Problem] = []
    hand.drag.said.connect(lambda problem, _: said.append(problem))
    hand.pull()
    hand.asked.fail(hand.asked.of(DragSearch), "There is not enough memory.")
    assert said == [Problem("There is not enough memory.")] and not hand.drag.searching


def test_what_does_not_get_there_says_so(hand: Hand) -> None:
    hand.pull()
    hand.let_go(0.5, 0.5)
    request = hand.asked.of(DragSearch)
    _, _, first = next(dragged(request))
    hand.drag.job_done(Piece(request, model_info().hash, 0, 4, first))
    hand.asked.done(request, first)
    assert hand.words == "as far as it goes · 10 % left"


def test_handles_are_seen_on_any_picture_and_hidden_beside_another(hand: Hand) -> None:
    def seen() -> np.ndarray:
        image = hand.picture.grab(BOX.toRect()).toImage()
        return np.frombuffer(image.constBits(), np.uint8).copy()

    empty = seen()
    hand.pull()
    hand.let_go(0.5, 0.5)
    hand.answer()
    assert (seen() != empty).any()
    hand.drag.set_compared(True)
    centre = QPointF(hand.at(0.5, 0.5))
    image = hand.picture.grab().toImage()
    assert image.pixelColor(centre.toPoint()) == image.pixelColor(hand.at(0.9, 0.1))


def test_every_pill_has_a_sentence_and_those_that_act_take_the_keyboard(hand: Hand) -> None:
    bar = hand.drag.bar
    assert bar.leave.isVisible() and not bar.clear.isVisible()
    hand.pull()
    for pill in (bar.words, bar.keep, bar.clear, bar.leave):
        assert pill.toolTip().endswith((".", ")."))
        assert pill.accessibleName() == pill.text != ""
    for pill in (bar.keep, bar.clear, bar.leave):
        assert pill.focusPolicy() & Qt.FocusPolicy.TabFocus
    bar.clear.clicked.emit()
    assert hand.drag.handles == () and hand.drag.on
    bar.leave.clicked.emit()
    assert not hand.drag.on


def test_handles_go_along_with_a_picture_that_is_moved_and_turned(hand: Hand) -> None:
    def moved(**transform: float) -> list[tuple[float, float]]:
        hand.session.apply(Recipe(Latent(7)).with_transform(**transform))
        return [(pytest.approx(each.x), pytest.approx(each.y)) for each in hand.drag.handles]

    hand.press(0.3, 0.5)
    hand.let_go(0.3, 0.5)
    assert moved(x=0.1) == [(0.3, 0.5)]  # this network draws its picture where it was
    can = model_info(name="three", capabilities=Capabilities(transform=True))
    hand.session.set_model(can, "three.safetensors", Recipe(Latent(7)))
    hand.press(0.3, 0.5)
    hand.let_go(0.3, 0.5)
    assert moved(x=0.1, y=-0.2) == [(0.4, 0.3)]
    assert moved(rotation=90) == [(0.5, 0.7)]
    assert moved(x=0.6, rotation=90) == []
    hand.session.undo()
    assert moved(rotation=90) == []
