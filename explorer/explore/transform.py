"""Transform: where the whole picture lies and how it is turned, for networks whose input is a plane (StyleGAN3)."""

import textwrap
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from explorer.controls.buttons import IconButton
from explorer.controls.panel import Panel, allow
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe, Transform, default, knob

LABELS = {"x": "Move x", "y": "Move y", "rotation": "Turn °"}
NAMES = {"x": "Move to the right", "y": "Move down", "rotation": "Turn, in degrees"}
LINE = 46  # letters of the note: wrapped by Qt it would unsettle the heights of the whole column
RESET = "Puts the picture back to where it was, upright."


class TransformPanel(Panel):
    """Three sliders; absent where the network has no such input."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Transform", parent)
        self.sliders: dict[str, LabelledSlider] = {}
        self.reset = IconButton("reset", "Reset the transform", RESET)
        self.note = text_label("", "small")
        self._lay_out()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        self.section.add_action(self.reset)
        for field, label in LABELS.items():
            start = float(default(Transform, field))
            slider = LabelledSlider(label, knob(Transform, field), start, signed=True, label_width=62)
            slider.track.setAccessibleName(NAMES[field])
            slider.number.setAccessibleName(f"{NAMES[field]}, number")
            self.sliders[field] = slider
            self.body.addWidget(slider)
        self.body.addWidget(self.note)

    def _connect(self) -> None:
        for field, slider in self.sliders.items():
            slider.changing.connect(lambda value, field=field: self._move(field, value))
            slider.committed.connect(lambda _: self.session.commit())
        self.reset.clicked.connect(self.put_back)
        self.add_command("Reset the transform", "", RESET, self.put_back, self.reset)

    def put_back(self) -> None:
        """Neither moved nor turned."""
        self.session.apply(replace(self.session.recipe, transform=Transform()))

    def move_to(self, x: float, y: float) -> None:
        """Moves the picture; it stays turned as it is."""
        self.session.edit_recipe(self.session.recipe.with_transform(x=x, y=y))

    def show_recipe(self, recipe: Recipe) -> None:
        for field, slider in self.sliders.items():
            slider.set_value(getattr(recipe.transform, field))
        self.reset.setVisible(recipe.transform != Transform())

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        reason = info.why_not("transform")
        for slider in self.sliders.values():
            slider.set_why_not(reason)
        allow(self.reset, reason, RESET)
        self.note.setText(textwrap.fill(info.why_not("rotation"), LINE))
        self.note.setVisible(bool(self.note.text()))
        self.setVisible(not reason)

    def _move(self, field: str, value: float) -> None:
        self.session.edit_recipe(self.session.recipe.with_transform(**{field: value}))
