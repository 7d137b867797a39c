"""The dialog of remote control, its light in the footer, and a right-click on a control that learns its knob."""

import socket
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.controls.pop_up import Choice
from explorer.controls.yielding import ElidedLabel
from explorer.remote import learn_menu, midi
from explorer.remote.binding_list import BindingRow
from explorer.remote.bindings import Binding
from explorer.remote.dialog import RemoteDialog
from explorer.remote.doing import LEARNT
from explorer.remote.learn_menu import WORDS
from explorer.remote.message import Message
from explorer.remote.remote import Remote
from tests.explorer.remote.conftest import Send
from tests.explorer.remote.fake_midi import NAMES, Input

Key = Qt.Key


@pytest.fixture
def dialog(explorer: Explorer, remote: Remote, controllers: list[Input], qtbot: QtBot) -> Iterator[RemoteDialog]:
    """The dialog, opened by its command, with a port that is open."""
    explorer.actions["remote"].trigger()
    made = explorer.remoting.dialog
    assert made is not None
    qtbot.waitUntil(lambda: made.listening.device.count() == 3)
    yield made
    made.close()


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """What a menu has offered, by its words; none opens."""
    made: dict[str, Callable[[], object]] = {}

    def pop_up(_parent: QWidget, _where: QPoint, *choices: Choice) -> None:
        made.update({words: do for words, do, _ in choices})

    monkeypatch.setattr(learn_menu, "pop_up", pop_up)
    return made


def right_click(widget: QWidget) -> None:
    """In the middle of a widget."""
    middle = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, widget.mapToGlobal(middle))
    QApplication.sendEvent(widget, event)


def test_every_control_has_a_name_a_sentence_and_the_keyboard(dialog: RemoteDialog, remote: Remote) -> None:
    remote.add(Binding("cc 1 7", "/psi"))
    remote.add(Binding("note 1 3", "/reset"))
    QApplication.processEvents()
    kinds = (QAbstractButton, QComboBox, QLineEdit)
    found = [each for each in dialog.findChildren(QWidget) if isinstance(each, kinds) and each.isVisible()]
    assert len(found) > 15
    for each in found:
        words = f"{type(each).__name__} {each.accessibleName()!r}"
        assert each.accessibleName(), words
        assert each.toolTip().endswith("."), f"{words}: no sentence in {each.toolTip()!r}"
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, words


