"""The parts of remote control, each alone: the inbox, controls, bindings at work, learning, the log, what is kept."""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.remote import bindings
from explorer.remote.bindings import Binding, RemoteSettings, remote_file
from explorer.remote.control import Control, Kind, name_in_address
from explorer.remote.doing import Doing
from explorer.remote.inbox import KEYS, MOST, Inbox
from explorer.remote.learning import Learning
from explorer.remote.log import MOST as ROWS
from explorer.remote.log import MessageLog
from explorer.remote.message import Message
from explorer.remote.osc import LONGEST
from explorer.remote.translating import Translating
from explorer.session import Session


def taken(control: Control, *arguments: object) -> str:
    return control.take(arguments)


@pytest.fixture
def done() -> list[object]:
    return []


@pytest.fixture
def psi(done: list[object]) -> Control:
    return Control("/psi", "Truncation", "psi", Kind.VALUE, done.append, low=-1, high=2)


# -- the inbox ---------------------------------------------------------------------------------------------------------


def test_the_newest_of_each_control_waits_in_the_order_it_came(qtbot: QtBot) -> None:
    inbox = Inbox()
    with qtbot.assertNotEmitted(inbox.filled, wait=0):
        assert inbox.take() == []
    told: list[None] = []
    inbox.filled.connect(lambda: told.append(None))
    inbox.put([Message("/psi", (0.1,)), Message("/walk", (1,)), Message("/psi", (0.2,))])
    inbox.put([Message("/reset"), Message("/walk", (2,)), Message("/reset")])
    assert len(told) == 1 and inbox.waits
    assert inbox.take() == [Message("/psi", (0.2,)), Message("/reset"), Message("/walk", (2,)), Message("/reset")]
    assert not inbox.waits and inbox.came == 6 and inbox.dropped == 0
    inbox.put([Message("/psi", (0.3,))])
    assert len(told) == 2


def test_no_flood_fills_it() -> None:
    inbox = Inbox()
    inbox.put([Message(f"/{number}", (1,)) for number in range(5000)])
    assert len(inbox.take()) == MOST and inbox.dropped == 5000 - MOST
    inbox.put([Message("/command/undo")] * 1000 + [Message("/psi", (0.1,))])
    assert len(inbox.take()) == KEYS + 1
    inbox.every = frozenset({"cc 1 1"})
    inbox.put([Message("cc 1 1", (127,)), Message("cc 1 1", (0,))])
    assert len(inbox.take()) == 2


# -- controls ----------------------------------------------------------------------------------------------------------


def test_a_value_stays_within_its_range(psi: Control, done: list[object]) -> None:
    assert taken(psi, 0.55) == "psi 0.55"
    assert taken(psi, 7) == "psi 2.00, the end of its range"
    assert taken(psi, True) == "psi 1.00"
    assert taken(psi, struct.unpack("f", struct.pack("f", 0.7))[0]) == "psi 0.70"
    assert done == [0.55, 2, 1, 0.7]
    assert [psi.at(0), psi.at(0.5), psi.at(1), psi.at(2), psi.at(0.5, 0, 1)] == [-1, 0.5, 2, 2, 0.5]


@pytest.mark.parametrize("argument", [math.nan, math.inf, -math.inf, "0.5", b"x", None, (1, 2, 3, 4)])
def test_what_is_no_number_does_nothing(psi: Control, done: list[object], argument: object) -> None:
    with pytest.raises(ValueError, match="is no number"):
        taken(psi, argument)
    assert done == []


def test_a_wrong_count_of_numbers_does_nothing(psi: Control, done: list[object]) -> None:
    for arguments in ((), (1, 2)):
        with pytest.raises(ValueError, match="/psi takes one number"):
            taken(psi, *arguments)
    with pytest.raises(ValueError, match="/pad takes 2 numbers"):
        taken(replace(psi, address="/pad", numbers=2), 1)
    assert done == []


def test_a_control_that_means_nothing_says_why(psi: Control, done: list[object]) -> None:
    with pytest.raises(ValueError, match="no styles"):
        taken(replace(psi, why_not=lambda: "This model has no styles."), 0.5)
    assert done == []


def test_switches_and_keys(done: list[object]) -> None:
    switch = Control("/present", "Window", "present", Kind.SWITCH, done.append)
    assert [taken(switch, 1), taken(switch, 0.0), taken(switch)] == ["present on", "present off", "present"]
    press = Control("/reset", "Window", "reset", Kind.PRESS, lambda: done.append("pressed"))
    assert [taken(press), taken(press, 1.0), taken(press, 0.0)] == ["reset", "reset", ""]
    assert done == [True, False, None, "pressed", "pressed"]
    done.clear()
    choice = Control("/favourite", "Favourites", "favourite", Kind.CHOICE, done.append, low=1, high=9, whole=True)
    assert [taken(choice, 3.0), taken(choice, 0.0)] == ["favourite 3", ""] and done == [3]
    with pytest.raises(ValueError, match="one number, or none"):
        taken(switch, 1, 2)


