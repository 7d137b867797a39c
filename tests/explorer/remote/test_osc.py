"""OSC as it comes: what is read of a datagram, that no datagram does harm, and how a port is opened and closed."""

import logging
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from explorer.remote.message import Message
from explorer.remote.osc import LONGEST, OscPort, checked_address, is_local, read_packet


def packed(address: str, *values: object) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


def bundled(*parts: bytes) -> bytes:
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(struct.pack(">i", len(part)) + part for part in parts)


class Heard:
    """Collects what a port takes."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.unread = 0

    def take(self, messages: Sequence[Message], unread: int, dropped: int) -> None:
        self.messages += messages
        self.unread += unread
        assert not dropped


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def port(heard: Heard) -> Iterator[OscPort]:
    made = OscPort(heard.take)
    yield made
    made.close()


def until(done: object) -> None:
    end = time.monotonic() + 60
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.002)


def test_a_message_and_a_bundle_are_read() -> None:
    assert read_packet(packed("/psi", 0.5)) == [Message("/psi", (0.5,))]
    assert read_packet(packed("/favourite/next")) == [Message("/favourite/next")]
    assert read_packet(packed("/x", 1, True, "a", b"\1\2")) == [Message("/x", (1, True, "a", b"\1\2"))]
    builder = OscBundleBuilder(IMMEDIATELY)
    builder.add_content(OscMessageBuilder("/reset").build())
    assert read_packet(builder.build().dgram + b"") == [Message("/reset")]
    nested = bundled(packed("/a", 1), bundled(packed("/b", 2)), packed("/c", 3))
    assert [message.address for message in read_packet(nested)] == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"psi", b"/psi", b"/psi\0\0\0", b"/psi\0\0\0\0,f\0\0\0", b"/\xff\xfe\0,f\0\0\0\0\0\0",
        b"/psi\0\0\0\0,[[[", b"/psi\0\0\0\0,q\0\0" + bytes(8), b"/psi\0\0\0\0,b\0\0\x7f\xff\xff\xff",
        b"#bundle\0", bundled(b"nothing\0"), bundled(packed("/a"))[:-2],
        b"#bundle\0" + bytes(8) + struct.pack(">i", -4),  # python-osc 1.10.2 reads this for ever
        b"#bundle\0" + bytes(8) + struct.pack(">i", 0),
        b"/psi\0\0\0\0," + b"f" * 71 + bytes(4 * 72), b"/" + bytes(LONGEST + 3),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_osc_is_refused_in_a_sentence(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        read_packet(data)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_bundles_within_bundles_end() -> None:
    data = packed("/a")
    for _ in range(300):
        data = bundled(data)
    with pytest.raises(ValueError, match="bundle"):
        read_packet(data)
    with pytest.raises(ValueError, match="too many"):
        read_packet(bundled(*[packed("/a")] * 600))


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda rest: b"#bundle\0" + bytes(8) + rest))
def test_no_bytes_do_harm(data: bytes) -> None:
    try:
        assert all(isinstance(message, Message) for message in read_packet(data))
    except ValueError as error:
        assert str(error)


def test_damaged_messages_do_no_harm() -> None:
    chance, whole = (
        random.Random(1),
        bundled(packed("/psi", 0.5), packed("/pad", 1.0, 2.0), packed("/command", "reset")),
    )
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_packet(bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.3 else data))
        except ValueError as error:
            assert str(error)


def test_a_port_hears_and_is_closed_at_once(port: OscPort, heard: Heard) -> None:
    port.open("127.0.0.1", 0)
    number = port.number
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(packed("/psi", 0.25), ("127.0.0.1", number))
    until(lambda: heard.messages)
    assert heard.messages == [Message("/psi", (0.25,))]
    port.close()  # without another message
    assert port.number == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "osc"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", number))  # is free again


def test_nothing_is_ever_answered(port: OscPort, heard: Heard) -> None:
    port.open("127.0.0.1", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for data in (packed("/psi", 0.5), packed("/nothing"), b"rubbish", b""):
            sender.sendto(data, ("127.0.0.1", port.number))
        until(lambda: len(heard.messages) + heard.unread == 4)
        sender.settimeout(0.05)
        with pytest.raises(TimeoutError):
            sender.recv(100)
    assert (len(heard.messages), heard.unread) == (2, 2)


def test_a_port_that_cannot_be_opened_says_why(port: OscPort) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        with pytest.raises(OSError, match=f"Port {taken} is used by another program"):
            port.open("127.0.0.1", taken)
    with pytest.raises(OSError, match="no address of this computer"):
        port.open("192.0.2.1", 9000)
    with pytest.raises(ValueError, match="type one in numbers"):
        port.open("stage.example", 9000)
    with pytest.raises(OSError, match="Port 70000"):
        port.open("127.0.0.1", 70000)
    assert port.number == 0


def test_addresses() -> None:
    assert checked_address("") == checked_address("localhost ") == "127.0.0.1"
    assert checked_address("::1") == "::1"
    assert is_local("127.0.0.1") and is_local("::1")
    assert not is_local("0.0.0.0") and not is_local("192.168.1.5")


def test_a_message_is_written_for_people() -> None:
    assert Message("/psi", (0.55,)).words == "/psi 0.55"
    assert Message("/x", (b"12", "a\nb")).words == "/x (2 bytes) a·b"
    assert len(Message("/" + "x" * 300).words) == 81
    assert Message("cc 1 7", (64,)).words == "CC 7, channel 1: 64"