def test_it_fits_into_the_smallest_window(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.window.resize(1080, 600)
    explorer.remoting.show()
    made = explorer.remoting.dialog
    assert made is not None and made.height() <= 600 and made.width() <= 1000
    made.close()


def test_osc_is_switched_on_and_off(dialog: RemoteDialog, explorer: Explorer, remote: Remote, qtbot: QtBot) -> None:
    part, light = dialog.listening, explorer.remoting.light
    assert part.osc.isChecked() and light.isVisible()
    part.osc.click()
    assert not remote.osc_on and light.isHidden() and part.osc_words.text() == "Off: nothing listens."
    number = _free_port()
    _type(qtbot, part.port, str(number))
    part.osc.click()
    assert remote.osc_on and light.text() == f"OSC {number}"
    assert part.osc_words.text() == f"Listens at 127.0.0.1, port {number}. Only programs on this computer can reach it."


def test_another_address_is_taken_with_a_warning_and_nonsense_with_a_sentence(
    dialog: RemoteDialog, remote: Remote, qtbot: QtBot
) -> None:
    part = dialog.listening
    part.osc.click()
    _type(qtbot, part.address, "stage.example")
    assert "type one in numbers" in part.osc_words.text() and remote.settings.address == "127.0.0.1"
    _type(qtbot, part.port, "0")
    assert part.osc_words.text() == "A port is a whole number from 1 to 65535." and part.port.text() == "9000"
    _type(qtbot, part.address, "0.0.0.0")
    assert remote.settings.address == "0.0.0.0" and not remote.osc_on
    assert part.osc_words.text() == (
        "Off: nothing listens. Everybody in the network that reaches this address can steer the window; "
        "nothing asks for a password."
    )
    _type(qtbot, part.address, "localhost")
    assert part.osc_words.text() == "Off: nothing listens."
    _type(qtbot, part.port, "00000000170000")
    assert part.osc_words.text() == "A port is a whole number from 1 to 65535." and remote.settings.port == 9000


def test_what_was_wrong_with_one_port_is_not_said_of_the_next(
    dialog: RemoteDialog, remote: Remote, qtbot: QtBot
) -> None:
    part = dialog.listening
    _type(qtbot, part.address, "192.0.2.1")
    assert "no address of this computer" in part.osc_words.text() and not remote.osc_on
    _type(qtbot, part.address, "127.0.0.1")
    assert part.osc_words.text() == "Off: nothing listens." and not remote.osc_on


def test_a_controller_is_chosen_and_at_start_is_off_by_itself(
    dialog: RemoteDialog, remote: Remote, qtbot: QtBot
) -> None:
    part = dialog.listening
    assert not part.osc_at_start.isChecked() and not part.midi_at_start.isChecked()
    part.device.setCurrentIndex(2)
    part.device.activated.emit(2)
    part.midi.click()
    qtbot.waitUntil(lambda: remote.midi_on)
    assert part.midi_words.text() == f"Listens to {NAMES[1]}."
    part.midi_at_start.click()
    assert remote.settings.midi_at_start and remote.settings.device == NAMES[1] and not remote.settings.osc_at_start


def test_a_knob_is_learnt_ranged_inverted_and_forgotten(
    dialog: RemoteDialog, explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    part = dialog.bindings
    part.choice.setCurrentIndex(part.choice.findData("/mix/fine"))
    part.learn.click()
    assert "fine from the other face" in part.words.text() and part.learn.isChecked()
    send("/1/fader1", 0.2)
    qtbot.waitUntil(lambda: len(part.rows) == 1)
    assert not part.learn.isChecked() and part.words.isHidden()
    _type(qtbot, part.rows[0].high, "0.5")
    assert remote.settings.bindings == (Binding("/1/fader1", "/mix/fine", None, 0.5),)
    part.rows[0].invert.click()
    send("/1/fader1", 0.0)
    mix = explorer.session.recipe.mix("fine")
    assert mix is not None and mix.weight == 0.5
    part.rows[0].delete.click()
    assert remote.settings.bindings == () and part.rows == [] and part.words.isVisible()


def test_bindings_that_were_forgotten_come_back_at_their_places(dialog: RemoteDialog, remote: Remote) -> None:
    part, every = dialog.bindings, tuple(Binding(f"cc 1 {number}", "/psi") for number in (7, 8, 9))
    for each in every:
        remote.add(each)
    assert part.back.isHidden()
    part.rows[1].delete.click()
    part.rows[0].delete.click()
    assert remote.settings.bindings == every[2:] and part.back.isVisible()
    part.back.click()
    assert remote.settings.bindings == (every[0], every[2]) and part.back.isVisible()
    part.back.click()
    assert remote.settings.bindings == every and part.back.isHidden()


def test_a_range_that_is_half_typed_when_another_knob_is_learnt_is_given_up(
    dialog: RemoteDialog, remote: Remote, qtbot: QtBot
) -> None:
    """The row took it as it went, and made every row once more."""
    remote.add(Binding("cc 1 7", "/psi"))
    dialog.activateWindow()
    field = dialog.bindings.rows[0].low
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and field.isVisible())
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.3")
    remote.add(Binding("cc 1 8", "/noise"))
    QApplication.processEvents()
    assert [each.low for each in remote.settings.bindings] == [None, None]
    kept = [each for each in dialog.findChildren(BindingRow) if not each.isHidden()]
    assert len(kept) == 2 and set(kept) == set(dialog.bindings.rows)


def test_escape_gives_learning_up_first(dialog: RemoteDialog, remote: Remote, qtbot: QtBot) -> None:
    dialog.bindings.learn.click()
    assert remote.learning.control == "/psi"
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert remote.learning.control == "" and dialog.isVisible()
    dialog.bindings.learn.click()
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert not dialog.isVisible()


def test_messages_are_listed_and_counted(dialog: RemoteDialog, remote: Remote, explorer: Explorer) -> None:
    light = explorer.remoting.light
    remote.inbox.put([Message("/psi", (0.5,)), Message("/what", (1,))], 2)
    remote.doing.apply()
    assert light.glowing
    part = dialog.messages
    part.show_log()
    assert part.lines == [("/what 1", "Nothing has this address.", ""), ("/psi 0.5", "psi 0.50", "")]
    assert part.total.text() == "2 messages · 1 to no control · 2 not readable"
    part.clear.click()
    assert part.lines == [] and part.total.text() == "Nothing has come in yet."


def test_a_message_that_was_learnt_from_is_listed(dialog: RemoteDialog, remote: Remote) -> None:
    """It was counted, "1 messages", above an empty list."""
    dialog.bindings.learn.click()
    remote.inbox.put([Message("cc 1 7", (100,))])
    remote.doing.apply()
    dialog.messages.show_log()
    assert dialog.messages.lines == [("CC 7, channel 1: 100", LEARNT, "")]
    assert dialog.messages.total.text() == "1 message"
    remote.learning.stop()


def test_what_has_no_room_in_the_list_says_so(dialog: RemoteDialog, remote: Remote) -> None:
    """The last digits of a number were cut off, and "pitch bend, channel 3: 16384" read 16."""
    remote.inbox.put([Message("bend 3", (16384,)), Message("/an/address/that/is/longer/than/its/column", (0.5,))])
    remote.doing.apply()
    dialog.messages.show_log()
    shown = [each.shown for each in dialog.messages.findChildren(ElidedLabel) if not each.isHidden()]
    assert shown[0].endswith("…") and shown[1] == "pitch bend, channel 3: 16384"


def test_nothing_from_the_network_is_drawn_as_html(dialog: RemoteDialog, remote: Remote) -> None:
    address = '/x<img src="//elsewhere/a.png">'
    remote.inbox.put([Message(address, (0.5,))])
    remote.doing.apply()
    dialog.messages.show_log()
    remote.add(Binding(address, address))
    rows = [*dialog.messages.findChildren(QWidget), *dialog.bindings.rows[0].findChildren(QWidget)]
    tips = [each.toolTip() for each in rows if "elsewhere" in each.toolTip()]
    assert len(tips) >= 4 and all("<img" not in tip and "&lt;img" in tip for tip in tips)


def test_the_light_opens_the_dialog(explorer: Explorer, remote: Remote, qtbot: QtBot) -> None:
    qtbot.mouseClick(explorer.remoting.light, Qt.MouseButton.LeftButton)
    dialog = explorer.remoting.dialog
    assert dialog is not None and dialog.isVisible()
    dialog.close()


def test_a_right_click_on_a_slider_learns_it(
    explorer: Explorer, remote: Remote, directions: None, offered: dict[str, Callable[[], object]]
) -> None:
    steering = explorer.remoting.steering
    cut, latent, noise = steering._truncation, steering._latent, steering._noise
    explorer.below.show_strip(1)
    QApplication.processEvents()
    for widget, address in (
        (cut.psi.track, "/psi"), (latent.walk.track, "/walk"), (noise.layer_strength.track, "/noise/0"),
        (explorer.mixing.rows["middle"].weight.track, "/mix/middle"), (explorer.film.track, "/film/position"),
    ):  # fmt: skip
        offered.clear()
        right_click(widget)
        assert list(offered) == [WORDS]
        offered[WORDS]()
        assert remote.learning.control == address
    offered.clear()
    right_click(latent.pad)
    assert list(offered) == [f"{WORDS} (x)", f"{WORDS} (y)"]
    explorer.directions.rows[0].asked.emit("learn")
    assert remote.learning.control == "/direction/smile"
    dialog = explorer.remoting.dialog
    assert dialog is not None and dialog.bindings.choice.currentData() == "/direction/smile"
    dialog.close()
    assert remote.learning.control == ""


def test_a_grey_slider_can_be_learnt_too_and_other_places_offer_nothing(
    explorer: Explorer, offered: dict[str, Callable[[], object]]
) -> None:
    cut = explorer.remoting.steering._truncation
    right_click(cut.strip)
    assert not offered
    cut.psi.set_why_not("This model has no truncation.")
    right_click(cut.psi.track)
    assert list(offered) == [WORDS]


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def _type(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Key.Key_Return)


def test_a_computer_without_midi_is_told_so_quietly(
    explorer: Explorer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def backend() -> None:
        raise OSError("This computer has no MIDI.")

    monkeypatch.setattr(midi, "backend", backend)
    explorer.remoting.show()
    dialog = explorer.remoting.dialog
    assert dialog is not None
    words = dialog.listening.midi_words
    qtbot.waitUntil(lambda: words.text() == "This computer has no MIDI.")
    assert words.property("tone") == "muted"
    dialog.listening.midi.click()
    qtbot.waitUntil(lambda: words.property("tone") == "warning")
    assert not dialog.listening.midi.isChecked()
    dialog.close()