def test_names_in_addresses() -> None:
    assert name_in_address("Warm background") == "warm_background"
    assert name_in_address("  Größe / 2 …") == "grösse_2"


# -- bindings at work --------------------------------------------------------------------------------------------------


@pytest.fixture
def find(psi: Control, done: list[object]) -> dict[str, Control]:
    reset = Control("/reset", "Window", "reset", Kind.PRESS, lambda: done.append("reset"))
    present = Control("/present", "Window", "present", Kind.SWITCH, done.append)
    return {control.address: control for control in (psi, reset, present)}


def moved(find: dict[str, Control], done: list[object], binding: Binding, *messages: Message) -> list[object]:
    at_work = Translating()
    at_work.take([binding], find.get)
    for message in messages:
        for control, numbers in at_work.steps(message, find.get):
            control.take(numbers)
    return done


def cc(number: int, *values: int) -> list[Message]:
    return [Message(f"cc 1 {number}", (value,)) for value in values]


def test_a_knob_goes_through_the_range(find: dict[str, Control], done: list[object]) -> None:
    assert moved(find, done, Binding("cc 1 7", "/psi"), *cc(7, 0, 127)) == [-1, 2]
    done.clear()
    assert moved(find, done, Binding("cc 1 7", "/psi", 0, 1, invert=True), *cc(7, 0, 127)) == [1, 0]
    done.clear()
    assert moved(find, done, Binding("bend 1", "/psi", 0, 1), Message("bend 1", (16383,))) == [1]


def test_fourteen_bits_wait_for_the_finer_half(find: dict[str, Control], done: list[object]) -> None:
    binding = Binding("cc 1 7", "/psi", 0, 16383 / 1e4, fine=True)
    messages = [*cc(7, 64), *cc(39, 1), *cc(39, 2), *cc(7, 65), *cc(39, 0)]
    assert moved(find, done, binding, *messages) == pytest.approx([0.8193, 0.8194, 0.832])


def test_a_fader_of_another_program_goes_from_0_to_1(find: dict[str, Control], done: list[object]) -> None:
    binding = Binding("/1/fader1", "/psi", 0, 2)
    sent = [Message("/1/fader1", (value,)) for value in (0.0, 0.25, 5.0, math.nan, "x")]
    assert moved(find, done, binding, *sent) == [0, 0.5, 2]


def test_buttons_press_once_and_switch(find: dict[str, Control], done: list[object]) -> None:
    assert moved(find, done, Binding("cc 1 1", "/reset"), *cc(1, 127, 127, 0, 0, 127)) == ["reset", "reset"]
    done.clear()
    assert moved(find, done, Binding("cc 1 1", "/present"), *cc(1, 127, 0)) == [True, False]
    done.clear()
    keys = [Message("note 1 36", (100,))] * 2
    assert moved(find, done, Binding("note 1 36", "/present"), *keys) == [None, None]
    done.clear()
    assert moved(find, done, Binding("note 1 36", "/reset"), *keys) == ["reset", "reset"]
    done.clear()
    assert moved(find, done, Binding("note 1 36", "/psi", 0.3, 0.9), *keys[:1]) == [0.9]


def test_a_binding_to_what_is_not_there_does_nothing(find: dict[str, Control], done: list[object]) -> None:
    assert moved(find, done, Binding("cc 1 7", "/gone"), *cc(7, 5)) == []


# -- learning ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "binding"),
    [
        (cc(7, 1, 2, 3), Binding("cc 1 7", "/psi")),
        ([Message("note 1 104", (127,)), *cc(7, 1, 2)], Binding("cc 1 7", "/psi")),  # the touch of a fader
        ([Message("note 1 36", (90,))], Binding("note 1 36", "/psi")),
        ([*cc(7, 1), *cc(39, 5), *cc(39, 9)], Binding("cc 1 7", "/psi", fine=True)),
        ([*cc(40, 1, 2)], Binding("cc 1 40", "/psi")),
        ([Message("/1/fader1", (0.1,))] * 3, Binding("/1/fader1", "/psi")),
    ],
)
def test_what_moved_is_learnt(qtbot: QtBot, heard: list[Message], binding: Binding) -> None:
    learning = Learning()
    learning.begin("/psi")
    with qtbot.waitSignal(learning.learned) as caught:
        for message in heard:
            learning.hear([message])
    assert caught.args == [binding] and learning.control == ""


