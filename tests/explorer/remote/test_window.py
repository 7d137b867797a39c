"""Real UDP packets and MIDI messages move the controls of the whole window; nothing listens unless it is asked to."""

import random
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.remote import midi
from explorer.remote.bindings import MOST, Binding, RemoteSettings, remote_file
from explorer.remote.control import Kind, name_in_address
from explorer.remote.message import Message
from explorer.remote.remote import Remote
from explorer.steering import FORMER, OF_THE_WINDOW, SAFE
from stylegan_core.info import Capabilities
from stylegan_core.recipe import Latent, NoiseLayer, Recipe, Transform
from tests.explorer.explore.panel_fakes import PLAIN, model_info
from tests.explorer.fake_backend import info
from tests.explorer.remote import fake_midi
from tests.explorer.remote.conftest import Send, effect
from tests.explorer.remote.fake_midi import NAMES, Input
from tests.explorer.whole_window import Make, drawn


def steps(explorer: Explorer) -> int:
    """How many steps of undo there are."""
    return len(explorer.session._done)


def rested(explorer: Explorer, qtbot: QtBot) -> None:
    """Waits until the gesture is a step of undo."""
    qtbot.waitUntil(lambda: explorer.session.committed_recipe == explorer.session.recipe)


# -- nothing listens ---------------------------------------------------------------------------------------------------


def test_nothing_listens_until_it_is_switched_on(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(*_: object) -> None:
        pytest.fail("a socket was bound")

    monkeypatch.setattr(socket.socket, "bind", bind)
    monkeypatch.setattr(midi, "backend", lambda: pytest.fail("MIDI was looked for"))
    explorer = start()
    drawn(explorer, qtbot)
    remote = explorer.remoting.remote
    assert not remote.osc_on and not remote.midi_on and remote._osc.number == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "osc"]
    assert explorer.remoting.light.isHidden()
    assert not remote_file().exists()


