"""Several runs at a time: the others' curves behind these, their samples below at the nearest kimg; all are watched."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from explorer.controls.literal import in_menu
from explorer.runs import RunWatcher
from explorer.train.curves import STYLES, CurvesPanel
from explorer.train.record import RunRecord, growth_of, resolution_of
from explorer.train.samples import SamplesPanel
from stylegan_core.run.events import Event


class Other(QObject):
    """Another run and what it has said so far; ``changed`` comes with every news."""

    changed = Signal()

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.path = path
        self.record = RunRecord()
        self.resolution = 0
        self._watcher = RunWatcher(path, parent=self)
        self._watcher.news.connect(self._take)
        self._watcher.retold.connect(self._retell)
        self._watcher.config_known.connect(self._take_config)
        self._watcher.start()

    def close(self) -> None:
        """Stops watching; the run goes on."""
        self._watcher.close()
        self.deleteLater()

    def _take_config(self, config: dict[str, Any]) -> None:
        self.record.growth = growth_of(config)
        self.resolution = resolution_of(config)

    def _take(self, events: tuple[Event, ...]) -> None:
        self.record.add(events)
        self.changed.emit()

    def _retell(self, events: tuple[Event, ...]) -> None:
        self.record.restart(events)
        self.changed.emit()


class Comparison(QObject):
    """Lets a person choose other runs from ``others`` and shows them in the panels of this one."""

    def __init__(self, curves: CurvesPanel, samples: SamplesPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.others: Sequence[Path] = ()
        self._curves, self._samples = curves, samples
        self._shown: list[Other] = []
        self._sampled: Other | None = None
        curves.compare_asked.connect(self._offer)
        samples.next_other.clicked.connect(self._next)

    @property
    def shown(self) -> list[Path]:
        """The runs that are compared."""
        return [other.path for other in self._shown]

    def _offer(self) -> None:
        """A menu of the other runs, below the button; those that are compared are ticked."""
        menu = QMenu(self._curves)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for path in self.others:
            action = menu.addAction(in_menu(menu, path.name), partial(self._toggle, path))
            action.setCheckable(True)
            action.setChecked(path in self.shown)
            action.setEnabled(path in self.shown or len(self._shown) < len(STYLES))
        if not self.others:
            menu.addAction("There is no other run yet.").setEnabled(False)
        if self._shown:
            menu.addSeparator()
            menu.addAction("Stop comparing", self.stop)
        button = self._curves.compare
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _toggle(self, path: Path) -> None:
        if path in self.shown:
            self.leave(path)
        else:
            self.start(path)

    def start(self, path: Path) -> None:
        """Shows another run beside this one, and follows it; its samples take the place below."""
        if path in self.shown or len(self._shown) >= len(STYLES):
            return
        other = Other(path, self)
        other.changed.connect(self._show)
        self._shown.append(other)
        self._sampled = other

    def leave(self, path: Path) -> None:
        """Takes one of the other runs away."""
        for other in [each for each in self._shown if each.path == path]:
            self._shown.remove(other)
            other.close()
            if other is self._sampled:
                self._sampled = self._shown[-1] if self._shown else None
        self._show()

    def stop(self) -> None:
        """Back to one run."""
        for path in self.shown:
            self.leave(path)

    def _next(self) -> None:
        if self._sampled in self._shown:
            self._sampled = self._shown[(self._shown.index(self._sampled) + 1) % len(self._shown)]
            self._show()

    def _show(self) -> None:
        self._curves.show_others([(other.path.name, other.record) for other in self._shown])
        self._samples.next_other.setVisible(len(self._shown) > 1)
        other = self._sampled
        if other is None:
            self._samples.show_other(None, ())
        else:
            self._samples.show_other(other.path, other.record.samples, other.resolution)