def test_learning_is_given_up(qtbot: QtBot) -> None:
    learning = Learning()
    learning.begin("/psi")
    learning.hear(cc(7, 1))
    with qtbot.assertNotEmitted(learning.learned, wait=300):
        learning.stop()


# -- doing what came in ------------------------------------------------------------------------------------------------


class Slow:
    """A control that takes 5 ms of a clock that only it moves."""

    def __init__(self) -> None:
        self.now, self.pressed = 0.0, 0
        self.control = Control("/command/slow", "Commands", "slow", Kind.PRESS, self.press)

    def press(self) -> None:
        self.pressed += 1
        self.now += 0.005

    def find(self, address: str) -> Control | None:
        return self.control if address == "/command/slow" else None

    def every(self) -> Iterator[Control]:
        yield self.control


def test_slow_keys_wait_for_the_time_the_window_has(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr("explorer.remote.doing.time.monotonic", lambda: slow.now)
    doing = Doing(Session(), slow)
    doing.inbox.put([Message("/command/slow")] * 1000)
    assert not slow.pressed
    doing.apply()
    assert slow.pressed == 2 and doing.waits
    doing.apply()
    assert slow.pressed == 4
    monkeypatch.undo()
    qtbot.waitUntil(lambda: not doing.waits)
    assert slow.pressed == KEYS and doing.inbox.dropped == 1000 - KEYS


# -- the log -----------------------------------------------------------------------------------------------------------


def test_a_stream_is_one_row_that_stays_where_it_is() -> None:
    log = MessageLog()
    for number in range(100):
        log.add("/psi", f"/psi {number}", "psi", True)
        log.add("/walk", "/walk", "why not", False)
    assert [(row.words, row.tone, row.times) for row in log.rows] == [
        ("/walk", "warning", 100),
        ("/psi 99", "good", 100),
    ]
    for number in range(1000):
        log.add(f"/{number}", "", "", True)
        log.add("/psi", "/psi", "psi", True)
    assert len(log.rows) == ROWS and log.rows[-1].words == "/psi"
    log.clear()
    assert log.rows == []


# -- what is kept ------------------------------------------------------------------------------------------------------

KEPT = RemoteSettings(
    "0.0.0.0", 9001, True, "nano", True, (Binding("cc 1 7", "/psi", -0.5, 1.5, True), Binding("cc 1 1", "/walk"))
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))


def test_settings_are_kept() -> None:
    assert RemoteSettings.load() == (RemoteSettings(), "")
    assert not RemoteSettings().osc_at_start and not RemoteSettings().midi_at_start
    KEPT.save()
    assert RemoteSettings.load() == (KEPT, "")


def test_whatever_is_learnt_can_be_read_again() -> None:
    longest = RemoteSettings(bindings=(Binding("/" + "\u00e9" * (LONGEST // 2), "/direction/" + "x" * 300),))
    longest.save()
    assert RemoteSettings.load() == (longest, "")


def test_fields_of_another_version_go_by() -> None:
    remote_file().write_text(json.dumps({"version": 9, "colour": "red", "port": 9009}))
    assert RemoteSettings.load() == (RemoteSettings(port=9009), "")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "[" * 100_000, '{"port": "x"}', '{"port": 0}', '{"port": true}', '{"address": "example.org"}',
        '{"osc_at_start": 1}', '{"bindings": 3}', '{"bindings": [3]}', '{"bindings": [{"source": "cc 1 7"}]}',
        '{"bindings": [{"source": "cc 1 7", "control": "/psi", "low": NaN}]}', '{"bindings": [{"source": 5}]}',
        '{"bindings": [{"source": "cc 1 7", "control": "/psi", "high": 1e999}]}', "\ud800",
    ],
    ids=range(16),
)  # fmt: skip
def test_a_spoilt_file_is_put_aside_with_one_sentence(text: str) -> None:
    remote_file().write_bytes(text.encode("utf-8", "surrogatepass"))
    settings, sentence = RemoteSettings.load()
    assert settings == RemoteSettings()
    assert sentence == "The settings of remote control were damaged and are kept as remote.damaged: it starts anew."
    assert not remote_file().exists() and (remote_file().parent / "remote.damaged").exists()
    assert RemoteSettings.load() == (RemoteSettings(), "")


def test_a_binding_beyond_reason_is_brought_back_into_it() -> None:
    remote_file().write_text('{"bindings": [{"source": "cc 1 7", "control": "/psi", "low": -1e300, "high": 5}]}')
    assert RemoteSettings.load()[0].bindings == (Binding("cc 1 7", "/psi", -bindings.FARTHEST, 5.0),)
