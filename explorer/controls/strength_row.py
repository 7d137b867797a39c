"""What a row with a name, a slider of a strength in sigma and a preview is, whatever it moves."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QStackedWidget, QWidget

from explorer.controls.literal import literal
from explorer.controls.pop_up import choose_once
from explorer.controls.slider import LabelledSlider
from stylegan_core.recipe import Knob

HOVER = 350  # milliseconds over the row before its preview opens
BEND = 1.6  # faces fall apart beyond some 3 of the 10 σ, which so have the inner half of the track
LONGEST = 60  # letters of a name


class StrengthRow(QWidget):
    """``moved`` follows the slider, ``committed`` ends the gesture.

    ``asked`` carries a word from the row's menu, which a class that is derived fills in ``fill``; ``renamed`` the new
    name; ``hovered`` opens and shuts the preview.
    """

    moved = Signal(float)
    committed = Signal()
    asked = Signal(str)
    renamed = Signal(str)
    hovered = Signal(bool)

    def __init__(self, strength: Knob, name_width: int, colour: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""  # what the name says in full
        self.name, self.field = QPushButton(), QLineEdit()
        self.naming = QStackedWidget()
        self.naming.setFixedSize(name_width, 22)
        for each in (self.name, self.field):
            each.setProperty("kind", "name")
            self.naming.addWidget(each)
        self.name.setFlat(True)
        self.name.clicked.connect(self.open_menu)
        self.field.setToolTip("Return takes the name, Escape keeps the old one.")
        self.field.setMaxLength(LONGEST)
        self.field.returnPressed.connect(lambda: self._take_name(meant=True))
        self.field.editingFinished.connect(lambda: self._take_name(meant=self.field.isModified()))
        self.slider = LabelledSlider("", strength, 0.0, signed=True, bend=BEND, colour=colour, number_width=48)
        self.slider.changing.connect(self.moved)
        self.slider.committed.connect(lambda _: self.committed.emit())
        self._hover = QTimer(self, singleShot=True, interval=HOVER)
        self._hover.timeout.connect(lambda: self.hovered.emit(True))

    @property
    def own_name(self) -> str:
        """What a person calls it; empty where nobody has named it."""
        return ""

    @property
    def proposal(self) -> str:
        """What it may be called: the name that renaming begins with."""
        return self.own_name

    def fill(self, menu: QMenu) -> None:
        """Adds the row's choices to its menu."""

    def write_name(self, words: str) -> None:
        """Shows these words as its name, as far as there is room."""
        self._words = words
        room, metrics = self.naming.width() - 4, QFontMetrics(self.name.font())
        self.name.setText(literal(metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)))

    def rename(self) -> None:
        """Lets the name be typed."""
        self.field.setText(self.proposal)
        self.naming.setCurrentWidget(self.field)
        self.field.setFocus()
        self.field.selectAll()

    def _take_name(self, *, meant: bool) -> None:
        """What was typed, or proposed and taken with Return, is its name; leaving takes no proposal."""
        name = self.field.text().strip()
        if self.naming.currentWidget() is self.field:
            self.naming.setCurrentWidget(self.name)
            if meant and name != self.own_name:
                self.renamed.emit(name)

    def open_menu(self) -> None:
        """Opens the row's choices below its name."""
        self._leave()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        choose_once(menu)
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.rename()
        elif event.key() == Qt.Key.Key_Escape and self.naming.currentWidget() is self.field:
            self.field.setText(self.own_name)
            self.naming.setCurrentWidget(self.name)
            self.name.setFocus()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.write_name(self._words)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover.start()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu()
