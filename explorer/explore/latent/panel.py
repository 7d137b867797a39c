"""Latent: where the face comes from: a seed, a point between seeds, or a slow walk."""

import time
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton, button, chip
from explorer.controls.pad import STORED, SeedPad
from explorer.controls.panel import Panel, allow
from explorer.controls.seed_field import SEED_TIP, SeedField, short_seed
from explorer.controls.slider import LabelledSlider
from explorer.explore.latent.projection_card import TIPS as CARD_TIPS
from explorer.explore.latent.projection_card import ProjectionCard
from explorer.jobs import Done, Piece, Strip
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import FARTHEST, Knob, Latent, Recipe, grid_seed

WALK = Knob("Walks through the map of seeds by itself, in seeds a second; 0 stands still.", -5, 5, 0.05)
SLOW = 0.3  # seeds a second, when a walk is started by its key
FRAME = 33  # milliseconds between two steps of a walk
PICTURES = 64
TIPS = {
    "seed": SEED_TIP,
    "new": "Draws a new face from a random seed (N).",
    "pad": "Drag between faces: the picture is a blend of the four around the point. Double-click resets.",
    "photo": "Looks for the face nearest to a picture of yours.",
    "snap": "Goes to the nearest seed of the map.",
}
LOCKED = "This face is locked."
NEW_FACE = "New face"  # the command's name, by which another page finds it


