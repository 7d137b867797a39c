"""The command palette (Ctrl+K): every action of the window by name, and every slider and panel that it can go to."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from explorer.controls.boxes import Across, Down
from explorer.controls.focus import GivesFocusBack
from explorer.controls.text import text_label

NOTHING = "Nothing is called so. F1 lists every key and gesture."
NOT_FOUND = 3  # rank of what does not fit
ROW, LINE_ROOM = 34, 70  # pixels of one command, and of the line and the margins around it
HIGHEST = 440  # pixels of all of it
SEEN = (HIGHEST - LINE_ROOM) // ROW + 2  # commands that are seen at once, two of them in part


def shortcut_of(action: QAction) -> str:
    """The shortcut as people read it: "Ctrl+Z"."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class CommandPalette(GivesFocusBack, QFrame):
    """Type some letters of a command, Return runs it. Shows what is enabled now, best match first.

    What is only said of a command, in its tooltip, is found after what it is called. The words of a command are laid
    out when it comes to be seen: there are many, and with each letter they are others.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.watch_focus()
        self.setObjectName("palette")
        self.setAccessibleName("Commands")
        self._actions: Sequence[QAction] = ()
        self._line = QLineEdit()
        self._places: Callable[[], Iterable[QAction]] = tuple
        self._line.setPlaceholderText("Type a command, a slider or a panel")
        self._line.setAccessibleName("Command")
        self._list = QListWidget()
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerItem)  # whose value is the first one seen
        self._list.setStyleSheet("QListWidget { border: none; background: transparent; }")
        column = Down(self, 6, edges=(10, 10, 10, 10))
        column.add(self._line, self._list)
        self._line.textChanged.connect(self._fill)
        self._line.installEventFilter(self)
        self._list.itemClicked.connect(lambda _: self._run())
        self._list.verticalScrollBar().valueChanged.connect(self._dress)
        self.hide()

    def ask(self, actions: Sequence[QAction], places: Callable[[], Iterable[QAction]] = tuple) -> None:
        """Opens over the window with these actions; once something is typed, ``places`` to go to are found, too."""
        self._actions, self._places = actions, places
        self._line.clear()
        self._fill("")
        self.show()
        self.raise_()
        self._line.setFocus()

    def _fill(self, text: str) -> None:
        self._list.clear()
        wanted = text.lower().strip()
        everything = [*self._actions, *self._places()] if wanted else self._actions
        ranked = [(_rank(action, wanted), action) for action in everything if action.isEnabled()]
        found = sorted((pair for pair in ranked if pair[0] < NOT_FOUND), key=lambda pair: pair[0])
        for _, action in found:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name_of(action))
            item.setSizeHint(QSize(100, ROW))
            self._list.addItem(item)
        if not found:
            nothing = QListWidgetItem(NOTHING)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            nothing.setSizeHint(QSize(100, ROW))
            self._list.addItem(nothing)
        self._list.setCurrentRow(0 if found else -1)
        self._dress(0)
        self._place(len(found))

    def _dress(self, first: int) -> None:
        """Lays out the words of those that are seen, from the first on."""
        for at in range(first, min(first + SEEN, self._list.count())):
            item = self._list.item(at)
            action: QAction | None = item.data(Qt.ItemDataRole.UserRole)
            if action is not None and self._list.itemWidget(item) is None:
                self._list.setItemWidget(item, _row(action))

    def _place(self, rows: int) -> None:
        """As high as its commands, in the upper middle of the window."""
        width, most = min(560, self._window.width() - 80), self._window.height() - 120
        height = min(HIGHEST, most, LINE_ROOM + ROW * max(rows, 1))
        self.setGeometry((self._window.width() - width) // 2, 64, width, height)

    def _run(self) -> None:
        item = self._list.currentItem()
        action: QAction | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if action is None:
            return  # nothing was found: what was typed stays, to be changed
        self.hide()
        action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step and self._list.count():
            self._list.setCurrentRow((self._list.currentRow() + step) % self._list.count())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True


def name_of(action: QAction) -> str:
    """The name of a command as people read it: "Open"."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def _rank(action: QAction, wanted: str) -> int:
    """How well a command fits what was typed: 0 its name begins so, 1 it holds each word, 2 it is said of it."""
    words, name = wanted.split(), name_of(action).lower()
    if name.startswith(wanted):
        return 0
    if all(word in name for word in words):
        return 1
    said = f"{name} {action.statusTip()} {action.toolTip()}".lower()
    return 2 if all(word in said for word in words) else NOT_FOUND


def _row(action: QAction) -> QWidget:
    made = QWidget()
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    line = Across(made, edges=(8, 0, 8, 0))
    where = action.statusTip()
    beside = text_label(where or shortcut_of(action), "small" if where else "small-number")
    line.add(text_label(name_of(action)), None, beside)
    return made
