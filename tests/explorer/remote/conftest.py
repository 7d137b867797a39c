"""The whole window that listens to real UDP packets on this computer, and a MIDI system that tests play."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from pythonosc.udp_client import SimpleUDPClient

from explorer.app import Explorer
from explorer.remote import midi
from explorer.remote.remote import Remote
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Vector
from tests.explorer.fake_backend import FakeBackend
from tests.explorer.remote import fake_midi
from tests.explorer.whole_window import Make, with_a_picture

Send = Callable[..., None]


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def explorer(start: Make, qtbot: QtBot, backend: FakeBackend) -> Explorer:
    """A window with a picture, in which nothing listens yet."""
    return with_a_picture(start, qtbot, backend)


@pytest.fixture
def remote(explorer: Explorer) -> Remote:
    """Its remote control, listening at a port that nobody else has."""
    made = explorer.remoting.remote
    made._osc.open("127.0.0.1", 0)
    made.osc_on = True
    made.changed.emit()
    return made


@pytest.fixture
def send(remote: Remote, qtbot: QtBot) -> Iterator[Send]:
    """Sends a message and waits until it has come, or not where there is no ``wait``."""
    client = SimpleUDPClient("127.0.0.1", remote._osc.number)

    def one(address: str, *values: Any, wait: bool = True) -> None:
        before = remote.inbox.came + remote.inbox.unread
        client.send_message(address, list(values))
        if wait:
            qtbot.waitUntil(lambda: remote.inbox.came + remote.inbox.unread > before and not remote.doing.waits)

    yield one
    client._sock.close()


@pytest.fixture
def raw(remote: Remote) -> Iterator[Callable[[bytes], None]]:
    """Sends any bytes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        yield lambda data: made.sendto(data, ("127.0.0.1", remote._osc.number)) and None


@pytest.fixture
def controllers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[fake_midi.Input]]:
    """Two controllers are connected; what is opened is in the list."""
    import mido

    monkeypatch.setattr(midi, "backend", lambda: mido.Backend("tests.explorer.remote.fake_midi"))
    yield fake_midi.ports
    fake_midi.ports.clear()


@pytest.fixture
def directions(explorer: Explorer, qtbot: QtBot) -> None:
    """The network has two, "Smile" and "Warm background"."""
    explorer.directions.shelf.found["pca"] = tuple(
        Entry(Direction(name, Vector.of(np.full(8, number))), "pca", number, explained=0.1)
        for number, name in enumerate(("Smile", "Warm background"), start=1)
    )
    explorer.directions.look_at("pca")
    qtbot.waitUntil(lambda: not explorer.directions.list.growing)


def effect(remote: Remote, address: str) -> str:
    """What the list says that the last message to an address did."""
    return remote.log._rows[address].effect
