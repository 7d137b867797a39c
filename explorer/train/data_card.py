"""The data of a new run: where it lies, avatars made on the spot, what the check found, and one-click cures."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button, chip
from explorer.controls.progress import ProgressBar
from explorer.controls.questions import DATA_FILES, ask_for_folder, ask_to_open
from explorer.controls.text import text_label
from explorer.problem import Problem
from explorer.train.avatar_maker import AvatarMaker
from explorer.train.copy_row import CopyRow
from explorer.train.finding_list import FindingList
from explorer.train.findings import CLEAN, LOOK, Cure, Finding, unwanted
from explorer.train.layout import head_row
from explorer.work.command import CoreCommand
from explorer.work.time_left import TimeLeft
from stylegan_core.amounts import thousands

REST_MS = 350  # after the last key in the data field
NO_CLASSES = "no classes: any picture from any point"


class DataCard(QWidget):
    """Chooses data and checks it in a process of its own.

    ``changed`` comes when another text stands in the field, ``settled`` when it has rested, ``checked`` with the
    report, ``failed`` with one sentence about data that cannot be used, ``label_chosen`` with an attribute or "",
    ``making`` when avatars or a clean copy are begun or end, ``said`` about a copy that nobody waits for.
    """

    changed = Signal()
    settled = Signal()
    checked = Signal(dict)
    failed = Signal(str)
    cure_asked = Signal(str)
    label_chosen = Signal(str)
    making = Signal()
    said = Signal(object, str)  # Problem, tone

    def __init__(self, data: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = data
        self.path = QLineEdit(placeholderText="A folder, a zip file or an idx file of pictures")
        self.folder_button = button("Folder…", "Chooses a folder of pictures.")
        self.file_button = button("File…", "Chooses a zip file of pictures or an idx file.")
        self.avatars_chip = chip("make avatars", "Draws cartoon faces to learn from, here and now.", checkable=True)
        self.maker = AvatarMaker(data)
        self.findings, self.labels = FindingList(), QComboBox()
        self.bar, self.words = ProgressBar("looking through the pictures"), text_label("", "muted")
        self.cancel = chip("cancel", "Gives up looking through the pictures; training can begin all the same.")
        self.report: dict[str, Any] | None = None
        self._resolution = 0
        self._check, self._left = CoreCommand(parent=self), TimeLeft()
        self.copy = CopyRow()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._lay_out()
        self._connect()

    @property
    def text(self) -> str:
        """The path that is chosen, or an empty text."""
        return self.path.text().strip()

    @property
    def busy(self) -> bool:
        """True while the check looks through the pictures."""
        return self._check.busy

    def _lay_out(self) -> None:
        column = Down(self, 8)
        column.addLayout(head_row("Data: what it learns from", self.avatars_chip))
        row, work = Across(), Across()
        row.add(self.path, self.folder_button, self.file_button)
        self.path.setAccessibleName("Data")
        self.path.setToolTip(
            "Names the pictures it learns from; a folder, zip or idx file dropped on the page is taken."
        )
        work.addWidget(self.words)
        work.addWidget(self.bar, 1)
        work.addWidget(self.cancel)
        column.add(row, self.maker, work, self.copy, self.findings, self.labels)
        self.labels.setAccessibleName("Classes")
        self.labels.setToolTip("With classes the model learns to draw each of them on demand.")
        for hidden in (self.maker, self.bar, self.words, self.cancel, self.findings, self.labels):
            hidden.hide()

    def _connect(self) -> None:
        self.folder_button.clicked.connect(self._ask_folder)
        self.file_button.clicked.connect(self._ask_file)
        self.avatars_chip.toggled.connect(self.maker.setVisible)
        self.path.textChanged.connect(self._typed)
        self._rest.timeout.connect(self._look)
        self.maker.made.connect(lambda folder: self.choose(str(folder)))
        self.maker.draw.clicked.connect(lambda _: self.making.emit())
        self.maker.failed.connect(lambda _: self.making.emit())
        self._check.answered.connect(self._take)
        self._check.failed.connect(self._fail)
        self._check.progress.connect(self._progress)
        self.cancel.clicked.connect(self._cancel)
        self.findings.cure_asked.connect(self._cure)
        self.copy.copied.connect(self._copied)
        self.copy.failed.connect(lambda why: self._not_copied(Finding(why, "bad")))
        self.copy.cancelled.connect(lambda: self._not_copied(Finding("The copy was given up.", "muted")))
        self.labels.activated.connect(lambda index: self.label_chosen.emit(self.labels.itemData(index)))

    def choose(self, path: str) -> None:
        """Chooses data and looks at it at once."""
        if self.path.text() == path:
            self._typed()
        self.path.setText(path)
        self._rest.stop()
        self._look()

    def set_resolution(self, resolution: int) -> None:
        """What the network will draw: smaller pictures are called tiny, and avatars are made of this size."""
        self._resolution = resolution
        self.maker.set_resolution(resolution)

    def drop(self) -> None:
        """Ends the check; what it would have found is not asked for any more."""
        self._check.drop()
        self._working(False)

    def close_card(self) -> None:
        """Ends everything that runs for this card."""
        self._rest.stop()
        self.maker.close_maker()
        self._check.drop()
        self.copy.close_row()

    def show_label(self, name: str) -> None:
        """Which attribute is learnt, or none."""
        self.labels.setCurrentIndex(max(self.labels.findData(name), 0))

    def _typed(self) -> None:
        self._rest.start()
        self.report = None
        self.drop()
        self.findings.show_findings(())
        self.labels.hide()
        self.changed.emit()

    def _look(self) -> None:
        if self.text:
            if not self.maker.busy:
                self.avatars_chip.setChecked(False)  # data is chosen: the room is the run folder's
            self._left = TimeLeft()
            self.bar.wait()
            self.words.setText("Looking through the pictures")
            self._working(True)
            self._check.ask("data", "check", self.text, "--json", "--progress")
        self.settled.emit()

    def _working(self, works: bool) -> None:
        for each in (self.bar, self.words, self.cancel):
            each.setVisible(works)

    def _progress(self, done: int, total: int) -> None:
        self.bar.advance(done, total)
        left = self._left.clause(done, total)
        self.words.setText(f"{thousands(done)} of {thousands(total)} pictures looked at{left}")

    def _cancel(self) -> None:
        self.drop()
        again = Cure("look now", "Looks through the pictures for what is broken, tiny or there twice.", LOOK)
        self.findings.show_findings((Finding("The pictures were not looked through.", "muted", (again,)),))

    def _take(self, report: dict[str, Any]) -> None:
        self._working(False)
        self.report = report
        attributes = [str(each) for each in report.get("attributes") or []]
        self.labels.clear()
        self.labels.addItem(NO_CLASSES, "")
        for name in attributes:
            self.labels.addItem(f"classes: {name.replace('_', ' ')}", name)
        self.labels.setVisible(bool(attributes))
        self.checked.emit(report)

    def _fail(self, why: str) -> None:
        self._working(False)
        self.findings.show_findings((Finding(why, "bad"),))
        self.failed.emit(why)

    def _cure(self, act: str) -> None:
        if act == LOOK:
            self.findings.show_findings(())
            self._look()
            return
        if act != CLEAN or self.report is None:
            self.cure_asked.emit(act)
            return
        if self.copy.busy:
            self._add(Finding(f"The copy of {Path(self.copy.source).name} is still being made.", "muted"))
            return
        self.copy.begin(self.text, self.folder, unwanted(self.report, self._resolution))
        self.making.emit()

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        copy = f"the copy of {Path(self.copy.source).name}" if self.copy.busy else ""
        avatars = f"the avatars ({self.maker.said.text()})" if self.maker.busy else ""
        return [each for each in (copy, avatars) if each]

    def why_not(self) -> str:
        """Why this data cannot be learnt from now, in one sentence; empty where nothing is known against it."""
        if not self.text:
            return "Choose data, or make avatars."
        if self.maker.busy:
            return "The avatars are still being drawn."
        if self.copy.busy and self.copy.source == self.text:  # the copy is to take its place
            return "The copy without what is wrong is still being made; cancel it to train with all of them."
        return ""

    def _copied(self, folder: Path) -> None:
        """Uses the copy, unless other data was chosen meanwhile or nobody looks any more."""
        if self.text == self.copy.source and self.isVisible():
            self.choose(str(folder))
        else:
            self.said.emit(
                Problem(f"The copy of {Path(self.copy.source).name} without what was wrong is {folder}."), "good"
            )
        self.making.emit()

    def _not_copied(self, why: Finding) -> None:
        if self.text == self.copy.source:
            self._add(why)
        elif why.tone == "bad":
            self.said.emit(Problem(why.text), why.tone)
        self.making.emit()

    def _add(self, finding: Finding) -> None:
        others = [each for each in self.findings.shown if each != finding]
        self.findings.show_findings((*others, finding))

    def _ask_folder(self) -> None:
        ask_for_folder(self, "Folder of pictures", self.choose, self.text)

    def _ask_file(self) -> None:
        ask_to_open(self, "Zip file of pictures, or idx file", DATA_FILES, self.choose, self.text)
