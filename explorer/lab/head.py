"""The head of each page of the Lab: the picture for orientation, the switch between the pages, how things are."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import Segments, button
from explorer.controls.dot import StateDot
from explorer.controls.literal import literal_tip
from explorer.controls.text import text_label
from explorer.lab.face import Face

WIDTH, FACE, MARGIN = 424, 84, 14  # of the left column
LAYERS_PAGE, SWEEP_PAGE, ENTANGLEMENT_PAGE, QUALITY_PAGE = range(4)
PAGES = ("Layers", "Sweep", "Entanglement", "Quality")
TIPS = (
    "What each layer hands on to the next while this picture is drawn.",
    "What changes while one knob goes over its range: pictures and curves.",
    "What each direction changes beside what it is meant to, in numbers.",
    "How good the model is, in numbers, beside others.",
)


class LabHead(QWidget):
    """As wide as the left column; ``state_tip`` says what its dot is about."""

    def __init__(self, page: int, state_tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face, self.switch, self.state = Face(FACE), Segments(PAGES, TIPS), StateDot()
        self.network, self.where = text_label("", "muted"), text_label("", "small-number")
        self._buttons = Across(spacing=10)
        self.switch.select(page)
        self.state.setToolTip(state_tip)
        self._lay_out()

    def offer(self, action: QAction) -> None:
        """A button that does what an action does, enabled when it is."""
        made = button(action.text(), f"{action.toolTip().rstrip('.')} ({action.shortcut().toString()}).")
        made.clicked.connect(lambda: action.trigger())
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)
        self._buttons.insertWidget(0, made)

    def show_network(self, words: str) -> None:
        """Which network it is, as much of it as there is room for."""
        room = WIDTH - 3 * MARGIN - FACE
        self.network.setText(self.network.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))
        self.network.setToolTip(literal_tip(words))

    def _lay_out(self) -> None:
        self._buttons.add(self.state, None)
        words, row = Down(spacing=2), Across(spacing=MARGIN)
        words.add(self.network, self.where, None, self._buttons)
        row.addWidget(self.face, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        Down(self, 10).add(self.switch, row)
