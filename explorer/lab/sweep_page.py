"""The Lab's sweep: one knob over its range as a table of pictures, and curves of what changes along it."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.scrolling import BAR, ScrollDown
from explorer.controls.text import text_label
from explorer.jobs import Done, Piece, Sheet, Table
from explorer.lab.base import LabBase
from explorer.lab.curve import Curves
from explorer.lab.export import ExportChip, Plan
from explorer.lab.head import MARGIN, SWEEP_PAGE, LabHead
from explorer.lab.picture_table import PictureTable
from explorer.lab.places import same_layers
from explorer.lab.sweep_form import SweepForm
from explorer.lab_jobs import SweepGrid
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.lab.sweep_facts import SweepFacts, sweep_table
from stylegan_core.lab.sweep_plan import Sweep, along, of_channel
from stylegan_core.latents.channel_effect import signed
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedChannel, Recipe

SWEEP, TABLE, SHEET = "lab.sweep", "lab.sweep.table", "lab.sweep.sheet"
STATE = "Whether pictures and curves are those of this face and this sweep; after a change they are drawn anew."
SIDE = 192  # pixels of a picture that are asked for
TOLD = 3  # attributes that a tooltip names
TIPS = {
    "table": "Saves every number of the sweep as a table, each row with its recipe.",
    "sheet": "Saves all pictures on one page that carries their recipes: many large ones are made smaller.",
    "stop": "Gives the sweep up; what is drawn stays until something changes.",
    "again": "Draws and measures the sweep once more.",
}
NOT_YET = "The sweep is not finished yet."


class SweepPage(LabBase):
    """Left what is swept and the curves, right the pictures.

    It is drawn anew 150 ms after the recipe or the form rests, and only while the page is seen. ``taken`` carries the
    recipe of a picture to go on from in Explore.
    """

    taken = Signal(object)
    writes = "the sweep"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LabHead(SWEEP_PAGE, STATE), parent)
        self.form, self.table, self.curves = SweepForm(), PictureTable(), Curves()
        self.first_focus = self.table
        self.title, self.message = text_label("", "headline"), text_label(tone="bad", wraps=True)
        self.labels = self.form.labels
        self.stop, self.again = chip("stop", TIPS["stop"]), chip("sweep again", TIPS["again"])
        self.export = ExportChip(TIPS["table"], "Table (*.csv)")
        self.sheet = ExportChip(TIPS["sheet"], "Picture (*.png)")
        self._labels: LearnedLabels | None = None
        self._have: tuple[SweepGrid, SweepFacts] | None = None  # what was measured last
        self._asking: SweepGrid | None = None  # whose answer is still to come
        self._refused: SweepGrid | None = None  # what was stopped or failed, and is not asked for again
        self._left = TimeLeft()
        self._scroll = QScrollArea()
        self._lay_out()
        self._connect()

    @property
    def wanted(self) -> SweepGrid | str:
        """What is to be swept and measured now, or why nothing is."""
        plan = self.form.plan(self.session.recipe)
        if isinstance(plan, str):
            return plan
        return SweepGrid(SWEEP, plan, SIDE, self.form.features.isChecked(), self._labels)

    @property
    def facts(self) -> SweepFacts | None:
        """The last sweep that was measured."""
        return None if self._have is None else self._have[1]

    def use_labels(self, labels: LearnedLabels | None) -> None:
        """Measures these labels too, or none."""
        self._labels = labels
        if self.info is not None and self.isVisible():
            self._changed()

    def sweep_along(self, knob: Entry | AppliedChannel) -> None:
        """Sweeps a direction, or a number of the style space if the network has it."""
        if isinstance(knob, Entry):
            self.form.choose(along(knob.direction, knob.first, knob.last))
        elif self.info is not None and self.info.has_channel(knob.layer, knob.channel):
            self.form.choose(of_channel(knob, self.info))

    def offer_channels(self, channels: Sequence[AppliedChannel]) -> None:
        """The channels of the open network that have a slider."""
        self.form.offer_channels(channels)
        self._offered()

    def offer_directions(self, entries: Sequence[Entry]) -> None:
        """The directions of the open network."""
        self.form.offer(entries)
        self._offered()

    def _offered(self) -> None:
        if self.info is not None and self.isVisible():
            self.form.show_recipe(self.session.recipe)
            self._changed()

    def show_recipe(self, recipe: Recipe) -> None:
        if self.info is None or not self.isVisible():
            return
        self.show_where(recipe)
        self.form.show_recipe(recipe)
        self.show_face()
        self._changed()

    def show_model(self, info: ModelInfo) -> None:
        self._asking = self._have = self._refused = None
        self.message.clear()
        if self.info is None or not same_layers(self.info, info):  # else it is the next moment of a run
            self.table.clear()
            self.curves.show_facts(None)
        self.form.show_model(info)
        super().show_model(info)

    def refresh(self) -> None:
        wanted = self.wanted
        if isinstance(wanted, str) or wanted in (self._refused, self._asking) or self._is_there:
            return
        self._asking, self._left, self._refused = wanted, TimeLeft(), None
        self.message.clear()
        self.table.show_sweep(wanted.sweep)
        self.ask_anew(wanted)
        self._show_state()
        self.head.state.say("drawing the first picture", "warning")

    def take(self, answer: Piece | Done) -> None:
        if answer.request.owner in self._exports:
            self.take_export(answer)
        elif isinstance(answer, Done) and self._asking is not None:
            self._have, self._asking = (self._asking, answer.value), None
            self.curves.show_facts(answer.value)
            self._show_state()
        elif isinstance(answer, Piece):
            if answer.value is not None:
                self.table.show_pixels(answer.index, answer.value)
            done = answer.index + 1
            self.head.state.say(f"{done} of {answer.total}{self._left.clause(done, answer.total)}", "warning")

    def work_failed(self, reason: str) -> None:
        self._give_up()
        self.message.setText(reason)
        self._show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for what is still to come."""
        self.forget(SWEEP)
        self._asking = None
        super().hideEvent(event)

    @property
    def _is_there(self) -> bool:
        """Whether what is wanted is on screen."""
        wanted, have = self.wanted, self._have
        if have is None or isinstance(wanted, str) or self.table.sweep != wanted.sweep:
            return False
        return wanted in (have[0], replace(have[0], features=False))

    def _changed(self) -> None:
        """Another sweep may be wanted: it is begun when the hand rests."""
        wanted = self.wanted
        self.form.show_plan(wanted if isinstance(wanted, str) else wanted.sweep)
        if isinstance(wanted, str) and not any(self.table.images):
            self.table.show_sweep(None)  # rather than empty frames for pictures that do not come
        if self._asking not in (None, wanted):
            self.forget(SWEEP)
            self._asking = None
        self._show_state()
        self.refresh_later()

    def _show_state(self) -> None:
        wanted, busy, there = self.wanted, self._asking is not None, self._is_there
        self.stop.setVisible(busy)
        self.again.setVisible(not busy and not there and self._refused is not None)
        self.title.setText("" if isinstance(wanted, str) else _title(wanted.sweep))
        if there:
            self.head.state.say("exact · float32")
        elif not busy:
            failed = bool(self.message.text())
            self.head.state.say("cannot be swept" if failed else "behind", "bad" if failed else "warning")
        self.curves.set_stale(not there)
        if not there and not busy:
            self.table.set_stale()
        for each in (self.export, self.sheet):
            each.allow("" if there else NOT_YET)

    def _give_up(self) -> None:
        self.forget(SWEEP)
        self._asking, self._refused = None, self._asking
        self._show_state()

    def _try_again(self) -> None:
        self._refused = None
        self.message.clear()
        self.refresh()
        self._show_state()

    def _words(self, index: int) -> str:
        """Which picture it is, and what has changed most in it."""
        facts, place = self.facts, self.table.place_words(index)
        if facts is None or facts.sweep != self.table.sweep:
            return place
        row, column = divmod(index, len(facts.sweep.values))
        changes = facts.changes[:, row, column]
        most = sorted(range(len(changes)), key=lambda at: -abs(changes[at]))[:TOLD]
        told = ", ".join(f"{facts.names[at]} {signed(changes[at])}" for at in most)
        return place if column == facts.sweep.middle else f"{place}: {told}"

    def _choose(self, index: int) -> None:
        if self.table.sweep is not None and self.table.images[index] is not None:
            self.taken.emit(self.table.sweep.cells[index])

    def _plan_table(self) -> Plan | None:
        facts, info = self.facts, self.info
        if facts is None or info is None:
            return None
        name = f"{info.name}-{_spoken(facts.sweep)}-sweep.csv"
        return Plan(name, info.hash, Table(TABLE, sweep_table(facts), ""))

    def _plan_sheet(self) -> Plan | None:
        facts, info = self.facts, self.info
        if facts is None or info is None:
            return None
        recipes, captions, columns = facts.sweep.sheet
        request = Sheet(SHEET, recipes, columns, "", captions, 0, facts.sweep.base)
        return Plan(f"{info.name}-{_spoken(facts.sweep)}-sweep.png", info.hash, request)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._scroll.viewport() and event.type() == QEvent.Type.Resize:
            self.table.fit(self._scroll.viewport().size())
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.form.left.connect(self.table.setFocus)
        self.table.chosen.connect(self._choose)
        self.table.moved.connect(lambda box: self._scroll.ensureVisible(box.center().x(), box.center().y(), 0, 160))
        self.table.words = self._words
        self.stop.clicked.connect(self._give_up)
        self.again.clicked.connect(self._try_again)
        self.export.plan, self.sheet.plan = self._plan_table, self._plan_sheet
        self.add_export(TABLE, self.export, "Export the sweep's numbers…")
        self.add_export(SHEET, self.sheet, "Export the sweep's pictures…")
        self._scroll.viewport().installEventFilter(self)

    def _lay_out(self) -> None:
        self.set_columns(self._left_column(), self._right_column(), self._curves)
        self.setAccessibleName("Sweep")

    def _left_column(self) -> QFrame:
        made, column = QFrame(), Down(spacing=8, edges=(MARGIN, 12, MARGIN - BAR, 10))
        made.setLayout(column)
        form = Across(edges=(0, 4, BAR, 0))
        form.addWidget(self.form)
        column.add(self.head, form, _heading("What changes", self.export))
        self._curves = ScrollDown(self.curves, name="Curves")
        column.addWidget(self._curves, 1)
        return made

    def _right_column(self) -> QWidget:
        made = QWidget()
        head, column = Across(spacing=8, edges=(0, 0, BAR, 0)), Down(made, 8, edges=(18, 12, MARGIN - BAR, 10))
        head.addWidget(self.title)
        head.addWidget(self.message, 1)
        head.add(self.stop, self.again, self.sheet)
        self._scroll = ScrollDown(self.table)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # many small pictures
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        return made


def _heading(words: str, control: QWidget) -> Across:
    row, title = Across(edges=(0, 4, BAR, 0)), text_label(words, "title")
    row.add(title, None, control)
    return row


def _title(sweep: Sweep) -> str:
    """ "Brighter, −3 to +3 σ"."""
    return f"{sweep.swept.name}, {sweep.words(0)} to {sweep.words(len(sweep.values) - 1)}"


def _spoken(sweep: Sweep) -> str:
    """The knob in the name of a file."""
    return "".join(letter if letter.isalnum() else "-" for letter in sweep.swept.name).strip("-").replace("--", "-")
