"""The row of a film's keys: a picture each, the seconds between them, and a place to put more."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from explorer import theme
from explorer.controls import icons
from explorer.controls.boxes import Across, discard
from explorer.controls.recipe_drag import drag_recipe, dragged_file, dragged_recipe, may_hold_recipe
from explorer.controls.slider import NumberField
from explorer.controls.thumbnails import Thumbnail
from explorer.work.soon import soon
from stylegan_core.film.film import LONGEST
from stylegan_core.recipe import Recipe

GAP = 46
AT_ONCE = 24  # new keys made in one turn of the event loop
TIPS = {
    "key": "Shows this picture of the film. Drag it to another place; right-click for more.",
    "seconds": "Seconds from this picture to the next; 0 cuts to it.",
    "shared": "At constant speed the way decides how long it takes: type how long the whole film lasts, above.",
    "add": "Adds the picture that is shown to the film (K). Faces and saved pictures can be dropped here, too.",
}


class Gap(QWidget):
    """The seconds from one key to the next, and how much of them has passed."""

    typed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = NumberField(1)
        self.field.setFixedWidth(GAP - 4)
        self.field.typed.connect(self.typed)
        self._part: float | None = None
        self.setFixedWidth(GAP)
        column = Across(self, edges=(2, 0, 2, 4))
        column.addWidget(self.field)

    def show_seconds(self, name: str, seconds: float, shared: bool) -> None:
        """Shows how long it takes; ``shared`` times follow from the way and cannot be typed."""
        self.field.show_value(seconds)
        self.field.setEnabled(not shared)
        self.field.setAccessibleName(name)
        self.field.setToolTip(TIPS["shared" if shared else "seconds"])
        self.setToolTip(self.field.toolTip())

    def show_part(self, part: float | None) -> None:
        """Fills the line below as far as the film has come; None where it is elsewhere."""
        if part != self._part:
            self._part = part
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        below = self.field.geometry().bottom() + 4
        painter.setBrush(theme.current().colour("line"))
        painter.drawRoundedRect(QRectF(4, below, self.width() - 8, 2), 1, 1)
        if self._part is not None:
            painter.setBrush(theme.current().colour("accent"))
            painter.drawRoundedRect(QRectF(4, below, (self.width() - 8) * self._part, 2), 1, 1)


class _Add(QAbstractButton):
    """A dashed place as large as a thumbnail."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Add to the film")
        self.setToolTip(TIPS["add"])

    def set_size(self, size: int) -> None:
        self._size = size
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.hasFocus() or self.underMouse()
        colour = theme.current().colour("accent" if lit else "muted" if self.isEnabled() else "dim")
        painter.setPen(QPen(colour, 1.25, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(1, 1, self._size - 2, self._size - 2), 6, 6)
        at = QPoint((self._size - 18) // 2, (self._size - 18) // 2)
        painter.drawPixmap(at, icons.pixmap("plus", colour, 18, self.devicePixelRatioF()))


class FilmRow(QWidget):
    """Keys from left to right; it says what a person wants and changes nothing itself."""

    chosen = Signal(int)
    menu_asked = Signal(int, QPoint)
    timed = Signal(int, float)  # a key and its seconds
    moved = Signal(int, int)  # a key and the one it is put before
    dropped = Signal(int, object)  # the place of a new key, and its Recipe
    file_dropped = Signal(int, str)  # the place, and a PNG file
    removed = Signal(int)
    add_asked = Signal()
    made = Signal()

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._recipes: tuple[Recipe, ...] = ()
        self._wanted: tuple[Sequence[Recipe], Sequence[float], Sequence[bool]] = ((), (), ())
        self.thumbnails: list[Thumbnail] = []
        self.gaps: list[Gap] = []
        self._target: int | None = None  # where what is dragged would be put
        self._row = Across(self, 4, edges=(0, 2, 0, 0))
        self.add = _Add(size)
        self.add.clicked.connect(self.add_asked)
        self._row.add(self.add, None)
        self.setAcceptDrops(True)

    def set_size(self, size: int) -> None:
        """Another side of the pictures, in logical pixels."""
        self._size = size
        self.add.set_size(size)
        for thumbnail in self.thumbnails:
            thumbnail.set_size(size)

    def show_keys(self, recipes: Sequence[Recipe], seconds: Sequence[float], shared: Sequence[bool]) -> None:
        """Shows so many keys, and the seconds after each of them but, where the film does not loop, the last.

        ``shared``: which of these follow from the way and cannot be typed. Of many new ones some are made at once, and
        the others in the next turns of the event loop; ``made`` says when there are more.
        """
        self._recipes, self._wanted = tuple(recipes), (recipes, seconds, shared)
        first = len(self.thumbnails)
        while len(self.thumbnails) < min(len(recipes), first + AT_ONCE):
            self._add_place(len(self.thumbnails))
        while len(self.thumbnails) > len(recipes):
            for widget in (self.thumbnails.pop(), self.gaps.pop()):
                discard(widget)
        for at, gap in enumerate(self.gaps):
            gap.setVisible(at < len(seconds))
            if at < len(seconds):
                following = at + 2 if at + 1 < len(recipes) else 1
                gap.show_seconds(f"Seconds from picture {at + 1} to {following}", seconds[at], shared[at])
        if len(self.thumbnails) != first:
            self._chain()
        if len(self.thumbnails) < len(recipes):
            soon(self, self._make_more)

    def _make_more(self) -> None:
        before = len(self.thumbnails)
        if before < len(self._recipes):
            self.show_keys(*self._wanted)
            self.made.emit()

    def _chain(self) -> None:
        """The tabulator goes along the row as the eye does."""
        before: QWidget | None = None
        for thumbnail, gap in zip(self.thumbnails, self.gaps, strict=True):
            for widget in (thumbnail, gap.field):
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget
        if before is not None:
            QWidget.setTabOrder(before, self.add)

    def focus(self, at: int) -> None:
        """Gives the keyboard to the key that is now where another was taken out."""
        (self.thumbnails[min(at, len(self.thumbnails) - 1)] if self.thumbnails else self.add).setFocus()

    def show_picture(self, at: int, pixmap: QPixmap | None) -> None:
        """Shows the picture of a key, or that it is still to come."""
        if at < len(self.thumbnails):
            self.thumbnails[at].show_pixmap(pixmap)

    def select(self, at: int | None) -> None:
        """Marks the key that is shown."""
        for index, thumbnail in enumerate(self.thumbnails):
            thumbnail.set_selected(index == at)

    def show_place(self, section: int | None, part: float = 0.0) -> None:
        """Shows how far the film is, as a line below the seconds."""
        for index, gap in enumerate(self.gaps):
            gap.show_part(part if index == section else None)

    def _add_place(self, at: int) -> None:
        thumbnail, gap = Thumbnail(self._size), Gap()
        thumbnail.setAccessibleName(f"Picture {at + 1} of the film")
        thumbnail.setToolTip(TIPS["key"])
        thumbnail.clicked.connect(lambda: self.chosen.emit(at))
        thumbnail.menu_asked.connect(lambda where: self.menu_asked.emit(at, where))
        thumbnail.drag_started.connect(lambda: drag_recipe(thumbnail, self._recipes[at], thumbnail.pixmap))
        thumbnail.installEventFilter(self)
        gap.typed.connect(lambda seconds: self.timed.emit(at, min(seconds, LONGEST)))
        gap.field.finished.connect(thumbnail.setFocus)
        for offset, widget in enumerate((thumbnail, gap)):
            self._row.insertWidget(2 * at + offset, widget)
        self.thumbnails.append(thumbnail)
        self.gaps.append(gap)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the keys of a key of the film before its button does, which has arrows of its own."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or watched not in self.thumbnails:
            return False
        return self._take(self.thumbnails.index(watched), event)

    def _take(self, at: int, event: QKeyEvent) -> bool:
        """Delete takes the key out that has the focus; with Ctrl the arrows move it."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(at)
        elif step and event.modifiers() & Qt.KeyboardModifier.ControlModifier and 0 <= at + step < len(self.thumbnails):
            self.moved.emit(at, at + (2 if step > 0 else -1))
            self.thumbnails[at + step].setFocus()
        else:
            return False
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.isEnabled() and may_hold_recipe(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._aim(self._place_at(event.position().x()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._aim(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(None)
        at = self._place_at(event.position().x())
        recipe, file = dragged_recipe(event.mimeData()), dragged_file(event.mimeData())
        own = next((index for index, each in enumerate(self.thumbnails) if each is event.source()), None)
        if own is None and recipe is None and file is None:
            return
        event.acceptProposedAction()
        if own is not None:
            self.moved.emit(own, at)
        elif recipe is not None:
            self.dropped.emit(at, recipe)
        else:
            self.file_dropped.emit(at, str(file))

    def _place_at(self, x: float) -> int:
        """The key that something let go here is put before."""
        return sum(x > each.geometry().center().x() for each in self.thumbnails)

    def _aim(self, target: int | None) -> None:
        if target != self._target:
            self._target = target
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None:
            return
        before = self.thumbnails[self._target] if self._target < len(self.thumbnails) else self.add
        painter = QPainter(self)
        painter.fillRect(QRectF(before.x() - 4, 2, 2, self._size), theme.current().colour("accent"))
