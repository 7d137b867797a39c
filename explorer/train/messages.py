"""What happened in a run, newest first: a coloured dot, the time, one sentence."""

import time
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer import theme
from explorer.controls.items import ROOT, Index, make_plain
from explorer.controls.literal import literal_tip
from explorer.train.record import Message

ROW, TIME_WIDTH = 24, 46
FEWEST = 36  # pixels: a row, and enough of the next to see that there are more


class MessageModel(QAbstractListModel):
    """The messages of a run, row 0 the newest."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: Sequence[Message] = ()

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Takes the whole list; does nothing where it has not changed."""
        if len(messages) != len(self._messages) or list(messages[-1:]) != list(self._messages[-1:]):
            self.beginResetModel()
            self._messages = tuple(messages)
            self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._messages)

    def message(self, row: int) -> Message:
        """One of them."""
        return self._messages[-1 - row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The sentence; as a tooltip with date and time."""
        message = self.message(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            date = time.strftime("%d %b %Y %H:%M:%S", time.localtime(message.time))
            return literal_tip(f"{date}\n{message.text}")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return message.text
        return None


class MessageDelegate(QStyledItemDelegate):
    """Paints one message in one line, cut with an ellipsis where it is too long."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row is equally high."""
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Dot, time, sentence."""
        tokens = theme.current()
        model = index.model()
        message = model.message(index.row()) if isinstance(model, MessageModel) else Message(0, "muted", "")
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour(message.tone))
        painter.drawEllipse(QPointF(box.left() + 4, box.center().y() + 0.5), 3.5, 3.5)
        painter.setPen(tokens.colour("muted"))
        painter.setFont(theme.mono(theme.LABEL))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        clock = time.strftime("%H:%M", time.localtime(message.time))
        painter.drawText(QRect(box.left() + 14, box.top(), TIME_WIDTH, ROW), middle, clock)
        painter.setFont(theme.sans(theme.LABEL))
        painter.setPen(tokens.colour("muted" if message.tone == "muted" else "text"))
        room = box.width() - TIME_WIDTH - 18
        text = painter.fontMetrics().elidedText(message.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(box.left() + TIME_WIDTH + 14, box.top(), room, ROW), middle, text)
        painter.restore()


class MessageList(QListView):
    """The list itself; the whole sentence stands in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = MessageModel()
        self.setModel(self.messages)
        self.setItemDelegate(MessageDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        make_plain(self)
        self.setAccessibleName("Messages")
        self.setMinimumHeight(FEWEST)

    def sizeHint(self) -> QSize:
        """Asks for little, since it scrolls itself; it gets what is left."""
        return QSize(100, FEWEST)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Shows these, newest on top."""
        self.messages.show_messages(messages)
