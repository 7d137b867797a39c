"""Noise: per layer on or off, how strong, and drawn from which seed; and what it changes."""

import time
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton, chip
from explorer.controls.heat_map import HeatMap
from explorer.controls.panel import Panel, allow
from explorer.controls.scrolling import reveal
from explorer.controls.seed_field import short_seed
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.explore.noise.chips import NoiseChips
from explorer.jobs import Done, NoiseMap, Piece, Strip
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.latents.noise_map import noise_draw
from stylegan_core.recipe import NoiseLayer, Recipe, knob

DRAWS = 4
MAP_SIDE = 256
SHOWN = 0.1  # seconds between two pictures of how far the map is
GROUPS = {
    "all": "Switches the noise of every layer on.",
    "none": "Switches the noise of every layer off.",
    "coarse only": "Leaves only the noise of the coarse layers on.",
    "fine only": "Leaves only the noise of the fine layers on.",
}
TIPS = {
    "map": "Shows how much each pixel depends on the noise alone: its standard deviation over 100 draws.",
    "draws": "Shows the same face with four other draws of noise; a click takes one.",
    "reseed": "Draws other noise for every layer.",
    "stored": "Goes back to the noise the model was trained with, all layers on at strength 1.",
    "one": "Draws other noise for the selected layer only.",
}


