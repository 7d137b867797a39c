"""Directions: sliders in sigma along what PCA, SeFa or a person has found, and the library that keeps them."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QProgressBar, QVBoxLayout, QWidget

from explorer.controls.asking import ask_to_open, ask_to_save
from explorer.controls.chips import IconButton, chip
from explorer.controls.direction_row import DirectionRow
from explorer.controls.direction_shelf import DirectionShelf
from explorer.controls.panel import Panel, allow
from explorer.controls.preview import Preview
from explorer.controls.sorting import SortingDialog, is_of_sorting
from explorer.jobs import Done, Failed, Pca, Piece, Sefa, Strip
from explorer.session import Session
from stylegan_core.bands import bands
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedDirection, Recipe

FEW, MORE = 8, 12
PREVIEWED = (-3.0, 0.0, 3.0)
FILES = "Directions (*.json)"
PCA, SEFA, PREVIEW = "directions.pca", "directions.sefa", "directions.preview"
TIPS = {
    "library": "Chooses where the sliders come from, and exchanges directions with other people.",
    "sorting": "Makes a slider out of two piles of faces that you sort by clicking.",
    "reset": "Sets every direction back to 0.",
    "more": "Shows more of the up to 80 directions.",
    "fewer": "Shows the first eight directions only.",
}


class DirectionsPanel(Panel):
    """Eight sliders, more on demand; the library of this model; SeFa; sorting."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Directions", parent)
        self.rows: list[DirectionRow] = []
        self.shelf = DirectionShelf()
        self._limit = self._target = FEW
        self._growing = QTimer(self, interval=0)
        self._growing.timeout.connect(self._grow)
        self._dialog: SortingDialog | None = None
        self._previewed: DirectionRow | None = None
        self._shown: object = None
        self.reset_all = IconButton("reset", TIPS["reset"])
        self.library_chip = chip("library ▾", TIPS["library"])
        self.sorting = chip("+ by sorting", TIPS["sorting"])
        self.more, self.fewer = chip("more", TIPS["more"]), chip("fewer", TIPS["fewer"])
        self.message, self.progress = QLabel(), QProgressBar()
        self.preview = Preview([f"{sigma:+g} σ" if sigma else "0" for sigma in PREVIEWED], self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for each in (self.reset_all, self.library_chip, self.sorting):
            self.section.add_action(each)
        self.message.setProperty("role", "small")
        self.message.setWordWrap(True)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the search for directions")
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.fewer)
        foot.addWidget(self.more)
        self.body.addLayout(self._list)
        self.body.addWidget(self.message)
        self.body.addWidget(self.progress)
        self.body.addLayout(foot)
        self.message.hide()
        self.progress.hide()
        self.fewer.hide()
        self.more.hide()

    def _connect(self) -> None:
        self.reset_all.clicked.connect(lambda: self.session.apply(replace(self.session.recipe, directions=())))
        self.library_chip.clicked.connect(self._library_menu)
        self.sorting.clicked.connect(self.sort)
        self.more.clicked.connect(lambda: self._show_up_to(self._limit + MORE))
        self.fewer.clicked.connect(lambda: self._show_up_to(FEW))
        self.add_command("A direction by sorting faces …", "", TIPS["sorting"], self.sort)
        self.add_command("Factorise the styles (SeFa)", "", "Finds what the styles react to most.", self.factorise)
        self.add_command("Reset every direction", "", TIPS["reset"], self.reset_all.click)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_recipe(self, recipe: Recipe) -> None:
        if recipe.directions != self._shown:
            self._shown = recipe.directions
            applied = {each.direction.vector: each for each in recipe.directions}
            if not applied.keys() <= {row.entry.direction.vector for row in self.rows}:
                self._rebuild()
            for row in self.rows:
                row.show_applied(applied.get(row.entry.direction.vector))
            self.reset_all.setVisible(bool(recipe.directions))
        if self._previewed is not None:
            self._hide_preview()

    def show_model(self, info: ModelInfo) -> None:
        self._close_dialog()
        self._hide_preview()
        self._growing.stop()
        self._limit, self._shown = FEW, None
        self._drop_rows()
        self.info = info
        self.shelf.open(info)
        self._say("")
        self._rebuild()
        super().show_model(info)
        reason = info.why_not("styles")
        for widget, tip in ((self.library_chip, TIPS["library"]), (self.sorting, TIPS["sorting"])):
            allow(widget, reason, tip)
        if reason:
            self._say(reason)

    def refresh(self) -> None:
        if self.info is not None and not self.info.why_not("styles") and "pca" not in self.shelf.found:
            self._search(Pca(PCA), "Looking for the directions in which faces differ most …")

    def take(self, answer: Piece | Done) -> None:
        request = answer.request
        if is_of_sorting(request):
            if self._dialog is not None:
                self._dialog.take(answer)
        elif isinstance(request, Strip):
            if isinstance(answer, Piece):
                self.preview.grid.show_pixels(answer.index, answer.value)
        elif isinstance(answer, Piece):
            self.progress.setRange(0, answer.total)
            self.progress.setValue(answer.index + 1)
        else:
            self.shelf.found["pca" if isinstance(request, Pca) else "sefa"] = answer.value
            self.progress.hide()
            self._say("")
            self._rebuild()

    def failed(self, answer: Failed) -> None:
        if is_of_sorting(answer.request) and self._dialog is not None:
            self._dialog.failed(answer)
        else:
            self.progress.hide()
            self._say(answer.reason)
            self.shelf.found.setdefault("pca", ())

    def hideEvent(self, event: QHideEvent) -> None:
        self._hide_preview()
        super().hideEvent(event)

    def _search(self, request: Pca | Sefa, words: str) -> None:
        if self.ask(request):
            self._say(words)
            self.progress.setRange(0, 0)
            self.progress.show()

    def _say(self, words: str) -> None:
        """One sentence below the sliders; without one, what is wrong with the library, if anything is."""
        self.message.setText(words or self.shelf.trouble)
        self.message.setVisible(bool(self.message.text()))

    def _rebuild(self) -> None:
        """Makes the rows match the wanted entries; rows that stay are kept, so that a hand on one is not lost."""
        if self.info is None:
            return
        wanted = self.shelf.wanted(self.session.recipe, self._limit)
        kept = {row.entry.key: row for row in self.rows}
        for key in kept.keys() - {entry.key for entry in wanted}:
            self._drop(kept.pop(key))
        self.rows = []
        for place, entry in enumerate(wanted):
            row = kept.get(entry.key) or self._make_row(entry, self.info)
            row.show_entry(entry)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
            self.rows.append(row)
        self.more.setVisible(len(self.shelf.entries()) > self._limit)
        self.fewer.setVisible(self._limit > FEW)
        self._shown = self.session.recipe.directions
        applied = {each.direction.vector: each for each in self.session.recipe.directions}
        for row in self.rows:
            row.show_applied(applied.get(row.entry.direction.vector))
        self.reset_all.setVisible(bool(applied))

    def _make_row(self, entry: Entry, info: ModelInfo) -> DirectionRow:
        row = DirectionRow(entry, info)
        row.moved.connect(lambda strength: self._apply(row, strength))
        row.ranged.connect(lambda *_: self._apply(row, row.slider.value))
        row.committed.connect(self.session.commit)
        row.renamed.connect(lambda name: self._rename(row, name))
        row.asked.connect(lambda word: self._do(row, word))
        row.hovered.connect(lambda on: self._preview(row) if on else self._hide_preview())
        return row

    def _drop(self, row: DirectionRow) -> None:
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _drop_rows(self) -> None:
        for row in self.rows:
            self._drop(row)
        self.rows = []

    def _show_up_to(self, limit: int) -> None:
        """Shows this many rows; new ones are made a few at a time, so that the window never waits for all of them."""
        self._target = limit
        self._limit = min(self._limit, limit)
        self._growing.start()

    def _grow(self) -> None:
        self._limit = min(self._limit + 2, self._target)
        if self._limit == self._target:
            self._growing.stop()
        self._rebuild()

    # -- what a row asks for ------------------------------------------------------------------------------------

    def _apply(self, row: DirectionRow, strength: float) -> None:
        self.session.edit(directions=self._with(row, strength))

    def _with(self, row: DirectionRow, strength: float) -> tuple[AppliedDirection, ...]:
        """The recipe's directions with this one at a strength; at 0 it is taken out."""
        first, last = row.range
        new = AppliedDirection(row.entry.direction, strength, first, last)
        vector, made = new.direction.vector, list(self.session.recipe.directions)
        places = [at for at, each in enumerate(made) if each.direction.vector == vector]
        if strength and places:
            made[places[0]] = new
        elif strength:
            made.append(new)
        elif places:
            del made[places[0]]
        return tuple(made)

    def _rename(self, row: DirectionRow, name: str) -> None:
        entry = replace(row.entry, direction=replace(row.entry.direction, name=name))
        self._kept(self.shelf.keep(entry))
        used = [
            replace(each, direction=replace(each.direction, name=name))
            if each.direction.vector == entry.direction.vector
            else each
            for each in self.session.recipe.directions
        ]
        self.session.apply(replace(self.session.recipe, directions=tuple(used)))

    def _do(self, row: DirectionRow, word: str) -> None:
        if word == "preview":
            self._preview(row)
        elif word == "star":
            self._kept(self.shelf.star(row.entry))
        elif word == "remove":
            self._kept(self.shelf.remove(row.entry))

    def _preview(self, row: DirectionRow) -> None:
        if QApplication.mouseButtons() or self.info is None:
            return
        self._previewed = row
        recipes = tuple(replace(self.session.recipe, directions=self._with(row, sigma)) for sigma in PREVIEWED)
        if self.ask(Strip(PREVIEW, recipes)):
            self.preview.grid.clear()
        self.preview.open_beside(row)

    def _hide_preview(self) -> None:
        self._previewed = None
        self.preview.hide()

    # -- the library --------------------------------------------------------------------------------------------

    def sort(self) -> None:
        """Opens the dialog in which faces are sorted onto two piles."""
        if self.info is None:
            return
        self._close_dialog()
        others = tuple(row.entry.direction for row in self.rows)
        self._dialog = SortingDialog(self.session.recipe.psi, others, self.window())
        self._dialog.wanted.connect(self.ask)
        self._dialog.found.connect(lambda entry: self._kept(self.shelf.keep(entry)))
        self._dialog.show()
        self._dialog.start()

    def look_at(self, view: str) -> None:
        """Shows the directions of "pca", "sefa" or the "library" alone."""
        self.shelf.view, self._limit = view, FEW
        self._rebuild()
        if view == "library" and not self.shelf.entries():
            self._say("The library of this model is empty: give a direction a name or a star, or make one by sorting.")
        else:
            self._say("")

    def factorise(self, first: int = 0, last: int | None = None) -> None:
        """Looks for the directions that the styles of some layers react to most (SeFa), and shows them."""
        self.shelf.found.pop("sefa", None)
        self.forget(SEFA)
        self.look_at("sefa")
        self._search(Sefa(SEFA, first, last), "Looking for the directions the styles react to most …")

    def export_library(self, path: Path) -> None:
        """Writes every kept direction to a file that other people can import."""
        self._say(self.shelf.export(path))

    def import_library(self, path: Path) -> None:
        """Adds the directions of a file; those of a network with another W are refused."""
        if self.info is not None:
            self._kept(self.shelf.bring(path, self.info))

    def _kept(self, said: str) -> None:
        """The library has changed: shows it, and what there is to say about it."""
        self._rebuild()
        if said:
            self._say(said)

    def _library_menu(self) -> None:
        if self.info is None:
            return
        menu = QMenu(self)
        for view, text in (("pca", "Principal components of W (PCA)"), ("library", "My library only")):
            action = menu.addAction(text, partial(self.look_at, view))
            action.setCheckable(True)
            action.setChecked(view == self.shelf.view)
        menu.addSeparator()
        menu.addAction("Factorise the styles (SeFa)", lambda: self.factorise())
        for band in bands(self.info.resolution):
            if band.layers:
                ends = band.layers[0], band.layers[-1]
                menu.addAction(f"SeFa of {band.name}, {band.resolutions}", partial(self.factorise, *ends))
        menu.addSeparator()
        menu.addAction("Import …", self._ask_import)
        menu.addAction("Export …", self._ask_export).setEnabled(bool(self.shelf.library.entries))
        menu.popup(self.library_chip.mapToGlobal(QPoint(0, self.library_chip.height() + 2)))

    def _ask_import(self) -> None:
        ask_to_open(self, "Import directions", FILES, lambda path: self.import_library(Path(path)))

    def _ask_export(self) -> None:
        ask_to_save(self, "Export directions", "directions.json", FILES, lambda path: self.export_library(Path(path)))

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
