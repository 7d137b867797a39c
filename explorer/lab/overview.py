"""The left column of the layer inspector: the head of the Lab's pages and the list of layers."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.scrolling import BAR
from explorer.controls.text import text_label
from explorer.lab.export import ExportChip
from explorer.lab.head import LAYERS_PAGE, MARGIN, LabHead
from explorer.lab.layer_list import LayerList, ListHead

STATE = "Whether the numbers are those of this picture; after a change they are measured anew."
NO_LAYERS = "There are no layers yet: they are inspected while the Lab is seen."
EXPORT = "Saves the numbers and the histogram of every layer as a table."


class Overview(QFrame):
    """``picked`` carries the stage that was chosen; ``again`` comes where what failed is to be tried again."""

    picked = Signal(int)
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.message = LabHead(LAYERS_PAGE, STATE), text_label(tone="bad", wraps=True)
        self.layers = LayerList()
        self.export = ExportChip(EXPORT, "Table (*.csv)")
        self.retry = chip("try again", "Inspects the layers once more.")
        self._lay_out()
        self.layers.picked.connect(self.picked)
        self.retry.clicked.connect(self.again)
        self.say("")
        self.allow_export(False)

    def say(self, failure: str) -> None:
        """Why there is nothing, with a way on; empty where all is well."""
        self.message.setText(failure)
        self.message.setVisible(bool(failure))
        self.retry.setVisible(bool(failure))

    def allow_export(self, allowed: bool) -> None:
        """Whether there is something to export."""
        self.export.allow("" if allowed else NO_LAYERS)

    def _lay_out(self) -> None:
        column = Down(self, 8, edges=(MARGIN, 12, MARGIN - BAR, 10))
        column.add(self.head, self.message)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        list_row = Across(edges=(0, 4, BAR, 0))
        title = text_label("Layers", "title")
        list_row.add(title, None, self.export)
        column.add(list_row, ListHead())
        column.addWidget(self.layers, 1)
