"""The Lab's quality page: how good the open network is, in numbers, beside all that were measured before."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.literal import literal_tip
from explorer.controls.panel import allow
from explorer.controls.questions import ask_for_data
from explorer.controls.slider import NumberField
from explorer.controls.text import text_label
from explorer.jobs import Done, Piece, Table
from explorer.lab.base import LabBase
from explorer.lab.blank import Blank
from explorer.lab.export import ExportChip, Plan
from explorer.lab.head import MARGIN, QUALITY_PAGE, WIDTH, LabHead
from explorer.lab.measure_button import MEASURE, TONES, MeasureButton
from explorer.lab.quality_table import QualityTable
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.lab.quality import Quality, quality_table
from stylegan_core.metrics.names import FEWEST, METRICS
from stylegan_core.recipe import Recipe

TABLE = "lab.quality.table"
STATE = "Whether the open model was measured on these pictures."
MOST, COUNT = 50_000, 1000
USUAL = ("fd", "kid", "pr", "swd")  # a path length takes long
MEASURE_TIP = "Draws as many pictures with the open model and compares them with the real ones."
FLOOR_TIP = "Compares two sets of real pictures: what a perfect model could get, for want of more pictures."
NO_DATA = "Choose the pictures to compare with: those it was trained on, or better some that it has not seen."
CHOOSE = "Choose the real pictures first: a folder, a zip or an idx file."
NOT_YET = "Nothing is measured yet."
EMPTY = "Choose pictures and press Measure. What is measured is kept, so that models can be compared."
SAID = (
    "★ is the best of the models that were measured on as many of the same pictures. psi 1, fresh noise. "
    "± 95 %, for other drawn pictures."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured: metrics by their keys over ``count`` pictures a side; ``floor`` of real ones alone."""

    data: str
    only: tuple[str, ...]
    count: int
    seed: int
    floor: bool = False


