"""The labelled slider: drag, keys, wheel, typing, reset; a default is exactly the default."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.controls.slider import LabelledSlider
from stylegan_core.recipe import FARTHEST, AppliedDirection, Recipe, knob


class Heard:
    """A slider on screen and what it said."""

    def __init__(self, qtbot: QtBot, slider: LabelledSlider) -> None:
        self.slider = slider
        self.changing: list[float] = []
        self.committed: list[float] = []
        slider.changing.connect(self.changing.append)
        slider.committed.connect(self.committed.append)
        qtbot.addWidget(slider)
        slider.resize(320, 24)
        slider.show()
        qtbot.waitExposed(slider)


@pytest.fixture
def psi(qtbot: QtBot) -> Heard:
    """The slider of psi."""
    return Heard(qtbot, LabelledSlider("psi", knob(Recipe, "psi"), 0.7))


def test_every_step_is_a_clean_number(psi: Heard) -> None:
    for step in range(psi.slider.track.maximum() + 1):
        psi.slider.track.setValue(step)
    assert psi.changing == [round(-1 + step / 100, 2) for step in range(301)]
    psi.slider.track.setValue(170)
    assert psi.slider.value == 0.7


def test_dragging_changes_and_letting_go_commits_once(psi: Heard, qtbot: QtBot) -> None:
    track = psi.slider.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(20, track.height() // 2))
    qtbot.mouseMove(track, QPoint(track.width() - 1, track.height() // 2))
    assert not psi.committed
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 1, track.height() // 2))
    assert psi.changing[-1] == 2.0
    assert psi.committed == [2.0]


def test_a_press_on_the_handle_takes_it_where_it_was_touched(psi: Heard, qtbot: QtBot) -> None:
    """Touching the handle off its middle moved it, on a short track by whole sigmas."""
    track = psi.slider.track
    at = QPoint(round(track.x_of(track.value())) + 5, track.height() // 2)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=at)
    assert not psi.changing
    qtbot.mouseMove(track, at + QPoint(20, 0))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=at + QPoint(20, 0))
    assert track.x_of(track.value()) == pytest.approx(at.x() - 5 + 20, abs=1.5)


@pytest.mark.parametrize("fine", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_with_ctrl_or_shift_a_drag_is_ten_times_as_fine(psi: Heard, fine: Qt.KeyboardModifier) -> None:
    track = psi.slider.track
    at, middle = track.x_of(track.value()), track.height() / 2

    def move(kind: QEvent.Type, x: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> float:
        place, left = QPointF(x, middle), Qt.MouseButton.LeftButton
        QApplication.sendEvent(track, QMouseEvent(kind, place, place, left, left, keys))
        return track.x_of(track.value()) - at

    move(QEvent.Type.MouseButtonPress, at)
    assert move(QEvent.Type.MouseMove, at + 50, fine) == pytest.approx(5, abs=1)
    assert move(QEvent.Type.MouseMove, at + 80) == pytest.approx(35, abs=1)
    move(QEvent.Type.MouseButtonRelease, at + 80)
    assert move(QEvent.Type.MouseButtonPress, at - 40, fine) == pytest.approx(35, abs=1)  # it stays where it was
    assert move(QEvent.Type.MouseMove, at - 90, fine) == pytest.approx(30, abs=1)


def test_a_bent_track_gives_the_middle_more_room_and_reaches_every_step(qtbot: QtBot) -> None:
    strength = knob(AppliedDirection, "strength")
    heard = Heard(qtbot, LabelledSlider("", strength, 0.0, signed=True, bend=1.6))
    track = heard.slider.track
    places = [track.x_of(step) for step in range(track.maximum() + 1)]
    assert places == sorted(places) and places[100] == track.width() / 2
    assert places[0] + places[200] == pytest.approx(track.width())
    share = (places[130] - places[70]) / (places[200] - places[0])
    assert share == pytest.approx(0.3 ** (1 / 1.6))
    heard.slider.resize(4000, 24)
    QApplication.processEvents()
    for step in (0, 1, 99, 100, 101, 137, 200):
        qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(step)), 5))
        assert track.value() == step
        qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(step)), 5))


def test_a_double_click_resets(psi: Heard, qtbot: QtBot) -> None:
    psi.slider.set_value(0.2)
    qtbot.mouseDClick(psi.slider.track, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert psi.changing == [0.7]
    assert psi.committed == [0.7]


def test_a_number_can_be_typed_beyond_the_range_and_with_a_comma(psi: Heard, qtbot: QtBot) -> None:
    number = psi.slider.number
    number.selectAll()
    qtbot.keyClicks(number, "3,25")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert psi.changing == [3.25]
    assert psi.committed == [3.25]
    assert psi.slider.value == 3.25
    assert number.text() == "3.25"


def test_a_typed_number_goes_no_further_than_a_recipe_can_be_read_again(psi: Heard, qtbot: QtBot) -> None:
    psi.slider.number.selectAll()
    qtbot.keyClicks(psi.slider.number, "-1e308")
    qtbot.keyClick(psi.slider.number, Qt.Key.Key_Return)
    assert psi.changing == psi.committed == [-FARTHEST]
    assert psi.slider.number.text() == "-1000000.00"


@pytest.mark.parametrize("text", ["", "face", "nan", "1e999", "--"])
def test_what_is_no_number_brings_the_old_one_back(psi: Heard, qtbot: QtBot, text: str) -> None:
    number = psi.slider.number
    number.selectAll()
    qtbot.keyClick(number, Qt.Key.Key_Delete)
    qtbot.keyClicks(number, text)
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert not psi.changing
    assert number.text() == "0.70"


def test_keys_move_and_commit_after_a_rest(psi: Heard, qtbot: QtBot) -> None:
    for _ in range(3):
        qtbot.keyClick(psi.slider.track, Qt.Key.Key_Right)
    assert psi.changing == [0.71, 0.72, 0.73]
    assert not psi.committed
    qtbot.waitUntil(lambda: bool(psi.committed))
    assert psi.committed == [0.73]


def test_the_wheel_moves_only_what_has_the_focus(psi: Heard) -> None:
    def turn() -> None:
        at = QPointF(10, 10)
        event = QWheelEvent(
            at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(psi.slider.track, event)

    psi.slider.track.clearFocus()
    turn()
    assert not psi.changing
    psi.slider.activateWindow()
    psi.slider.track.setFocus()
    turn()
    assert psi.changing == [0.71]


def test_showing_a_value_is_silent(psi: Heard) -> None:
    psi.slider.set_value(1.5)
    assert not psi.changing
    assert not psi.committed
    assert psi.slider.number.text() == "1.50"


def test_signed_numbers_show_their_sign(qtbot: QtBot) -> None:
    slider = LabelledSlider("Smile", knob(AppliedDirection, "strength"), 0.0, signed=True)
    qtbot.addWidget(slider)
    slider.set_value(2.4)
    assert slider.number.text() == "+2.4"
    slider.set_value(0.0)
    assert slider.number.text() == "0.0"
    slider.set_value(-1.1)
    assert slider.number.text() == "-1.1"


def test_a_slider_says_what_it_does_and_why_it_cannot(psi: Heard) -> None:
    meaning = knob(Recipe, "psi").meaning
    assert meaning in psi.slider.toolTip()
    assert psi.slider.track.accessibleName() == "psi"
    psi.slider.set_why_not("This network has no mean face.")
    assert not psi.slider.isEnabled()
    assert psi.slider.toolTip() == "This network has no mean face."
    psi.slider.set_why_not("")
    assert psi.slider.isEnabled()
    assert meaning in psi.slider.toolTip()
