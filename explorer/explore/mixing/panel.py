"""Mixing: coarse, middle and fine layers, or single ones, taken from other faces."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down, discard
from explorer.controls.buttons import chip
from explorer.controls.panel import Panel, allow
from explorer.controls.seed_field import short_seed
from explorer.explore.mixing.matrix import OWNERS, MatrixDialog, is_of_matrix
from explorer.explore.mixing.row import MixRow
from explorer.fitting import fits
from explorer.jobs import Done, Failed, Piece, Strip
from explorer.problem import Problem
from explorer.session import Session
from stylegan_core.bands import NAMES
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Latent, Mix, Recipe

Key = str | int  # the name of a band, or the number of a layer
PROPOSED = {"coarse": 2214, "middle": 314, "fine": 90417}
SIDE = 64
FOREIGN = "This face was stored with another model, so it cannot be mixed in here: drop one of the model shown."
TIPS = {
    "matrix": "Opens the matrix: rows of faces, with layers of the faces of the columns.",
    "layers": "Shows a source and a weight for every single layer.",
    "new": "Draws new sources for every row that is not locked.",
}


class MixingPanel(Panel):
    """A row for each band, a row for each layer behind a disclosure, and the paper's matrix."""

    picture_chosen = Signal(object, str)  # key of a row, file of a saved picture whose face it is to take

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Mixing", parent)
        self.rows: dict[Key, MixRow] = {}
        self._proposed: dict[Key, Latent] = {name: _first_proposal(name) for name in NAMES}
        self._shown: object = None
        self._dialog: MatrixDialog | None = None
        self.matrix = chip("matrix", TIPS["matrix"])
        self.per_layer = chip("per layer", TIPS["layers"], checkable=True)
        self.new = chip("new", TIPS["new"])
        for each in (self.new, self.matrix, self.per_layer):
            self.section.add_action(each)
        self._band_box, self._layer_box = _box(self), _box(self)
        for name in NAMES:
            self._add_row(name, name.capitalize(), name, "", self._band_box)
        self._layer_box.hide()
        self._unmade = QTimer(self, interval=0)
        self._unmade.timeout.connect(self._make_layer_row)
        self.matrix.clicked.connect(self.open_matrix)
        self.per_layer.toggled.connect(self._disclose)
        self.new.clicked.connect(self.new_sources)
        self.add_command("Mixing matrix …", "", TIPS["matrix"], self.open_matrix, self.matrix)
        self.add_command("New sources for mixing", "", TIPS["new"], self.new_sources, self.new)

    def new_sources(self) -> None:
        """Other sources for every row in use that is not locked, as one step."""
        recipe = self.session.recipe
        for key in [key for key, row in self.rows.items() if not row.locked and row.isVisibleTo(self)]:
            self._proposed[key] = Latent(short_seed())
            mix = find_mix(recipe, key)
            if mix is not None:
                recipe = put_mix(recipe, key, replace(mix, source=self._proposed[key]))
        self.session.apply(recipe)
        self._show_mixes()

    def set_source(self, key: Key, latent: Latent) -> None:
        """Takes the layers of a row from another face; a row not in use starts at weight 1, so that it is seen."""
        if self.info is not None and not fits(latent, self.info):
            self.said.emit(Problem(FOREIGN), "bad")
            return
        mix = find_mix(self.session.recipe, key)
        self._proposed[key] = latent
        self.session.apply(put_mix(self.session.recipe, key, _mix(key, latent, mix.weight if mix else 1.0)))

    def open_matrix(self) -> None:
        """Opens the mixing matrix of the current face."""
        if self.info is None:
            return
        self._close_matrix()
        self._dialog = MatrixDialog(self.session.recipe, self.info, self.window())
        self._dialog.wanted.connect(self.ask_anew)
        self._dialog.given_up.connect(self.forget)
        self._dialog.chosen.connect(self._take_cell)
        for owner in OWNERS:
            self._dialog.finished.connect(lambda _, owner=owner: self.forget(owner))
        self._dialog.show()
        self._dialog.start()

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return ["the export of the matrix"] if self._dialog is not None and self._dialog.exporting else []

    def show_recipe(self, recipe: Recipe) -> None:
        if recipe.mixes != self._shown:
            self._shown = recipe.mixes
            self._show_mixes()
        if self._dialog is not None:
            self._dialog.follow(recipe)
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self._close_matrix()
        self._drop_layer_rows()
        self._shown = None
        for key in [key for key, latent in self._proposed.items() if not fits(latent, info)]:
            self._proposed[key] = _first_proposal(key)
        super().show_model(info)
        reason = info.why_not("mixing")
        for widget, tip in ((self.matrix, TIPS["matrix"]), (self.per_layer, TIPS["layers"]), (self.new, TIPS["new"])):
            allow(widget, reason, tip)
        for band in info.bands:
            row = self.rows[band.name]
            row.set_where(band.resolutions)
            row.set_why_not(reason or band.why_none)
        for row in self.rows.values():
            row.thumbnail.show_pixmap(None)

    def refresh(self) -> None:
        if self.info is None or self.info.why_not("mixing"):
            return
        base = self.session.recipe
        rows = self._visible_rows()
        plain = Recipe(psi=base.psi, psi_bands=base.psi_bands, cutoff=base.cutoff, label=base.label)
        self.ask(Strip("mixing.sources", tuple(replace(plain, latent=row.source) for row in rows), SIDE))

    def take(self, answer: Piece | Done) -> None:
        if is_of_matrix(answer.request):
            if self._dialog is not None:
                self._dialog.take(answer)
        elif isinstance(answer, Piece) and isinstance(answer.request, Strip):
            for row in self._visible_rows():
                if row.source == answer.request.recipes[answer.index].latent:
                    row.thumbnail.show_pixels(answer.value)

    def failed(self, answer: Failed) -> None:
        if is_of_matrix(answer.request) and self._dialog is not None:
            self._dialog.failed(answer)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            for row in self.rows.values():
                row.recolour()
        super().changeEvent(event)

    def _add_row(self, key: Key, name: str, band: str, where: str, box: QWidget) -> None:
        row = MixRow(name, band, where, self._proposed[key])
        row.weighed.connect(lambda weight: self._weigh(key, weight))
        row.committed.connect(self.session.commit)
        row.source_chosen.connect(lambda latent: self.set_source(key, latent))
        row.asked.connect(lambda word: self._do(key, word))
        row.picture_chosen.connect(lambda path: self.picture_chosen.emit(key, path))
        self.rows[key] = row
        layout = box.layout()
        assert layout is not None
        layout.addWidget(row)

    def _drop_layer_rows(self) -> None:
        self._unmade.stop()
        for key in [key for key in self.rows if isinstance(key, int)]:
            discard(self.rows.pop(key))
        if self.per_layer.isChecked():
            self._unmade.start()

    def _make_layer_row(self) -> None:
        """Makes the next row; one in each turn of the event loop, so that the window never waits for all of them."""
        layer = sum(isinstance(key, int) for key in self.rows)
        if self.info is None or layer >= self.info.num_layers:
            self._unmade.stop()
            self.refresh_later()
            return
        band = self.info.band_of(layer).name
        self._proposed.setdefault(layer, _first_proposal(layer))
        self._add_row(layer, f"Layer {layer}", band, f"{self.info.layer_resolutions[layer]}²", self._layer_box)
        self.rows[layer].set_why_not(self.info.why_not("mixing"))
        self.rows[layer].show_mix(find_mix(self.session.recipe, layer), self._proposed[layer])

    def _visible_rows(self) -> list[MixRow]:
        return [row for key, row in self.rows.items() if isinstance(key, str) or self.per_layer.isChecked()]

    def _show_mixes(self) -> None:
        for key, row in self.rows.items():
            mix, before = find_mix(self.session.recipe, key), row.source
            if mix is not None:
                self._proposed[key] = mix.source
            row.show_mix(mix, self._proposed[key])
            row.thumbnail.set_stale(row.source != before and not row.thumbnail.empty)
        layers = self.info.num_layers if self.info is not None else 0  # a mix of a larger network's does nothing here
        of_layers = sum(mix.band is None and mix.first < layers for mix in self.session.recipe.mixes)
        self.per_layer.setText(f"per layer {of_layers}" if of_layers else "per layer")
        self.refresh_later()

    def _weigh(self, key: Key, weight: float) -> None:
        self.session.edit_recipe(put_mix(self.session.recipe, key, _mix(key, self.rows[key].source, weight)))

    def _do(self, key: Key, word: str) -> None:
        recipe = self.session.recipe
        mix = find_mix(recipe, key)
        if word == "new" and mix is None:
            self._proposed[key] = Latent(short_seed())
            self._show_mixes()
        elif word == "new":
            self.set_source(key, Latent(short_seed()))
        elif word == "take":
            self.set_source(key, recipe.latent)
        elif word == "clear":
            self.session.apply(put_mix(recipe, key, None))
        elif word == "swap":
            weight = mix.weight if mix else 0.0
            swapped = replace(recipe, latent=self.rows[key].source)
            self.session.apply(put_mix(swapped, key, _mix(key, recipe.latent, weight)))

    def _disclose(self, shown: bool) -> None:
        self._layer_box.setVisible(shown)
        if shown:
            self._unmade.start()
        self.refresh_later()

    def _take_cell(self, row: Latent, column: Latent, band: str) -> None:
        recipe = replace(self.session.recipe, latent=row, mixes=())
        self.session.apply(put_mix(recipe, band, _mix(band, column, 1.0)))

    def _close_matrix(self) -> None:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None


