"""The channels of a layer as a grid of grey pictures, each with its number, in the order that was chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.items import ROOT, Index, TakesFewKeys, make_plain
from explorer.lab.words import channel_name, channel_words
from stylegan_core.lab.layer_facts import ChannelPictures, LayerFacts

SIDES = (256, 192, 128, 96, 64)  # logical pixels of a tile: multiples of 32, so that most layers grow by whole steps
LEAST = SIDES[-1]
STEPS = 3  # enlarged at least so much, pixels stay sharp even where they are not equally large
GAP, CAPTION = 8, 17
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ChannelModel(QAbstractListModel):
    """The channels in the order they are shown in."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: LayerFacts | None = None
        self.pictures: ChannelPictures | None = None
        self.order: list[int] = []

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        channel = self.order[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return channel
        if self.facts is None or self.pictures is None:
            return None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return channel_words(channel, self.facts, self.pictures)
        return channel_name(channel, self.facts) if role == Qt.ItemDataRole.DisplayRole else None

    def show(self, facts: LayerFacts | None, pictures: ChannelPictures | None, order: Sequence[int]) -> None:
        """Shows these channels in this order."""
        same = len(order) == len(self.order)
        if not same:
            self.beginResetModel()
        self.facts, self.pictures, self.order = facts, pictures, list(order)
        if not same:
            self.endResetModel()
        elif order:
            self.dataChanged.emit(self.index(0), self.index(len(order) - 1))


class ChannelGrid(TakesFewKeys, ShowsFocus, QListView):
    """Pictures to look at; ``opened`` carries the channel that is to be seen large."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.channels = ChannelModel()
        self.channels.setParent(self)
        self._by_spread, self.stale, self._waiting = True, False, ""
        self._pixmaps: dict[int, QPixmap] = {}
        self.side = LEAST
        self._set_up()
        self.clicked.connect(lambda index: self.opened.emit(index.data(Qt.ItemDataRole.UserRole)))

    def _set_up(self) -> None:
        self.setModel(self.channels)
        self.setItemDelegate(_Tile(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        make_plain(self)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(LEAST // 2)
        self.setAccessibleName("Channels")
        self.setToolTip("The layer's channels: point at one for its numbers, click it to see it large.")

    @property
    def pictures(self) -> ChannelPictures | None:
        """What is shown."""
        return self.channels.pictures

    @property
    def order(self) -> list[int]:
        """The channels as they follow each other."""
        return self.channels.order

    def show_channels(self, facts: LayerFacts | None, pictures: ChannelPictures | None) -> None:
        """Shows the channels of a layer, or none."""
        self._pixmaps.clear()
        self.channels.show(facts, pictures, self._ordered(pictures))
        self._fit()
        self.viewport().update()

    def say_waiting(self, sentence: str) -> None:
        """What is said instead of channels, where there are none; empty where nobody waits for any."""
        if sentence != self._waiting:
            self._waiting = sentence
            self.setAccessibleDescription(sentence)
            self.viewport().update()

    @property
    def waiting(self) -> str:
        """What is said now."""
        return "" if self.order else self._waiting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.waiting:
            painter = QPainter(self.viewport())
            painter.setFont(theme.sans(theme.LABEL))
            painter.setPen(theme.current().colour("muted"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, self.waiting)

    def set_by_spread(self, by_spread: bool) -> None:
        """That with the largest standard deviation first, or as the network numbers them."""
        self._by_spread = by_spread
        self.channels.show(self.channels.facts, self.pictures, self._ordered(self.pictures))

    def set_stale(self, stale: bool) -> None:
        """Dims the pictures until those of the present recipe come."""
        self.stale = stale
        self.viewport().update()

    def picture(self, channel: int) -> QPixmap:
        """One channel as large as a tile: by whole steps where it is smaller, by means where it is larger."""
        if channel not in self._pixmaps:
            assert self.pictures is not None
            rows = np.ascontiguousarray(self.pictures.pictures[channel])
            height, width = rows.shape
            grey = QImage(rows.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
            ratio = self.devicePixelRatioF()
            side = round(self.side * ratio)
            sharp = side % width == 0 or side >= STEPS * width
            how = Qt.TransformationMode.FastTransformation if sharp else Qt.TransformationMode.SmoothTransformation
            made = QPixmap.fromImage(grey.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, how))
            made.setDevicePixelRatio(ratio)
            self._pixmaps[channel] = made
        return self._pixmaps[channel]

    def _ordered(self, pictures: ChannelPictures | None) -> list[int]:
        if pictures is None:
            return []
        return pictures.by_spread() if self._by_spread else list(range(len(pictures.pictures)))

    def _fit(self) -> None:
        """Tiles as large as they can be with all of them seen at once; small ones where there are too many."""
        room, count = self.maximumViewportSize(), len(self.order)
        side = next((each for each in SIDES if _needs(count, each, room.width()) <= room.height()), LEAST)
        if side != self.side:
            self.side = side
            self._pixmaps.clear()
            self.setGridSize(QSize())  # makes the view ask for the size of a tile anew
        self.setGridSize(QSize(side + GAP, side + CAPTION + GAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in _OPENING and index.isValid():
            self.opened.emit(index.data(Qt.ItemDataRole.UserRole))
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self.indexAt(event.position().toPoint()).isValid()
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)


def _needs(count: int, side: int, width: int) -> int:
    """The height of so many tiles in rows of a width."""
    across = max(1, width // (side + GAP))
    return -(-count // across) * (side + CAPTION + GAP)


class _Tile(QStyledItemDelegate):
    """Paints one channel."""

    def __init__(self, view: ChannelGrid) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._view.side + GAP, self._view.side + CAPTION + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, colours = self._view, theme.current()
        rect, state = option.rect, option.state
        box = QRect(rect.left(), rect.top() + GAP // 2, view.side, view.side)
        painter.save()
        painter.setOpacity(0.45 if view.stale else 1.0)
        painter.drawPixmap(box.topLeft(), view.picture(index.data(Qt.ItemDataRole.UserRole)))
        painter.setOpacity(1.0)
        current = view.currentIndex() == index and view.hasFocus()
        if current or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(colours.colour("accent" if current else "text"), 2))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setFont(theme.mono(theme.SMALL))
        painter.setPen(colours.colour("muted"))
        below = QRect(box.left(), box.bottom() + 1, view.side, CAPTION)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, index.data(Qt.ItemDataRole.DisplayRole))
        painter.restore()
