"""The three hints of a first start; dismissed once, they stay away for ever."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.focus import GivesFocusBack
from explorer.controls.text import text_label

STEPS = (
    ("Drag anything", "Drag the picture or any slider: the face follows at once. Double-click a slider to reset it."),
    ("Nothing is lost", "Ctrl+Z takes back any change, hold B to compare, and History keeps every face for next time."),
    ("More is one key away", "Ctrl+K finds every command, F1 lists the keys, and Train teaches a model of your own."),
)
WIDTH, LIFT = 420, 28


class Hint(GivesFocusBack, QFrame):
    """A small card over the lower edge of its parent."""

    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("hint")
        self.watch_focus()
        self._step = 0
        self._title, self._text, self._count = text_label("", "title"), text_label(wraps=True), text_label("", "small")
        self._next = button("Next", "Shows the next hint.", "primary")
        self._skip = button("Don't show again", "Closes the hints for ever.", "ghost")
        self._next.clicked.connect(self._go_on)
        self._skip.clicked.connect(self.dismiss)
        self._lay_out()
        self.hide()
        parent.installEventFilter(self)

    def begin(self) -> None:
        """Shows the first hint."""
        self._step = 0
        self._show()
        self.show()
        self.raise_()
        self._place()

    def dismiss(self) -> None:
        """Closes the hints and says that they were seen."""
        self.hide()
        self.dismissed.emit()

    def _go_on(self) -> None:
        self._step += 1
        if self._step == len(STEPS):
            self.dismiss()
        else:
            self._show()
            self._place()

    def _show(self) -> None:
        title, text = STEPS[self._step]
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(f"{self._step + 1} of {len(STEPS)}")
        self._next.setText("Next" if self._step < len(STEPS) - 1 else "Done")
        self.setAccessibleName(f"{title}. {text}")

    def _lay_out(self) -> None:
        head, foot = Across(), Across()
        head.add(self._title, None, self._count)
        foot.add(None, self._skip, self._next)
        self._column = Down(self, 8, edges=(16, 12, 14, 12))
        self._column.add(head, self._text, foot)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        width = min(WIDTH, parent.width() - 32)
        self.setFixedWidth(width)
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        self.setGeometry((parent.width() - width) // 2, parent.height() - height - LIFT, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
