"""The left column of the Lab: the picture for orientation, how things are, and the list of layers."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.controls.chips import button, chip
from explorer.controls.columns import StateDot
from explorer.controls.scrolling import BAR
from explorer.lab.export import ExportChip
from explorer.lab.face import Face
from explorer.lab.layer_list import LayerList, ListHead

WIDTH, FACE = 424, 84
NO_LAYERS = "There are no layers yet: they are inspected while the Lab is seen."
EXPORT = "Saves the numbers and the histogram of every layer as a table."


class Overview(QFrame):
    """``picked`` carries the stage that was chosen; ``again`` comes where what failed is to be tried again."""

    picked = Signal(int)
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setProperty("edge", "left")
        self.setFixedWidth(WIDTH)
        self.face, self.state = Face(FACE), StateDot()
        self.network, self.where, self.message = QLabel(), QLabel(), QLabel()
        self.layers = LayerList()
        self.export = ExportChip(EXPORT, "Table (*.csv)")
        self.retry = chip("try again", "Inspects the layers once more.")
        self._buttons = QHBoxLayout()
        self._lay_out()
        self.layers.picked.connect(self.picked)
        self.retry.clicked.connect(self.again)
        self.say("")
        self.allow_export(False)

    def offer(self, action: QAction) -> None:
        """A button that does what an action does, enabled when it is."""
        made = button(action.text(), f"{action.toolTip().rstrip('.')} ({action.shortcut().toString()}).")
        made.clicked.connect(lambda: action.trigger())
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)
        self._buttons.insertWidget(0, made)

    def show_network(self, words: str) -> None:
        """Which network it is, as much of it as there is room for."""
        room = WIDTH - 2 * 14 - FACE - 14
        self.network.setText(self.network.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))
        self.network.setToolTip(words)

    def say(self, failure: str) -> None:
        """Why there is nothing, with a way on; empty where all is well."""
        self.message.setText(failure)
        self.message.setVisible(bool(failure))
        self.retry.setVisible(bool(failure))

    def allow_export(self, allowed: bool) -> None:
        """Whether there is something to export."""
        self.export.allow("" if allowed else NO_LAYERS)

    def _lay_out(self) -> None:
        for label, role in ((self.network, "muted"), (self.where, "small-number")):
            label.setProperty("role", role)
        self.message.setProperty("tone", "bad")
        self.message.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14 - BAR, 10)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self.message)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        list_row = QHBoxLayout()
        title = QLabel("Layers")
        title.setProperty("role", "title")
        list_row.setContentsMargins(0, 4, BAR, 0)
        list_row.addWidget(title)
        list_row.addStretch(1)
        list_row.addWidget(self.export)
        column.addLayout(list_row)
        column.addWidget(ListHead())
        column.addWidget(self.layers, 1)

    def _head(self) -> QHBoxLayout:
        """The picture, and beside it what it is and how things are."""
        head, words = QHBoxLayout(), QVBoxLayout()
        head.setSpacing(14)
        words.setSpacing(2)
        title = QLabel("Layer inspector")
        title.setProperty("role", "headline")
        title.setToolTip("What each layer hands on to the next while this picture is drawn.")
        self.state.setToolTip("Whether the numbers are those of this picture; after a change they are measured anew.")
        self._buttons.setSpacing(10)
        self._buttons.addWidget(self.state)
        self._buttons.addStretch(1)
        for each in (title, self.network):
            words.addWidget(each)
        words.addWidget(self.where)
        words.addStretch(1)
        words.addLayout(self._buttons)
        head.addWidget(self.face, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        return head
