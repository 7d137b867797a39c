"""What a run takes on this machine: a table of its levels with time, memory and disk, and their totals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Down
from explorer.controls.buttons import chip
from explorer.controls.progress import ProgressBar
from explorer.controls.text import restyle, text_label
from explorer.train.words import KIMG, kimg_number, square
from explorer.work.time_left import TimeLeft
from stylegan_core.amounts import duration, size_text, thousands
from stylegan_core.bands import band_of_resolution
from stylegan_core.schedule import LevelPlan

COLUMNS = ("level", "kimg", "batch", "img/s", "time", "memory", "disk")
SHARES = (1.1, 0.8, 0.8, 1.0, 1.3, 1.2, 1.1)  # of the width
ROW, HEAD = 22, 24
FITS = re.compile(r"micro_batch=\d+")  # what preflight proposes where memory is short


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one level; ``sure`` where the time was measured, not estimated."""

    resolution: int
    cells: tuple[str, ...]
    sure: bool = True


def planned(levels: Sequence[LevelPlan]) -> list[Row]:
    """What is known before anything was measured."""
    return [
        Row(4 << plan.level, (kimg_number(plan.fade_kimg + plan.stable_kimg), str(plan.batch), *4 * ("…",)))
        for plan in levels
    ]


def measured(answer: dict[str, Any]) -> list[Row]:
    """The levels of a preflight's answer."""
    return [_row(level) for level in answer.get("levels") or []]


def _row(level: dict[str, Any]) -> Row:
    sure = bool(level.get("measured"))
    about = "" if sure else "≈\u2009"
    per_second = float(level.get("img_per_s") or 0)
    cells = (
        kimg_number(float(level.get("kimg") or 0)),
        str(level.get("batch", "")),
        about + (thousands(per_second) if per_second >= 100 else f"{per_second:.3g}"),
        about + duration(float(level.get("seconds") or 0)),
        size_text(float(level.get("memory") or 0)),
        size_text(float(level.get("disk") or 0)),
    )
    return Row(int(level.get("resolution") or 0), cells, sure)


class CostTable(QWidget):
    """Painted, so that it follows the theme and its numbers stand one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.total: tuple[str, ...] = ()
        self.free: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What it takes on this machine")
        self.setToolTip(f"What each level takes on this machine. {KIMG}.")

    def show_rows(self, rows: Sequence[Row], total: tuple[str, ...] = (), free: tuple[str, ...] = ()) -> None:
        """The levels, below a line the totals, and below those what is there."""
        self.rows, self.total, self.free = list(rows), total, free
        self.setFixedHeight(self.sizeHint().height())
        said = ["; ".join(f"{name} {cell}" for name, cell in zip(COLUMNS[1:], row.cells, strict=True)) for row in rows]
        self.setAccessibleDescription(". ".join([*said, "in all " + ", ".join(total) if total else ""]))
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        lines = len(self.rows) + bool(self.total) + bool(self.free)
        return QSize(420, HEAD + ROW * lines + (6 if self.total else 0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Words muted, levels in the colours of their bands, numbers right-aligned."""
        painter, tokens = QPainter(self), theme.current()
        self._line(painter, 0, COLUMNS, "muted", theme.sans(theme.SMALL))
        top = max((row.resolution for row in self.rows), default=4)
        y = HEAD
        for row in self.rows:
            band = band_of_resolution(row.resolution, top).name
            tone = "text" if row.sure else "muted"
            self._line(painter, y, (square(row.resolution), *row.cells), tone, theme.mono(theme.SMALL), band)
            y += ROW
        if self.total:
            painter.setPen(QPen(tokens.colour("line"), 1))
            painter.drawLine(0, y + 2, self.width(), y + 2)
            y += 6
            self._line(painter, y, ("in all", *self.total), "text", theme.mono(theme.SMALL, QFont.Weight.DemiBold))
        if self.free:
            self._line(painter, y + ROW - 3, ("free", *self.free), "muted", theme.mono(theme.SMALL))

    def _line(self, painter: QPainter, y: float, cells: Sequence[str], tone: str, font: QFont, band: str = "") -> None:
        tokens, x = theme.current(), 0.0
        height = ROW if y else HEAD - 4
        for index, (cell, share) in enumerate(zip(cells, SHARES, strict=True)):
            width = self.width() * share / sum(SHARES)
            left = index == 0
            painter.setFont(theme.sans(theme.LABEL) if left else font)
            painter.setPen(tokens.band(band) if left and band else tokens.colour("muted" if left else tone))
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(x, y, width, height), side | Qt.AlignmentFlag.AlignVCenter, cell)
            x += width


