"""A table of numbers as colours: directions against attributes, or against each other."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
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
from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.measurement import Doubles
from stylegan_core.latents.channel_effect import half_percent, percent, signed

ROW, COLUMN, WIDE, HEADER, PURITY = 38, 74, 92, 36, "purity"  # wide enough for the names of directions
LEAST = 0.25  # standard deviations that have the full colour at least
STRONGEST = 0.5  # how much of its colour the largest number has, so that what is written on it can be read
SURE = "95 % confidence"
VIEWS = ("effects", "cosine", "correlation")
VIEW_TIPS = (
    "What one σ of each direction changes, in standard deviations of each attribute.",
    "The cosine between two directions in W, whatever their layers: 1 is the same way, 0 has nothing in common.",
    "The correlation of random faces along two directions: how often those far along one are so along the other, "
    "± 95 % over 2000 of them.",
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a table shows: ``values`` [rows, columns], 1 to ``top`` in full colour; ``halves`` is their confidence.

    ``meant`` is the column of each row that it is about; ``shares`` stand in a column of their own, as a share of one,
    with the confidence ``share_halves``.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Doubles = field(repr=False, compare=False)
    top: float = 1.0
    halves: Doubles | None = field(default=None, repr=False, compare=False)
    meant: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    share_halves: tuple[float, ...] = ()

    def is_sure(self, row: int, column: int) -> bool:
        """Whether 0 lies outside of the confidence of a number."""
        return self.halves is None or abs(self.values[row, column]) > self.halves[row, column]


def numbers_of(facts: Entanglement, view: str) -> Numbers:
    """One of the ``VIEWS`` of what was measured; attributes that rows are about come first, in their order."""
    names = tuple(each.direction.name for each in facts.plan.directions)
    if view != "effects":
        halves = facts.correlation_confidence if view == "correlation" else None
        return Numbers(names, names, getattr(facts, view), halves=halves)
    mains = [facts.main(row) for row in range(len(names))]
    order = list(dict.fromkeys([*mains, *range(len(facts.names))]))
    effects, halves = facts.effects[:, order], facts.confidence[:, order]
    top = max(float(np.abs(effects).max()), LEAST)
    meant, rows = tuple(map(order.index, mains)), range(len(names))
    shares, share_halves = tuple(map(facts.purity, rows)), tuple(map(facts.purity_confidence, rows))
    return Numbers(names, tuple(facts.names[at] for at in order), effects, top, halves, meant, shares, share_halves)


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
        return signed(float(self.numbers.values[row, column]))

    def half(self, row: int, column: int) -> str:
        """The confidence of a cell; empty where it has none."""
        numbers = self.numbers
        assert numbers is not None
        if column == len(numbers.columns):
            return half_percent(numbers.share_halves[row])
        return "" if numbers.halves is None else f"±{float(numbers.halves[row, column]):.2f}"

    def words(self, row: int, column: int) -> str:
        """A cell in a sentence."""
        numbers = self.numbers
        assert numbers is not None
        name = numbers.rows[row]
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
        header.setDefaultSectionSize(WIDE if wide else COLUMN)
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
        painter.setPen(colours.colour("text" if sure else "muted"))
        painter.setFont(theme.mono())
        half = self._view.cells.half(row, column)
        upper = box.adjusted(0, 2, 0, -box.height() / 2 + 2) if half else box
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self._view.cells.text(row, column))
        if half:
            painter.setFont(theme.mono(theme.SMALL))
            painter.setPen(colours.colour("muted"))
            painter.drawText(box.adjusted(0, box.height() / 2, 0, -2), Qt.AlignmentFlag.AlignCenter, half)


def _colour(part: float) -> QColor:
    """Of a number from -1 to 1: one colour above 0, another below, nothing at 0."""
    colour = theme.current().colour("accent" if part >= 0 else "coarse")
    colour.setAlphaF(STRONGEST * min(abs(part), 1.0))
    return colour