class NoisePanel(Panel):
    """Switches in band colours, strength of all layers and of one, reseed, four draws, and the map of deviation."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Noise", parent)
        self.chips = NoiseChips()
        self.strength = LabelledSlider("All layers", knob(NoiseLayer, "strength"), 1.0, label_width=62)
        self.layer_strength = LabelledSlider("Layer 0", knob(NoiseLayer, "strength"), 1.0, label_width=62)
        self.map = chip("σ map", TIPS["map"], checkable=True)
        self.draws = chip("4 draws", TIPS["draws"], checkable=True)
        self.reseed = chip("reseed", TIPS["reseed"])
        self.stored = IconButton("reset", "Noise as trained", TIPS["stored"])
        self.reseed_layer = IconButton("dice", "Other noise for this layer", TIPS["one"])
        self.groups: dict[str, QPushButton] = {name: chip(name, tip) for name, tip in GROUPS.items()}
        self.strip = ThumbnailGrid(DRAWS, DRAWS, 62)
        self.heat_map = HeatMap("Deviation of each pixel over 100 draws of noise", "of 255")
        self.progress = text_label("", "small")
        self._left, self._mapped = TimeLeft(), False  # until all draws of the map are there
        self._mapped_at = 0.0  # when the map was shown last
        self._layer = 0
        self._shown: object = None
        self._drawn: tuple[Recipe, ...] = ()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for each in (self.map, self.draws, self.reseed):
            self.section.add_action(each)
        groups, every, layer = Across(spacing=4), Across(), Across()
        for each in self.groups.values():
            groups.addWidget(each)
        groups.addStretch(1)
        every.addWidget(self.strength, 1)
        every.addWidget(self.stored)
        layer.addWidget(self.layer_strength, 1)
        layer.addWidget(self.reseed_layer)
        self.body.addWidget(self.chips)
        self.body.addLayout(groups)
        self.body.addLayout(every)
        self.body.addLayout(layer)
        for view, name in ((self.strip, "Four draws of noise"), (self.heat_map, ""), (self.progress, "")):
            view.hide()
            self.body.addWidget(view)
            if name:
                view.setAccessibleName(name)
        self.strip.set_captions([f"draw {number + 1}" for number in range(DRAWS)])
        for thumbnail in self.strip.thumbnails:
            thumbnail.setToolTip("Takes this draw of noise.")
        self.progress.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def _connect(self) -> None:
        self.chips.switched.connect(self._switch)
        self.chips.picked.connect(self._pick)
        self.strength.changing.connect(self._set_all)
        self.layer_strength.changing.connect(self._set_one)
        for slider in (self.strength, self.layer_strength):
            slider.committed.connect(self.session.commit)
        for name, each in self.groups.items():
            each.clicked.connect(lambda _=False, name=name: self._group(name))
        self.reseed.clicked.connect(self.draw_again)
        self.reseed_layer.clicked.connect(lambda: self._change(self._layer, seed=short_seed()))
        self.stored.clicked.connect(lambda: self.session.apply(replace(self.session.recipe, noise=())))
        self.draws.toggled.connect(self._show_views)
        self.map.toggled.connect(self._show_views)
        self.draws.toggled.connect(lambda on: reveal(self.strip) if on else None)
        self.map.toggled.connect(lambda on: reveal(self.progress) if on else None)
        self.strip.chosen.connect(self._take_draw)
        self.add_command("Other noise", "R", TIPS["reseed"], self.draw_again, self.reseed)

    @property
    def layer(self) -> int:
        """The selected layer."""
        return self._layer

    def draw_again(self) -> None:
        """Other noise for every layer."""
        if self._count():
            self.session.apply(noise_draw(self.session.recipe, self._count(), short_seed()))

    def show_recipe(self, recipe: Recipe) -> None:
        shown = (recipe.noise, self._layer, self.info)
        if shown != self._shown and self.info is not None:
            self._shown = shown
            layers = [recipe.noise_layer(layer) for layer in range(self._count())]
            if layers:  # else the chips of the network before stay, greyed
                self.chips.show_states([layer.on for layer in layers])
            strengths = {layer.strength for layer in layers} or {1.0}
            mixed = len(strengths) > 1
            self.strength.label.setText("Mixed" if mixed else "All layers")
            if mixed:
                self.strength.show_mixed()
            else:
                self.strength.set_value(*strengths)
            self.layer_strength.set_value(recipe.noise_layer(self._layer).strength)
            self.layer_strength.label.setText(f"Layer {self._layer}")
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        if info.noise_resolutions and (self.info is None or self.info.noise_resolutions != info.noise_resolutions):
            self.chips.set_model(info.noise_resolutions, info.resolution)
        self.info, self._layer = info, min(self._layer, max(0, info.num_noise_layers - 1))
        super().show_model(info)
        reason = info.why_not("noise")
        self.chips.setEnabled(not reason)
        self.chips.setToolTip(reason)
        for slider in (self.strength, self.layer_strength):
            slider.set_why_not(reason)
        for widget, tip in (
            (self.map, TIPS["map"]), (self.draws, TIPS["draws"]), (self.reseed, TIPS["reseed"]),
            (self.stored, TIPS["stored"]), (self.reseed_layer, TIPS["one"]),
        ):  # fmt: skip
            allow(widget, reason, tip)
        for name, each in self.groups.items():
            missing = name.endswith("only") and name.split()[0] not in self.chips.bands
            allow(each, reason or ("This model has no such layers." if missing else ""), GROUPS[name])
        self.strip.clear()
        self._drawn = ()
        self.heat_map.show_values(None)
        self.progress.clear()
        self._show_views()
        if not reason:
            self.chips.pick(self._layer)

    def refresh(self) -> None:
        if self.info is None or self.info.why_not("noise"):
            return
        recipe = self.session.recipe
        if self.draws.isChecked():
            first = 1 + max((layer.seed or 0 for layer in recipe.noise), default=0)
            self._drawn = tuple(noise_draw(recipe, self._count(), first + number) for number in range(DRAWS))
            if self.ask(Strip("noise.draws", self._drawn, waited_for=True)):
                self.strip.set_stale()
        if self.map.isChecked() and self.ask(NoiseMap("noise.map", recipe, size=min(MAP_SIDE, self.info.resolution))):
            self._left, self._mapped, self._mapped_at = TimeLeft(), False, 0.0
            self.progress.setText("100 draws …")

    def take(self, answer: Piece | Done) -> None:
        if isinstance(answer.request, Strip) and isinstance(answer, Piece):
            self.strip.show_pixels(answer.index, answer.value)
        elif isinstance(answer.request, NoiseMap):
            done = isinstance(answer, Done)
            number = answer.request.draws if isinstance(answer, Done) else answer.index + 1
            self._mapped = done
            now = time.monotonic()
            if done or now - self._mapped_at >= SHOWN:
                self._mapped_at = now
                self.heat_map.show_values(answer.value)
                left = self._left.clause(number, answer.request.draws, " …")
                going = f"{number} of {answer.request.draws} draws{left}"
                self.progress.setText(f"σ over {number} draws, in parts of 255" if done else going)

    def _count(self) -> int:
        return self.info.num_noise_layers if self.info else 0

    def _change(self, layer: int, **changes: object) -> None:
        self.session.apply(self.session.recipe.with_noise(layer, **changes))

    def _switch(self, layer: int, on: bool) -> None:
        self._change(layer, on=on)

    def _pick(self, layer: int) -> None:
        self._layer = layer
        self.show_recipe(self.session.recipe)

    def _each(self, change: "dict[int, dict[str, object]]") -> Recipe:
        recipe = self.session.recipe
        for layer, fields in change.items():
            recipe = recipe.with_noise(layer, **fields)
        return recipe

    def _set_all(self, strength: float) -> None:
        self.session.edit_recipe(self._each({layer: {"strength": strength} for layer in range(self._count())}))

    def _set_one(self, strength: float) -> None:
        self.session.edit_recipe(self.session.recipe.with_noise(self._layer, strength=strength))

    def _group(self, name: str) -> None:
        wanted = {"all": self.chips.bands, "none": []}.get(name, [name.split()[0]])
        self.session.apply(self._each({at: {"on": band in wanted} for at, band in enumerate(self.chips.bands)}))

    def _take_draw(self, index: int) -> None:
        if index < len(self._drawn):
            self.session.apply(replace(self.session.recipe, noise=self._drawn[index].noise))

    def _show_views(self) -> None:
        """The draws and the map, where they are asked for and mean something."""
        there = self.info is not None and not self.info.why_not("noise")
        self.strip.setVisible(there and self.draws.isChecked())
        for view in (self.heat_map, self.progress):
            view.setVisible(there and self.map.isChecked())
        if not self.map.isChecked() and not self._mapped:
            self.forget("noise.map")  # nobody waits for what is still to be drawn
        self.refresh_later()
