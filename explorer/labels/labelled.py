"""Directions with names out of a labelled data set: the core looks for them in a process of its own."""

import os
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.explore.directions.panel import DirectionsPanel
from explorer.session import Session
from explorer.work.command import CoreCommand
from explorer.work.time_left import TimeLeft
from stylegan_core.files.places import place


class Labelled(QObject):
    """Asks for what the panel wants and hands its finder the library that was found; another model ends the search."""

    def __init__(self, session: Session, panel: DirectionsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._finder = session, panel.finder
        self._command = CoreCommand(as_json=False, parent=self)
        self._data, self._left = Path(), TimeLeft()
        panel.labels_chosen.connect(self.find)
        panel.finder.labels_dropped.connect(self._command.drop)
        self._command.progress.connect(self._advance)
        self._command.answered.connect(lambda _: self._found())
        self._command.failed.connect(panel.finder.labels_failed)

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return ["the search for directions"] if self._command.busy else []

    def find(self, data: str) -> None:
        """Looks for a direction for each label of a data set that the open network can answer."""
        self._data, self._left = Path(data), TimeLeft()
        try:
            out = self._out()
        except OSError as error:
            self._finder.labels_failed(str(error))
            return
        self._finder.begin_labels(self._data.name)
        model = str(Path(self._session.model_path).absolute())
        told = ("--data", data, "--out", str(out), "--overwrite", "--progress", "--beside")
        self._command.ask("directions", model, *told)

    def close(self) -> None:
        """Ends the process; nobody waits for its answer any more."""
        self._command.drop()

    def _out(self) -> Path:
        """Where the process writes what it has found; a window has its own."""
        return place("caches") / f"found-{os.getpid()}.json"

    def _advance(self, done: int, total: int) -> None:
        self._finder.labels_advanced(done, total, self._left.words(done, total))

    def _found(self) -> None:
        out = self._out()
        self._finder.labels_found(out, self._data.name)
        out.unlink(missing_ok=True)