class QualityPage(LabBase):
    """Left what is to be measured, right what was. ``measure_wanted`` carries it, ``given_up`` ends the measuring.

    ``removed`` carries a row to take away. The measuring goes on while other pages and networks are looked at.
    """

    measure_wanted = Signal(object)
    given_up = Signal()
    removed = Signal(object)
    writes = "the measurements"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LabHead(QUALITY_PAGE, STATE), parent)
        self.data = ""
        self.choose = chip("pictures…", CHOOSE)
        self.where, self.words = text_label("", "muted", wraps=True), text_label("", "muted", wraps=True)
        self.message = text_label(tone="bad", wraps=True)
        self.ticks = {key: QCheckBox(row.name) for key, row in METRICS.items()}
        self.count, self.seed = NumberField(0), NumberField(0)
        self.floor, self.measure = chip("real against real", FLOOR_TIP), MeasureButton(MEASURE_TIP)
        self.table, self.blank = QualityTable(), Blank(EMPTY)
        self.export = ExportChip("Saves every measurement with all that is needed to cite it.", "Table (*.csv)")
        self.first_focus = self.choose
        self._rows: Sequence[Quality] = ()
        self._busy = False
        self._left = TimeLeft()
        self.count.show_value(COUNT)
        self.seed.show_value(0)
        self._lay_out()
        self._connect()
        self._show_state()

    @property
    def wanted(self) -> Wanted | str:
        """What would be measured now, or why nothing can be."""
        only = tuple(key for key, tick in self.ticks.items() if tick.isChecked())
        count = round(self.count.value)
        if not self.data:
            return CHOOSE
        if not only:
            return "No number is ticked: tick at least one."
        if not FEWEST <= count <= MOST:
            return f"A number needs {FEWEST} to {MOST} pictures: choose a count between."
        return Wanted(self.data, only, count, max(0, round(self.seed.value)))

    def show_rows(self, rows: Sequence[Quality]) -> None:
        """Shows what was measured, oldest first; the pictures of the last are chosen where none are."""
        self._rows = rows
        if rows and not self.data:
            self.data = rows[-1].data
        self.table.cells.show(rows, self.info.hash if self.info is not None else "")
        self._show_state()

    def begin(self) -> None:
        """It is being measured."""
        self._busy, self._left = True, TimeLeft()
        self.message.clear()
        self._show_state()

    def show_progress(self, done: int, total: int) -> None:
        """How much is done, and how long the rest takes."""
        self.head.state.say(f"{100 * done // max(total, 1)} %{self._left.clause(done, total)}", "warning")

    def end(self, failure: str = "") -> None:
        """It is measured or given up, or cannot be, for a reason."""
        self._busy = False
        self.message.setText(failure)
        self._show_state()

    def use_data(self, data: str) -> None:
        """Compares with these pictures from now on."""
        self.data = str(Path(data).absolute())
        self.message.clear()
        self._show_state()

    def press(self) -> None:
        """Measures the open network, or gives up what is being measured."""
        self._press(floor=False)

    def take(self, answer: Piece | Done) -> None:
        self.take_export(answer)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self.show_rows(self._rows)

    def show_recipe(self, recipe: Recipe) -> None:
        if self.info is not None and self.isVisible():
            self.show_where(recipe)
            self.show_face()
            self._show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_where()

    def _press(self, *, floor: bool) -> None:
        wanted = self.wanted
        if self._busy:
            self.given_up.emit()
        elif isinstance(wanted, Wanted):
            keys = tuple(key for key in wanted.only if not floor or key != "ppl")
            self.measure_wanted.emit(Wanted(wanted.data, keys, wanted.count, wanted.seed, floor))

    def _show_state(self) -> None:
        wanted, busy = self.wanted, self._busy
        why, failed = wanted if isinstance(wanted, str) and not busy else "", bool(self.message.text())
        here = (self.info.hash, self.data) if self.info is not None else None
        there = any((row.hash, row.data) == here for row in self._rows)
        word = "cannot be measured" if failed else "measured" if there else "not measured"
        word = "measuring" if busy else word
        self.head.state.say(word, TONES.get(word, "warning"))
        self.measure.show_state(busy=busy, why_not=why)
        alone = isinstance(wanted, Wanted) and wanted.only == ("ppl",)
        allow(self.floor, why or ("A path length is a model's own." if alone else ""), FLOOR_TIP)
        self.floor.setVisible(not busy)
        self.export.allow("" if self._rows else NOT_YET)
        blank = not self._rows and not busy
        self.blank.setVisible(blank)
        self.table.setVisible(not blank)
        if self.data:
            self.blank.offer(MEASURE, MEASURE_TIP, why)
        else:
            self.blank.offer("Choose pictures…", self.choose.toolTip())
        self.words.setText(SAID if self._rows else "")
        self.words.setVisible(bool(self._rows))
        self.message.setVisible(failed)
        self._show_where()

    def _show_where(self) -> None:
        room = WIDTH - 2 * MARGIN
        data = Path(self.data)
        short = f"…/{data.parent.name}/{data.name}" if self.data else ""
        words = self.where.fontMetrics().elidedText(short, Qt.TextElideMode.ElideMiddle, room)
        self.where.setText(words or NO_DATA)
        self.where.setToolTip(literal_tip(self.data))

    def _plan_table(self) -> Plan | None:
        if self.info is None or not self._rows:
            return None
        name = time.strftime("measurements-%Y-%m-%d.csv")
        return Plan(name, self.info.hash, Table(TABLE, quality_table(self._rows), ""))

    def _connect(self) -> None:
        self.choose.clicked.connect(lambda: ask_for_data(self, "The real pictures", self.use_data, self.data))
        self.measure.clicked.connect(self.press)
        self.blank.asked.connect(lambda: self.press() if self.data else self.choose.click())
        self.floor.clicked.connect(lambda: self._press(floor=True))
        self.table.remove_wanted.connect(self.removed)
        for field in (self.count, self.seed):
            field.typed.connect(lambda _: self._show_state())
            field.finished.connect(self.measure.setFocus)
        for tick in self.ticks.values():
            tick.toggled.connect(lambda _: self._show_state())
        self.export.plan = self._plan_table
        self.add_export(TABLE, self.export, "Export the measurements…")
        self.add_command("Measure the quality of the model", "", MEASURE_TIP, self.press, self.measure)

    def _lay_out(self) -> None:
        fields = (
            (
                self.count,
                "Pictures",
                "How many pictures of each side: more are surer and take longer; 2 500 are usual here.",
            ),
            (self.seed, "Seed of the drawn pictures", "Another seed draws other pictures."),
        )
        for field, name, tip in fields:
            field.setProperty("kind", "mono")
            field.setFixedWidth(66)
            field.setAccessibleName(name)
            field.setToolTip(tip)
        self.set_columns(self._left_column(), self._right_column())
        self.setAccessibleName("Quality")

    def _left_column(self) -> QFrame:
        made, against, foot, end = QFrame(), Across(edges=(0, 4, 0, 0)), Across(spacing=8), Across()
        against.add(text_label("Compared with", "title"), None, self.choose)
        column = Down(made, 8, edges=(MARGIN, 12, MARGIN, 10))
        column.add(self.head, against, self.where)
        column.addSpacing(6)
        column.addWidget(text_label("What is measured", "title"))
        self._add_ticks(column)
        foot.add(text_label("pictures a side", "muted"), self.count, text_label("seed", "muted"), self.seed, None)
        end.add(self.floor, None, self.measure)
        column.add(None, foot, end)
        return made

    def _add_ticks(self, column: Down) -> None:
        for key, tick in self.ticks.items():
            row, pair = METRICS[key], Down(spacing=0)
            meaning = text_label(row.meaning, "small", wraps=True)
            tick.setChecked(key in USUAL)
            tick.setToolTip(f"{row.meaning}; {row.better} is better.")
            tick.setAccessibleName(row.name)
            meaning.setContentsMargins(24, 0, 0, 0)
            pair.add(tick, meaning)
            column.addLayout(pair)

    def _right_column(self) -> QWidget:
        made = QWidget()
        head, column = Across(spacing=8), Down(made, 8, edges=(18, 12, 14, 10))
        head.add(text_label("Quality", "headline"), None, self.export)
        column.add(head, self.words, self.message)
        column.addWidget(self.table, 1)
        column.addWidget(self.blank, 1)
        return made
