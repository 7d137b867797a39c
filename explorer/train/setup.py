"""The page of a new run: data, preset, folder, what each level will see, what it will cost; Start when it can work."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, button
from explorer.controls.literal import literal_tip
from explorer.controls.scrolling import ScrollDown
from explorer.controls.text import text_label
from explorer.runs import trainer_threads
from explorer.train.costs import Costs
from explorer.train.data_card import REST_MS, DataCard
from explorer.train.findings import findings, why_it_cannot_fit
from explorer.train.layout import card, head_row
from explorer.train.preset_card import PresetCard
from explorer.train.preview import NO_DATA, LevelPreview, Preview, look_at
from explorer.train.proposals import next_folder, suitable_preset, why_not_into
from explorer.train.record import growth_of
from explorer.work.command import CoreCommand
from explorer.work.task import Task
from stylegan_core.files.places import standing

CARD = (16, 14, 16, 14)
HALVES = 1180  # pixels of width from which on there is room for both halves side by side
LOOKING = "Looking at the data …"


class SetupPage(QWidget):
    """Asks everything a run needs on one page.

    ``start_requested`` brings run folder, preset, data, settings, and the network to begin from or an empty text.
    """

    start_requested = Signal(object, str, str, list, str)
    leave_requested = Signal()
    said = Signal(object, str)  # Problem, tone

    def __init__(self, runs: Path, data: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = runs
        self.leave = IconButton("left", "All runs", "Back to all runs.")
        self.data = DataCard(data)
        self.choice = PresetCard()
        self.run_folder = QLineEdit()
        self.start = button(
            "Start training", "Starts a trainer of its own; it goes on when this window closes.", "primary"
        )
        self.reason, self.sees = text_label("", "muted"), text_label("", "title")
        self.preview, self.costs = LevelPreview(), Costs()
        self._looking = Task("preview", self)
        self._preflight = CoreCommand(parent=self)
        self._moved = QTimer(self, singleShot=True, interval=REST_MS)
        self._seen: Preview | None = None
        self._data_trouble = self._cost_trouble = self._proposed = ""
        self._asked: tuple[str, ...] = ()
        self._lay_out()
        self._connect()
        self._show_preset()

    def _lay_out(self) -> None:
        outer = Down(self, 12, edges=(24, 14, 24, 12))
        head = Across()
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.add(self.leave, text_label("New run", "headline"), None, self.reason, self.start)
        outer.addLayout(head)
        self._halves = (
            ScrollDown(self._choices(), name="What is trained"),
            ScrollDown(self._consequences(), name="What it sees and takes"),
        )
        row = self._row = Across(spacing=12)
        for half, share in zip(self._halves, (11, 10), strict=True):
            row.addWidget(card(half, CARD), share)
        outer.addLayout(row, 1)

    def _choices(self) -> QWidget:
        made = QWidget()
        column = Down(made, 8)
        column.addWidget(self.data)
        column.addSpacing(4)
        column.addWidget(self.choice)
        column.addSpacing(4)
        column.add(head_row("Run folder: where everything goes"), self.run_folder, None)
        self.run_folder.setAccessibleName("Run folder")
        self.run_folder.setToolTip(
            "Where samples, checkpoints and the log of this run go; a folder that is not there yet."
        )
        for line in made.findChildren(QLineEdit):
            line.setAcceptDrops(False)  # a file that is dropped here is the page's, not a text
        return made

    def _consequences(self) -> QWidget:
        made = QWidget()
        column = Down(made, 8)
        column.add(self.sees, self.preview)
        column.addSpacing(8)
        column.add(head_row("What it takes on this machine"), self.costs, None)
        return made

    def _connect(self) -> None:
        self.leave.clicked.connect(self.leave_requested)
        self.data.changed.connect(self._forget_data)
        self.data.settled.connect(self._look_at_data)
        self.data.checked.connect(lambda _: self._show_findings())
        self.data.failed.connect(self._show_data_trouble)
        self.data.cure_asked.connect(self._cure)
        self.data.label_chosen.connect(lambda name: self._change("data.label", name))
        self.data.making.connect(self._judge)
        self.data.said.connect(self.said)
        self.choice.changed.connect(self._judge)
        self.choice.settled.connect(self._show_preset)
        self.run_folder.textChanged.connect(lambda _: self._moved.start())
        self._moved.timeout.connect(self._ask_costs)
        self.run_folder.textChanged.connect(lambda _: self._judge())
        self._looking.done.connect(self._show_preview)
        self._looking.failed.connect(self._show_data_trouble)
        self.costs.cure_asked.connect(self._cure)
        self.costs.given_up.connect(self._preflight.drop)
        self.costs.wanted.connect(self._ask_costs_anew)
        self._preflight.progress.connect(self.costs.show_progress)
        self._preflight.answered.connect(self._show_costs)
        self._preflight.failed.connect(self._show_cost_trouble)
        self.start.clicked.connect(self._start)

    def open_page(self) -> None:
        """A fresh run folder; the data and preset of the last time stay."""
        self.choice.init.clear()
        self.run_folder.clear()
        self.data.avatars_chip.setChecked(not self.data.text)
        self._show_preset()

    def begin_from(self, network: Path, config: dict[str, Any]) -> None:
        """Proposes a run that goes on from a network, with the preset and data of the run it comes from."""
        self.choice.begin_from(network, config)
        data = config.get("data")
        path, label = (data.get("path"), data.get("label")) if isinstance(data, dict) else (None, None)
        self.choice.change("data.label", str(label or ""))
        self._show_preset()
        if path:
            self.data.choose(str(path))

    def close_page(self) -> None:
        """Ends everything that runs for this page."""
        self.choice.close_card()
        self._moved.stop()
        self._looking.close()
        self.data.close_card()
        self._preflight.drop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where both halves have no room side by side, one lies below the other and the page scrolls."""
        super().resizeEvent(event)
        below = event.size().width() < HALVES
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if way != self._row.direction():
            self._row.setDirection(way)
            for half in self._halves:
                half.set_whole(below)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for the measurement any more, and it would only disturb what runs."""
        super().hideEvent(event)
        self._moved.stop()
        if self._preflight.busy:
            self._preflight.drop()
            self._asked = ()

    def _forget_data(self) -> None:
        self._seen = None
        self._data_trouble = ""
        self.preview.show_preview(None, LOOKING if self.data.text else NO_DATA)
        self._judge()

    def _look_at_data(self) -> None:
        self._preview()
        self._ask_costs()
        self._judge()

    def _preview(self) -> None:
        if self.data.text:
            data, levels, fit = Path(self.data.text), self.choice.resolutions, self.choice.config.data.fit
            self._looking.begin(lambda report: look_at(data, levels, fit, report))

    def _every_setting(self) -> list[str]:
        own = self.choice.settings()
        threads = [] if any(each.startswith("threads=") for each in own) else [f"threads={trainer_threads()}"]
        return [*threads, *own]

    def _ask_costs(self) -> None:
        """Asks what it takes, unless this was asked already; of the run folder it matters which disk it is on."""
        config = self.choice.config
        settings = [part for each in self._every_setting() for part in ("--set", each)]
        question = ["--preset", config.preset, "--data", self.data.text, "--init", self.choice.network]
        folder = self.run_folder.text().strip() or str(self.runs)
        asked = ("preflight", *question, "--json", "--progress", "--run", folder, *settings)
        about = (*question, str(standing(Path(folder))), *settings)
        if about == self._asked:
            return
        self._asked, self._cost_trouble = about, ""
        self.choice.show_plan(config.growth)
        self.costs.show_plan(config.growth.levels, waits=True)
        self._preflight.ask(*asked)

    def _ask_costs_anew(self) -> None:
        self._asked = ()
        self._ask_costs()

    def _show_preset(self) -> None:
        config = self.choice.config
        self.choice.show_choice()
        self.sees.setText("What each level will see" if len(self.choice.resolutions) > 1 else "What it will see")
        self.data.set_resolution(config.network.resolution)
        self.data.show_label(config.data.label or "")
        if self.run_folder.text().strip() in ("", self._proposed):  # else a person has named one
            self._proposed = str(next_folder(self.runs, config.preset))
            self.run_folder.setText(self._proposed)
        self._preview()
        self._show_findings()
        self._ask_costs()
        self._judge()

    def _show_preview(self, preview: Preview) -> None:
        self._seen = preview
        self.preview.show_preview(preview)
        self._judge()

    def _show_data_trouble(self, why: str) -> None:
        self._data_trouble = why
        self.preview.show_preview(None, why)
        self._judge()

    def _show_findings(self) -> None:
        report = self.data.report
        if report is not None:
            config = self.choice.config
            fitting = suitable_preset(int(report.get("resolution", 0)), config.preset)
            found = findings(report, config.network.resolution, fitting, self.choice.settings())
            self.data.findings.show_findings(found)
            self.data.show_label(config.data.label or "")

    def _cure(self, act: str) -> None:
        kind, _, what = act.partition(":")
        if kind == "preset":
            self.choice.preset.setCurrentIndex(self.choice.preset.findData(what))
        elif kind == "set":
            key, _, value = what.partition("=")
            self._change(key, value)

    def _change(self, key: str, value: str) -> None:
        self.choice.change(key, value)
        self._show_preset()

    def _show_costs(self, answer: dict[str, Any]) -> None:
        self._cost_trouble = why_it_cannot_fit(answer)
        self.costs.show_answer(answer)
        growth = growth_of(answer)
        if growth is not None:  # with a network to begin from, growing begins where that one had come
            self.choice.show_plan(growth)
        self._judge()

    def _show_cost_trouble(self, why: str) -> None:
        if self._preflight.refused:
            self._cost_trouble = why
            self.costs.show_trouble(why, "bad")
        else:
            self.costs.show_trouble(f"It could not be measured: {why}", "warning")
        self._judge()

    def why_not(self) -> str:
        """Why the run cannot start now, in one sentence; empty where it can."""
        if why := self.data.why_not() or self.choice.why_not() or self._data_trouble or self._cost_trouble:
            return why
        if self._seen is None:
            return LOOKING
        folder = self.run_folder.text().strip()
        return why_not_into(Path(folder), Path(self.data.text)) if folder else "Name a run folder."

    def _judge(self) -> None:
        why = self.why_not()
        self.start.setEnabled(not why)
        self.reason.setText(why if len(why) < 90 else f"{why[:88]}…")
        self.reason.setToolTip(literal_tip(why))

    def _start(self) -> None:
        folder = Path(self.run_folder.text().strip())
        self.data.drop()
        self._preflight.drop()
        self._asked = ()
        preset, network = self.choice.config.preset, self.choice.network
        self.start_requested.emit(folder, preset, self.data.text, self._every_setting(), network)
