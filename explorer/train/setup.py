"""The page of a new run: data, preset, folder, what each level will see, what it will cost; Start when it can work."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from explorer import theme
from explorer.controls.chips import IconButton, button, chip
from explorer.runs import trainer_threads
from explorer.train.avatar_maker import AvatarMaker
from explorer.train.command import CoreCommand
from explorer.train.findings import cost_lines, finding_lines, why_it_cannot_fit
from explorer.train.layout import card, head_row, scrolling
from explorer.train.preview import LevelPreview, Preview, PreviewReader
from explorer.train.timeline import GrowthTimeline
from explorer.train.words import kimg_text, square
from stylegan_core.schedule import phases
from stylegan_core.training.config import PRESETS, TrainingConfig, changed, preset

REST_MS = 350  # after the last key in the data field
FIRST_PRESET = "avatars-32"
CARD = (16, 14, 8, 14)


class SetupPage(QWidget):
    """Asks everything a run needs on one page.

    ``start_requested`` brings run folder, preset, data, settings, and the network to begin from or an empty text.
    """

    start_requested = Signal(object, str, str, list, str)
    leave_requested = Signal()

    def __init__(self, runs: Path, data: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = runs
        self.leave = IconButton("left", "Back to all runs.")
        self.data = QLineEdit(placeholderText="A folder, a zip file or an idx file of pictures")
        self.folder_button = button("Folder…", "Chooses a folder of pictures.")
        self.file_button = button("File…", "Chooses a zip file of pictures or an idx file.")
        self.avatars_chip = chip("make avatars", "Draws cartoon faces to learn from, here and now.", checkable=True)
        self.maker = AvatarMaker(data)
        self.preset, self.meaning, self.plan = QComboBox(), QLabel(), GrowthTimeline()
        self.changes = QLineEdit(placeholderText="Changes, such as gamma=2 growth.32.stable_kimg=60")
        self.init = QLineEdit(placeholderText="Begins anew; or name a checkpoint or weight file to go on from")
        self.run_folder = QLineEdit()
        self.start = button(
            "Start training", "Starts a trainer of its own; it goes on when this window closes.", "primary"
        )
        self.reason = QLabel()
        self.preview, self.findings, self.costs = LevelPreview(), QLabel(), QLabel()
        self._reader = PreviewReader(self)
        self._check, self._preflight = CoreCommand(parent=self), CoreCommand(parent=self)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._seen: Preview | None = None
        self._data_trouble = self._cost_trouble = ""
        self._costs: dict[str, Any] | None = None
        self._report: dict[str, Any] | None = None
        self._lay_out()
        self._connect()
        self._choose_preset()

    @property
    def config(self) -> TrainingConfig:
        """The chosen preset with its changes; without them where they make no sense."""
        try:
            return changed(preset(self.preset.currentData()), self.settings())
        except ValueError:
            return preset(self.preset.currentData())

    def settings(self) -> list[str]:
        """The changes as key=value; they may be separated by blanks or commas."""
        return self.changes.text().replace(",", " ").split()

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The working resolutions of the chosen preset, lowest first."""
        return tuple(4 << plan.level for plan in self.config.growth.levels)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 14, 24, 12)
        outer.setSpacing(12)
        head = QHBoxLayout()
        title = QLabel("New run")
        title.setProperty("role", "headline")
        self.reason.setProperty("role", "muted")
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.leave)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.reason)
        head.addWidget(self.start)
        outer.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(card(scrolling(self._choices()), CARD), 11)
        row.addWidget(card(scrolling(self._consequences()), CARD), 10)
        outer.addLayout(row, 1)

    def _choices(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addLayout(head_row("Data: what it learns from", self.avatars_chip))
        row = QHBoxLayout()
        for each in (self.data, self.folder_button, self.file_button):
            row.addWidget(each)
        column.addLayout(row)
        column.addWidget(self.maker)
        self.maker.hide()
        self.findings.setWordWrap(True)
        self.findings.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(self.findings)
        column.addSpacing(8)
        column.addLayout(head_row("Preset: what it becomes"))
        column.addWidget(self.preset)
        self.meaning.setProperty("role", "muted")
        self.meaning.setWordWrap(True)
        column.addWidget(self.meaning)
        column.addWidget(self.plan)
        column.addWidget(self.changes)
        column.addWidget(self.init)
        column.addSpacing(8)
        column.addLayout(head_row("Run folder: where everything goes"))
        column.addWidget(self.run_folder)
        column.addStretch(1)
        for name in PRESETS:
            self.preset.addItem(f"{name}   ·   {square(preset(name).network.resolution)}", name)
        self.preset.setCurrentIndex(list(PRESETS).index(FIRST_PRESET))
        for field, name in (
            (self.data, "Data"),
            (self.preset, "Preset"),
            (self.run_folder, "Run folder"),
            (self.changes, "Changes of the preset"),
            (self.init, "Begin from"),
        ):
            field.setAccessibleName(name)
        return made

    def _consequences(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addLayout(head_row("What each level will see"))
        column.addWidget(self.preview)
        column.addSpacing(8)
        column.addLayout(head_row("What it takes on this machine"))
        self.costs.setTextFormat(Qt.TextFormat.RichText)
        self.costs.setWordWrap(True)
        column.addWidget(self.costs)
        column.addStretch(1)
        return made

    def _connect(self) -> None:
        self.leave.clicked.connect(self.leave_requested)
        self.folder_button.clicked.connect(self._ask_folder)
        self.file_button.clicked.connect(self._ask_file)
        self.avatars_chip.toggled.connect(self.maker.setVisible)
        self.data.textChanged.connect(lambda _: self._rest.start())
        self.data.textChanged.connect(lambda _: self._forget_data())
        self._rest.timeout.connect(self._look_at_data)
        self.maker.made.connect(lambda folder: self.set_data(str(folder)))
        self.preset.currentIndexChanged.connect(lambda _: self._choose_preset())
        self.changes.editingFinished.connect(self._choose_preset)
        self.changes.textChanged.connect(lambda _: self._judge())
        self.init.textChanged.connect(lambda _: self._judge())
        self.run_folder.textChanged.connect(lambda _: self._judge())
        self._reader.ready.connect(self._show_preview)
        self._reader.failed.connect(lambda _path, why: self._show_data_trouble(why))
        self._check.answered.connect(self._show_findings)
        self.findings.linkActivated.connect(self._cure)
        self._check.failed.connect(self._show_data_trouble)
        self._preflight.answered.connect(self._show_costs)
        self._preflight.failed.connect(self._show_cost_trouble)
        self.start.clicked.connect(self._start)

    def open_page(self) -> None:
        """A fresh run folder; the data and preset of the last time stay."""
        self.run_folder.setText(str(next_folder(self.runs, self.preset.currentData())))
        self.init.clear()
        self.avatars_chip.setChecked(not self.data.text())
        self._judge()

    def begin_from(self, network: Path, config: dict[str, Any]) -> None:
        """Proposes a run that goes on from a network, with the preset and data of the run it comes from."""
        index = self.preset.findData(config.get("preset"))
        if index >= 0:
            self.preset.setCurrentIndex(index)
        self.init.setText(str(network))
        data = config.get("data")
        path = data.get("path") if isinstance(data, dict) else None
        if path:
            self.set_data(str(path))

    def close_page(self) -> None:
        """Ends everything that runs for this page."""
        self._rest.stop()
        self._reader.close()
        self.maker.close_maker()
        self._check.drop()
        self._preflight.drop()

    def set_data(self, path: str) -> None:
        """Chooses data and looks at it at once."""
        if self.data.text() == path:
            self._forget_data()
        self.data.setText(path)
        self._rest.stop()
        self._look_at_data()

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of pictures", self.data.text())
        if name:
            self.set_data(name)

    def _ask_file(self) -> None:
        kinds = "Data (*.zip *.gz *ubyte *idx*);;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self, "Zip file of pictures, or idx file", self.data.text(), kinds)
        if name:
            self.set_data(name)

    def _forget_data(self) -> None:
        self._seen = self._costs = self._report = None
        self._data_trouble = self._cost_trouble = ""
        self._check.drop()
        self._preflight.drop()
        self.findings.clear()
        self.costs.clear()
        self.preview.show_preview(None)
        self._judge()

    def _look_at_data(self) -> None:
        text = self.data.text().strip()
        if text:
            self._reader.look(Path(text), self.resolutions)
            self._check.ask("data", "check", text, "--json")
            self._ask_costs()
            self.findings.setText(_muted("Looking through the pictures …"))
        self._judge()

    def _every_setting(self) -> list[str]:
        own = self.settings()
        threads = [] if any(each.startswith("threads=") for each in own) else [f"threads={trainer_threads()}"]
        return [*threads, *own]

    def _ask_costs(self) -> None:
        self._costs, self._cost_trouble = None, ""
        if self.data.text().strip():
            arguments = ["--preset", self.config.preset, "--data", self.data.text().strip(), "--json"]
            settings = [part for each in self._every_setting() for part in ("--set", each)]
            self._preflight.ask("preflight", *arguments, "--run", self.run_folder.text().strip(), *settings)
            self.costs.setText(_muted("Measuring how fast this machine is …"))
        else:
            self.costs.setText(_muted("Choose data first."))

    def _choose_preset(self) -> None:
        config = self.config
        total = kimg_text(config.growth.total_kimg)
        self.meaning.setText(f"{config.meaning} {total} in all, R1 γ {config.gamma:g}.")
        self.plan.set_plan(phases(config.growth))
        self.maker.set_resolution(config.network.resolution)
        self.run_folder.setText(str(next_folder(self.runs, config.preset)))
        if self.data.text().strip():
            self._reader.look(Path(self.data.text().strip()), self.resolutions)
        if self._report is not None:
            self._show_findings(self._report)
        self._ask_costs()
        self._judge()

    def _show_preview(self, preview: Preview) -> None:
        self._seen = preview
        self.preview.show_preview(preview)
        self._judge()

    def _show_data_trouble(self, why: str) -> None:
        self._data_trouble = why
        self.preview.show_preview(None)
        self.findings.setText(_coloured(why, "bad"))
        self._judge()

    def _show_findings(self, report: dict[str, Any]) -> None:
        self._report = report
        fitting = suitable_preset(int(report.get("resolution", 0)), self.config.preset)
        lines = finding_lines(report, self.config.network.resolution, fitting)
        self.findings.setText("<br>".join(_coloured(text, tone) for text, tone in lines))

    def _cure(self, link: str) -> None:
        kind, _, name = link.partition(":")
        if kind == "preset":
            self.preset.setCurrentIndex(self.preset.findData(name))

    def _show_costs(self, answer: dict[str, Any]) -> None:
        self._costs = answer
        self._cost_trouble = why_it_cannot_fit(answer)
        self.costs.setText(cost_lines(answer, theme.current()))
        self._judge()

    def _show_cost_trouble(self, why: str) -> None:
        self.costs.setText(_coloured(f"It could not be measured: {why}", "warning"))

    def why_not(self) -> str:
        """Why the run cannot start now, in one sentence; empty where it can."""
        folder = Path(self.run_folder.text().strip() or ".")
        if not self.data.text().strip():
            return "Choose data, or make avatars."
        if self.maker.busy:
            return "The avatars are still being drawn."
        if self._data_trouble or self._cost_trouble:
            return self._data_trouble or self._cost_trouble
        try:
            changed(preset(self.preset.currentData()), self.settings())
        except ValueError as error:
            return str(error)
        init = self.init.text().strip()
        if init and not Path(init).is_file():
            return f"{Path(init).name}, the network to begin from, is not there."
        if self._seen is None:
            return "Looking at the data …"
        if not self.run_folder.text().strip():
            return "Name a run folder."
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            return f"{folder.name} is there already; name a new folder."
        return ""

    def _judge(self) -> None:
        why = self.why_not()
        self.start.setEnabled(not why)
        self.reason.setText(why if len(why) < 90 else f"{why[:88]}…")
        self.reason.setToolTip(why)

    def _start(self) -> None:
        folder = Path(self.run_folder.text().strip())
        self._check.drop()
        self._preflight.drop()
        data, init = self.data.text().strip(), self.init.text().strip()
        self.start_requested.emit(folder, self.config.preset, data, self._every_setting(), init)


def suitable_preset(resolution: int, instead_of: str) -> str:
    """The preset for pictures of this size, of the same family where there is one; empty where none is that small."""
    sizes = {name: preset(name).network.resolution for name in PRESETS}
    family = instead_of.split("-")[0]
    fitting = [name for name, size in sizes.items() if size <= resolution and name != instead_of]
    return max(fitting, key=lambda name: (sizes[name], name.split("-")[0] == family), default="")


def next_folder(runs: Path, name: str) -> Path:
    """A folder for the next run: one number higher than any there, and the preset's name."""
    numbers = [int(path.name[:5]) for path in runs.glob("[0-9][0-9][0-9][0-9][0-9]*")] if runs.is_dir() else []
    return runs / f"{max(numbers, default=0) + 1:05d}-{name}"


def _coloured(text: str, token: str) -> str:
    return f'<span style="color:{theme.current().colour(token).name()}">{text}</span>'


def _muted(text: str) -> str:
    return _coloured(text, "muted")
