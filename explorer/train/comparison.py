"""Two runs at a time: the other's curves behind these, its samples below at the nearest kimg; it is watched too."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QWidget

from explorer.runs import RunWatcher
from explorer.train.curves import CurvesPanel
from explorer.train.record import RunRecord, growth_of, resolution_of
from explorer.train.samples import SamplesPanel
from stylegan_core.events import Event


class Comparison(QObject):
    """Lets a person choose another run from ``others`` and shows it in the panels of this one."""

    def __init__(self, curves: CurvesPanel, samples: SamplesPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.others: Sequence[Path] = ()
        self._curves, self._samples = curves, samples
        self._record = RunRecord()
        self._resolution = 0
        self._watcher: RunWatcher | None = None
        curves.compare_asked.connect(self._offer)

    def _offer(self) -> None:
        """A menu of the other runs, below the button."""
        menu = QMenu(self._curves)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for path in self.others:
            menu.addAction(path.name, partial(self.start, path))
        if not self.others:
            menu.addAction("There is no other run yet.").setEnabled(False)
        if self._watcher is not None:
            menu.addSeparator()
            menu.addAction("Stop comparing", self.stop)
        button = self._curves.compare
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def start(self, path: Path) -> None:
        """Shows another run beside this one, and follows it."""
        self.stop()
        self._record = RunRecord()
        self._resolution = 0
        self._watcher = RunWatcher(path, parent=self)
        self._watcher.news.connect(self._take)
        self._watcher.retold.connect(self._retell)
        self._watcher.config_known.connect(self._take_config)
        self._watcher.start()

    def stop(self) -> None:
        """Back to one run."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.close()
            watcher.deleteLater()
            self._curves.show_other(None, "")
            self._samples.show_other(None, ())

    def _take_config(self, config: dict[str, Any]) -> None:
        self._record.growth = growth_of(config)
        self._resolution = resolution_of(config)

    def _take(self, events: tuple[Event, ...]) -> None:
        self._record.add(events)
        self._show()

    def _retell(self, events: tuple[Event, ...]) -> None:
        self._record.restart(events)
        self._show()

    def _show(self) -> None:
        if self._watcher is not None:
            self._curves.show_other(self._record, self._watcher.run.path.name)
            self._samples.show_other(self._watcher.run.path, self._record.samples, self._resolution)
