"""A chip that asks for a file to write, and gives the writing up at a second click."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.controls.panel import allow
from explorer.controls.questions import ask_to_save, unasked, with_ending
from explorer.jobs import Sheet, Table
from explorer.lab_jobs import ChannelSheet, LayerTable
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.lab.layer_facts import LayerFacts
from stylegan_core.recipe import Recipe

GIVES_UP = "Gives the export up; nothing is written."
TABLE, SHEET = "lab.table", "lab.sheet"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, of which network, and the name proposed for it; the request's path is still empty.

    It is made when the question for a path opens: what changes behind that question changes nothing in the file.
    """

    name: str
    model_hash: str
    request: LayerTable | ChannelSheet | Sheet | Table


def table_plan(info: ModelInfo, recipe: Recipe) -> Plan:
    """The numbers of every layer."""
    return Plan(f"{info.name}-seed{recipe.latent.seed}-layers.csv", info.hash, LayerTable(TABLE, recipe, ""))


def sheet_plan(info: ModelInfo, recipe: Recipe, facts: LayerFacts, *, together: bool, by_spread: bool) -> Plan:
    """The channels of one layer."""
    layer = f"{facts.resolution}-{facts.name.replace(' ', '')}"
    name = f"{info.name}-seed{recipe.latent.seed}-{layer}-channels.png"
    return Plan(name, info.hash, ChannelSheet(SHEET, recipe, facts.stage, "", together, by_spread))


class ExportChip(QPushButton):
    """``asked`` carries the plan with its path; ``given_up`` comes where it is not to be written after all.

    ``refused`` says in one sentence why nothing is asked for.
    """

    asked = Signal(object)
    given_up = Signal()
    refused = Signal(str)

    def __init__(self, tip: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__("export…", parent)
        self.tip, self.called, self._kinds = tip, "Export", kinds  # called so by screen readers
        self.plan: Callable[[], Plan | None] = lambda: None  # what would be written now, None for nothing
        self.writing = False
        self._left, self._reason = TimeLeft(), ""
        self.setProperty("kind", "chip")
        self._offer()
        self.clicked.connect(self.press)

    def press(self) -> None:
        """Asks where to, or gives up what is being written."""
        if self.writing:
            self.end()
            self.given_up.emit()
        else:
            self.begin()

    def begin(self) -> None:
        """Asks where to, unless something is being written."""
        plan = None if self.writing else self.plan()
        if plan is not None:
            ask_to_save(self, "Export", plan.name, self._kinds, lambda path: self.write(plan, path))

    def write(self, plan: Plan, path: str) -> None:
        """Has what was planned written to a path, with the ending of what it is: a PNG is never called .jpg."""
        ending = plan.name[plan.name.rindex(".") :]
        whole = with_ending(path, ending)
        if why := unasked(path, whole):
            self.refused.emit(why)
        elif not self.writing:
            self.asked.emit(replace(plan, request=replace(plan.request, path=whole)))

    def start(self) -> None:
        """It is being written."""
        self.writing = True
        self.setEnabled(True)
        self._left = TimeLeft()
        self.show_progress(0, 1)
        self.setToolTip(GIVES_UP)
        self.setAccessibleName("Give up the export")

    def show_progress(self, done: int, total: int) -> None:
        """How much is done, and how long the rest takes where that is long."""
        self.setText(f"cancel · {100 * done // total} %{self._left.clause(done, total)}")

    def end(self) -> None:
        """It is written, or given up."""
        self.writing = False
        self.setText("export…")
        self._offer()

    def allow(self, reason: str) -> None:
        """Whether there is something to export, else why not; what is being written can be given up all the same."""
        self._reason = reason
        if not self.writing:
            self._offer()

    def _offer(self) -> None:
        self.setAccessibleName(self.called)
        allow(self, self._reason, self.tip)
