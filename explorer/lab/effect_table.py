"""A table of numbers as colours: directions against attributes, or against each other."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
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
from explorer.lab.effect_numbers import Numbers
from stylegan_core.latents.channel_effect import half_percent, percent, signed

ROW, COLUMN, WIDE, HEADER, PURITY = 38, 74, 92, 36, "purity"  # wide enough for the names of directions
PAIRED = 240  # of two columns with names
STRONGEST = 0.5  # how much of its colour the largest number has, so that what is written on it can be read
FAINTER = 0.85  # of the ink of a number: what its confidence is written with, to be read on the strongest colour, too
SURE = "95 % confidence"


class EffectModel(QAbstractTableModel):
    """The cells of a table."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: Numbers | None = None

    def show(self, numbers: Numbers | None) -> None:
        """Shows other numbers, or none."""
        self.beginResetModel()
        self.numbers = numbers
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() or self.numbers is None else len(self.numbers.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        numbers = self.numbers
        return 0 if parent.isValid() or numbers is None else len(numbers.columns) + bool(numbers.shares)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        numbers = self.numbers
        if numbers is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        names = numbers.rows if orientation == Qt.Orientation.Vertical else (*numbers.columns, PURITY)
        name = names[section] if section < len(names) else ""
        return literal_tip(name) if role == Qt.ItemDataRole.ToolTipRole else name

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.numbers is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return literal_tip(self.words(index.row(), index.column()))
        return self.words(index.row(), index.column()) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def text(self, row: int, column: int) -> str:
        """The number of a cell."""
        assert self.numbers is not None
        if column == len(self.numbers.columns):
            return percent(self.numbers.shares[row])
        if self.numbers.who:
            name = self.numbers.who[row][column]
            return f"{name}  {percent(float(self.numbers.values[row, column]))}" if name else "–"
        return signed(float(self.numbers.values[row, column]))

    def half(self, row: int, column: int) -> str:
        """The confidence of a cell; empty where it has none."""
        numbers = self.numbers
        assert numbers is not None
        if column == len(numbers.columns):
            return half_percent(numbers.share_halves[row])
        if numbers.halves is None or (numbers.who and not numbers.who[row][column]):
            return ""
        half = float(numbers.halves[row, column])
        return half_percent(half) if numbers.who else f"±{half:.2f}"

    def words(self, row: int, column: int) -> str:
        """A cell in a sentence."""
        numbers = self.numbers
        assert numbers is not None
        name = numbers.rows[row]
        if numbers.who:
            return self._purest_words(numbers, row, column)
        if column == len(numbers.columns):
            main = numbers.columns[numbers.meant[row]]
            share = percent(numbers.shares[row], numbers.share_halves[row])
            return f"{share} of all that one σ of {name} changes is {main} ({SURE})."
        said = f"{name} and {numbers.columns[column]}: {self.text(row, column)}"
        if numbers.halves is None:
            return f"{said}."
        half = f"± {float(numbers.halves[row, column]):.2f}"
        doubt = "" if numbers.is_sure(row, column) else " It may be nothing."
        if not numbers.shares:
            return f"{said} {half} ({SURE}).{doubt}"
        one = f"One σ of {name} changes {numbers.columns[column]} by {self.text(row, column)} {half}"
        return f"{one} standard deviations ({SURE}).{doubt}"

    def _purest_words(self, numbers: Numbers, row: int, column: int) -> str:
        name, kind = numbers.rows[row], numbers.columns[column]
        who = numbers.who[row][column]
        if not who:
            return f"No {kind.split()[-1]} that was measured is sure to change {name}."
        half = None if numbers.halves is None else float(numbers.halves[row, column])
        share = percent(float(numbers.values[row, column]), half)
        purer = " It is purer by more than that." if numbers.meant[row] == column else ""
        return f"{share} of all that {who} changes is {name} ({SURE}).{purer}"


class EffectTable(ShowsFocus, QTableView):
    """Numbers to read, by mouse or keys; colours say how large they are, and which way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = EffectModel()
        self.cells.setParent(self)
        self.stale = False
        self.setModel(self.cells)
        self.setItemDelegate(_Cell(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header, size in ((self.horizontalHeader(), COLUMN), (self.verticalHeader(), ROW)):
            header.setDefaultSectionSize(size)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        across = self.horizontalHeader()
        across.setFixedHeight(HEADER)
        across.setDefaultAlignment(
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        )
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName("Directions against attributes")
        self.setToolTip("What one σ of a direction changes: point at a number for what it means.")

    def show_numbers(self, numbers: Numbers | None) -> None:
        """Shows other numbers, or none."""
        self.cells.show(numbers)
        wide = numbers is not None and not numbers.shares
        header = self.horizontalHeader()
        pair = numbers is not None and bool(numbers.who)
        header.setDefaultSectionSize(PAIRED if pair else WIDE if wide else COLUMN)
        for at in range(header.count()):
            header.moveSection(header.visualIndex(at), at)  # what another view had moved stays moved by itself
        if numbers is not None and numbers.shares:
            header.moveSection(header.visualIndex(len(numbers.columns)), 0)

    def set_stale(self, stale: bool) -> None:
        """Dims numbers that were measured at another psi or on other faces than now wanted."""
        self.stale = stale
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().strip():
            event.ignore()  # letters are the window's commands
        else:
            super().keyPressEvent(event)


class _Cell(QStyledItemDelegate):
    """Paints one number on its colour, its confidence below it; the one that a row is about has a frame."""

    def __init__(self, view: EffectTable) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(COLUMN, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        numbers, row, column = self._view.cells.numbers, index.row(), index.column()
        if numbers is None:
            return
        box = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.45 if self._view.stale else 1.0)
        share = column == len(numbers.columns)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(numbers.shares[row] if share else float(numbers.values[row, column]) / numbers.top))
        painter.drawRoundedRect(box, 4, 4)
        meant = bool(numbers.meant) and not share and numbers.meant[row] == column
        current = self._view.currentIndex() == index and self._view.hasFocus()
        if meant or current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().colour("accent" if current else "text"), 1.5))
            painter.drawRoundedRect(box, 4, 4)
        self._write(painter, box, numbers, row, column)
        painter.restore()

    def _write(self, painter: QPainter, box: QRectF, numbers: Numbers, row: int, column: int) -> None:
        colours, share = theme.current(), column == len(numbers.columns)
        sure = share or numbers.is_sure(row, column)
        ink = colours.colour("text" if sure else "muted")
        painter.setPen(ink)
        painter.setFont(theme.mono())
        half = self._view.cells.half(row, column)
        upper = box.adjusted(0, 2, 0, -box.height() / 2 + 2) if half else box
        text = self._view.cells.text(row, column)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width()) - 8)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)
        if half:
            painter.setFont(theme.mono(theme.SMALL))
            ink.setAlphaF(FAINTER)
            painter.setPen(ink)
            painter.drawText(box.adjusted(0, box.height() / 2, 0, -2), Qt.AlignmentFlag.AlignCenter, half)


def _colour(part: float) -> QColor:
    """Of a number from -1 to 1: one colour above 0, another below, nothing at 0."""
    colour = theme.current().colour("accent" if part >= 0 else "coarse")
    colour.setAlphaF(STRONGEST * min(abs(part), 1.0))
    return colour
