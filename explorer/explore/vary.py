"""Vary: eight children around the present face; what is kept stays, the rest moves towards other faces."""

import random
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.panel import Panel, allow
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.jobs import Done, Piece, Strip, Styles
from explorer.session import Session
from stylegan_core.bands import NAMES
from stylegan_core.info import ModelInfo
from stylegan_core.interpolation import between
from stylegan_core.recipe import AppliedDirection, Knob, Latent, Recipe, Vector

Floats = npt.NDArray[np.float32]
CHILDREN = 8
SIDE = 51
MIDDLE = 4  # the present face, in the middle of three times three
AMOUNT = Knob("How far the children move away from this face.", 0.05, 1.0, 0.05)
DEFAULT_AMOUNT = 0.35
SEEDS = 2**31
ALIKE = 1e-5  # of the largest singular value: directions that differ by less than rounding are one


class VaryPanel(Panel):
    """Three times three faces; a click on a child goes on from there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Vary", parent)
        self.grid = ThumbnailGrid(CHILDREN + 1, 3, SIDE, 5)
        self.amount = LabelledSlider("", AMOUNT, DEFAULT_AMOUNT, zero=0.05, number_width=40)
        self.amount.track.setAccessibleName("Distance")
        self.amount.number.setAccessibleName("Distance, number")
        self.again = chip("again", "Draws eight other children.")
        self.keep = {name: chip(name, f"Keeps the {name} layers of this face.", checkable=True) for name in NAMES}
        self.keep_directions = chip("directions", "Keeps what the directions in use decide.", checkable=True)
        self._seeds = _fresh_seeds()
        self._children: tuple[Recipe, ...] = ()
        self._kept_seen: tuple[object, ...] = ()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.section.add_action(self.again)
        row, side = Across(spacing=10), Down(spacing=4)
        row.addWidget(self.grid)
        self.grid.setFixedWidth(3 * SIDE + 2 * 5)
        row.addLayout(side, 1)
        side.addWidget(text_label("Keep", "small"))
        for name, each in self.keep.items():
            each.setProperty("band", name)
        side.add(*self.keep.values(), self.keep_directions, None, text_label("Distance", "small"), self.amount)
        self.body.addLayout(row)
        for index, thumbnail in enumerate(self.grid.thumbnails):
            child = f"Child {index + (index < MIDDLE)}"
            thumbnail.setAccessibleName("This face" if index == MIDDLE else child)
            thumbnail.setToolTip("The face as it is." if index == MIDDLE else "Goes on from this child.")
        self.grid.select(MIDDLE)

    def _connect(self) -> None:
        self.grid.chosen.connect(self._choose)
        self.again.clicked.connect(self.draw_again)
        self.amount.changing.connect(lambda _: self.refresh_later())
        for each in (*self.keep.values(), self.keep_directions):
            each.toggled.connect(lambda _: self.refresh_later())
        self.add_command(
            "Other children", "V", "Draws eight other children of this face.", self.draw_again, self.again, shows=True
        )

    def draw_again(self) -> None:
        """Eight other children."""
        self._seeds = _fresh_seeds()
        self.refresh_later()

    def show_recipe(self, recipe: Recipe) -> None:
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self.grid.clear()
        self._children = ()
        for band in info.bands:
            tip = f"Keeps the {band.name} layers of this face."
            allow(self.keep[band.name], info.why_not("styles") or band.why_none, tip)

    def refresh(self) -> None:
        if self.info is None:
            return
        recipe = self.session.recipe
        kept = (
            self.info,
            recipe,
            self._seeds,
            self.amount.value,
            self._kept_layers(),
            self.keep_directions.isChecked(),
        )
        if kept != self._kept_seen:
            self._kept_seen = kept
            self.grid.set_stale()
            self.forget("vary.styles")
            self.ask(Styles("vary.styles", (recipe.latent, *map(Latent, self._seeds)), recipe.label))

    def take(self, answer: Piece | Done) -> None:
        if isinstance(answer, Done) and isinstance(answer.request, Styles):
            self._breed([vector.array for vector in answer.value])
        elif isinstance(answer, Piece) and isinstance(answer.request, Strip):
            self.grid.show_pixels(answer.index, answer.value)

    def _kept_layers(self) -> tuple[int, ...]:
        if self.info is None or self.info.why_not("styles"):
            return ()
        kept = (band.layers for band in self.info.bands if self.keep[band.name].isChecked())
        return tuple(layer for layers in kept for layer in layers if layer < self.info.num_layers)

    def _breed(self, ws: list[Floats]) -> None:
        """Children of the first w among the others, shown around it."""
        assert self.info is not None
        recipe = self.session.recipe
        held = recipe.directions if self.keep_directions.isChecked() else ()
        latents = [
            replace(
                recipe.latent, w=Vector.of(child(ws[0], other, self.amount.value, self._kept_layers(), held, self.info))
            )
            for other in ws[1:]
        ]
        recipes = [replace(recipe, latent=latent) for latent in latents]
        self._children = (*recipes[:MIDDLE], recipe, *recipes[MIDDLE:])
        if not self.ask(Strip("vary.strip", self._children)):
            self.grid.set_stale(False)  # the same children as before

    def _choose(self, index: int) -> None:
        if index != MIDDLE and index < len(self._children):
            self._seeds = _fresh_seeds()
            self.session.apply(replace(self.session.recipe, latent=self._children[index].latent))


def child(
    w: Floats, other: Floats, amount: float, kept: tuple[int, ...], held: tuple[AppliedDirection, ...], info: ModelInfo
) -> Floats:
    """ws [num_layers, w_dim]: ``w`` moved by ``amount`` towards ``other``.

    Kept layers stay as they are, and nothing moves along the directions that are held.
    """
    shape = (info.num_layers, info.w_dim)
    start = np.broadcast_to(w, shape)
    step = np.broadcast_to(other, shape) - start
    vectors = [each.direction.vector.array for each in held if each.direction.vector.shape in ((info.w_dim,), shape)]
    if vectors:
        along = np.stack([np.broadcast_to(each, shape) for each in vectors], axis=-1)  # [num_layers, w_dim, directions]
        onto = along @ np.linalg.pinv(along, rcond=ALIKE)  # [num_layers, w_dim, w_dim], onto what they span in a layer
        step = step - (onto @ step[..., None])[..., 0]
    made = between(start, start + step, amount, info)
    made[list(kept)] = start[list(kept)]
    return made


def _fresh_seeds() -> tuple[int, ...]:
    return tuple(random.randrange(SEEDS) for _ in range(CHILDREN))
