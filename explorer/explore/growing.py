"""Growing: the snapshots of the run a network comes from, and its level and alpha, to be dragged."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from explorer import theme
from explorer.controls.boxes import Across, discard
from explorer.controls.buttons import chip
from explorer.controls.panel import Panel
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from explorer.controls.track import Track
from explorer.session import Session
from stylegan_core.bands import band_of_resolution
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe, knob
from stylegan_core.run.stems import kimg_words
from stylegan_core.rundir import run_of

REST = 120  # milliseconds after the last move of the scrubber
TIPS = {
    "trained": "Back to the level and alpha that this model was trained to.",
    "newest": "Goes to the newest model of the run and follows it.",
    "scrubber": "Goes back to any snapshot of the run that was kept; at the right end it follows the run.",
}


def snapshots(model: Path) -> list[Path]:
    """Every drawable snapshot of the run that a network belongs to, the earliest first; empty where there is none."""
    run = run_of(model)
    return run.every_drawable()[::-1] if run and (run.exists() or run.events_file.exists()) else []


class GrowingPanel(Panel):
    """Shown for networks of a run and for those that have not grown to the end. ``snapshot_wanted`` names a file."""

    snapshot_wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Growing", parent)
        self._snapshots: tuple[Path, ...] = ()
        self.scrubber, self.at = Track(), text_label("", "number")
        self.trained, self.newest = chip("as trained", TIPS["trained"]), chip("newest", TIPS["newest"])
        self.levels: list[QPushButton] = []
        self.alpha = LabelledSlider("alpha", knob(Recipe, "alpha"), 1.0, label_width=64)
        self._scrub_row, self._level_row = QWidget(), QWidget()
        self._levels = Across(self._level_row, 6)
        self._moved = QTimer(self, singleShot=True, interval=REST)
        self._lay_out()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        self.section.add_action(self.newest)
        self.section.add_action(self.trained)
        scrub = Across(self._scrub_row, 6)
        for row, word in ((scrub, "snapshot"), (self._levels, "drawn at")):
            label = text_label(word)
            label.setFixedWidth(64)
            row.addWidget(label)
        self._levels.addStretch(1)
        self.scrubber.setAccessibleName("Snapshots of the run")
        self.scrubber.setToolTip(TIPS["scrubber"])
        self.scrubber.zero = 0
        self.at.setMinimumWidth(72)
        self.at.setAlignment(theme.ALIGN_NUMBER)
        scrub.addWidget(self.scrubber, 1)
        scrub.addWidget(self.at)
        for each in (self._scrub_row, self._level_row, self.alpha):
            self.body.addWidget(each)
        self.newest.hide()
        self.trained.hide()

    def _connect(self) -> None:
        self.scrubber.valueChanged.connect(self._scrubbed)
        self.scrubber.reset_asked.connect(lambda: self.scrubber.setValue(self.scrubber.maximum()))
        self._moved.timeout.connect(self._want)
        self.newest.clicked.connect(lambda: self.scrubber.setValue(self.scrubber.maximum()))
        self.trained.clicked.connect(lambda: self.session.apply(replace(self.session.recipe, level=None, alpha=None)))
        self.alpha.changing.connect(lambda value: self.session.edit(level=self._level(), alpha=value))
        self.alpha.committed.connect(lambda _: self.session.commit())

    @property
    def follows(self) -> bool:
        """Whether the newest snapshot is shown, so that a later one may replace it."""
        return self.scrubber.value() == self.scrubber.maximum()

    def show_snapshots(self, found: Sequence[Path]) -> None:
        """The snapshots of the run that the shown network comes from; none where it comes from no run."""
        self._snapshots = tuple(found)
        here = Path(self.session.model_path)
        at = self._snapshots.index(here) if here in self._snapshots else len(self._snapshots) - 1
        with QSignalBlocker(self.scrubber):
            self.scrubber.setRange(0, max(len(found) - 1, 0))
            self.scrubber.setValue(at)
        self.scrubber.update()
        self._scrub_row.setVisible(len(found) > 1)
        self._say_where()
        self._show_or_hide()

    def show_model(self, info: ModelInfo) -> None:
        if self.info is None or self.info.level != info.level or self.info.resolution != info.resolution:
            self._make_levels(info)
        if Path(self.session.model_path) not in self._snapshots:
            self.show_snapshots(())  # until somebody has looked into the folder
        self.info = info
        self._show_or_hide()
        super().show_model(info)

    def show_recipe(self, recipe: Recipe) -> None:
        if self.info is None or self.isHidden():
            return
        level, alpha = self._level(), recipe.alpha
        if alpha is None:
            alpha = self.info.alpha if level == self.info.level else 1.0
        for each, button in enumerate(self.levels):
            button.setChecked(each == level)
        self.alpha.set_value(alpha)
        self.alpha.set_why_not("" if level else "At 4×4 there is no level below to blend with.")
        self.trained.setVisible(recipe.level is not None or recipe.alpha is not None)

    def _level(self) -> int:
        level, info = self.session.recipe.level, self.info
        if info is None:
            return 0
        return info.level if level is None else min(level, info.level)

    def _make_levels(self, info: ModelInfo) -> None:
        row = self._levels
        for old in self.levels:
            discard(old)
        self.levels = []
        for level in range(info.level + 1):
            side = 4 << level
            made = chip(str(side), f"Draws with the layers up to {side}×{side} alone.", checkable=True)
            made.setAccessibleName(f"Drawn at {side}×{side}")
            made.setProperty("band", band_of_resolution(side, info.resolution).name)
            made.clicked.connect(partial(self._draw_at, level))
            row.insertWidget(1 + level, made)
            self.levels.append(made)

    def _draw_at(self, level: int, _checked: bool = False) -> None:
        own = self.info is not None and level == self.info.level
        self.session.apply(replace(self.session.recipe, level=None if own else level, alpha=None))
        self.show_recipe(self.session.recipe)  # a click on the chosen one does not take it away

    def _show_or_hide(self) -> None:
        info = self.info
        grows = info is not None and info.capabilities.growing
        self._level_row.setVisible(grows)
        self.alpha.setVisible(grows)
        self.setVisible(len(self._snapshots) > 1 or (grows and info is not None and not info.finished))
        self.show_recipe(self.session.recipe)

    def _scrubbed(self, _value: int) -> None:
        self._say_where()
        self._moved.start()

    def _say_where(self) -> None:
        if self._snapshots:
            self.at.setText(kimg_words(self._snapshots[self.scrubber.value()]))
        self.newest.setVisible(bool(self._snapshots) and not self.follows)

    def _want(self) -> None:
        if self._snapshots:
            path = self._snapshots[self.scrubber.value()]
            if path != Path(self.session.model_path):
                self.snapshot_wanted.emit(str(path))
