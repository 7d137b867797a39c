"""Windows stay where they can be seen when a screen is unplugged or gets another size; not every system sees to it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

FRAME = QSize(16, 48)  # pixels that systems take for the frame and the title of a window


class OnScreen(QObject):
    """Tells when the screen that a window is on is another one or has another size; made when the window is shown."""

    changed = Signal()

    def __init__(self, window: QWidget, do: Callable[[], object]) -> None:
        super().__init__(window)
        self._window, self._screen = window, window.screen()
        self.changed.connect(do)
        self._screen.geometryChanged.connect(self.changed)
        window.windowHandle().screenChanged.connect(self._move, Qt.ConnectionType.QueuedConnection)

    def _move(self) -> None:
        """Queued: the system's own idea of where the window goes comes first."""
        if self._window.screen() is not self._screen:
            if self._screen in QGuiApplication.screens():
                self._screen.geometryChanged.disconnect(self.changed)
            self._screen = self._window.screen()
            self._screen.geometryChanged.connect(self.changed)
        self.changed.emit()


def bring_back(window: QWidget) -> None:
    """Moves a window that lies on no screen any more to the one it belongs to, no larger than that."""
    if any(screen.geometry().intersects(window.geometry()) for screen in QGuiApplication.screens()):
        return
    room = window.screen().availableGeometry()
    window.resize(window.size().boundedTo(room.size()))
    window.move(room.topLeft())


def room_for(dialog: QWidget) -> QSize:
    """How large a dialog may open: as its screen, without the frame that the system draws around it."""
    screen = dialog.screen().availableGeometry().size() - FRAME
    parent = dialog.parentWidget()
    return screen if parent is None else screen.expandedTo(parent.window().size())


def open_as_wanted(dialog: QWidget) -> None:
    """Gives a dialog that scrolls the size at which it need not, as far as its screen has room."""
    dialog.ensurePolished()
    dialog.resize(dialog.sizeHint().boundedTo(room_for(dialog)))


def grow_as_wanted(dialog: QWidget) -> None:
    """Makes a dialog larger for what has just come into it, as far as its screen has room."""
    dialog.resize(dialog.size().expandedTo(dialog.sizeHint().boundedTo(room_for(dialog))))
