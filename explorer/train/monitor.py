"""The live monitor of one run: one sentence, the growth timeline, what alpha does, samples, curves, messages."""

import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import Segments
from explorer.controls.literal import literal_tip
from explorer.controls.scrolling import ScrollDown
from explorer.controls.text import text_label
from explorer.controls.yielding import ElidedLabel
from explorer.pixels import Pixels
from explorer.problem import Problem
from explorer.run_state import RunState
from explorer.runs import Launch, RunWatcher
from explorer.train.alpha import AlphaPanel, pairs
from explorer.train.comparison import Comparison
from explorer.train.curves import CurvesPanel
from explorer.train.face_strip import FaceStrip
from explorer.train.header import MonitorHeader
from explorer.train.layout import card
from explorer.train.messages import MessageList
from explorer.train.monitor_words import sentence, status
from explorer.train.pictures import PictureLoader, strips
from explorer.train.record import RunRecord, growth_of, network_of, resolution_of
from explorer.train.samples import SamplesPanel
from explorer.train.tick_table import write_csv
from explorer.train.timeline import GrowthTimeline
from explorer.train.words import kimg_text
from explorer.work.task import Task
from stylegan_core.amounts import thousands
from stylegan_core.run.events import Event, Samples
from stylegan_core.rundir import is_whole

log = logging.getLogger(__name__)

SIDE_WIDTH, WIDEST_SIDE = 348, 440
THREE_COLUMNS = 1200  # pixels of width from which on growth, samples and curves lie side by side
EDGE, NARROW, NARROW_EDGE = 24, 700, 8  # pixels left and right of it, where it has that width, and where it has less
MOST = (1 << 24) - 1  # Qt's own limit of a width
SIDES = ("Growth", "Curves")
SIDE_TIPS = ("What alpha does, one face through time, and what the trainer says.", "Losses, distances, speed.")
ROOMY = 860  # pixels of height from which the real pictures stand below the drawn ones


