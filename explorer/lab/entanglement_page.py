"""The Lab's entanglement page: what each direction and channel changes beside what it is meant to."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import Segments, chip
from explorer.controls.judge_chip import JudgeChip
from explorer.controls.panel import allow
from explorer.controls.slider import NumberField
from explorer.controls.text import text_label
from explorer.controls.yielding import YieldingRow, hides
from explorer.jobs import Done, Piece, Table
from explorer.lab.base import LabBase
from explorer.lab.blank import Blank
from explorer.lab.direction_picks import FIRST, DirectionPicks
from explorer.lab.effect_numbers import PUREST, VIEW_TIPS, VIEWS, numbers_of
from explorer.lab.effect_table import EffectTable
from explorer.lab.export import ExportChip, Plan
from explorer.lab.head import ENTANGLEMENT_PAGE, MARGIN, LabHead
from explorer.lab.measure_button import MEASURE, TONES, MeasureButton
from explorer.lab_jobs import Entangle
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.lab.entanglement import Entanglement, entanglement_table
from stylegan_core.lab.sweep_plan import MOST_FACES, EntanglementPlan
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import SEEDS, AppliedChannel, AppliedDirection, Recipe

ENTANGLE, TABLE = "lab.entanglement", "lab.entanglement.table"
STATE = "Whether the numbers are those of the ticked directions at this psi; they are measured when you ask for it."
FACES = 32
MEASURE_TIP = "Draws every face one σ either way along every ticked direction, three σ of a channel, and measures it."
TIPS = {
    "faces": "How many seeds the directions are tried on; more give narrower confidence and take longer.",
    "seed": "The first of these seeds.",
    "first": f"Ticks the first {FIRST} directions.",
    "channels": "Ticks every channel of the Channels panel, too, to see whether one changes an attribute more purely.",
    "none": "Ticks nothing.",
    "table": "Saves effects with their confidence, purity, cosine and correlation, each row with how it was measured.",
}
NOT_YET = "Nothing is measured yet."
NO_CHANNELS = "There are no channels yet: find some in Explore, by place or by attribute."
NO_VECTORS = "Only channels were measured, which have no way in W to compare."
NO_PAIR = "Tick directions and channels, press Measure, and the purest of both stand side by side."
OLDER = "The labels were learned anew since then: these numbers are of the older ones, measure again."
EMPTY = "Tick directions and channels and press Measure: each is tried either way on every face."
NOTHING_YET = "There are no directions yet: they are looked for once the network is seen in Explore (Ctrl+1)."
BUSY = "Each is tried either way on every face; the numbers come when all of them are measured."


class EntanglementPage(LabBase):
    """Left the directions and the faces, right the table. ``measured`` carries what was found.

    The measuring goes on while another page is seen; another network ends it.
    """

    measured = Signal(object)
    writes = "the entanglement"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LabHead(ENTANGLEMENT_PAGE, STATE), parent)
        self.picks, self.table = DirectionPicks(), EffectTable()
        self.first_focus = self.picks
        self.faces, self.seed = NumberField(0), NumberField(0)
        self.first, self.none = chip(f"first {FIRST}", TIPS["first"]), chip("none", TIPS["none"])
        self.channels = chip("channels", TIPS["channels"])
        self.measure = MeasureButton(MEASURE_TIP)
        self.labels = JudgeChip()
        self._labels: LearnedLabels | None = None
        self.views = Segments(VIEWS, VIEW_TIPS)
        self.export = ExportChip(TIPS["table"], "Table (*.csv)")
        self.blank = Blank(EMPTY)
        self.title, self.words = text_label("Entanglement", "headline"), text_label("", "muted", wraps=True)
        self.message, self.nothing_yet = (
            text_label(tone="bad", wraps=True),
            text_label(NOTHING_YET, "muted", wraps=True),
        )
        self._facts: dict[str, tuple[Entangle, Entanglement]] = {}  # what was last measured, by the network's hash
        self._asking: Entangle | None = None
        self._left = TimeLeft()
        self.faces.show_value(FACES)
        self.seed.show_value(0)
        self._lay_out()
        self._connect()

    @property
    def facts(self) -> Entanglement | None:
        """What was last measured in this network."""
        known = None if self.info is None else self._facts.get(self.info.hash)
        return None if known is None else known[1]

    @property
    def unfinished(self) -> list[str]:
        return [*super().unfinished, *(["the measuring of directions"] if self._asking is not None else [])]

    @property
    def plan(self) -> EntanglementPlan | str:
        """What would be measured now, or why nothing can be."""
        chosen, channels = self.picks.chosen, self.picks.chosen_channels
        if not self.picks.count():
            return NOTHING_YET
        if not chosen and not channels:
            return "No direction is ticked: tick at least one, or a channel."
        recipe, count, first = self.session.recipe, round(self.faces.value), round(self.seed.value)
        if not 2 <= count <= MOST_FACES:
            return f"The directions are tried on 2 to {MOST_FACES} faces: choose a number between."
        used = {each.direction.vector: each for each in recipe.directions}
        return EntanglementPlan.of(
            recipe,
            [used.get(entry.direction.vector) or _applied(entry) for entry in chosen],
            [(first + at) % SEEDS for at in range(count)],
            channels=channels,
        )

    def offer_directions(self, entries: Sequence[Entry]) -> None:
        """The directions of the open network."""
        self.picks.offer(entries)

    def offer_channels(self, channels: Sequence[AppliedChannel]) -> None:
        """The channels of the open network that have sliders."""
        self.picks.offer_channels(channels)

    def use_labels(self, labels: LearnedLabels | None) -> None:
        """Measures these labels too, or none."""
        self._labels = labels
        self._show_state()

    def show_recipe(self, recipe: Recipe) -> None:
        if self.info is None or not self.isVisible():
            return
        self.show_where(recipe)
        self.show_face()
        self._show_state()

    def show_model(self, info: ModelInfo) -> None:
        self._asking = None
        self.message.clear()
        self.labels.show_network(info.resolution)
        super().show_model(info)
        self._show_facts()

    def take(self, answer: Piece | Done) -> None:
        if answer.request.owner in self._exports:
            self.take_export(answer)
        elif isinstance(answer, Piece):
            done = answer.index + 1
            self.head.state.say(f"{done} of {answer.total}{self._left.clause(done, answer.total)}", "warning")
        else:
            self._asking = None
            assert isinstance(answer.request, Entangle)
            self._facts[answer.model_hash] = answer.request, answer.value
            self._show_facts()
            self.measured.emit(answer.value)

    def work_failed(self, reason: str) -> None:
        self._asking = None
        self.message.setText(reason)
        self._show_state()

    def press(self) -> None:
        """Measures what is ticked, or gives up what is being measured."""
        plan = self.plan
        if self._asking is not None:
            self.forget(ENTANGLE)
            self._asking = None
        elif isinstance(plan, EntanglementPlan):
            self._asking, self._left = Entangle(ENTANGLE, plan, self._labels), TimeLeft()
            self.message.clear()
            self.ask_anew(self._asking)
        self._show_state()

    def _show_facts(self) -> None:
        facts = self.facts
        self.table.show_numbers(None if facts is None else numbers_of(facts, VIEWS[self.views.index]))
        self._show_state()

    def _show_state(self) -> None:
        plan, facts, busy = self.plan, self.facts, self._asking is not None
        there, why_not = facts is not None and self._is_there(plan), plan if isinstance(plan, str) else ""
        failed = bool(self.message.text())
        word = "measured" if there else "cannot be measured" if failed else "behind" if facts else "not measured"
        word = "measuring" if busy else word
        self.head.state.say(word, TONES.get(word, "warning"))
        self.measure.show_state(busy=busy, why_not=why_not)
        self.export.allow("" if facts is not None else NOT_YET)
        no_styles = self.info.why_not("styles") if self.info is not None else ""
        allow(self.channels, "" if self.picks.has_channels else no_styles or NO_CHANNELS, TIPS["channels"])
        self.table.set_stale(facts is not None and not there)
        view = self.views.index
        blank = facts is None and not busy
        self.blank.setVisible(blank)
        self.table.setVisible(not blank)
        self.blank.offer(MEASURE, MEASURE_TIP, why_not)
        said = (BUSY if busy else "") if facts is None else VIEW_TIPS[view] if view else self._said(facts)
        if facts is not None and VIEWS[view] == PUREST and not (facts.plan.directions and facts.plan.channels):
            said = f"{said} {NO_PAIR}"
        elif facts is not None and view and not facts.plan.directions:
            said = NO_VECTORS
        self.words.setText(" ".join(part for part in (said, self._older, self._doubt) if part))
        self.words.setVisible(bool(self.words.text()))
        self.message.setVisible(failed)
        self.nothing_yet.setVisible(not self.picks.count())

    def _is_there(self, plan: EntanglementPlan | str) -> bool:
        """Whether the numbers on screen are of this plan and these labels."""
        known = None if self.info is None else self._facts.get(self.info.hash)
        return known is not None and (known[0].plan, known[0].labels) == (plan, self._labels)

    @property
    def _older(self) -> str:
        """Whether the numbers on screen are of the same labels as they were learned before, in a sentence."""
        known = None if self.info is None else self._facts.get(self.info.hash)
        then, now = known[0].labels if known is not None else None, self._labels
        return OLDER if then is not None and now is not None and then.path == now.path and then != now else ""

    @property
    def _doubt(self) -> str:
        """What to doubt about the labels of the numbers on screen, or of those that would be measured."""
        return self.labels.doubt or (self.facts.doubt if self.facts is not None else "")

    def _said(self, facts: Entanglement) -> str:
        """What the numbers are, and of what."""
        truncates = self.info is not None and self.info.capabilities.truncation
        at = f" at psi {facts.plan.base.psi:.2f}" if truncates else ""
        unit = f"standard deviations of each attribute{' at psi 1' if truncates else ''}"
        of = f"Change per σ over {len(facts.plan.seeds)} faces{at}, in {unit}, ± 95 %."
        return f"{of} Purity is the share of the framed one."

    def _plan_table(self) -> Plan | None:
        facts, info = self.facts, self.info
        if facts is None or info is None:
            return None
        return Plan(f"{info.name}-entanglement.csv", info.hash, Table(TABLE, entanglement_table(facts), ""))

    def _connect(self) -> None:
        self.picks.changed.connect(self._show_state)
        self.first.clicked.connect(lambda: self.picks.tick(FIRST))
        self.none.clicked.connect(lambda: self.picks.tick(0))
        self.channels.clicked.connect(self.picks.tick_channels)
        self.measure.clicked.connect(self.press)
        self.blank.asked.connect(self.press)
        self.views.chosen.connect(lambda _: self._show_facts())
        for field in (self.faces, self.seed):
            field.typed.connect(lambda _: self._show_state())
            field.finished.connect(self.measure.setFocus)
        self.export.plan = self._plan_table
        self.add_export(TABLE, self.export, "Export the entanglement…")
        self.add_command("Measure the entanglement of directions", "", MEASURE_TIP, self.press, self.measure)

    def _lay_out(self) -> None:
        for field, name, tip in ((self.faces, "Faces", "faces"), (self.seed, "First seed", "seed")):
            field.setProperty("kind", "mono")
            field.setFixedWidth(58)
            field.setAccessibleName(name)
            field.setToolTip(TIPS[tip])
        self.set_columns(self._left_column(), self._right_column(), self.picks)
        self.setAccessibleName("Entanglement")

    def _left_column(self) -> QFrame:
        made, head, foot = QFrame(), Across(edges=(0, 4, 0, 0)), Across(spacing=8)
        of, since = text_label("on", "muted"), text_label("seeds from", "muted")
        head.add(text_label("Directions and channels", "title"), None, self.first, self.channels, self.none)
        foot.add(of, self.faces, since, self.seed, None, self.labels)
        column = Down(made, 8, edges=(MARGIN, 12, MARGIN, 10))
        column.add(self.head, head, self.nothing_yet)
        column.addWidget(self.picks, 1)
        column.addLayout(foot)
        column.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignRight)
        return made

    def _right_column(self) -> QWidget:
        made, head = QWidget(), YieldingRow()
        column = Down(made, 8, edges=(18, 12, 14, 10))
        head.row.setSpacing(8)
        head.row.add(self.title, None, self.views, self.export)
        head.yield_by(hides(self.title))  # the switch between the pages says it, too
        column.add(head, self.words, self.message)
        column.addWidget(self.table, 1)
        column.addWidget(self.blank, 1)
        return made


def _applied(entry: Entry) -> AppliedDirection:
    return AppliedDirection(entry.direction, 0.0, entry.first, entry.last)
