"""The list of shortcuts (F1): every key, and what mouse and keys do."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QWidget

from explorer.actions import FACE, FILES, FILM, WINDOW, group_of
from explorer.controls.boxes import Down
from explorer.controls.foot import Foot
from explorer.controls.on_screen import room_for
from explorer.controls.palette import name_of, shortcut_of
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.text import text_label

SIZE = (560, 560)


class ShortcutsDialog(QDialog):
    """Everything that has a key, and what mouse and keys do on the controls, under a head each.

    A gesture is its head, what is done, and what that does.
    """

    def __init__(self, actions: Sequence[QAction], gestures: Sequence[tuple[str, str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(*SIZE).boundedTo(room_for(self)))
        grouped: dict[str, list[tuple[str, str]]] = {name: [] for name in (FACE, FILM, FILES, WINDOW)}
        for action in actions:
            if not action.shortcut().isEmpty():
                grouped[group_of(action)].append((shortcut_of(action), name_of(action)))
        for name, keys, what in gestures:
            grouped.setdefault(name, []).append((keys, what))
        body = _list_of(grouped)
        scroll = QScrollArea()
        scroll_by_keys(scroll, "Keys and gestures")
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = Down(self, 12, edges=(20, 18, 20, 16))
        column.addWidget(text_label("Keyboard and mouse", "headline"))
        column.addWidget(scroll, 1)
        column.addLayout(Foot(self, "Closes this list."))


def _list_of(grouped: Mapping[str, Sequence[tuple[str, str]]]) -> QWidget:
    """The rows of each group below its name."""
    body = QWidget()
    grid = QGridLayout(body)
    grid.setVerticalSpacing(8)
    grid.setHorizontalSpacing(20)
    for name, rows in grouped.items():
        head = text_label(name, "title")
        head.setContentsMargins(0, 12 if grid.count() else 0, 0, 0)
        grid.addWidget(head, grid.rowCount(), 0, 1, 2)
        for keys, what in rows:
            at = grid.rowCount()
            grid.addWidget(text_label(keys, "number"), at, 0)
            grid.addWidget(text_label(what, wraps=True), at, 1)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return body
