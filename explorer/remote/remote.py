"""Remote control: what comes in by OSC and MIDI moves the controls, at most once a frame, in the window's thread."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.background import Background
from explorer.controls.slider import REST
from explorer.jobs import Problem
from explorer.remote.bindings import Binding, RemoteSettings
from explorer.remote.control import Control, Kind, name_in_address
from explorer.remote.inbox import Inbox
from explorer.remote.learning import Learning
from explorer.remote.log import MessageLog
from explorer.remote.message import Message
from explorer.remote.midi import MidiPort, inputs
from explorer.remote.osc import OscPort, is_local
from explorer.remote.translating import Translating
from explorer.session import Session

FRAME = 16  # milliseconds
UNBOUND = "nothing yet: learn it above"
UNKNOWN = "there is no such address"


class Controls(Protocol):
    """Where controls are found, as :class:`explorer.steering.Steering` does it."""

    def find(self, address: str) -> Control | None:
        """The control of an address, if it is one."""

    def every(self) -> Iterator[Control]:
        """All there are now."""


class Remote(QObject):
    """Nothing listens until :meth:`listen_osc` or :meth:`listen_midi` is called, or a person ticked "at start".

    A stream of movement is one gesture: one step of undo after 400 ms of rest, as with wheel and keys.
    """

    changed = Signal()  # what is on, the settings, or what is said of them
    active = Signal()  # messages were done
    said = Signal(object, str)  # Problem, tone

    def __init__(self, session: Session, controls: Controls, disk: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self.controls, self._disk = session, controls, disk
        self.settings, self._trouble = RemoteSettings.load()
        self.osc_on = self.midi_on = self.midi_opening = False
        self.osc_words = self.midi_words = ""  # what is wrong
        self.device = ""  # the controller that is listened to
        self.log, self.inbox, self.learning = MessageLog(), Inbox(self), Learning(self)
        self.translating = Translating()
        self._osc = OscPort(lambda messages, unread: self.inbox.put(messages, unread))
        self._midi = MidiPort(lambda message: self.inbox.put((message,)))
        self._frame = QTimer(self, singleShot=True)
        self._frame.timeout.connect(self.apply)
        self._applied, self._closed = 0.0, False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(session.commit)
        self.inbox.filled.connect(self._wake)
        self.learning.learned.connect(self.add)
        self._take(self.settings)

    def start(self) -> None:
        """Listens to what a person wants to be listened to from the start, and says what was wrong with the file."""
        if self._trouble:
            self.said.emit(Problem(self._trouble), "warning")
        if self.settings.osc_at_start:
            self.listen_osc(True)
            if self.osc_words:
                self.said.emit(Problem(f"Remote control: {self.osc_words}"), "warning")
        if self.settings.midi_at_start:
            self.listen_midi(True)

    # -- on and off -----------------------------------------------------------------------------------------------

    def listen_osc(self, on: bool) -> None:
        """Opens the port, or closes it; ``osc_words`` says why it could not be opened."""
        self._osc.close()
        self.osc_on, self.osc_words = False, ""
        if on:
            try:
                self._osc.open(self.settings.address, self.settings.port)
                self.osc_on = True
            except (OSError, ValueError) as error:
                self.osc_words = str(error)
        self.changed.emit()

    def listen_midi(self, on: bool) -> None:
        """Opens the controller, or closes it, in the background; ``midi_words`` says why it could not be opened."""
        self.midi_on, self.midi_words, self.midi_opening, self.device = False, "", on, ""
        if on:
            name = self.settings.device
            self._disk.do(lambda: self._midi.open(name), self._opened, self._refused)
        else:
            self._disk.do(self._midi.close, lambda _: None)
        self.changed.emit()

    def look_for_devices(self, then: Callable[[Sequence[str]], None]) -> None:
        """Hands the names of the controllers that are connected to ``then``; ``midi_words`` says why there are none."""

        def failed(error: Exception) -> None:
            self.midi_words = str(error)
            then(())
            self.changed.emit()

        self._disk.do(inputs, then, failed)

    @property
    def warning(self) -> str:
        """What listening at the chosen address means, where others than this computer reach it."""
        if is_local(self.settings.address):
            return ""
        return "Everybody in the network that reaches this address can steer the window; nothing asks for a password."

    @property
    def on_words(self) -> str:
        """What is listened to, in a few words; empty while nothing is."""
        osc = f"OSC {self._osc.number}" if self.osc_on else ""
        return " · ".join(filter(None, [osc, "MIDI" if self.midi_on else ""]))

    def close(self) -> None:
        """Listens no more."""
        self._closed = True
        self._frame.stop()
        self._rest.stop()
        self.learning.stop()
        self._osc.close()
        self.osc_on = self.midi_on = False
        self._disk.do(self._midi.close, lambda _: None)

    # -- what is kept ---------------------------------------------------------------------------------------------

    def change(self, settings: RemoteSettings) -> None:
        """Takes other settings and writes them; a port that is open at another address is opened anew."""
        before = self.settings
        if settings == before:
            return
        self._take(settings)
        self._disk.do(settings.save, lambda _: None, lambda error: self.said.emit(Problem(str(error)), "warning"))
        if self.osc_on and (settings.address, settings.port) != (before.address, before.port):
            self.listen_osc(True)
        if (self.midi_on or self.midi_opening) and settings.device != before.device:
            self.listen_midi(True)
        self.changed.emit()

    def add(self, binding: Binding) -> None:
        """Binds a knob to a control, in the place of the same knob on the same control."""
        others = [each for each in self.settings.bindings if _ends(each) != _ends(binding)]
        self.change(replace(self.settings, bindings=(*others, binding)))

    def change_binding(self, at: int, **changes: object) -> None:
        """Another range, or the other way round."""
        made = list(self.settings.bindings)
        made[at] = replace(made[at], **changes)  # type: ignore[arg-type]
        self.change(replace(self.settings, bindings=tuple(made)))

    def remove_binding(self, at: int) -> None:
        """Forgets a binding."""
        made = self.settings.bindings
        self.change(replace(self.settings, bindings=made[:at] + made[at + 1 :]))

    # -- messages -------------------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Does what has come in since the last frame: moves told as one, keys one after the other."""
        self._applied = time.monotonic()
        messages = self.inbox.take()
        if self.learning.control:
            self.learning.hear(messages)
            return
        steps = [(message, step) for message in messages for step in self._steps(message)]
        for moves, some in groupby(steps, key=lambda each: each[1] is None or each[1][0].kind is Kind.VALUE):
            if moves:
                with self._session.at_once():
                    for message, step in some:
                        self._do(message, step)
            else:
                for message, step in some:
                    self._do(message, step)
        if messages:
            self.active.emit()

    def _steps(self, message: Message) -> "Iterator[tuple[Control, Sequence[object]] | None]":
        """The controls a message moves, with the numbers for each; None where there is none."""
        found = list(self.translating.steps(message, self.controls.find))
        if found or self.translating.has(message.address):
            yield from found
            return
        spoken = _command(message)
        control = None if message.is_midi else self.controls.find(spoken.address)
        yield (control, spoken.arguments) if control is not None else None

    def _do(self, message: Message, step: "tuple[Control, Sequence[object]] | None") -> None:
        did, effect = False, UNBOUND if message.is_midi else UNKNOWN
        if step is None:
            self.log.unknown += 1
        else:
            try:
                effect, did = step[0].take(step[1]), True
            except ValueError as error:
                effect = str(error)
        if did and step is not None and step[0].kind is Kind.VALUE and step[0].rests:
            self._rest.start()
        if effect:
            self.log.add(message.address, message.words, effect, did)

    def _wake(self) -> None:
        """Something waits: it is done in the next frame."""
        if not self._closed and not self._frame.isActive():
            passed = 1000 * (time.monotonic() - self._applied)
            self._frame.start(max(0, round(FRAME - passed)))

    def _take(self, settings: RemoteSettings) -> None:
        self.settings = settings
        self.inbox.every = self.translating.take(settings.bindings, self.controls.find)

    def _opened(self, name: str) -> None:
        if self.midi_opening:
            self.midi_on, self.midi_opening, self.device = True, False, name
            self.changed.emit()

    def _refused(self, error: Exception) -> None:
        if self.midi_opening:
            self.midi_opening, self.midi_words = False, str(error)
            self.changed.emit()


def _ends(binding: Binding) -> tuple[str, str]:
    return binding.source, binding.control


def _command(message: Message) -> Message:
    """``/command "Mean face"`` as ``/command/mean_face``."""
    if message.address == "/command" and message.arguments and isinstance(message.arguments[0], str):
        return Message(f"/command/{name_in_address(message.arguments[0])}", message.arguments[1:])
    return message