def test_what_was_ticked_listens_at_the_next_start_and_what_was_not_does_not(
    start: Make, qtbot: QtBot, controllers: list[Input]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    RemoteSettings(port=port, osc_at_start=True, midi_at_start=True).save()
    explorer = start()
    remote = explorer.remoting.remote
    assert remote.osc_on and remote._osc.number == port
    qtbot.waitUntil(lambda: remote.midi_on)
    assert remote.device == NAMES[0]
    light = explorer.remoting.light
    assert light.isVisible() and light.text() == f"OSC {port} · MIDI"
    explorer.window.close()
    explorer.close()
    assert not remote.osc_on and controllers[-1].closed
    RemoteSettings(port=port).save()
    assert not start().remoting.remote.osc_on


def test_a_start_that_cannot_listen_says_so_in_one_sentence(start: Make, qtbot: QtBot) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        RemoteSettings(port=port, osc_at_start=True).save()
        explorer = start()
        assert explorer.window.banner.sentence == (
            f"Remote control: Port {port} is used by another program: choose another."
        )
        assert not explorer.remoting.remote.osc_on and explorer.remoting.light.isHidden()


def test_a_spoilt_file_is_said_at_the_start(start: Make, window_home: Path) -> None:
    remote_file().parent.mkdir(parents=True)
    remote_file().write_text("{")
    assert "were damaged" in start().window.banner.sentence


# -- OSC ---------------------------------------------------------------------------------------------------------------


def test_every_address_moves_its_control(explorer: Explorer, remote: Remote, send: Send, directions: None) -> None:
    session = explorer.session
    send("/psi", 0.55)
    assert session.recipe.psi == pytest.approx(0.55)
    send("/psi/fine", 1.5)
    send("/psi/coarse", -0.5)
    assert session.recipe.psi_bands == pytest.approx((-0.5, 0.55, 1.5))
    send("/seed", 4711)
    assert session.recipe.latent == Latent(4711)
    send("/pad", 1.5, -2)
    send("/pad/y", 0.5)
    assert session.recipe.latent == Latent(4711, 1.5, 0.5)
    send("/direction/smile", 2.5)
    send("/direction/2", -1)
    send("/channel/3/7", 4.5)
    send("/channel/1", 5)
    assert session.recipe.strength_of(3, 7) == 5
    assert effect(remote, "/channel/1") == "channel 8² 3:7, slider 1 5.00 σ"
    assert effect(remote, "/direction/2") == "Warm background, slider 2 -1.00 σ"
    send("/direction/Warm background", -1.5)
    explorer.directions.look_at("library")  # in which nothing is
    send("/direction/smile", 2.75)
    used = {each.direction.name: each.strength for each in session.recipe.directions}
    assert used == {"Smile": 2.75, "Warm background": -1.5}
    send("/mix/middle", 0.25)
    mix = session.recipe.mix("middle")
    assert mix is not None and mix.weight == 0.25
    send("/noise", 0.5)
    send("/noise/3", 1.5)
    send("/noise/2/on", 0)
    assert session.recipe.noise[2:4] == (NoiseLayer(on=False, strength=0.5), NoiseLayer(strength=1.5))
    send("/reset")
    assert session.recipe == Recipe(Latent(4711, 1.5, 0.5))
    send("/command", "Mean face")
    assert session.recipe.psi == 0
    send("/command/undo")
    assert session.recipe.psi == 0.7
    send("/Command/", "Mean face")  # capitals are letters like others, as in every address
    assert session.recipe.psi == 0


def test_a_stream_is_one_step_of_undo_after_some_rest(
    explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    before, recipe, rest = steps(explorer), explorer.session.recipe, remote.doing._rest.interval()
    remote.doing._rest.setInterval(10**6)  # the hand goes on, however slow this machine is
    for number in range(50):
        send("/psi", number / 50, wait=number == 49)
        send("/pad/x", number / 50)
    assert steps(explorer) == before and explorer.session.recipe != recipe
    remote.doing._rest.setInterval(rest)
    rested(explorer, qtbot)
    assert steps(explorer) == before + 1
    explorer.session.undo()
    assert explorer.session.recipe == recipe


def test_moves_of_one_frame_are_told_once_and_keys_stay_between_them(
    explorer: Explorer, remote: Remote, qtbot: QtBot
) -> None:
    told: list[Recipe] = []
    explorer.session.recipe_changed.connect(told.append)
    remote.inbox.put([Message("/psi", (0.1,)), Message("/pad", (1.0, 1.0)), Message("/mix/fine", (0.5,))])
    remote.doing.apply()
    assert len(told) == 1 and told[0].psi == 0.1 and told[0].latent.x == 1 and told[0].mix("fine")
    remote.inbox.put([Message("/psi", (0.2,)), Message("/reset"), Message("/mix/fine", (0.25,))])
    qtbot.waitUntil(lambda: not remote.doing.waits)
    mix = explorer.session.recipe.mix("fine")
    assert explorer.session.recipe.psi == 0.7 and mix is not None and mix.weight == 0.25


def test_of_a_flood_the_newest_counts(
    explorer: Explorer, remote: Remote, raw: Callable[[bytes], None], qtbot: QtBot
) -> None:
    told: list[Recipe] = []
    explorer.session.recipe_changed.connect(told.append)
    for number in range(3000):
        raw(b"/psi\0\0\0\0,f\0\0" + struct.pack(">f", number / 3000))
        if number % 100 == 0:
            QApplication.processEvents()

    def newest() -> bool:  # the system throws away what it has no room for
        raw(b"/psi\0\0\0\0,f\0\0" + struct.pack(">f", 1.25))
        return explorer.session.recipe.psi == 1.25

    qtbot.waitUntil(newest)
    assert 1 <= len(told) <= 40 and told[-1].psi == 1.25


def test_what_is_unknown_or_wrong_is_counted_and_said(
    explorer: Explorer, remote: Remote, send: Send, raw: Callable[[bytes], None], qtbot: QtBot
) -> None:
    before = explorer.session.recipe
    send("/nothing", 1)
    send("/noise/x", 1)
    send("/direction", 1)
    assert remote.log.unknown == 3 and effect(remote, "/nothing") == "Nothing has this address."
    send("/psi", "high")
    assert effect(remote, "/psi") == "'high' is no number."
    send("/psi", float("nan"))
    assert effect(remote, "/psi") == "'nan' is no number."
    send("/noise/77", 1)
    assert effect(remote, "/noise/77") == "It has no noise layer 77."
    send("/direction/beard", 1)
    assert "no direction “beard”" in effect(remote, "/direction/beard")
    raw(b"rubbish")
    qtbot.waitUntil(lambda: remote.inbox.unread == 1)
    assert explorer.session.recipe == before
    send("/psi", 99.0)
    assert explorer.session.recipe.psi == 2


def test_a_control_that_is_grey_does_nothing_and_the_list_says_why(
    explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    explorer.session.set_model(model_info(name="plain", capabilities=PLAIN), "plain.safetensors")
    before = explorer.session.recipe
    for address, numbers in (("/psi", [0.1]), ("/mix/coarse", [0.5]), ("/noise", [0.5]), ("/noise/1", [0.5])):
        send(address, *numbers)
        assert "model" in effect(remote, address), address
    assert explorer.session.recipe == before
    explorer.remoting.steering._latent.lock.setChecked(True)
    for address, numbers in (("/seed", [3]), ("/pad", [1, 1]), ("/walk", [1])):
        send(address, *numbers)
        assert effect(remote, address) == "This face is locked."
    send("/command/new_face")
    assert effect(remote, "/command/new_face") == "Not now: This face is locked."
    assert explorer.session.recipe == before


def test_a_picture_is_moved_and_turned_where_it_can_be(
    explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    def offered() -> set[str]:
        return {control.address for control in remote.controls.every() if control.group == "Transform"}

    before = explorer.session.recipe
    send("/rotate", 10.0)
    assert "only StyleGAN3" in effect(remote, "/rotate") and explorer.session.recipe == before and not offered()
    can = Capabilities(transform=True)
    explorer.session.set_model(model_info(name="three", capabilities=can), "three.safetensors")
    assert offered() == {"/translate", "/translate/x", "/translate/y", "/rotate"}
    count, before = steps(explorer), explorer.session.recipe
    send("/translate", 0.25, -0.5)
    send("/translate/y", 0.125)
    send("/rotate", 999.0)
    rested(explorer, qtbot)
    assert explorer.session.recipe.transform == Transform(0.25, 0.125, 180.0) and steps(explorer) == count + 1
    assert effect(remote, "/rotate") == "turn 180.00 °, the end of its range"
    slider = explorer.remoting.steering._transform.sliders["rotation"]
    assert explorer.remoting.steering.addresses_of(slider) == ("/rotate",)
    send("/command/reset_the_transform")
    assert explorer.session.recipe == before


def test_without_a_network_everything_says_so(start: Make, qtbot: QtBot, window_home: Path) -> None:
    (window_home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    remote = explorer.remoting.remote
    controls = [control for control in remote.controls.every() if control.group != "Commands"]
    remote.inbox.put([Message(control.address, (1,) * control.numbers) for control in controls])
    qtbot.waitUntil(lambda: not remote.doing.waits)
    assert {row.effect for row in remote.log.rows} == {"There is no picture yet: open a model."}
    assert explorer.session.recipe == Recipe()


def test_a_walk_is_begun_and_ended_as_one_step(explorer: Explorer, send: Send, qtbot: QtBot) -> None:
    before = steps(explorer)
    send("/walk", 2.0)
    qtbot.waitUntil(lambda: explorer.session.recipe.latent.x > 1)
    assert steps(explorer) == before
    send("/walk", 0)
    assert steps(explorer) == before + 1 and explorer.remoting.steering._latent.walk.value == 0


def test_a_film_is_played_and_gone_through(explorer: Explorer, send: Send, remote: Remote, qtbot: QtBot) -> None:
    send("/film/play", 1)
    assert "at least two pictures" in effect(remote, "/film/play")
    for seed in (1, 2, 3):
        explorer.session.apply(Recipe(Latent(seed)))
        explorer.filming.add()
    qtbot.waitUntil(lambda: explorer.film.track.isEnabled())
    send("/film/position", 1.0)
    assert explorer.film.track.seconds == pytest.approx(1) and explorer.film.moment is not None
    send("/film/play", 1)
    assert explorer.film.playing
    send("/film/play", 1)
    assert explorer.film.playing
    send("/film/play", 0)
    assert not explorer.film.playing
    send("/film/play")
    assert explorer.film.playing
    send("/film/play")
    assert not explorer.film.playing


def test_favourites_are_gone_through(explorer: Explorer, send: Send, remote: Remote) -> None:
    for seed in (5, 6):
        explorer.session.apply(Recipe(Latent(seed)))
        explorer.history.star_current()
    send("/favourite", 1)
    assert explorer.session.recipe.latent.seed == 5
    send("/favourite/next", 1.0)
    send("/favourite/next", 0.0)
    assert explorer.session.recipe.latent.seed == 6
    send("/favourite/previous")
    assert explorer.session.recipe.latent.seed == 5
    send("/favourite", 3)
    assert effect(remote, "/favourite") == "This model has 2 favourites."


def test_a_favourite_that_is_not_there_ends_no_gesture(explorer: Explorer, send: Send, remote: Remote) -> None:
    """What moved before and after it came to be two steps of undo."""
    remote.doing._rest.setInterval(10**6)  # the hand goes on, however slow this machine is
    before = explorer.session.recipe
    for psi, word, number in ((0.2, "/favourite/next", 1), (0.3, "/favourite", 7), (0.4, "/favourite/next", 1)):
        send("/psi", psi)
        send(word, number)
        assert explorer.session.recipe.psi == psi and explorer.session.committed_recipe == before
    send("/favourite/previous")
    assert explorer.session.recipe == before  # without any, through the history
    explorer.session.undo()
    assert explorer.session.recipe.psi == 0.4


def test_it_works_while_presenting_and_the_caption_follows(
    explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    send("/present", 1)
    assert explorer.presenting.on
    send("/present", 1)
    assert explorer.presenting.on
    send("/psi", 0.25)
    rested(explorer, qtbot)
    drawn(explorer, qtbot)
    assert "0.25" in explorer.presenting.stage.caption.text
    for name in sorted(OF_THE_WINDOW):
        send(f"/command/{name}")
        assert effect(remote, f"/command/{name}") == "Not while the picture is presented."
    send("/present", 0)
    assert not explorer.presenting.on


def test_commands_from_afar_ask_nothing_and_write_nothing(
    explorer: Explorer, remote: Remote, directions: None, qtbot: QtBot, window_home: Path
) -> None:
    every = {name_in_address(action.text()): action for action in explorer.every_action()}
    assert every.keys() >= SAFE
    for name in sorted(every.keys() - SAFE):
        control = remote.controls.find(f"/command/{name}")
        assert control is not None
        with pytest.raises(ValueError, match="not done from afar"):
            control.take(())
    files = sorted(path for path in window_home.rglob("*") if "history" not in str(path))
    for name in sorted(SAFE - {"present", "full_screen", "next_model", "previous_model"}):
        remote.inbox.put([Message(f"/command/{name}")])
        remote.doing.apply()
        assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
    assert sorted(path for path in window_home.rglob("*") if "history" not in str(path)) == files
    assert {control.address for control in remote.controls.every() if control.group == "Commands"} == {
        f"/command/{name}" for name in SAFE
    }
    explorer.film.stop()
    explorer.remoting.steering._latent.stop_walk()


def test_what_was_bound_to_a_command_by_its_former_name_stays_bound(explorer: Explorer, remote: Remote) -> None:
    for former, now in FORMER.items():
        old, new = (remote.controls.find(f"/command/{name}") for name in (former, now))
        assert old is not None and new is not None and old.label == new.label


def test_rubbish_never_hurts_the_window(explorer: Explorer, remote: Remote, qtbot: QtBot, directions: None) -> None:
    chance = random.Random(7)
    addresses = [control.address for control in remote.controls.every() if control.kind is not Kind.PRESS]
    values: list[Any] = [
        float("nan"),
        float("inf"),
        -1e38,
        2**63 - 1,
        -(2**63),
        True,
        None,
        "x",
        b"\0",
        (0, 1),
        [],
        0.3,
    ]
    for _ in range(60):
        some = [
            Message(
                chance.choice([*addresses, f"/{chance.random()}", "/direction/" + "9" * 50, "/noise/99999999"]),
                tuple(chance.choice(values) for _ in range(chance.randrange(4))),
            )
            for _ in range(20)
        ]
        remote.inbox.put(some)
        remote.doing.apply()
    explorer.film.stop()
    explorer.presenting.leave()
    Recipe.from_json(explorer.session.recipe.to_json())
    assert remote.log.unknown and len(remote.log.rows) <= 40


def test_nothing_is_done_once_the_window_is_closed(explorer: Explorer, remote: Remote) -> None:
    explorer.window.close()
    explorer.close()
    before = explorer.session.recipe
    remote.inbox.put([Message("/psi", (0.1,))])
    QApplication.processEvents()
    assert explorer.session.recipe == before and not remote.doing._frame.isActive()


# -- MIDI --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def controller(explorer: Explorer, controllers: list[Input], qtbot: QtBot) -> Input:
    """The first controller, listened to."""
    remote = explorer.remoting.remote
    remote.listen_midi(True)
    qtbot.waitUntil(lambda: remote.midi_on)
    return controllers[-1]


def test_a_knob_is_learnt_and_kept(
    explorer: Explorer, controller: Input, qtbot: QtBot, start: Make, window_home: Path
) -> None:
    remote = explorer.remoting.remote
    controller.play("control_change", control=7, value=1)
    qtbot.waitUntil(lambda: bool(remote.log.rows))
    assert effect(remote, "cc 1 7") == "Moves nothing yet: learn it above."
    remote.learning.begin("/psi")
    before = explorer.session.recipe
    controller.play("control_change", control=7, value=60)
    qtbot.waitUntil(lambda: bool(remote.settings.bindings))
    assert remote.settings.bindings == (Binding("cc 1 7", "/psi"),) and explorer.session.recipe == before
    threading.Thread(target=lambda: controller.play("control_change", control=7, value=127)).start()
    qtbot.waitUntil(lambda: explorer.session.recipe.psi == 2)
    assert effect(remote, "cc 1 7") == "psi 2.00"
    remote.change_binding(0, low=0.0, high=1.0, invert=True)
    controller.play("control_change", control=7, value=127)
    qtbot.waitUntil(lambda: explorer.session.recipe.psi == 0)
    rested(explorer, qtbot)
    explorer.window.close()
    explorer.close()
    again = start().remoting.remote
    assert again.settings.bindings == (Binding("cc 1 7", "/psi", 0.0, 1.0, True),) and not again.midi_on
    again.remove_binding(0)
    assert again.settings.bindings == ()


def test_keys_press_and_other_messages_go_by(explorer: Explorer, controller: Input, qtbot: QtBot) -> None:
    remote = explorer.remoting.remote
    remote.add(Binding("note 1 36", "/command/new_face"))
    seed = explorer.session.recipe.latent.seed
    for kind, values in (
        ("note_off", {"note": 36}), ("program_change", {"program": 1}), ("aftertouch", {"value": 3}), ("clock", {}),
        ("note_on", {"note": 36, "velocity": 0}),
    ):  # fmt: skip
        controller.play(kind, **values)
    assert not remote.doing.waits
    controller.play("note_on", note=36, velocity=90)
    qtbot.waitUntil(lambda: explorer.session.recipe.latent.seed != seed)


def test_osc_faders_of_another_program_are_learnt_too(
    explorer: Explorer, remote: Remote, send: Send, qtbot: QtBot
) -> None:
    remote.learning.begin("/psi")
    send("/psi", 0.4)  # has a control already
    send("/psi", 0.4)
    assert explorer.session.recipe.psi == pytest.approx(0.4)
    send("/1/fader1", 0.3)
    qtbot.waitUntil(lambda: bool(remote.settings.bindings))
    send("/1/fader1", 1.0)
    assert explorer.session.recipe.psi == 2


def test_as_many_are_bound_as_can_be_read_again(explorer: Explorer, remote: Remote) -> None:
    many = tuple(Binding(f"/fader/{at}", "/psi") for at in range(MOST))
    remote.change(replace(remote.settings, bindings=many))
    remote.add(Binding("/new", "/psi"))
    assert len(remote.settings.bindings) == MOST and remote.settings.bindings[-1].source == "/new"


def test_a_chosen_controller_is_found_again_under_another_number(
    explorer: Explorer, controllers: list[Input], qtbot: QtBot
) -> None:
    remote = explorer.remoting.remote
    remote.change(replace(remote.settings, device="Launchpad:Launchpad MIDI 1 99:0"))
    remote.listen_midi(True)
    qtbot.waitUntil(lambda: remote.midi_on)
    assert remote.device == NAMES[1]
    remote.change(replace(remote.settings, device="Gone 3:0"))
    qtbot.waitUntil(lambda: bool(remote.midi_words))
    assert remote.midi_words == "Gone 3:0 is not connected: plug it in and look again, or choose another."
    assert not remote.midi_on and controllers[-1].closed


def test_a_controller_that_is_unplugged_is_said_to_be_and_is_heard_again_when_it_is_back(
    explorer: Explorer, controller: Input, controllers: list[Input], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = explorer.remoting.remote
    remote._looks_after.setInterval(10)
    monkeypatch.setattr(fake_midi, "NAMES", NAMES[1:])
    qtbot.waitUntil(lambda: remote.midi_words == f"{NAMES[0]} is no longer connected: plug it in again.")
    assert remote.midi_on and explorer.remoting.light.text() == "MIDI unplugged"
    assert len(controllers) == 1
    monkeypatch.setattr(fake_midi, "NAMES", [NAMES[1], "nanoKONTROL2:nanoKONTROL2 MIDI 1 28:0"])
    qtbot.waitUntil(lambda: not remote.midi_words)
    assert explorer.remoting.light.text() == "MIDI"
    assert controller.closed and len(controllers) == 2
    remote.add(Binding("cc 1 7", "/psi"))
    controllers[-1].play("control_change", control=7, value=127)
    qtbot.waitUntil(lambda: explorer.session.recipe.psi == 2)
    remote.listen_midi(False)
    assert not remote._looks_after.isActive()


def test_a_controller_that_is_not_there_at_the_start_is_said_not_to_be(
    start: Make, qtbot: QtBot, controllers: list[Input]
) -> None:
    RemoteSettings(midi_at_start=True, device="Gone 3:0").save()
    explorer = start()
    said = "Remote control: Gone 3:0 is not connected: plug it in and look again, or choose another."
    qtbot.waitUntil(lambda: explorer.window.banner.sentence == said)
    assert not explorer.remoting.remote.midi_on


class Broken:
    """A MIDI system that fails, at once or when a controller is opened."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def get_input_names(self) -> tuple[str, ...]:
        if not self.names:
            raise OSError("error creating a client")
        return self.names

    def open_input(self, *_: object, **__: object) -> None:
        raise OSError("busy")


@pytest.mark.parametrize(
    ("system", "sentence"),
    [
        (Broken(), "This computer's MIDI cannot be used (error creating a client)."),
        (Broken("Knobs"), "Knobs cannot be opened (busy): perhaps another program has it."),
    ],
    ids=["none", "busy"],
)
def test_what_the_system_refuses_is_said_in_one_sentence(
    explorer: Explorer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, system: Broken, sentence: str
) -> None:
    monkeypatch.setattr(midi, "backend", lambda: system)
    remote = explorer.remoting.remote
    remote.listen_midi(True)
    qtbot.waitUntil(lambda: remote.midi_words == sentence)
    assert not remote.midi_on and not remote.midi_opening


def test_a_computer_without_midi_says_so_in_one_sentence(
    explorer: Explorer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(midi, "SEQUENCER", tmp_path / "seq")
    monkeypatch.setattr(midi.sys, "platform", "linux")
    remote = explorer.remoting.remote
    remote.listen_midi(True)
    qtbot.waitUntil(lambda: bool(remote.midi_words))
    assert not remote.midi_on
    assert remote.midi_words.startswith(("This computer has no MIDI", "MIDI needs the packages"))
    assert remote.midi_words.count(". ") == 0


def test_without_the_packages_one_sentence_names_them(
    explorer: Explorer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mido", None)
    monkeypatch.setitem(sys.modules, "pythonosc.osc_message", None)
    remote = explorer.remoting.remote
    remote.listen_osc(True)
    assert remote.osc_words == "OSC needs the package python-osc: install it with pip install python-osc."
    remote.listen_midi(True)
    qtbot.waitUntil(lambda: bool(remote.midi_words))
    assert "pip install mido python-rtmidi" in remote.midi_words


def test_a_change_of_network_keeps_the_bindings(explorer: Explorer, remote: Remote, send: Send) -> None:
    remote.add(Binding("/1/fader1", "/direction/smile"))
    send("/1/fader1", 0.75)
    assert "no direction “smile”" in effect(remote, "/1/fader1")
    explorer.session.set_model(info("other"), "other.safetensors")
    assert remote.settings.bindings == (Binding("/1/fader1", "/direction/smile"),)
