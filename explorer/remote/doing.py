"""Doing what came in: at most once a frame, moves told as one, keys one after the other, never for long."""

import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.controls.slider import REST
from explorer.remote.bindings import Binding
from explorer.remote.control import Control, Kind, name_in_address
from explorer.remote.inbox import Inbox
from explorer.remote.learning import Learning
from explorer.remote.log import MessageLog
from explorer.remote.message import Message
from explorer.remote.translating import Step, Translating
from explorer.session import Session

FRAME = 16  # milliseconds
BUDGET = 0.008  # seconds of a frame; what is beyond it waits for the next
UNBOUND = "Moves nothing yet: learn it above."
UNKNOWN = "Nothing has this address."
LEARNT = "Heard, to learn what it is to move."
Deed = tuple[Message, Step | None]
"""A message, and a control with its numbers; None where there is no such control."""


class Controls(Protocol):
    """Where controls are found, as :class:`explorer.steering.Steering` does it."""

    def find(self, address: str) -> Control | None:
        """The control of an address, if it is one."""

    def every(self) -> Iterator[Control]:
        """All there are now."""


class Doing(QObject):
    """Takes from its inbox what any thread has put there, in the window's thread.

    A stream of movement is one gesture: one step of undo after 400 ms of rest, as with wheel and keys.
    """

    active = Signal()  # something was done, or could not be

    def __init__(self, session: Session, controls: Controls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._controls = session, controls
        self.log, self.inbox, self.learning = MessageLog(), Inbox(self), Learning(self)
        self._translating = Translating()
        self._left: list[Deed] = []  # that the frame had no time for
        self._begun = self._ended = 0.0  # of the last frame
        self._closed = False
        self._frame = QTimer(self, singleShot=True)
        self._frame.timeout.connect(self.apply)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(session.commit)
        self.inbox.filled.connect(self._wake)

    @property
    def waits(self) -> bool:
        """Whether something is still to be done."""
        return self.inbox.waits or bool(self._left)

    def use(self, bindings: Sequence[Binding]) -> None:
        """From now on these knobs move these controls."""
        self.inbox.every = self._translating.take(bindings, self._controls.find)

    def close(self) -> None:
        """Does nothing any more."""
        self._closed = True
        self._frame.stop()
        self._rest.stop()
        self.learning.stop()

    def apply(self) -> None:
        """Does what has come in since the last frame, as far as the time for it goes."""
        self._begun = time.monotonic()
        deeds, at = self._left or [(each, step) for each in self._heard() for step in self._steps(each)], 0
        while at < len(deeds) and (at == 0 or time.monotonic() - self._begun < BUDGET):
            moves = _moves(deeds[at:])
            with self._session.at_once():
                for deed in moves:
                    self._do(*deed)
            if not moves:
                self._do(*deeds[at])
            at += len(moves) or 1
        self._left = deeds[at:]
        self._ended = time.monotonic()
        if deeds:
            self.active.emit()
        if self.waits:
            self._wake()

    def _heard(self) -> list[Message]:
        """What has come in, but for what a control that is learnt waits for."""
        messages = self.inbox.take()
        if not self.learning.control:
            return messages
        known = [each for each in messages if not each.is_midi and self._controls.find(each.address) is not None]
        heard = [each for each in messages if each not in known]
        for each in heard:
            self.log.add(each.address, each.words, LEARNT, did=True)
        self.learning.hear(heard)
        return known

    def _steps(self, message: Message) -> Iterator[Step | None]:
        """The controls a message moves, with the numbers for each; None where there is none."""
        if self._translating.has(message.address):
            yield from self._translating.steps(message, self._controls.find)
            return
        spoken = _command(message)
        control = None if message.is_midi else self._controls.find(spoken.address)
        yield (control, spoken.arguments) if control is not None else None

    def _do(self, message: Message, step: Step | None) -> None:
        did, effect = False, UNBOUND if message.is_midi else UNKNOWN
        if step is None:
            self.log.unknown += 1
        else:
            try:
                effect, did = step[0].take(step[1]), True
            except ValueError as error:
                effect = str(error)
            if did and step[0].kind is Kind.VALUE and step[0].rests:
                self._rest.start()
        if effect:
            self.log.add(message.address, message.words, effect, did)

    def _wake(self) -> None:
        """Something waits: it is done in the next frame, and the window has as much time for itself as this takes."""
        if not self._closed and not self._frame.isActive():
            passed = 1000 * (time.monotonic() - self._begun)
            self._frame.start(max(0, round(FRAME - passed), round(1000 * (self._ended - self._begun))))


def _moves(deeds: Sequence[Deed]) -> list[Deed]:
    """The first of these, as far as all of them move something or mean nothing."""
    keys = (at for at, (_, step) in enumerate(deeds) if step is not None and step[0].kind is not Kind.VALUE)
    return list(deeds[: next(keys, len(deeds))])


def _command(message: Message) -> Message:
    """``/command "Mean face"`` as ``/command/mean_face``."""
    if (
        message.address.casefold().rstrip("/") == "/command"
        and message.arguments
        and isinstance(message.arguments[0], str)
    ):
        return Message(f"/command/{name_in_address(message.arguments[0])}", message.arguments[1:])
    return message
