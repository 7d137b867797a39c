"""The list of shortcuts (F1): every key, and what mouse and keys do."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QWidget

from explorer.controls.boxes import Down
from explorer.controls.foot import Foot
from explorer.controls.on_screen import room_for
from explorer.controls.palette import name_of, shortcut_of
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.text import text_label

SIZE = (560, 560)


class ShortcutsDialog(QDialog):
    """Everything that has a key, and what mouse and keys do on the controls."""

    def __init__(self, actions: Sequence[QAction], gestures: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(*SIZE).boundedTo(room_for(self)))
        rows = [(shortcut_of(a), name_of(a)) for a in actions if not a.shortcut().isEmpty()] + list(gestures)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setVerticalSpacing(8)
        grid.setHorizontalSpacing(20)
        for at, (keys, what) in enumerate(rows):
            grid.addWidget(text_label(keys, "number"), at, 0)
            grid.addWidget(text_label(what, wraps=True), at, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(rows), 1)
        scroll = QScrollArea()
        scroll_by_keys(scroll, "Keys and gestures")
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = Down(self, 12, edges=(20, 18, 20, 16))
        column.addWidget(text_label("Keyboard and mouse", "headline"))
        column.addWidget(scroll, 1)
        column.addLayout(Foot(self, "Closes this list."))
