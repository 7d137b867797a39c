"""The dialog of remote control: on and off, which knob moves what, and what came in."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QWidget

from explorer.controls.boxes import Down
from explorer.controls.foot import Foot
from explorer.controls.scrolling import ScrollPage
from explorer.controls.text import text_label
from explorer.remote.binding_list import BindingList
from explorer.remote.listening import Listening
from explorer.remote.message_list import MessageList
from explorer.remote.remote import Remote

SIZE = (640, 640)


class RemoteDialog(QDialog):
    """Stays open beside the window: nothing in it has to be agreed to."""

    def __init__(self, remote: Remote, parent: QWidget) -> None:
        super().__init__(parent)
        self._remote = remote
        self.setWindowTitle("Remote control")
        self.listening, self.bindings, self.messages = Listening(remote), BindingList(remote), MessageList(remote)
        self._lay_out()
        self.resize(min(SIZE[0], parent.width() - 80), min(SIZE[1], parent.height() - 80))
        self.finished.connect(lambda _: remote.learning.stop())

    def learn(self, address: str) -> None:
        """Waits for the knob of a control."""
        self.bindings.begin(address)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.bindings.fill()
        self.listening.look_for_devices()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._remote.learning.control:
            self._remote.learning.stop()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        title, bound = text_label("Remote control", "headline"), text_label("Knobs and keys", "title")
        foot = Foot(self, "Closes this window; what is on stays on.")
        foot.close_it.setAutoDefault(False)
        self.bindings.learn.setAutoDefault(False)
        inside = QWidget()
        column = Down(inside, 10, edges=(20, 18, 20, 0))
        column.add(title, self.listening, _line(), bound, self.bindings, _line())
        column.addWidget(self.messages, 1)
        outer = Down(self, 10, edges=(0, 0, 0, 16))
        outer.addWidget(ScrollPage(inside), 1)
        foot.setContentsMargins(20, 0, 20, 0)
        outer.addLayout(foot)


def _line() -> QFrame:
    made = QFrame()
    made.setFixedHeight(1)
    made.setStyleSheet("background: palette(mid);")
    return made