class Costs(QWidget):
    """The table, a bar while it is measured, and below it what will be trained on which machine, or what is wrong.

    ``cure_asked`` brings a setting with which it would fit, as "set:KEY=VALUE"; ``given_up`` comes where a person
    cancels the measurement, ``wanted`` where one wants it after all.
    """

    cure_asked = Signal(str)
    given_up = Signal()
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.bar = CostTable(), ProgressBar("the measurement")
        self.said, self.problem = text_label("", "muted", wraps=True), text_label(tone="bad", wraps=True)
        self._left = TimeLeft()
        column = Down(self, 6)
        column.add(self.table, self.bar, self.said, self.problem)
        self.cure = chip("", "Computes fewer pictures at a time, with the same result.")
        self.cure.clicked.connect(lambda: self.cure_asked.emit(f"set:{self.cure.text().removeprefix('set ')}"))
        self.cancel = chip("cancel", "Gives up the measurement; training can begin all the same.")
        self.cancel.clicked.connect(self._give_up)
        self.measure = chip("measure now", "Measures how fast this machine is, and what a run takes on it.")
        self.measure.clicked.connect(self.wanted)
        for small in (self.cure, self.cancel, self.measure):
            column.addWidget(small, 0, Qt.AlignmentFlag.AlignLeft)
            small.hide()
        self.bar.hide()
        self.problem.hide()

    def show_plan(self, levels: Sequence[LevelPlan], waits: bool) -> None:
        """What the plan says, while the rest is measured."""
        self.table.show_rows(planned(levels))
        self.bar.wait()
        self._wait(waits)
        self.said.setText("Measuring how fast this machine is …" if waits else "")
        self._complain("", "bad")

    def show_progress(self, done: int, total: int) -> None:
        """How many levels are measured; each takes about equally long."""
        if not done:
            self._left = TimeLeft()
        self.bar.advance(done, total)
        left = self._left.clause(done, total, " …")
        level = f"level {min(done + 1, total)} of {total}"
        self.said.setText(f"Measuring how fast this machine is: {level}{left}")

    def show_answer(self, answer: dict[str, Any]) -> None:
        """The answer of a preflight."""
        self._wait(False)
        kimg = sum(float(level.get("kimg") or 0) for level in answer.get("levels") or [])
        whole = duration(float(answer.get("seconds") or 0))
        memory, disk = (size_text(float(answer.get(name) or 0)) for name in ("memory", "disk"))
        total = (kimg_number(kimg), "", "", whole, memory, disk)
        free = [size_text(float(answer[name])) if answer.get(name) else "" for name in ("memory_free", "disk_free")]
        self.table.show_rows(measured(answer), total, ("", "", "", "", *free) if any(free) else ())
        where = f"{answer.get('device', '')}, {answer.get('precision', '')}".strip(", ")
        words = [str(answer.get("network") or ""), where]
        if any(not row.sure for row in self.table.rows):
            words.append("≈ follows from the levels that were measured")
        said = " · ".join(filter(None, words))
        self.said.setText("\n".join(filter(None, [said, *map(str, answer.get("notes") or [])])))
        self._complain("\n".join(map(str, answer.get("problems") or [])), "bad")

    def show_trouble(self, why: str, tone: str) -> None:
        """Why there is no answer: ``tone`` "bad" where the run cannot work, "warning" where nobody knows."""
        self._wait(False)
        self.said.setText("")
        self._complain(why, tone)

    def _wait(self, waits: bool) -> None:
        self.bar.setVisible(waits)
        self.cancel.setVisible(waits)
        self.measure.hide()

    def _give_up(self) -> None:
        self._wait(False)
        self.said.setText("It was not measured.")
        self.measure.show()
        self.given_up.emit()

    def _complain(self, text: str, tone: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        fits = FITS.search(text)
        self.cure.setText(f"set {fits[0]}" if fits else "")
        self.cure.setVisible(fits is not None)
        restyle(self.problem, "tone", tone)
