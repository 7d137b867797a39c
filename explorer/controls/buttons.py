"""Buttons: chips, icon buttons and the segmented control."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QSizePolicy, QToolButton, QWidget

from explorer.controls import icons
from explorer.controls.boxes import Across


class NamedButton(QPushButton):
    """Screen readers hear what stands on it, also after it says something else; a name of its own stays."""

    def setText(self, text: str) -> None:
        follows = self.accessibleName() in ("", _plain(self.text()))
        super().setText(text)
        if follows:
            self.setAccessibleName(_plain(text))


def _plain(text: str) -> str:
    """To Qt a double & on a button is one."""
    return text.replace("&&", "&")


def button(text: str, tip: str, kind: str = "") -> QPushButton:
    """A push button; ``kind`` is "", "primary", "ghost" or "chip"; ``tip`` says what it does."""
    made = NamedButton(text)
    if kind:
        made.setProperty("kind", kind)
    made.setToolTip(tip)
    made.setAccessibleName(_plain(text) or tip)
    return made


def chip(text: str, tip: str, checkable: bool = False) -> QPushButton:
    """A small pill button for the head of a panel."""
    made = button(text, tip, "chip")
    made.setCheckable(checkable)
    return made


class IconButton(QToolButton):
    """A button that is only an icon; it recolours with the theme. ``checked_icon`` makes it a switch.

    ``called`` is read out by screen readers, in a word or two; ``tip`` after it says what it does.
    """

    def __init__(
        self, name: str, called: str, tip: str, checked_icon: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._checked_icon = name, checked_icon
        self.setProperty("kind", "icon")
        self.setToolTip(tip)
        self.setAccessibleName(called)
        self.setIconSize(QSize(16, 16))
        self.setCheckable(checked_icon is not None)
        self._recolour()

    def set_icon(self, name: str) -> None:
        """Shows another icon: "pause" in place of "play"."""
        self._name = name
        self._recolour()

    def _recolour(self) -> None:
        self.setIcon(icons.icon(self._name, "muted", self._checked_icon))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)


class Segments(QFrame):
    """One choice out of a few, side by side; ``chosen`` carries the index and comes only from a person."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], tips: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segments")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        row = Across(self, 2, edges=(3, 3, 3, 3))
        self._group = QButtonGroup(self)
        for index, name in enumerate(names):
            each = QPushButton(name)
            each.setCheckable(True)
            each.setAccessibleName(name)
            if index < len(tips):
                each.setToolTip(tips[index])
            self._group.addButton(each, index)
            row.addWidget(each)
        self._group.idClicked.connect(self.chosen)
        self.select(0)

    @property
    def index(self) -> int:
        """The chosen one."""
        return self._group.checkedId()

    def select(self, index: int) -> None:
        """Chooses one without emitting."""
        self._group.button(index).setChecked(True)

    def focus_chosen(self) -> None:
        """Gives the keyboard to the chosen one."""
        self._group.button(self.index).setFocus()

    def set_text(self, index: int, text: str) -> None:
        """Gives one choice other words: a count beside its name."""
        self._group.button(index).setText(text)

    def enable(self, index: int, allowed: bool) -> None:
        """Allows or forbids one choice."""
        self._group.button(index).setEnabled(allowed)
