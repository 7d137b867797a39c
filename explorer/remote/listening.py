"""The upper part of the dialog: OSC and MIDI on and off, where they listen, and what that means."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from explorer import theme
from explorer.controls.buttons import IconButton
from explorer.controls.field import Field
from explorer.controls.text import restyle, text_label
from explorer.remote.osc import checked_address, checked_port, is_local
from explorer.remote.remote import Remote

FIRST = "The first there is"
TIPS = {
    "osc": "Listens to OSC messages at this address and port, until the window is closed or this is switched off.",
    "address": "Where it listens: 127.0.0.1 is this computer alone, 0.0.0.0 everything that can reach it.",
    "port": "The UDP port, 1 to 65535: the sending program must name the same.",
    "osc at start": "Switches OSC on whenever the program starts.",
    "midi": "Listens to a MIDI controller, until the window is closed or this is switched off.",
    "device": "The controller that is listened to.",
    "look": "Looks for controllers again.",
    "midi at start": "Switches MIDI on whenever the program starts.",
}


class ValueField(Field):
    """A line for one word; ``typed`` carries what a person has typed."""

    typed = Signal(str)

    def __init__(self, name: str, tip: str, width: int) -> None:
        super().__init__()
        self._value = ""
        self.setProperty("kind", "mono")
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFixedWidth(width)

    def show_value(self, value: str) -> None:
        """Shows a value, unless a person is typing another one."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self.write()

    def write(self) -> None:
        self.setText(self._value)
        self.setModified(False)

    def take(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.typed.emit(self.text())


class Listening(QWidget):
    """Follows a Remote and changes it."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self._remote = remote
        self._refused = ""  # why what was typed last is not taken
        self._no_midi = ""  # why there can be no controllers
        self.osc, self.midi = _check("OSC", TIPS["osc"]), _check("MIDI", TIPS["midi"])
        self.address = ValueField("OSC address", TIPS["address"], 150)
        self.port = ValueField("OSC port", TIPS["port"], 70)
        self.osc_at_start = _check("at start", TIPS["osc at start"], "OSC at start")
        self.midi_at_start = _check("at start", TIPS["midi at start"], "MIDI at start")
        self.device, self.look = QComboBox(), IconButton("reset", "Look for controllers", TIPS["look"])
        self.osc_words, self.midi_words = text_label(tone="muted", wraps=True), text_label(tone="muted", wraps=True)
        self._lay_out()
        self._connect()
        self.show_remote()

    def look_for_devices(self) -> None:
        """Fills the list of controllers."""
        self._remote.look_for_devices(self._show_devices)

    def show_remote(self) -> None:
        """Shows what is on and what is said of it."""
        remote, kept = self._remote, self._remote.settings
        for box, on in (
            (self.osc, remote.osc_on), (self.midi, remote.midi_on or remote.midi_opening),
            (self.osc_at_start, kept.osc_at_start), (self.midi_at_start, kept.midi_at_start),
        ):  # fmt: skip
            with QSignalBlocker(box):
                box.setChecked(on)
        self.address.show_value(kept.address)
        self.port.show_value(str(kept.port))
        _say(self.osc_words, *self._osc_sentence())
        _say(self.midi_words, *self._midi_sentence())

    def take_address(self, text: str) -> None:
        """Takes an address that was typed, or says why not."""
        try:
            self._change(address=checked_address(text))
        except ValueError as error:
            self._refuse(str(error))

    def take_port(self, text: str) -> None:
        """Takes a port that was typed, or says why not."""
        try:
            self._change(port=checked_port(text))
        except ValueError as error:
            self._refuse(str(error))

    def _change(self, **changes: object) -> None:
        self._refused = ""
        self._remote.change(replace(self._remote.settings, **changes))  # type: ignore[arg-type]
        self.show_remote()

    def _refuse(self, sentence: str) -> None:
        self._refused = sentence
        self.show_remote()

    def _osc_sentence(self) -> tuple[str, str]:
        remote, kept = self._remote, self._remote.settings
        if wrong := self._refused or remote.osc_words:
            return wrong, "bad"
        where = f"Listens at {kept.address}, port {kept.port}." if remote.osc_on else "Off: nothing listens."
        if is_local(kept.address):
            return f"{where} Only programs on this computer can reach it." if remote.osc_on else where, "muted"
        return f"{where} {remote.warning}", "warning"

    def _midi_sentence(self) -> tuple[str, str]:
        remote = self._remote
        if remote.midi_words:
            return remote.midi_words, "warning"
        if remote.midi_opening:
            return "Opening it …", "muted"
        return f"Listens to {remote.device}." if remote.midi_on else self._no_midi or "Off: nothing listens.", "muted"

    def _show_devices(self, names: Sequence[str], why: str) -> None:
        kept, self._no_midi = self._remote.settings.device, why
        with QSignalBlocker(self.device):
            self.device.clear()
            self.device.addItem(FIRST, "")
            for name in dict.fromkeys([*names, *([kept] if kept else [])]):
                self.device.addItem(name, name)
            self.device.setCurrentIndex(max(0, self.device.findData(kept)))
        self.show_remote()

    def _connect(self) -> None:
        remote = self._remote
        remote.changed.connect(self.show_remote)
        self.osc.toggled.connect(self._switch_osc)
        self.midi.toggled.connect(remote.listen_midi)
        self.osc_at_start.toggled.connect(lambda on: self._change(osc_at_start=on))
        self.midi_at_start.toggled.connect(lambda on: self._change(midi_at_start=on))
        self.device.activated.connect(lambda _: self._change(device=self.device.currentData() or ""))
        self.look.clicked.connect(self.look_for_devices)
        self.address.typed.connect(self.take_address)
        self.port.typed.connect(self.take_port)
        for field in (self.address, self.port):
            field.finished.connect(self.osc.setFocus)

    def _switch_osc(self, on: bool) -> None:
        self._refused = ""
        self._remote.listen_osc(on)

    def _lay_out(self) -> None:
        self.device.setAccessibleName("MIDI controller")
        self.device.setToolTip(TIPS["device"])
        self.device.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.device.addItem(FIRST, "")
        port = text_label("port", "muted")
        port.setAlignment(theme.ALIGN_NUMBER)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for column, widget in enumerate((self.osc, self.address, port, self.port)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.osc_at_start, 0, 5)
        grid.addWidget(self.osc_words, 1, 1, 1, 5)
        grid.setRowMinimumHeight(2, 6)
        grid.addWidget(self.midi, 3, 0)
        grid.addWidget(self.device, 3, 1, 1, 3)
        grid.addWidget(self.look, 3, 4)
        grid.addWidget(self.midi_at_start, 3, 5)
        grid.addWidget(self.midi_words, 4, 1, 1, 5)
        grid.setColumnStretch(4, 1)


def _check(text: str, tip: str, name: str = "") -> QCheckBox:
    made = QCheckBox(text)
    made.setToolTip(tip)
    made.setAccessibleName(name or text)
    return made


def _say(label: QLabel, sentence: str, tone: str) -> None:
    label.setText(sentence)
    restyle(label, "tone", tone)