def _first_proposal(key: Key) -> Latent:
    """The source of a row before a person chooses one."""
    return Latent(PROPOSED[key] if isinstance(key, str) else 1000 + key)


def find_mix(recipe: Recipe, key: Key) -> Mix | None:
    """The mix of a band, or of a single layer, if there is one."""
    if isinstance(key, str):
        return recipe.mix(key)
    return next((mix for mix in recipe.mixes if _is_layer(mix, key)), None)


def put_mix(recipe: Recipe, key: Key, mix: Mix | None) -> Recipe:
    """The recipe with the mix of a band or layer replaced or, with None, taken away."""
    if isinstance(key, str):
        return recipe.with_mix(key, mix)
    others = [old for old in recipe.mixes if not _is_layer(old, key)]
    banded = [old for old in others if old.band]
    layers = sorted([old for old in others if not old.band] + ([mix] if mix else []), key=lambda each: each.first)
    return replace(recipe, mixes=(*banded, *layers))


def _is_layer(mix: Mix, layer: int) -> bool:
    return mix.band is None and (mix.first, mix.last) == (layer, layer)


def _mix(key: Key, source: Latent, weight: float) -> Mix:
    return Mix(source, weight, key) if isinstance(key, str) else Mix(source, weight, None, key, key)


def _box(panel: Panel) -> QWidget:
    made = QWidget()
    Down(made, 6)
    panel.body.addWidget(made)
    return made
