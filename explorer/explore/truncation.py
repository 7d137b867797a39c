"""Truncation: how far the face may stray from the mean face, for every layer or for some."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import chip
from explorer.controls.panel import Panel, allow
from explorer.controls.slider import LabelledSlider
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.jobs import Done, Piece, Strip
from explorer.session import Session
from stylegan_core.bands import NAMES
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe, default, knob

Bands = tuple[float, float, float] | None
STEPS = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)  # paper, figure 8
PAPER_LAYERS = (4, 4, 8, 8, 16, 16, 32, 32)  # what the paper truncates, by what each works at
TIPS = {
    "cutoff": "Chooses the layers that psi pulls towards the mean face; the others keep their own style.",
    "bands": "Gives coarse, middle and fine layers a psi each.",
    "mean": "Shows the mean face, and with the next press the one before (M).",
}


class TruncationPanel(Panel):
    """psi, its cutoff, a psi per band, and the same latent at six values of psi."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Truncation", parent)
        self._default = float(default(Recipe, "psi"))
        self._before: tuple[float, Bands] = (self._default, None)
        self._shown: tuple[object, ...] = ()
        self.psi = LabelledSlider("ψ", knob(Recipe, "psi"), self._default)
        self.psi.track.setAccessibleName("psi")
        self.psi.number.setAccessibleName("psi, number")
        self.strip = ThumbnailGrid(len(STEPS), len(STEPS), 74)
        self.mean = chip("mean", TIPS["mean"])
        self.per_band = chip("per band", TIPS["bands"], checkable=True)
        self.cutoff = CutoffChip()
        self.bands: dict[str, LabelledSlider] = {}
        self._lay_out()
        self._connect()
        self.show_recipe(session.recipe)

    def _lay_out(self) -> None:
        for each in (self.mean, self.per_band, self.cutoff):
            self.section.add_action(each)
        self.body.addWidget(self.psi)
        self._band_rows = QWidget()
        rows = Down(self._band_rows, 2)
        for name in NAMES:
            slider = LabelledSlider(f"ψ {name}", knob(Recipe, "psi"), self._default, colour=name, label_width=64)
            self.bands[name] = slider
            rows.addWidget(slider)
        self._band_rows.hide()
        self.body.addWidget(self._band_rows)
        self.body.addWidget(self.strip)
        self.strip.set_captions([f"{step:g}" for step in STEPS])
        for thumbnail, step in zip(self.strip.thumbnails, STEPS, strict=True):
            thumbnail.setAccessibleName(f"psi {step:g}")

    def _connect(self) -> None:
        self.psi.changing.connect(self._move)
        self.psi.committed.connect(self.session.commit)
        self.strip.chosen.connect(lambda index: self._set(STEPS[index]))
        self.mean.clicked.connect(self.toggle_mean_face)
        self.per_band.clicked.connect(self._toggle_bands)
        for at, slider in enumerate(self.bands.values()):
            slider.changing.connect(lambda value, at=at: self._move_band(at, value))
            slider.committed.connect(self.session.commit)
        self.add_command("Mean face", "M", "Shows the mean face, or the one before.", self.toggle_mean_face, self.mean)

    def toggle_mean_face(self) -> None:
        """psi 0 in every band, or back to psi and the bands as they were before."""
        recipe = self.session.recipe
        if any(recipe.psi_bands or (recipe.psi,)):
            self._before = recipe.psi, recipe.psi_bands
            self._set(0.0)
        else:
            psi, own = self._before
            if own is None and recipe.psi_bands is not None:
                own = (psi, psi, psi)
            self.session.apply(replace(recipe, psi=psi, psi_bands=own))

    def show_recipe(self, recipe: Recipe) -> None:
        shown = (recipe.psi, recipe.psi_bands, recipe.cutoff, self.info)
        if shown != self._shown:
            self._shown = shown
            self.psi.set_value(recipe.psi)
            self.per_band.setChecked(recipe.psi_bands is not None)
            self._band_rows.setVisible(recipe.psi_bands is not None)
            for slider, value in zip(self.bands.values(), recipe.psi_bands or 3 * (recipe.psi,), strict=True):
                slider.set_value(value)
            same = recipe.psi_bands is None and recipe.psi in STEPS
            self.strip.select(STEPS.index(recipe.psi) if same else None)
            self.cutoff.setText(self._cutoff_words(recipe.cutoff))
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        reason = info.why_not("truncation")
        self.psi.set_why_not(reason)
        for widget, tip in ((self.mean, TIPS["mean"]), (self.per_band, TIPS["bands"]), (self.cutoff, TIPS["cutoff"])):
            allow(widget, reason, tip)
        for thumbnail, step in zip(self.strip.thumbnails, STEPS, strict=True):
            allow(thumbnail, reason, f"This face at psi {step:g}." if step else "The mean face of this model.")
        self.strip.clear()
        self._fill_cutoffs(info)
        for band in info.bands:
            self.bands[band.name].set_why_not(reason or band.why_none)

    def refresh(self) -> None:
        if self.info is None or self.info.why_not("truncation"):
            return
        recipe = replace(self.session.recipe, psi_bands=None)
        if self.ask(Strip("truncation.strip", tuple(replace(recipe, psi=step) for step in STEPS))):
            self.strip.set_stale()

    def take(self, answer: Piece | Done) -> None:
        if isinstance(answer, Piece):
            self.strip.show_pixels(answer.index, answer.value)

    def _move(self, psi: float) -> None:
        own = self.session.recipe.psi_bands is not None
        self.session.edit(psi=psi, psi_bands=(psi, psi, psi) if own else None)

    def _set(self, psi: float) -> None:
        own = self.session.recipe.psi_bands is not None
        self.session.apply(replace(self.session.recipe, psi=psi, psi_bands=(psi, psi, psi) if own else None))

    def _move_band(self, at: int, value: float) -> None:
        recipe = self.session.recipe
        values = list(recipe.psi_bands or 3 * (recipe.psi,))
        values[at] = value
        self.session.edit(psi_bands=(values[0], values[1], values[2]))

    def _toggle_bands(self, checked: bool) -> None:
        psi = self.session.recipe.psi
        self.session.apply(replace(self.session.recipe, psi_bands=(psi, psi, psi) if checked else None))

    def _cutoff_words(self, cutoff: int | None) -> str:
        if cutoff is None or (self.info is not None and cutoff >= self.info.num_layers):
            return "cutoff: all layers"
        return f"cutoff: first {cutoff}"

    def _fill_cutoffs(self, info: ModelInfo) -> None:
        menu = QMenu(self.cutoff)
        self._add_cutoff(menu, "All layers", None)
        for count in range(2, info.num_layers, 2):
            last = info.layer_resolutions[count - 1]
            paper = "  (as in the paper)" if info.layer_resolutions[:count] == PAPER_LAYERS else ""
            self._add_cutoff(menu, f"First {count}, {'4²' if last == 4 else f'4²–{last}²'}{paper}", count)
        old = self.cutoff.menu()
        self.cutoff.setMenu(menu)
        if old is not None:
            old.deleteLater()

    def _add_cutoff(self, menu: QMenu, text: str, cutoff: int | None) -> None:
        action = QAction(text, menu)
        action.triggered.connect(lambda: self.session.apply(replace(self.session.recipe, cutoff=cutoff)))
        menu.addAction(action)


class CutoffChip(QPushButton):
    """A chip that opens the menu of cutoffs; Delete goes back to the first entry, all layers."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "chip")
        self.setToolTip(TIPS["cutoff"])
        self.setAccessibleName("Cutoff")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        menu = self.menu()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and menu is not None:
            menu.actions()[0].trigger()
        else:
            super().keyPressEvent(event)
