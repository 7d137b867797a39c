"""One direction: its name, strength in sigma, layers, and how well it is known."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.literal import literal_tip
from explorer.controls.strength_row import StrengthRow
from explorer.controls.text import text_label
from explorer.explore.directions.layer_strip import LayerStrip
from explorer.explore.directions.shelf import OWN
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedDirection, knob

NAME_WIDTH, SCORE_WIDTH = 120, 32  # "Warm background" fits
_SOURCES = {
    "pca": "PCA of W",
    "sefa": "SeFa",
    "sorting": "Sorted by hand",
    "labels": "From labels",
    "recipe": "Came with a recipe",
}


class DirectionRow(StrengthRow):
    """``ranged`` follows the layers (first, last), ``committed`` ends that gesture, too.

    ``asked`` carries "star", "remove", "preview", "sweep" or "learn".
    """

    ranged = Signal(int, object)

    def __init__(self, entry: Entry, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(knob(AppliedDirection, "strength"), NAME_WIDTH, parent=parent)
        self.entry, self._info = entry, info
        self._measured = ""
        name = entry.direction.name
        self.layers = LayerStrip(info, f"Layers of {name}")
        self.score = text_label("", "small-number")
        self._lay_out()
        self._connect()
        self.layers.set_range(entry.first, entry.last)
        self.layers.setVisible(info.num_layers > 1)
        self.show_entry(entry)

    @property
    def own_name(self) -> str:
        return self.entry.direction.name

    @property
    def range(self) -> tuple[int, int | None]:
        """First and last layer; None is the last of any network."""
        first, last = self.layers.range
        return first, None if last >= self._info.num_layers - 1 else last

    @property
    def ranges(self) -> tuple[tuple[int, int | None], ...]:
        """The same layers, said in each way that a recipe may say them."""
        first, last = self.layers.range
        return ((first, last), self.range)

    def show_measured(self, words: str) -> None:
        """What the Lab has measured of the direction on these layers, in words; empty where it has not."""
        self._measured = words
        self._explain()

    def show_entry(self, entry: Entry) -> None:
        """Shows name, star and score of the direction, which may have changed."""
        self.entry = entry
        name = entry.direction.name
        self.write_name(("★ " if entry.starred else "") + name)
        self.score.setText(_score(entry))
        self.speak(name)
        self._explain()

    def _explain(self) -> None:
        """How well the direction is known, and what it changes where that was measured."""
        words = _score_words(self.entry) + (f" Measured: {self._measured}." if self._measured else "")
        self.score.setToolTip(literal_tip(words))
        self.name.setToolTip(literal_tip(f"{self.entry.direction.name}. {words} Click for choices; F2 renames."))

    def show_applied(self, applied: AppliedDirection | None) -> None:
        """Shows strength and layers as the recipe has them, silently; None is not in use."""
        self.slider.set_value(applied.strength if applied else 0.0)
        if applied is not None:
            self.layers.set_range(applied.first, applied.last)

    def _lay_out(self) -> None:
        self.field.setAccessibleName("Name of the direction")
        self.score.setFixedWidth(SCORE_WIDTH)
        self.score.setAlignment(theme.ALIGN_NUMBER)
        row = Across(self, 6)
        row.addWidget(self.naming)
        row.addWidget(self.slider, 1)
        row.add(self.layers, self.score)

    def _connect(self) -> None:
        self.layers.changing.connect(lambda *_: self.ranged.emit(*self.range))
        self.layers.committed.connect(lambda *_: self.committed.emit())

    def fill(self, menu: QMenu) -> None:
        menu.addAction("Rename…", self.rename)
        star = "Take out of favourites" if self.entry.starred else "★ Favourite"
        menu.addAction(star, lambda: self.asked.emit("star"))
        menu.addAction("Show it at −2, 0 and +2 σ", lambda: self.asked.emit("preview"))
        menu.addAction("Sweep it in the Lab", lambda: self.asked.emit("sweep"))
        menu.addSeparator()
        several = self._info.num_layers > 1
        if several:
            menu.addAction("On all layers", lambda: self._choose_layers(0, None))
        for band in self._info.bands:
            if band.layers and several:
                ends = band.layers[0], band.layers[-1]
                menu.addAction(f"Only {band.name}, {band.resolutions}", partial(self._choose_layers, *ends))
        menu.addSeparator()
        menu.addAction("Reset", self.slider.reset)
        menu.addAction("Learn remote control…", lambda: self.asked.emit("learn"))
        if self.entry.source in OWN:
            menu.addAction("Remove from the library", lambda: self.asked.emit("remove"))

    def _choose_layers(self, first: int, last: int | None) -> None:
        self.layers.set_range(first, last)
        self.ranged.emit(*self.range)
        self.committed.emit()


def _score(entry: Entry) -> str:
    share = entry.accuracy if entry.accuracy is not None else entry.explained
    if share is None:
        return ""
    return f"{100 * share:.0f}%" if share >= 0.0995 or entry.accuracy is not None else f"{100 * share:.1f}%"


def _score_words(entry: Entry) -> str:
    source = _SOURCES.get(entry.source, entry.source)
    if entry.effect is not None and entry.leak is not None:
        way = f"from −{entry.reach:g} to +{entry.reach:g} σ"
        rises = f"{source}: {way} it appears in {100 * entry.effect:.0f} % more faces"
        return f"{rises}, everything else changes in {100 * entry.leak:.0f} %."
    if entry.accuracy is not None:
        return f"{source}: sorts {100 * entry.accuracy:.0f} % of held-out faces right."
    if entry.explained is None:
        return f"{source}."
    if entry.source == "sefa":
        return f"{source}: {100 * entry.explained:.1f} % of what the styles of its layers react to."
    return f"{source}: explains {100 * entry.explained:.1f} % of the differences between faces."
