"""What a row with a name, a slider of a strength in sigma and a preview is, whatever it moves."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from explorer.controls.slider import LabelledSlider
from stylegan_core.recipe import Knob

HOVER = 350  # milliseconds over the row before its preview opens
BEND = 1.6  # faces fall apart beyond some 3 of the 10 σ, which so have the inner half of the track


class StrengthRow(QWidget):
    """``moved`` follows the slider, ``committed`` ends the gesture.

    ``asked`` carries a word from the row's menu, which a class that is derived fills in ``fill``; ``hovered`` opens
    and shuts the preview.
    """

    moved = Signal(float)
    committed = Signal()
    asked = Signal(str)
    hovered = Signal(bool)

    def __init__(self, strength: Knob, colour: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = QPushButton()
        self.name.setProperty("kind", "name")
        self.name.setFlat(True)
        self.name.clicked.connect(self.open_menu)
        self.slider = LabelledSlider("", strength, 0.0, signed=True, bend=BEND, colour=colour, number_width=48)
        self.slider.changing.connect(self.moved)
        self.slider.committed.connect(lambda _: self.committed.emit())
        self._hover = QTimer(self, singleShot=True, interval=HOVER)
        self._hover.timeout.connect(lambda: self.hovered.emit(True))

    def fill(self, menu: QMenu) -> None:
        """Adds the row's choices to its menu."""

    def open_menu(self) -> None:
        """Opens the row's choices below its name."""
        self._leave()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        menu.popup(self.name.mapToGlobal(self.name.rect().bottomLeft()))

    def speak(self, name: str) -> None:
        """What a screen reader says of the parts."""
        self.name.setAccessibleName(f"{name}, menu")
        self.slider.setAccessibleName(name)
        self.slider.track.setAccessibleName(name)
        self.slider.number.setAccessibleName(f"{name}, number")

    def _leave(self) -> None:
        self._hover.stop()
        self.hovered.emit(False)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover.start()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu()
