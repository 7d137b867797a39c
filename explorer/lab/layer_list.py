"""The list of layers: one row each with its resolution, name, band, mean, standard deviation and a small histogram."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.items import ROOT, Index, TakesFewKeys, make_plain
from explorer.controls.scrolling import BAR, keep_room_for_bar
from explorer.lab.histogram import paint_small
from explorer.lab.words import number, powered, row_words
from stylegan_core.lab.layer_facts import LayerFacts

ROW = 32
NO_LEVEL = -1  # the rows are of several levels, or of another network
# Left edge and width of each column, from the left (positive) or the right (negative) edge of a row.
_COLUMNS = {
    "side": (12, 42), "name": (68, 58), "band": (130, 54), "mean": (-204, 52), "sd": (-148, 48), "values": (-90, 80),
}  # fmt: skip
_NUMBERS = ("side", "mean", "sd")
_MEASURED = {"mean": "mean", "sd": "deviation"}
_HEADS = {"side": "size", "name": "layer", "band": "band", "mean": "mean", "sd": "sd", "values": "values"}


class LayerModel(QAbstractListModel):
    """The facts of each layer, and how many of them are of the present recipe."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[LayerFacts] = []
        self.fresh = 0  # rows from the first on that are up to date
        self.level: int | None = NO_LEVEL  # that of the network which all rows are of

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        facts = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return facts
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row_words(facts)
        return facts.name if role == Qt.ItemDataRole.DisplayRole else None

    def clear(self) -> None:
        """No layers."""
        self.beginResetModel()
        self.rows, self.fresh, self.level = [], 0, NO_LEVEL
        self.endResetModel()

    def set_fresh(self, count: int) -> None:
        """So many rows are up to date, the others of an older recipe."""
        self.fresh = count
        self._tell(0, len(self.rows))

    def disown(self) -> None:
        """The rows stay, but are of another network."""
        self.level = NO_LEVEL
        self.set_fresh(0)

    def has_stage(self, stage: int, level: int | None) -> bool:
        """Whether the network has a row's stage at a level, as far as is known."""
        return stage < self.fresh or level == self.level

    def put(self, facts: LayerFacts, level: int | None) -> None:
        """One row is up to date, and so are those above it; layers come in their order."""
        at = facts.stage
        self.level = level if level == self.level else NO_LEVEL
        if at < len(self.rows):
            self.rows[at] = facts
        else:
            self.beginInsertRows(QModelIndex(), at, at)
            self.rows.append(facts)
            self.endInsertRows()
        self.fresh = at + 1
        self._tell(at, at + 1)

    def finish(self, count: int, level: int | None) -> None:
        """There are so many layers at this level and no more."""
        if count < len(self.rows):
            self.beginRemoveRows(QModelIndex(), count, len(self.rows) - 1)
            del self.rows[count:]
            self.endRemoveRows()
        self.fresh, self.level = count, level

    def _tell(self, first: int, end: int) -> None:
        if end > first:
            self.dataChanged.emit(self.index(first), self.index(end - 1))


class LayerList(TakesFewKeys, ShowsFocus, QListView):
    """Rows to choose from by mouse or keys; ``picked`` carries the stage."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = LayerModel()
        self.layers.setParent(self)
        self._focusing = False
        self.setModel(self.layers)
        self.setItemDelegate(_Row(self))
        make_plain(self)
        self.setMouseTracking(True)
        keep_room_for_bar(self)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW)
        self.setAccessibleName("Layers")
        self.setToolTip("Choose the layer that is shown, by mouse or with the up and down keys.")

    @property
    def chosen(self) -> LayerFacts | None:
        """The layer of the current row."""
        at = self.currentIndex().row()
        return self.layers.rows[at] if 0 <= at < len(self.layers.rows) else None

    def choose(self, stage: int) -> None:
        """Makes a row the current one, the last where there are fewer."""
        count = len(self.layers.rows)
        if count:
            self.setCurrentIndex(self.layers.index(min(stage, count - 1)))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._focusing:
            self.picked.emit(current.row())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A list without a current row stays so: Qt would make the first one current, which nobody chose."""
        self._focusing = not self.currentIndex().isValid()
        super().focusInEvent(event)
        if self._focusing:
            self.setCurrentIndex(QModelIndex())
        self._focusing = False


class ListHead(QWidget):
    """What the columns of the list are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(18)
        self.setAccessibleName("Columns: size, layer, band, mean, standard deviation, histogram of the values")
        self.setToolTip("Of every value that a layer hands on: mean, standard deviation (sd) and histogram.")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.sans(theme.SMALL))
        painter.setPen(theme.current().colour("muted"))
        row = QRectF(self.rect()).adjusted(0, 0, -BAR, 0)
        for name, words in _HEADS.items():
            painter.drawText(_cell(row, name), _align(name), words)


class _Row(QStyledItemDelegate):
    """Paints one layer."""

    def __init__(self, view: LayerList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(320, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        facts: LayerFacts = index.data(Qt.ItemDataRole.UserRole)
        colours, state = theme.current(), option.state
        row = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(
                QPen(colours.colour("accent"), 1) if selected and self._view.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(colours.colour("hover" if selected else "raised"))
            painter.drawRoundedRect(row.adjusted(0.5, 1.5, -0.5, -1.5), 6, 6)
        painter.setOpacity(1.0 if index.row() < self._view.layers.fresh else 0.45)
        painter.fillRect(QRectF(row.left() + 4, row.top() + 8, 3, row.height() - 16), colours.band(facts.band))
        self._write(painter, row, facts)
        small = _cell(row, "values").adjusted(0, 6, 0, -6)
        paint_small(painter, small, facts.counts, colours.band(facts.band))
        painter.restore()

    def _write(self, painter: QPainter, row: QRectF, facts: LayerFacts) -> None:
        colours = theme.current()
        words = {
            "side": (f"{facts.resolution}²", "text"),
            "name": (facts.name, "muted" if facts.is_picture else "text"),
            "band": (facts.band, facts.band),
            "mean": (number(facts.mean), "text"),
            "sd": (number(facts.deviation), "text"),
        }
        for name, (text, token) in words.items():
            painter.setFont(theme.mono() if name in _NUMBERS else theme.sans(theme.LABEL))
            painter.setPen(colours.colour(token))
            cell = _cell(row, name)
            if name in _MEASURED and painter.fontMetrics().horizontalAdvance(text) > cell.width():
                text = powered(getattr(facts, _MEASURED[name]), 0)  # cut off, it would lose its first digits
            painter.drawText(cell, _align(name), text)


def _cell(row: QRectF, name: str) -> QRectF:
    left, width = _COLUMNS[name]
    start = row.left() + left if left >= 0 else row.right() + left
    return QRectF(start, row.top(), width, row.height())


def _align(name: str) -> Qt.AlignmentFlag:
    return theme.ALIGN_NUMBER if name in _NUMBERS else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
