"""OSC over UDP: datagrams are read in a thread of their own, and nothing is ever sent."""

import contextlib
import errno
import ipaddress
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from explorer.remote.message import Message

log = logging.getLogger(__name__)

LOCAL, PORT, MOST_PORT = "127.0.0.1", 9000, 65535
LONGEST = 8192  # bytes of a datagram; an Ethernet frame holds 1500
DEEPEST = 8  # bundles within bundles
MOST = 512  # messages in a bundle, and newest datagrams of a batch that are read
BUFFER = 1 << 20  # bytes, or as many as the system allows: where there is no room it throws the newest away
PAUSE = 0.004  # seconds between two batches: a flood leaves the window its share of Python's lock
BUNDLE = b"#bundle\0"
KNOWN = frozenset(b"ihfdsbTFN")  # kinds of arguments; the library would log each other one as a warning
MANY = 64  # arguments
TAKEN, FORBIDDEN, ABSENT = {errno.EADDRINUSE, 10048}, {errno.EACCES, errno.EPERM}, {errno.EADDRNOTAVAIL, 10049}


class OscPort:
    """Listens at one address, from :meth:`open`, and nothing else, to :meth:`close`.

    ``take`` gets the messages of a batch, in the thread, and how many datagrams could not be read, and were too many.
    """

    def __init__(self, take: Callable[[Sequence[Message], int, int], object]) -> None:
        self._take = take
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._wake: socket.socket | None = None

    @property
    def number(self) -> int:
        """The port that is listened at; 0 while it is closed."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    def open(self, address: str, port: int) -> None:
        """Begins to listen. Raises ValueError or OSError with one sentence where that cannot be."""
        self.close()
        _check_library()
        host = ipaddress.ip_address(checked_address(address))
        made = socket.socket(socket.AF_INET6 if host.version == 6 else socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        try:
            made.bind((str(host), port))
        except (OSError, OverflowError) as error:
            made.close()
            raise OSError(_why_not(error, address, port)) from None
        made.setblocking(False)
        heard, self._wake = socket.socketpair()
        self._socket = made
        self._thread = threading.Thread(target=self._listen, args=(made, heard), name="osc", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listens no more; the thread has ended when this returns."""
        if self._wake is not None and self._thread is not None:
            self._wake.close()  # which the thread hears
            self._thread.join()
        self._socket = self._thread = self._wake = None

    def _listen(self, port: socket.socket, wake: socket.socket) -> None:
        with port, wake, selectors.DefaultSelector() as selector:
            selector.register(port, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while all(key.fileobj is not wake for key, _ in selector.select()):
                self._read(port)
                time.sleep(PAUSE)

    def _read(self, port: socket.socket) -> None:
        """Takes what lies there; of a flood the newest datagrams alone."""
        found: deque[bytes] = deque(maxlen=MOST)
        came = 0
        with contextlib.suppress(OSError):  # there is no more, or the system tells of trouble with somebody's datagram
            while came < 16 * MOST:
                found.append(port.recv(LONGEST + 1))
                came += 1
        messages: list[Message] = []
        unread = 0
        for datagram in found:
            try:
                messages += read_packet(datagram)
            except ValueError as error:
                log.debug("%s", error)
                unread += 1
        self._take(messages, unread, came - len(found))


def checked_address(text: str) -> str:
    """An address in numbers, from what was typed. Raises ValueError; a name is not looked up, which can take long."""
    text = text.strip() or LOCAL
    try:
        return str(ipaddress.ip_address(LOCAL if text.lower() == "localhost" else text))
    except ValueError:
        raise ValueError(
            f"{text[:60]} is no address: type one in numbers, 127.0.0.1 for this computer alone."
        ) from None


def checked_port(text: str) -> int:
    """A port, from what was typed. Raises ValueError."""
    digits = text.strip().lstrip("0")
    if not digits.isdecimal() or len(digits) > 5 or int(digits) > MOST_PORT:
        raise ValueError(f"A port is a whole number from 1 to {MOST_PORT}.")
    return int(digits)


def is_local(address: str) -> bool:
    """Whether only programs on this computer reach an address. Raises ValueError as :func:`checked_address`."""
    return ipaddress.ip_address(checked_address(address)).is_loopback


def read_packet(data: bytes) -> list[Message]:
    """The messages of a datagram, those of bundles in their order; when they were meant for is not looked at.

    Raises ValueError with one sentence on anything that is no OSC. The library reads single messages only: its reader
    of bundles never ends where the size of an element is negative.
    """
    if len(data) > LONGEST:
        raise ValueError("The datagram is longer than any OSC message for this window.")
    found = []
    for message in _messages(data, DEEPEST):
        found.append(message)
        if len(found) > MOST:
            raise ValueError("The bundle holds too many messages.")
    return found


def _messages(data: bytes, deep: int) -> Iterator[Message]:
    if not data.startswith(BUNDLE):
        yield _message(data)
        return
    if not deep or len(data) < 16:
        raise ValueError("The bundle is cut off, or holds too many others within each other.")
    at = 16  # behind the time it is meant for
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big", signed=True)
        part = data[at + 4 : at + 4 + size]
        if size <= 0 or size % 4 or len(part) != size:
            raise ValueError("A part of the bundle does not fit into it.")
        yield from _messages(part, deep - 1)
        at += 4 + size


def _message(data: bytes) -> Message:
    from pythonosc.osc_message import OscMessage, ParseError

    if not data.startswith(b"/") or len(data) % 4:
        raise ValueError("This is no OSC message.")
    begin = data.find(b"\0") // 4 * 4 + 4  # of the kinds of its arguments, behind the address
    kinds = data[begin:].partition(b"\0")[0]
    if kinds and (len(kinds) > MANY or not kinds.startswith(b",") or not KNOWN.issuperset(kinds[1:])):
        raise ValueError("The message brings what this window does not know.")
    try:
        read = OscMessage(data)
        return Message(read.address, tuple(read.params))
    except (ParseError, ValueError, IndexError) as error:
        raise ValueError(f"The OSC message cannot be read: {error}") from None


def _check_library() -> None:
    """Imports it now: the first message finds it there."""
    try:
        import pythonosc.osc_message  # noqa: F401
    except ImportError:
        raise OSError("OSC needs the package python-osc: install it with pip install python-osc.") from None


def _why_not(error: Exception, address: str, port: int) -> str:
    number = getattr(error, "errno", None)
    if number in TAKEN:
        return f"Port {port} is used by another program: choose another."
    if number in FORBIDDEN:
        return f"Port {port} is not for programs of this person: choose one from 1024 up."
    if number in ABSENT:
        return f"{address} is no address of this computer: type 127.0.0.1, one of its own, or 0.0.0.0 for all of them."
    return f"Port {port} at {address} cannot be opened ({error}): choose another."
