"""The table of what was measured: a row each measurement, the best of those that can be compared marked."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.controls.items import ROOT, Index
from explorer.controls.literal import literal_tip
from stylegan_core.amounts import thousands
from stylegan_core.lab.quality import CONFIDENCE, LOWER, NUMBERS, Quality, best, half_text, number_text, with_confidence
from stylegan_core.metrics.names import METRICS

_ROLE = Qt.ItemDataRole
MEANINGS = {number: row.meaning for row in METRICS.values() for number in row.numbers}
HEADS = ("model", *(f"{name} {'↓' if LOWER[name] else '↑'}" for name in NUMBERS), "pictures", "data", "measured")
FIRST, ROW = 1, 38  # the confidence of a number stands below it
WIDTHS = (140, *(88 if name == "KID-E" else 66 for name in NUMBERS), 96, 90, 88)  # "★ -0.00947" fits
PICTURES, DATA = len(HEADS) - 3, len(HEADS) - 2
SORTED_BY, HALF = _ROLE.UserRole, _ROLE.UserRole + 1


class QualityModel(QAbstractTableModel):
    """The cells of the table; ``current`` is the hash of the open network, whose rows stand out."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[Quality] = ()
        self.current = ""

    def show(self, rows: Sequence[Quality], current: str) -> None:
        """Shows other measurements, or those of another network in bold."""
        self.beginResetModel()
        self.rows, self.current = list(rows), current
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        number = _number(section)
        if role == _ROLE.TextAlignmentRole:
            return _alignment(section)
        if role == _ROLE.ToolTipRole and number:
            return f"{number}: {MEANINGS[number]}; {'lower' if LOWER[number] else 'higher'} is better. Click to sort."
        return HEADS[section] if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole) else None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if role == _ROLE.DisplayRole:
            return self._text(index.row(), index.column())
        if role == SORTED_BY:
            return _key(self.rows[index.row()], index.column())
        if role == HALF:
            row, number = self.rows[index.row()], _number(index.column())
            return half_text(row.confidence.get(number)) if number in row.numbers else ""
        if role == _ROLE.ToolTipRole:
            return literal_tip(self._words(index.row(), index.column()))
        if role == _ROLE.AccessibleTextRole:
            return self._words(index.row(), index.column())
        if role == _ROLE.TextAlignmentRole:
            return _alignment(index.column())
        return self._look(index.row(), index.column(), role)

    def _look(self, at: int, column: int, role: int) -> Any:
        row, number, colours = self.rows[at], _number(column), theme.current()
        stands_out = best(self.rows, at, number) if number else column == 0 and row.hash == self.current
        if role == _ROLE.FontRole:
            weight = QFont.Weight.DemiBold if stands_out else QFont.Weight.Normal
            return theme.mono(weight=weight) if number else theme.sans(theme.LABEL, weight)
        if role == _ROLE.ForegroundRole:
            muted = row.is_floor or column > len(NUMBERS)
            return colours.colour("accent" if stands_out and number else "muted" if muted else "text")
        return None

    def _text(self, at: int, column: int) -> str:
        row, number = self.rows[at], _number(column)
        if number:
            mark = "★ " if best(self.rows, at, number) else ""
            return mark + number_text(row.numbers.get(number, math.nan))
        made = datetime.fromtimestamp(row.when).strftime("%Y-%m-%d")
        return {
            0: row.name,
            PICTURES: f"{thousands(row.fakes)} / {thousands(row.reals)}",
            DATA: Path(row.data).name,
        }.get(column, made)

    def _words(self, at: int, column: int) -> str:
        row, number = self.rows[at], _number(column)
        if number:
            value, half = row.numbers.get(number), row.confidence.get(number)
            said = "not measured" if value is None else with_confidence(value, half) if half else f"{value!r}"
            limit = f", with ever more pictures {number_text(row.limits[number])}" if number in row.limits else ""
            sure = f" {CONFIDENCE}" if half else ""
            praise = ": the best of what was measured on the same pictures" if best(self.rows, at, number) else ""
            return f"{number} of {row.name}: {said}{limit}{praise}.{sure}"
        if column == 0:
            return (
                "Two sets of real pictures: what a perfect model could get."
                if row.is_floor
                else f"{row.model}, {row.hash}"
            )
        if column == PICTURES:
            drawn = "other real" if row.is_floor else f"drawn (seed {row.seed})"
            return f"{thousands(row.fakes)} {drawn} and {thousands(row.reals)} real pictures of {row.resolution}²"
        return row.data if column == DATA else datetime.fromtimestamp(row.when).strftime("%Y-%m-%d %H:%M")


class QualityTable(ShowsFocus, QTableView):
    """Measurements, the latest first until a head is clicked; ``remove_wanted`` carries one to take away."""

    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = QualityModel(self)
        self._sorting = QSortFilterProxyModel(self)
        self._sorting.setSourceModel(self.cells)
        self._sorting.setSortRole(SORTED_BY)
        self.setModel(self._sorting)
        self.setItemDelegate(_Cell(self))
        self.setSortingEnabled(True)
        self.sortByColumn(len(HEADS) - 1, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for at, width in enumerate(WIDTHS):
            self.setColumnWidth(at, width)
        across.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        across.setMinimumSectionSize(48)
        self.setAccessibleName("Measurements")
        self.setToolTip("What was measured: point at a number for more, click a head to sort, Delete takes a row away.")

    @property
    def chosen(self) -> Quality | None:
        """The row with the keyboard's mark."""
        index = self.currentIndex()
        return self.cells.rows[self._sorting.mapToSource(index).row()] if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen is not None:
            self.remove_wanted.emit(self.chosen)
        elif event.text().strip():
            event.ignore()  # letters are the window's commands
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.chosen
        if row is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction("Take this row away", lambda: self.remove_wanted.emit(row))
            menu.popup(event.globalPos())


class _Cell(QStyledItemDelegate):
    """Paints a number with its confidence below it, where that is known, and all others as usual."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        half = index.data(HALF)
        if not half:
            super().paint(painter, option, index)
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        style = whole.widget.style()
        box = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, whole, whole.widget)
        text, whole.text = whole.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, whole.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, whole.widget) + 1
        box = box.adjusted(margin, 0, -margin, 0)
        box.setTop(whole.rect.top() + 2)
        box.setBottom(whole.rect.bottom() - 3)
        painter.save()
        painter.setFont(whole.font)
        painter.setPen(index.data(_ROLE.ForegroundRole))
        painter.drawText(
            box, theme.ALIGN_NUMBER & ~Qt.AlignmentFlag.AlignVertical_Mask | Qt.AlignmentFlag.AlignTop, text
        )
        painter.setFont(theme.mono(theme.SMALL))
        painter.setPen(theme.current().colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, half)
        painter.restore()


def _alignment(column: int) -> Qt.AlignmentFlag:
    is_number = 0 < column <= PICTURES
    return theme.ALIGN_NUMBER if is_number else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _number(column: int) -> str:
    """The number that stands in a column; empty where it holds none."""
    return NUMBERS[column - FIRST] if FIRST <= column < FIRST + len(NUMBERS) else ""


def _key(row: Quality, column: int) -> float | str:
    """What a column is sorted by."""
    if number := _number(column):
        return row.numbers.get(number, math.inf)
    others: dict[int, float | str] = {0: row.name.lower(), PICTURES: row.reals, DATA: row.data.lower()}
    return others.get(column, row.when)
