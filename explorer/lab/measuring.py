"""Measures a network for the quality page, in a process of its own, and keeps what was measured."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.lab.quality_file import add_measurement, read_measurements, remove_measurement
from explorer.lab.quality_page import QualityPage, Wanted
from explorer.problem import Problem
from explorer.session import Session
from explorer.work.background import Background
from explorer.work.command import CoreCommand
from stylegan_core.lab.quality import NUMBERS, Quality

AGAIN = 5000  # milliseconds after which a disk that was full is tried once more


class Measuring(QObject):
    """Asks the core for what the page wants; ``taken_away`` carries a sentence and what brings the row back.

    It is measured to its end whatever network is opened meanwhile.
    """

    said = Signal(object, str)  # Problem, tone
    taken_away = Signal(str, object)

    def __init__(self, session: Session, page: QualityPage, disk: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._page, self._disk = session, page, disk
        self._command = CoreCommand(parent=self)
        self._rows: list[Quality] = []
        self._asked: tuple[Wanted, str, int] | None = None  # and the name and resolution of the network
        self._owed: list[Callable[[], None]] = []  # what the disk has refused
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.write_again)
        page.measure_wanted.connect(self.measure)
        page.given_up.connect(self.give_up)
        page.removed.connect(self.remove)
        self._command.progress.connect(page.show_progress)
        self._command.answered.connect(self._measured)
        self._command.failed.connect(page.end)

    def start(self) -> None:
        """Reads what was measured before."""
        self._disk.do(read_measurements, self._take, lambda error: self._not_kept("read", error))

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        owed = ["measurements that could not be written"] if self._owed else []
        return [*(["the measuring of quality"] if self._command.busy else []), *owed]

    def measure(self, wanted: Wanted) -> None:
        """Measures the open network, or the pictures alone."""
        info = self._session.info
        if info is None:
            return
        self._asked = wanted, info.name, info.resolution
        of = (
            ["--resolution", str(info.resolution)] if wanted.floor else [str(Path(self._session.model_path).absolute())]
        )
        how = ("--only", ",".join(wanted.only), "--count", str(wanted.count), "--seed", str(wanted.seed))
        self._page.begin()
        self._command.ask("metrics", *of, "--data", wanted.data, *how, "--json", "--progress", "--beside")

    def give_up(self) -> None:
        """Ends the measuring."""
        self._command.drop()
        self._page.end()

    def remove(self, row: Quality) -> None:
        """Takes a measurement away, with a way back."""
        self._rows = [each for each in self._rows if each != row]
        self._page.show_rows(self._rows)
        self._keep(lambda: remove_measurement(row))
        self.taken_away.emit(f"The measurement of {row.name} was taken away.", lambda: self._add(row))

    def close(self) -> None:
        """Ends the process, and has the last try at what could not be written."""
        self._command.drop()
        self.write_again()
        self._again.stop()

    def _take(self, rows: list[Quality]) -> None:
        self._rows = [*rows, *self._rows]
        self._page.show_rows(self._rows)

    def _measured(self, answer: dict[str, Any]) -> None:
        if self._asked is None:
            return
        wanted, name, resolution = self._asked
        key = str(answer.get("model", ""))
        numbers = {number: float(answer[number]) for number in NUMBERS if number in answer}
        sure = {name: float(half) for name, half in answer.get("confidence_95", {}).items()}
        limits = {name: float(value) for name, value in answer.get("limits", {}).items()}
        counts = int(answer["fakes"]), int(answer["reals"])
        model = name if key else ""
        self._page.end()
        about = (model, key, wanted.data, resolution, *counts, wanted.seed, time.time())
        self._add(Quality(*about, numbers, sure, limits))

    def _add(self, row: Quality) -> None:
        self._rows = sorted([*self._rows, row], key=lambda each: each.when)
        self._page.show_rows(self._rows)
        self._keep(lambda: add_measurement(row))

    def write_again(self) -> None:
        """Tries once more what the disk has refused, in its order, without a word where it still does."""
        owed, self._owed = self._owed, []
        for write in owed:
            self._send(write, lambda _: None)

    def _keep(self, write: Callable[[], None]) -> None:
        self._send(write, lambda error: self._not_kept("written", error))

    def _send(self, write: Callable[[], None], refuse: Callable[[Exception], None]) -> None:
        def refused(error: Exception) -> None:
            self._owed.append(write)
            self._again.start()
            refuse(error)

        self._disk.do(write, lambda _: None, refused)

    def _not_kept(self, how: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.said.emit(Problem(f"The measurements cannot be {how} ({reason}): export them to keep them."), "warning")
