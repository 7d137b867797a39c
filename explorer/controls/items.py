"""What lists and tables of items share: Qt's indexes, which keys they take, and that they look like no box."""

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object  # Qt's classes cannot be inherited twice

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
ACROSS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})
UP_AND_DOWN = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
)


class TakesFewKeys(_Base):
    """Letters are the window's commands, not the beginning of an item's name. Stands before the Qt class."""

    taken: ClassVar[frozenset[Qt.Key]] = UP_AND_DOWN | ACROSS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self.taken:
            super().keyPressEvent(event)
        else:
            event.ignore()


def make_plain(view: QListView) -> None:
    """A list without a frame and a ground of its own, whose items are equally large and are not scrolled sideways."""
    view.setUniformItemSizes(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setStyleSheet("QListView { border: none; background: transparent; padding: 0; }")