class Monitor(QWidget):
    """Watches one run directory and lets a person steer it; never writes anything but requests.

    ``explore_requested`` names a checkpoint to open, ``checkpoint_written`` each later one while it trains.
    """

    explore_requested = Signal(str)
    checkpoint_written = Signal(str)
    resume_requested = Signal(object)
    branch_requested = Signal(object, dict)
    leave_requested = Signal()
    state_changed = Signal(object)
    said = Signal(object, str)  # Problem, tone
    film_wanted = Signal(object, object)
    film_given_up = Signal()

    def __init__(self, path: Path, launch: Launch | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.path = path
        self.record = RunRecord()
        self.config: dict[str, Any] = {}
        self.watcher = RunWatcher(path, launch, self)
        self.loader = PictureLoader(self)
        self.header = MonitorHeader(path)
        self.timeline, self.alpha, self.curves = GrowthTimeline(), AlphaPanel(), CurvesPanel()
        self.samples, self.messages, self.status = SamplesPanel(self.loader), MessageList(), ElidedLabel(role="small")
        self.face = FaceStrip(self.samples)
        self.comparison = Comparison(self.curves, self.samples, self)
        self.table = Task("numbers", self)
        self._clock = QTimer(self, interval=1000)
        self._pairs: Samples | None = None
        self._following = self._shares = False
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        column = self._column = Down(self, 12)
        column.add(self.header, card(self.timeline, margins=(0, 2, 0, 0)))
        row, self._place = Across(spacing=12), Down(spacing=8)
        column_of_growth = ScrollDown(self._left_column(), name="Growth and messages")
        self._left, self._right = card(column_of_growth), card(self.curves)
        self._left.setFixedWidth(SIDE_WIDTH)
        self._right.setMinimumWidth(SIDE_WIDTH)
        self.switch = Segments(SIDES, SIDE_TIPS)
        self.switch.chosen.connect(self.turn_to)
        self.switch.hide()
        self._place.add(self.switch, self._left)
        row.addLayout(self._place)
        row.addWidget(card(self.samples), 5)
        row.addWidget(self._right, 4)
        self._row = row
        column.addLayout(row, 1)
        column.addWidget(self.status)

    def _left_column(self) -> QWidget:
        made = QWidget()
        column = Down(made, 10, edges=(0, 0, 6, 0))
        column.add(self.alpha, self.face, text_label("Messages", "title"))
        column.addWidget(self.messages, 1)
        return made

    def _connect(self) -> None:
        self.watcher.news.connect(self._take)
        self.watcher.retold.connect(self._retell)
        self.watcher.config_known.connect(self._take_config)
        self.watcher.state_changed.connect(self._take_state)
        self.loader.loaded.connect(self._loaded)
        self.timeline.pointed.connect(self.curves.set_cursor)
        self.samples.snapshot_shown.connect(lambda _: self._name_explore())
        self.curves.pointed.connect(self._point)
        self.curves.said.connect(self.said)
        self.curves.numbers_wanted.connect(self.write_table)
        self.table.done.connect(lambda said: self.curves.show_writing(False, said))
        self.table.failed.connect(lambda _: self.curves.show_writing(False))
        self.table.failed.connect(self._complain)
        self.face.said.connect(self.said)
        self.face.film_wanted.connect(self.film_wanted)
        self.face.film_given_up.connect(self.film_given_up)
        self.curves.measure.clicked.connect(lambda: self._request("metric"))
        self.header.branch.clicked.connect(self._branch)
        self.header.leave.clicked.connect(self.leave_requested)
        self.header.explore.clicked.connect(self._explore)
        self.header.snapshot.clicked.connect(lambda: self._request("snapshot"))
        self.header.pause.clicked.connect(self._pause)
        self.header.stop.clicked.connect(lambda: self._request("stop"))
        self.header.resume.clicked.connect(lambda: self.resume_requested.emit(self.path))
        self._clock.timeout.connect(self._pulse)

    def start(self) -> None:
        """Begins to watch."""
        self.watcher.start()
        self._clock.start()

    def close_run(self) -> None:
        """Stops watching; the run goes on."""
        self._clock.stop()
        self.watcher.close()
        self.loader.close()
        self.table.close()
        self.comparison.stop()

    def _take_config(self, config: dict[str, Any]) -> None:
        self.config = config
        self.record.growth = growth_of(config)
        self.header.show_run(self.path, str(config.get("preset", "")))
        self._show()

    def _take(self, events: tuple[Event, ...]) -> None:
        written = len(self.record.checkpoints)
        for event in events:
            if isinstance(event, Samples):
                self.loader.forget([self.path / name for name in (event.path, *strips(event)) if name])
        self.record.add(events)
        if self._following and len(self.record.checkpoints) > written:
            self._tell_checkpoint()
        self._show()

    def _retell(self, events: tuple[Event, ...]) -> None:
        self.record.restart(events)
        self._show()

    def _take_state(self, state: RunState) -> None:
        self._show()
        self.state_changed.emit(state)

    def _show(self) -> None:
        state, record = self.watcher.state, self.record
        can_begin = bool(self.config.get("preset")) and not record.last_event
        self.header.show_state(state, sentence(self.watcher, record), bool(record.checkpoints), can_begin)
        plan = record.plan
        self.timeline.set_plan(plan)
        self.alpha.set_plan(plan)
        tick = record.last_tick
        left = tick.left_total if tick is not None and state.live and tick.left_total == tick.left_total else None
        self.timeline.set_now(record.kimg if record.last_event else None, left, state.live)
        self._show_alpha()  # before the samples: what is asked for first is read first, and these are small
        self.samples.set_snapshots(self.path, record.samples, resolution_of(self.config))
        self.samples.set_network(network_of(self.config))
        self.curves.show_record(record)
        self.messages.show_messages(record.messages)
        self.curves.measure.setVisible(state.name == "training")
        self._name_explore()
        self._show_status()

    def _name_explore(self) -> None:
        earlier = self.samples.earlier
        self.header.name_explore("" if earlier is None else kimg_text(earlier.img / 1000), self.watcher.state.live)

    def _show_alpha(self) -> None:
        phase = self.record.phase
        newest = self.record.samples[-1] if self.record.samples else None
        if newest is not None and newest != self._pairs:
            self._pairs = newest
            self.loader.want("alpha", [self.path / name for name in strips(newest) if name])
            self._show_pairs()
        if phase is not None:
            same = newest is None or phase.level == newest.level
            self.alpha.set_awaited(None if same else phase.resolution)
            self.alpha.set_alpha(phase.alpha if same else newest.alpha if newest else 1.0)

    def _show_pairs(self) -> None:
        event = self._pairs
        if event is None:
            return
        found = [self.loader.get(self.path / name) if name else None for name in strips(event)]
        fakes, reals = pairs(found[0], found[1]), pairs(found[2], found[3])
        if fakes is not None:
            self.alpha.set_pairs(fakes, reals, 4 << event.level)
        elif any(self.loader.lacks(self.path / name) for name in strips(event)[:2] if name):
            self.alpha.set_lost()

    def _loaded(self, path: Path, _pixels: Pixels | None) -> None:
        if self._pairs is not None and path in [self.path / name for name in strips(self._pairs) if name]:
            self._show_pairs()

    def _pulse(self) -> None:
        """Once a second: how long ago the last word was, or how much of a long log is still to be read."""
        if self.watcher.looked:
            self._show_status()
        else:
            self.header.show_state(self.watcher.state, sentence(self.watcher, self.record), False)

    def _show_status(self) -> None:
        self.status.setText(status(self.path, self.watcher, self.record, bool(self.config)))
        self.status.setToolTip(literal_tip(str(self.path)))

    def _point(self, kimg: float) -> None:
        self.timeline.set_cursor(kimg)
        self.curves.set_cursor(kimg)

    def newest_checkpoint(self) -> Path | None:
        """The newest checkpoint that is whole, or None."""
        for event in reversed(self.record.checkpoints):
            if event.path and is_whole(self.path / event.path):
                return self.path / event.path
        return self.watcher.run.drawable()

    def checkpoint_of(self, snapshot: Samples) -> Path | None:
        """The checkpoint that was saved with these samples; None where it was not kept."""
        for event in reversed(self.record.checkpoints):
            if event.img == snapshot.img and event.path and is_whole(self.path / event.path):
                return self.path / event.path
        return None

    def _chosen_checkpoint(self) -> Path | None:
        """That of the earlier snapshot that is shown, else the newest."""
        earlier = self.samples.earlier
        return self.newest_checkpoint() if earlier is None else self.checkpoint_of(earlier)

    def _explore(self) -> None:
        earlier = self.samples.earlier
        self._following = earlier is None
        path = self._chosen_checkpoint()
        if path is None and not self.watcher.run.exists():
            self._complain(f"{self.path} is gone: bring the folder back, or choose another run.")
        elif path is None and earlier is not None:
            kept = "Only the newest few checkpoints and some older ones are kept"
            self._complain(f"The checkpoint of {kimg_text(earlier.img / 1000)} is gone: {kept}.")
        elif path is None:
            self._complain("There is no checkpoint to explore yet; Snapshot makes one.")
        else:
            self.explore_requested.emit(str(path))

    def _branch(self) -> None:
        path = self._chosen_checkpoint()
        if path is None:
            self._complain("There is no checkpoint to begin from here; choose another snapshot.")
        else:
            self.branch_requested.emit(path, self.config)

    def _tell_checkpoint(self) -> None:
        path = self.newest_checkpoint()
        if path is not None:
            self.checkpoint_written.emit(str(path))

    def _pause(self) -> None:
        if self.watcher.run.requested("pause"):
            self._try(self.watcher.go_on)
        else:
            self._request("pause")

    def _request(self, name: str) -> None:
        self._try(lambda: self.watcher.request(name))

    def write_table(self, path: Path) -> None:
        """Writes the numbers of every tick; once begun this goes to its end, whether or not somebody waits for it."""
        self.table.begin(lambda _: f"Saved {thousands(write_csv(self.path, path))} ticks as {path}.")

    def _complain(self, sentence: str) -> None:
        self.said.emit(Problem(sentence), "bad")

    def _try(self, act: Any) -> None:
        try:
            act()
        except OSError as error:
            self._complain(str(error))

    def turn_to(self, index: int) -> None:
        """Shows growth and messages (0) or the curves (1), where only one of them is seen."""
        self.switch.select(index)
        if self._shares:
            (self._right, self._left)[index].hide()  # first, so that they never stand one below the other
        for at, side in enumerate((self._left, self._right)):
            side.setVisible(not self._shares or at == index)

    def _share(self, shares: bool) -> None:
        """Growth and curves side by side, with the samples between them, or in one place with a switch."""
        self._shares = shares
        self.switch.setVisible(shares)
        (self._row if shares else self._place).removeWidget(self._right)
        if shares:
            self._place.addWidget(self._right)
        else:
            self._row.addWidget(self._right, 4)
        self._row.setStretch(0, 4 if shares else 0)
        self.turn_to(self.switch.index)

    def resizeEvent(self, event: Any) -> None:
        """Shows the real pictures below the drawn ones where there is room, and all of them larger."""
        super().resizeEvent(event)
        edge = EDGE if self.width() >= NARROW else NARROW_EDGE
        self._column.setContentsMargins(edge, 14, edge, 8)
        if (shares := self.width() < THREE_COLUMNS) != self._shares:
            self._share(shares)
        if shares:
            self._left.setMinimumWidth(SIDE_WIDTH)
            self._left.setMaximumWidth(MOST)
        else:
            self._left.setFixedWidth(min(max(self.width() // 4, SIDE_WIDTH), WIDEST_SIDE))
        self.alpha.set_roomy(self.height() >= ROOMY)
