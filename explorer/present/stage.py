"""The stage: one picture on the whole screen, a caption, the keys for a while, and what went wrong."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer import theme
from explorer.controls.local_files import accept_files, dropped_file
from explorer.controls.on_screen import OnScreen
from explorer.present.caption import Sign

STILL = 2000  # milliseconds without a move after which the cursor is hidden
MARGIN = 0.025  # of the height, around what is written
# Letters as shares of the height. On a slide of 540 points the caption has 19 points, the least that is advised there.
CAPTION, SENTENCE, KEYS = 1 / 28, 1 / 36, 1 / 48
UNCOVERS = (Qt.Key.Key_Period, Qt.Key.Key_Escape)  # keys that do nothing else while the stage is black


class Stage(QWidget):
    """A window of its own over the other one, which stays as it is: nothing in it is hidden, folded or resized.

    ``keys`` are done once for each press of a key without modifiers. The full stop, which the remote controls for
    slides send to blacken the screen, covers everything, until it comes again, a step is made, or a button pressed.
    """

    held = Signal(bool)  # B is held down
    dropped = Signal(str)  # path of a file or folder
    closed = Signal()  # the system was asked to close it

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.keys: dict[int, Callable[[], object]] = {}
        self._picture: QWidget | None = None
        self._on_screen: OnScreen | None = None
        self._mouse = QPoint()
        self._still = QTimer(self, singleShot=True, interval=STILL)
        self._still.timeout.connect(lambda: self.setCursor(Qt.CursorShape.BlankCursor))
        self.sentence = Sign(self, SENTENCE, between=" ", most=4)
        self.help = Sign(self, KEYS, most=3)
        self.caption = Sign(self, CAPTION)
        self._column = QVBoxLayout(self)
        for sign in (self.sentence, self.help):
            self._column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self._column.addWidget(self.caption, 0, Qt.AlignmentFlag.AlignHCenter)
        self._cover = _Cover(self)
        self._cover.hide()
        self.setAccessibleName("Presentation")
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def open(self, picture: QWidget, title: str) -> None:
        """Takes the picture and fills the screen that the other window is on."""
        window = self.parentWidget()
        assert window is not None
        self.setWindowTitle(title)
        self._picture = picture
        picture.setParent(self)
        picture.setMouseTracking(True)
        picture.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        picture.installEventFilter(self)
        picture.lower()
        picture.show()
        self.setGeometry(window.screen().geometry())
        self.showFullScreen()
        if self._on_screen is None:
            self._on_screen = OnScreen(self, self._fill)
        self.activateWindow()
        picture.setFocus(Qt.FocusReason.OtherFocusReason)
        self._arrange()
        self._still.start()

    @property
    def black(self) -> bool:
        """Whether nothing is to be seen."""
        return not self._cover.isHidden()

    def cover(self, on: bool) -> None:
        """Blackens the whole stage, for a speaker who wants to be looked at, or shows what is on it."""
        self._cover.setVisible(on)
        self._cover.raise_()

    def _fill(self) -> None:
        """Takes the whole screen it is on: what it was shown on may be unplugged, or have another size by now."""
        if self.isVisible():
            self.setGeometry(self.screen().geometry())

    def close_down(self) -> None:
        """Gives the picture up, for whoever takes it, and goes."""
        self.hide()
        self.cover(False)
        self._still.stop()
        self.unsetCursor()
        if self._picture is not None:
            self._picture.removeEventFilter(self)
            self._picture.setMouseTracking(False)
            self._picture.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
            self._picture = None

    def focusNextPrevChild(self, forward: bool) -> bool:
        """There is one place for the keyboard, and no frame is to be drawn around it."""
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._notice(event)
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._notice(event)

    def _notice(self, event: QMouseEvent) -> None:
        """A system sends moves of a mouse that nobody has moved, such as after a window opened."""
        where = event.globalPosition().toPoint()
        if where != self._mouse:
            self._mouse = where
            self.unsetCursor()
            self._still.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~self._passed_over(event)
        if plain and event.key() in UNCOVERS and self.black:
            self.cover(False)
        elif plain and event.key() == Qt.Key.Key_Period:
            self.cover(True)
        elif plain and event.key() == Qt.Key.Key_B:
            if not event.isAutoRepeat():
                self.held.emit(True)
        elif plain and event.key() in self.keys:
            if not event.isAutoRepeat():
                self.cover(False)
                self.keys[event.key()]()
        else:
            super().keyPressEvent(event)

    def _passed_over(self, event: QKeyEvent) -> Qt.KeyboardModifier:
        """Modifiers with which a key is plain: some keyboards, such as the French, have their digits with Shift."""
        digit = Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9
        keypad = Qt.KeyboardModifier.KeypadModifier
        return keypad | Qt.KeyboardModifier.ShiftModifier if digit else keypad

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat():
            self.held.emit(False)
        else:
            super().keyReleaseEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if path := dropped_file(event):
            self.dropped.emit(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # the other window asks whether something is unfinished
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self._cover.setGeometry(self.rect())
        edge = round(MARGIN * self.height())
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(edge // 2)
        for sign in (self.sentence, self.help, self.caption):
            sign.fit()
        if self._picture is not None:
            self._picture.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), theme.DARK.colour("well"))


class _Cover(QWidget):
    """Black over everything; a press shows what is below it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), Qt.GlobalColor.black)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
