"""Remote control: what is listened to, which knob moves what, and what is kept of both."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.problem import Problem
from explorer.remote.bindings import MOST, Binding, RemoteSettings
from explorer.remote.doing import Controls, Doing
from explorer.remote.midi import MidiPort, inputs
from explorer.remote.osc import OscPort, is_local
from explorer.session import Session
from explorer.work.background import Background

LOOK_AFTER = 2000  # milliseconds between two looks whether the controller is still connected


class Remote(QObject):
    """Nothing listens until :meth:`listen_osc` or :meth:`listen_midi` is called, or a person ticked "at start"."""

    changed = Signal()  # what is on, the settings, or what is said of them
    said = Signal(object, str)  # Problem, tone

    def __init__(self, session: Session, controls: Controls, disk: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.controls, self._disk = controls, disk
        self.settings, self._trouble = RemoteSettings.load()
        self.osc_on = self.midi_on = self.midi_opening = False
        self.osc_words = self.midi_words = ""  # what is wrong
        self.device = ""  # the controller that is listened to
        self.doing = Doing(session, controls, self)
        self.log, self.inbox, self.learning = self.doing.log, self.doing.inbox, self.doing.learning
        self._osc = OscPort(self.inbox.put)
        self._midi = MidiPort(lambda message: self.inbox.put((message,)))
        self._looks_after = QTimer(self, singleShot=True, interval=LOOK_AFTER)
        self._looks_after.timeout.connect(self._look_after)
        self._at_start = False  # whether the controller is opened because it is wanted at every start
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
            self._at_start = True

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
        self._at_start = False
        self._looks_after.stop()
        if on:
            name = self.settings.device
            self._disk.do(lambda: self._midi.open(name), self._opened, self._refused)
        else:
            self._disk.do(self._midi.close, lambda _: None)
        self.changed.emit()

    def look_for_devices(self, then: Callable[[Sequence[str], str], object]) -> None:
        """Hands the names of the controllers that are connected to ``then``, or why there cannot be any."""
        self._disk.do(inputs, lambda names: _call(then, names, ""), lambda error: _call(then, (), str(error)))

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
        midi = "MIDI unplugged" if self.midi_words else "MIDI"
        return " · ".join(filter(None, [osc, midi if self.midi_on else ""]))

    def close(self) -> None:
        """Listens no more."""
        self.doing.close()
        self._looks_after.stop()
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
        if (settings.address, settings.port) != (before.address, before.port):
            self.listen_osc(self.osc_on)
        if (self.midi_on or self.midi_opening) and settings.device != before.device:
            self.listen_midi(True)
        self.changed.emit()

    def add(self, binding: Binding) -> None:
        """Binds a knob to a control, instead of the same knob on the same control, or of the oldest of too many."""
        others = [each for each in self.settings.bindings if _ends(each) != _ends(binding)]
        self.change(replace(self.settings, bindings=(*others, binding)[-MOST:]))

    def change_binding(self, at: int, **changes: object) -> None:
        """Another range, or the other way round."""
        made = list(self.settings.bindings)
        made[at] = replace(made[at], **changes)  # type: ignore[arg-type]
        self.change(replace(self.settings, bindings=tuple(made)))

    def remove_binding(self, at: int) -> None:
        """Forgets a binding."""
        made = self.settings.bindings
        self.change(replace(self.settings, bindings=made[:at] + made[at + 1 :]))

    def put_back(self, at: int, binding: Binding) -> None:
        """Has a binding again that was forgotten, at its place."""
        made = self.settings.bindings
        self.change(replace(self.settings, bindings=(*made[:at], binding, *made[at:])[:MOST]))

    def _take(self, settings: RemoteSettings) -> None:
        self.settings = settings
        self.doing.use(settings.bindings)

    def _opened(self, name: str) -> None:
        if self.midi_opening:
            self.midi_on, self.midi_opening, self.device = True, False, name
            self._looks_after.start()
            self.changed.emit()

    def _refused(self, error: Exception) -> None:
        if self.midi_opening:
            self.midi_opening, self.midi_words = False, str(error)
            if self._at_start:
                self.said.emit(Problem(f"Remote control: {error}"), "warning")
            self.changed.emit()

    def _look_after(self) -> None:
        """Systems do not tell when a controller is unplugged; one that is plugged in again is listened to again."""
        self._disk.do(self._midi.look_after, self._show_connected, lambda error: self._tell(str(error)))

    def _show_connected(self, there: bool) -> None:
        self._tell("" if there else f"{self.device} is no longer connected: plug it in again.")

    def _tell(self, words: str) -> None:
        """What is wrong with the open controller, or nothing; then it is looked for again."""
        if not self.midi_on:
            return
        self._looks_after.start()
        if words != self.midi_words:
            self.midi_words = words
            self.changed.emit()


def _call(then: Callable[[Sequence[str], str], object], names: Sequence[str], why: str) -> None:
    then(names, why)


def _ends(binding: Binding) -> tuple[str, str]:
    return binding.source, binding.control
