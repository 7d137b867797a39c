"""Samples through time: the grid of fixed latents with a scrubber over all snapshots, and one face as a film strip."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.text import text_label
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.controls.track import Track
from explorer.controls.yielding import ElidedLabel
from explorer.pixels import Pixels
from explorer.train.pictures import PictureLoader, spread, tile_side, tiles
from explorer.train.sample_grid import LEAST_HEIGHT, SampleGrid
from explorer.train.words import kimg_number, kimg_text, square
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.run.events import Samples

STRIP = 7
LEAST_BESIDE = 100  # pixels of a grid that has another below it


class SamplesPanel(QWidget):
    """The grid, the scrubber below it, and the strip of one face. ``face_strip`` is placed elsewhere by the owner."""

    snapshot_shown = Signal(float)

    def __init__(self, loader: PictureLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._run = Path()
        self._network: NetworkConfig | None = None
        self._snapshots: Sequence[Samples] = ()
        self._resolution = self._other_resolution = 0
        self._other_run: Path | None = None
        self._others: Sequence[Samples] = ()
        self.other_grid, self.other_at = SampleGrid(), ElidedLabel(role="muted")
        self.grid, self.scrubber, self.at = SampleGrid(), Track(), text_label("–", "number")
        self.next_other = chip("next run", "Shows the samples of the next of the runs that are compared.")
        self.newest = chip("newest", "Back to the newest samples, and follows them.")
        self.title = ElidedLabel("Samples, psi 1, same latents each time", "title")
        self.first, self.state = text_label("", "small-number"), text_label("", "small")
        self.face_strip = ThumbnailGrid(STRIP, STRIP, 56, 5)
        self._strip_at: list[int] = []
        self._lay_out()
        self._loader.loaded.connect(self._loaded)
        self.scrubber.valueChanged.connect(self._show)
        self.grid.chosen.connect(lambda _: self._show_strip())
        self.newest.clicked.connect(lambda: self.scrubber.setValue(self.scrubber.maximum()))
        self.face_strip.chosen.connect(self._go_to)

    def _lay_out(self) -> None:
        column = Down(self, 8)
        head, foot = Across(), Across()
        self.at.setMinimumWidth(76)
        self.at.setAlignment(theme.ALIGN_NUMBER)
        self.scrubber.zero = 0
        self.scrubber.setRange(0, 0)
        self.scrubber.setAccessibleName("Snapshots")
        self.scrubber.setToolTip("Goes back to earlier samples; at the right end it follows the run.")
        head.add(self.title, None, self.newest, self.state)
        foot.addWidget(self.first)
        foot.addWidget(self.scrubber, 1)
        foot.addWidget(self.at)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        beside = Across()
        beside.add(self.other_at, None, self.next_other)
        column.addLayout(beside)
        self.next_other.hide()
        column.addWidget(self.other_grid, 1)
        self.other_at.hide()
        self.other_grid.hide()
        self.other_grid.setMinimumHeight(LEAST_BESIDE)
        column.addLayout(foot)

    def set_snapshots(self, run: Path, snapshots: Sequence[Samples], resolution: int) -> None:
        """All sample events so far; ``resolution`` is that of the finished network, 0 if not known."""
        if run == self._run and len(snapshots) == len(self._snapshots) and resolution == self._resolution:
            return
        follows = self.scrubber.value() >= self.scrubber.maximum() or run != self._run
        self._run, self._snapshots, self._resolution = run, tuple(snapshots), resolution
        with QSignalBlocker(self.scrubber):
            self.scrubber.setRange(0, max(len(snapshots) - 1, 0))
            if follows:
                self.scrubber.setValue(self.scrubber.maximum())
        self.scrubber.setEnabled(len(snapshots) > 1)
        self.first.setText(kimg_number(snapshots[0].img / 1000) if snapshots else "")
        self.scrubber.update()
        self._show()

    def set_network(self, network: NetworkConfig | None) -> None:
        """What draws the pictures: its classes are named, and psi where it has a meaning."""
        if network is None or network == self._network:
            return
        self._network = network
        psi = ", psi 1" if network.has_styles else ""
        rest = ", classes in turn" if network.classes else ", same latents each time"
        self.title.setText(f"Samples{psi}{rest}")
        self.grid.classes = network.classes

    @property
    def current(self) -> Samples | None:
        """The snapshot that is shown."""
        return self._snapshots[self.scrubber.value()] if self._snapshots else None

    @property
    def earlier(self) -> Samples | None:
        """The snapshot that is shown, if it is not the newest."""
        return self.current if self.scrubber.value() < self.scrubber.maximum() else None

    @property
    def story(self) -> tuple[Path, tuple[Samples, ...], int]:
        """The run, all its snapshots, and the resolution of the finished network."""
        return self._run, tuple(self._snapshots), self._resolution

    def show_other(self, run: Path | None, snapshots: Sequence[Samples], resolution: int = 0) -> None:
        """Shows the samples of another run below, at the kimg nearest to the one shown; None takes them away."""
        self._other_run, self._others, self._other_resolution = run, tuple(snapshots), resolution
        self.other_grid.setVisible(run is not None)
        self.other_at.setVisible(run is not None)
        self.grid.setMinimumHeight(LEAST_BESIDE if run is not None else LEAST_HEIGHT)
        self._show_other()

    @property
    def other(self) -> Samples | None:
        """The snapshot of the other run that is shown."""
        current = self.current
        if current is None or not self._others:
            return None
        return min(self._others, key=lambda each: abs(each.img - current.img))

    def _show_other(self) -> None:
        other = self.other
        if self._other_run is None or other is None:
            self.other_grid.show_grid(None, 1)
            self.other_at.setText("" if self._other_run is None else f"{self._other_run.name}: no samples yet")
            return
        at = f"{kimg_text(other.img / 1000)} · {square(4 << other.level)} · alpha {other.alpha:.2f}"
        self.other_at.setText(f"{self._other_run.name} at {at}")
        path = self._other_run / other.path
        self._loader.want("other", [path])
        pixels = self._loader.get(path)
        if pixels is not None:
            self.other_grid.show_grid(pixels, tile_side(other, self._other_resolution, pixels), 4 << other.level)

    def show_nearest(self, kimg: float) -> None:
        """Moves the scrubber to the snapshot nearest to ``kimg``."""
        if self._snapshots:
            distances = [abs(each.img / 1000 - kimg) for each in self._snapshots]
            self.scrubber.setValue(distances.index(min(distances)))

    def _show(self) -> None:
        current = self.current
        self.newest.setVisible(self.scrubber.value() < self.scrubber.maximum())
        if current is None:
            self.grid.show_grid(None, 1)
            self.at.setText("–")
            self.state.setText("none yet")
            self.face_strip.clear()
            return
        self.at.setText(kimg_text(current.img / 1000))
        self.state.setText(_state_words(current))
        path = self._run / current.path
        self._loader.want("grid", [path])
        pixels = self._loader.get(path)
        if pixels is not None or self._loader.lacks(path):
            self._show_grid(current, pixels)
        self.snapshot_shown.emit(current.img / 1000)
        self._show_other()
        self._show_strip()

    def _show_grid(self, event: Samples, pixels: Pixels | None) -> None:
        """The pictures of a snapshot; None where they are gone: then no other snapshot's stay in their place."""
        if pixels is None:
            self.grid.show_grid(None, 1)
            self.state.setText("gone, or cannot be read")
        else:
            self.grid.show_grid(pixels, tile_side(event, self._resolution, pixels), 4 << event.level)
            self.state.setText(_state_words(event))

    def _show_strip(self) -> None:
        last = self.scrubber.value()
        self._strip_at = list(spread(last + 1, STRIP)) if self._snapshots else []
        self._loader.want("strip", [self._run / self._snapshots[index].path for index in reversed(self._strip_at)])
        for place, thumbnail in enumerate(self.face_strip.thumbnails):
            thumbnail.setVisible(place < len(self._strip_at))
            if place < len(self._strip_at):
                event = self._snapshots[self._strip_at[place]]
                thumbnail.set_caption(kimg_number(event.img / 1000))
                thumbnail.setToolTip(f"{kimg_text(event.img / 1000)}: {square(4 << event.level)}")
                thumbnail.set_selected(self._strip_at[place] == last)
                self._fill(place, event, self._loader.get(self._run / event.path))

    def _fill(self, place: int, event: Samples, pixels: Pixels | None) -> None:
        if pixels is None:
            self.face_strip.thumbnails[place].set_stale()
            return
        cells = tiles(pixels, tile_side(event, self._resolution, pixels))
        if self.grid.face < len(cells):
            self.face_strip.show_pixels(place, cells[self.grid.face])

    def _go_to(self, place: int) -> None:
        if place < len(self._strip_at):
            self.scrubber.setValue(self._strip_at[place])

    def _loaded(self, path: Path, pixels: Pixels | None) -> None:
        current = self.current
        if current is not None and path == self._run / current.path:
            self._show_grid(current, pixels)
        if pixels is None or current is None:
            return
        if self._other_run is not None and path.is_relative_to(self._other_run):
            self._show_other()
        for place, index in enumerate(self._strip_at):
            if path == self._run / self._snapshots[index].path:
                self._fill(place, self._snapshots[index], pixels)


def _state_words(event: Samples) -> str:
    """Which network drew a snapshot's pictures, and how far it had grown."""
    return f"EMA · {square(4 << event.level)} · alpha {event.alpha:.2f}"