class LatentPanel(Panel):
    """Seed, new face, lock, pad and walk; a walk is one step of undo when it stops."""

    photo_wanted = Signal()  # a picture of the person's own is to be chosen
    held = Signal(str)  # why the face is to stay as it is; empty where it may move

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Latent", parent)
        self.seed = SeedField()
        self.new = button("New", TIPS["new"])
        self.lock = IconButton(
            "unlock",
            "Lock the face",
            "Keeps this face: seed, pad, walk and a drag on the picture do nothing while locked.",
            "lock",
        )
        self.photo = chip("my photo…", TIPS["photo"])
        self.card = ProjectionCard()
        self.pad = SeedPad()
        self.snap = button("Snap", TIPS["snap"], "ghost")
        self.walk = LabelledSlider("Walk", WALK, 0.0, signed=True)
        self.classes = QComboBox()
        self._timer = QTimer(self, interval=FRAME)
        self._timer.timeout.connect(self._step)
        self._stepped = 0.0
        self._last: Latent | None = None
        self._label: int | None = None
        self._lay_out()
        self._connect()
        self.show_recipe(session.recipe)

    def _lay_out(self) -> None:
        head = Across(spacing=6)
        self._class_row = QWidget()
        row = Across(self._class_row)
        row.addWidget(QLabel("Class"))
        row.addWidget(self.classes, 1)
        foot = Across(spacing=8)
        for widget, layout, stretch in (
            (self.seed, head, 1), (self.new, head, 0), (self.lock, head, 0), (self.snap, foot, 0), (self.walk, foot, 1)
        ):  # fmt: skip
            layout.addWidget(widget, stretch)
        self.section.add_action(self.photo)
        self.body.addLayout(head)
        self.body.addWidget(self.card)
        self.body.addWidget(self._class_row)
        self.body.addWidget(self.pad)
        self.body.addLayout(foot)
        self._class_row.hide()
        self.classes.setAccessibleName("Class")
        self.classes.setToolTip("Draws a face of this class.")
        self.pad.setToolTip(TIPS["pad"])

    def _connect(self) -> None:
        self.seed.chosen.connect(lambda seed: self._go(Latent(seed)))
        self.seed.stepped.connect(self.step_to)
        self.seed.rested.connect(self.session.commit)
        self.seed.finished.connect(self.pad.setFocus)
        self.new.clicked.connect(self.new_face)
        self.photo.clicked.connect(self.photo_wanted)
        self.lock.toggled.connect(lambda: self._show_locks())
        self.pad.moving.connect(self.move_to)
        self.pad.committed.connect(self.session.commit)
        self.pad.view_moved.connect(self.refresh_later)
        self.snap.clicked.connect(self.snap_to_seed)
        self.walk.changing.connect(self._set_speed)
        self.session.moves_itself.connect(self._give_way)
        self.classes.activated.connect(self._choose_class)
        self.add_command(NEW_FACE, "N", "Draws a new face from a random seed.", self.new_face, self.new)
        card = self.card
        self.add_command("Take the nearest face so far", "", CARD_TIPS["take"], card.take.click, card.take)
        self.add_command("Cancel the search for a face", "", CARD_TIPS["cancel"], card.cancel.click, card.cancel)
        self.add_command("Snap to the nearest seed", "", TIPS["snap"], self.snap_to_seed, self.snap)
        self.add_command("Walk or stand still", "W", "Starts a slow walk, or stops it.", self.toggle_walk, self.walk)

    def new_face(self) -> None:
        """A face from a random short seed, unless locked."""
        if not self.lock.isChecked():
            self._go(Latent(short_seed()))

    def snap_to_seed(self) -> None:
        """Goes to the seed nearest to the point and makes it the middle of the map."""
        latent = self.session.recipe.latent
        self._go(Latent(grid_seed(latent.seed, round(latent.x), round(latent.y))))

    def stop_walk(self) -> None:
        """Stands still; where the walk has come to is one step of undo."""
        self.walk.set_value(0.0)
        self._set_speed(0.0)

    def toggle_walk(self) -> None:
        """A slow walk, or an end to it."""
        if self._timer.isActive():
            self.stop_walk()
        elif self.walk.isEnabled():
            self.walk.set_value(SLOW)
            self._set_speed(SLOW)

    def show_recipe(self, recipe: Recipe) -> None:
        latent = recipe.latent
        if self._timer.isActive() and latent != self._last:
            self.walk.set_value(0.0)  # undo or another panel has taken the face elsewhere
            self._timer.stop()
        with QSignalBlocker(self.pad):
            self.pad.set_position(latent)
        self.seed.show_seed(latent)
        there = "This face is a seed itself." if (latent.x, latent.y, latent.w) == (0, 0, None) else ""
        allow(self.snap, self._why_not() or there, TIPS["snap"])
        self.walk.set_why_not(self._why_not() or (STORED if latent.w is not None else ""))
        if recipe.label != self._label:
            self._label = recipe.label
            self._show_class()
            self.pad.clear()
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self.stop_walk()
        self.pad.clear()
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self.classes.addItems(info.classes)
        self._class_row.setVisible(bool(info.classes))
        self._show_class()
        super().show_model(info)

    def refresh(self) -> None:
        wanted = self.pad.missing()
        if wanted:
            label = self.session.recipe.label
            self.ask(Strip("latent.pad", tuple(Recipe(Latent(seed), label=label) for seed in wanted), PICTURES))

    def take(self, answer: Piece | Done) -> None:
        if isinstance(answer, Piece) and isinstance(answer.request, Strip):
            self.pad.show_pixels(answer.request.recipes[answer.index].latent.seed, answer.value)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop_walk()
        super().hideEvent(event)

    def _go(self, latent: Latent) -> None:
        if not self.lock.isChecked():
            self.stop_walk()
            self.session.apply(replace(self.session.recipe, latent=latent))

    def step_to(self, seed: int) -> None:
        """The face of a seed, in a gesture that goes on."""
        self.stop_walk()
        self.session.edit(latent=Latent(seed))

    def move_to(self, x: float, y: float) -> None:
        """A point of the map, in steps of its grid, in a gesture that goes on."""
        self.stop_walk()
        self.session.edit(latent=Latent(self.session.recipe.latent.seed, x, y))

    def _choose_class(self, index: int) -> None:
        self.session.apply(replace(self.session.recipe, label=index))

    def _show_class(self) -> None:
        """A recipe without a label is drawn as the first class."""
        self.classes.setCurrentIndex(self.session.recipe.label or 0)

    def _set_speed(self, speed: float) -> None:
        if speed and not self._timer.isActive():
            self.session.moves_itself.emit(self)
            self.session.commit()
            self._stepped, self._last = time.perf_counter(), self.session.recipe.latent
            self._timer.start()
        elif not speed and self._timer.isActive():
            self._timer.stop()
            self.session.commit()

    def _give_way(self, mover: object) -> None:
        """Something else moves the picture by itself now."""
        if mover is not self:
            self.stop_walk()

    def _step(self) -> None:
        now = time.perf_counter()
        passed, self._stepped = min(now - self._stepped, 0.1), now
        latent = self.session.recipe.latent
        x = min(max(latent.x + self.walk.value * passed, -FARTHEST), FARTHEST)
        self._last = Latent(latent.seed, round(x, 4), latent.y)
        self.session.edit(latent=self._last)

    def _show_locks(self) -> None:
        reason = self._why_not()
        if reason:
            self.stop_walk()
        for widget, name in ((self.seed, "seed"), (self.new, "new"), (self.pad, "pad"), (self.photo, "photo")):
            allow(widget, reason, TIPS[name])
        self.show_recipe(self.session.recipe)
        self.held.emit(reason)

    def _why_not(self) -> str:
        return LOCKED if self.lock.isChecked() else ""
