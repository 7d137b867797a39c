"""The middle of the dialog: a control is chosen and learns its knob; below, every binding with its range."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QScrollArea, QSizePolicy, QWidget

from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import IconButton, button, chip
from explorer.controls.literal import literal_tip
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.slider import NumberField
from explorer.controls.text import text_label
from explorer.remote.bindings import Binding
from explorer.remote.control import Control, Kind
from explorer.remote.message import source_words
from explorer.remote.remote import Remote

NONE = "Nothing is bound yet. Choose a control and press Learn, or right-click a slider, then move a knob or a fader."
WAITING = "Now move the knob, fader or key that is to move {}. Esc gives up."
OFF = " Switch OSC or MIDI on first."
LEARN, WAIT = "Learn", "Waiting …"
SEEN = 5  # rows; more are scrolled to


class ControlChoice(QComboBox):
    """The controls there are; ``asked`` comes before they are shown, since a network may have got more."""

    asked = Signal()

    def showPopup(self) -> None:
        self.asked.emit()
        super().showPopup()


class BindingRow(QWidget):
    """One binding: from where, to which control, its range, the other way round, and away with it."""

    def __init__(self, binding: Binding, control: Control | None) -> None:
        super().__init__()
        decimals = 0 if control is not None and control.whole else 2
        words, name = source_words(binding.source), control.label if control else binding.control
        self.low, self.high = NumberField(decimals), NumberField(decimals)
        self.invert = QCheckBox("invert")
        self.delete = IconButton("close", f"Forget {name}", f"Forgets that {words} moves {name}.")
        self.delete.setToolTip(literal_tip(self.delete.toolTip()))
        source, target = _elided(words + (" (14 bit)" if binding.fine else "")), _elided(f"→ {name}")
        target.setToolTip(literal_tip(binding.control))
        between = text_label("to", "muted")
        between.setFixedWidth(14)
        row = Across(self, 8)
        row.addWidget(source, 4)
        row.addWidget(target, 5)
        for field, word, value in ((self.low, "lower", binding.low), (self.high, "upper", binding.high)):
            field.setFixedWidth(62)
            field.setAccessibleName(f"{name}, {word} end")
            field.setToolTip(literal_tip(f"The {word} end of the range that {words} goes through."))
            end = (control.low if word == "lower" else control.high) if control else 0.0
            field.show_value(end if value is None else value)
            row.addWidget(field)
            if word == "lower":
                row.addWidget(between)
        self.invert.setChecked(binding.invert)
        self.invert.setAccessibleName(f"Invert {name}")
        self.invert.setToolTip("Up is down, and on is off.")
        row.add(self.invert, self.delete)
        if control is None or control.kind not in (Kind.VALUE, Kind.CHOICE):
            between.setText("")
            for field in (self.low, self.high):
                field.clear()
                field.setEnabled(False)
                field.setToolTip("A button has no range." if control else "This control is not there now.")


class BindingList(QWidget):
    """Follows a Remote and changes its bindings."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self._remote = remote
        self._shown: object = None
        self.choice = ControlChoice()
        self.choice.setAccessibleName("Control")
        self.choice.setToolTip("The control that is to be moved by a knob, a fader or a key.")
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setMaxVisibleItems(18)
        self.learn = button(LEARN, "Waits for a knob, a fader or a key to move, and binds it to this control.")
        self.learn.setCheckable(True)
        self.back = chip("bring it back", "Binds again what was forgotten last.")
        self.back.hide()
        self._forgotten: list[tuple[int, Binding]] = []
        self.words = text_label(tone="muted", wraps=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.rows: list[BindingRow] = []
        self._column = Down(spacing=2, edges=(0, 0, 8, 0))
        self._lay_out()
        self.learn.clicked.connect(self._learn)
        self.back.clicked.connect(self._bring_back)
        self.choice.asked.connect(self.fill)
        remote.learning.changed.connect(self._show_learning)
        remote.changed.connect(self.show_remote)
        self.fill()
        self.show_remote()

    def fill(self) -> None:
        """Lists the controls there are now; the chosen one stays."""
        chosen = self.choice.currentData()
        self.choice.clear()
        for control in self._remote.controls.every():
            if control.numbers == 1:
                self.choice.addItem(f"{control.group}: {control.label}", control.address)
        self._choose(chosen or "/psi")
        self._shown = None
        self.show_remote()

    def begin(self, address: str) -> None:
        """Chooses a control and waits for its knob."""
        self._choose(address)
        self._remote.learning.begin(address)

    def show_remote(self) -> None:
        """Shows the bindings, if they are others than before."""
        if self._remote.settings.bindings != self._shown:
            self._shown = self._remote.settings.bindings
            self._make_rows()
        self._show_learning()

    def _make_rows(self) -> None:
        for row in self.rows:
            discard(row)
        self.rows = []
        for at, binding in enumerate(self._remote.settings.bindings):
            row = BindingRow(binding, self._remote.controls.find(binding.control))
            row.low.typed.connect(lambda value, at=at: self._remote.change_binding(at, low=value))
            row.high.typed.connect(lambda value, at=at: self._remote.change_binding(at, high=value))
            row.invert.toggled.connect(lambda on, at=at: self._remote.change_binding(at, invert=on))
            row.delete.clicked.connect(lambda _=False, at=at: self._forget(at))
            for field in (row.low, row.high):
                field.finished.connect(row.invert.setFocus)
            self._column.insertWidget(at, row)
            self.rows.append(row)
        self._scroll.setVisible(bool(self.rows))
        if self.rows:
            pitch = self.rows[0].sizeHint().height() + self._column.spacing()
            self._scroll.setFixedHeight(pitch * min(len(self.rows), SEEN) + pitch // 2 * (len(self.rows) > SEEN))

    def _forget(self, at: int) -> None:
        """Takes a binding away, and offers it back."""
        self._forgotten.append((at, self._remote.settings.bindings[at]))
        self._remote.remove_binding(at)
        self.back.show()
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring_back(self) -> None:
        self._remote.put_back(*self._forgotten.pop())
        if not self._forgotten:
            self.learn.setFocus(Qt.FocusReason.OtherFocusReason)
            self.back.hide()

    def _learn(self, on: bool) -> None:
        if on and self.choice.currentData():
            self._remote.learning.begin(self.choice.currentData())
        else:
            self._remote.learning.stop()
            self._show_learning()

    def _show_learning(self) -> None:
        waits = self._remote.learning.control
        self.learn.setChecked(bool(waits))
        self.learn.setText(WAIT if waits else LEARN)
        control = self._remote.controls.find(waits) if waits else None
        if waits:
            name = control.label if control else waits
            self.words.setText(WAITING.format(name) + ("" if self._remote.on_words else OFF))
        else:
            self.words.setText(NONE)
        self.words.setVisible(bool(waits) or not self.rows)

    def _choose(self, address: str) -> None:
        at = self.choice.findData(address)
        if at >= 0:
            self.choice.setCurrentIndex(at)

    def _lay_out(self) -> None:
        head = Across(spacing=8)
        head.addWidget(self.choice, 1)
        head.add(self.back, self.learn)
        inside = QWidget()
        self._column.addStretch(1)
        inside.setLayout(self._column)
        self._scroll = QScrollArea()
        scroll_by_keys(self._scroll, "Knobs and keys")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        column = Down(self, 6)
        column.add(head, self.words, self._scroll)


def _elided(text: str) -> QLabel:
    made = text_label(text)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    made.setToolTip(literal_tip(text))
    return made
