"""Directions: sliders in sigma along what PCA, SeFa or a person has found, and the library that keeps them."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton, chip
from explorer.controls.panel import Panel
from explorer.controls.strength_preview import StrengthPreview
from explorer.explore.directions.applied import AppliedDirections
from explorer.explore.directions.finder import DirectionFinder
from explorer.explore.directions.menu import DirectionMenu
from explorer.explore.directions.row import DirectionRow
from explorer.explore.directions.row_list import DirectionList
from explorer.explore.directions.shelf import DirectionShelf
from explorer.explore.directions.sorting import is_of_sorting
from explorer.explore.directions.sorting_desk import SortingDesk
from explorer.jobs import Done, Failed, Piece, Strip
from explorer.session import Session
from explorer.work.background import Background
from stylegan_core.info import ModelInfo
from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.sweep_plan import with_direction
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedDirection, Recipe, Vector

PREVIEW = "directions.preview"
FEW, MORE = 8, 12  # rows before "more" is pressed, unless a high column holds more that have names
EMPTY = "The library of this model is empty: give a direction a name or a star, or make one by sorting."
TIPS = {
    "library": "Chooses where the sliders come from, and exchanges directions with other people.",
    "sorting": "Makes a slider out of two piles of faces that you sort by clicking.",
    "reset": "Sets every direction back to 0.",
    "more": "Shows more of the up to 80 directions.",
    "fewer": "Shows the first directions only.",
}


class DirectionsPanel(Panel):
    """Eight sliders, all with names where there is room, more on demand; the library of this model; SeFa; sorting."""

    taken_away = Signal(str, object)  # a sentence, and what brings the direction back when it is called
    labels_chosen = Signal(str)  # a data set in whose labels directions are to be looked for
    learn_wanted = Signal(str)  # the name of a direction that is to be steered from afar
    entries_changed = Signal(object)  # every direction there is, in order
    sweep_wanted = Signal(object)  # an entry that is to be looked at in the Lab

    def __init__(self, session: Session, disk: Background, parent: QWidget | None = None) -> None:
        super().__init__(session, "Directions", parent)
        self.list = DirectionList()
        self.shelf = DirectionShelf(disk, self)
        self.finder = DirectionFinder(self, self.shelf)
        self._limit = self._few = FEW
        self.desk = SortingDesk(self, self.shelf)
        self._applied = AppliedDirections(session)
        self._menu: DirectionMenu | None = None
        self._shown: object = None
        self._measured: dict[tuple[str, Vector, int, int | None], str] = {}  # by network, direction and its layers
        self.reset_all = IconButton("reset", "Reset all directions", TIPS["reset"])
        self.library_chip = chip("library ▾", TIPS["library"])
        self.sorting = chip("+ by sorting", TIPS["sorting"])
        self.more, self.fewer = chip("more", TIPS["more"]), chip("fewer", TIPS["fewer"])
        self.preview = StrengthPreview(self, PREVIEW, (-2.0, 0.0, 2.0))
        self._lay_out()
        self._connect()

    @property
    def rows(self) -> list[DirectionRow]:
        """The sliders that are there, in their order."""
        return self.list.rows

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every direction of the open network, in order."""
        return tuple(self.shelf.every())

    def _lay_out(self) -> None:
        self.reset_all.hide()  # until there is something to reset
        for each in (self.reset_all, self.library_chip, self.sorting):
            self.section.add_action(each)
        foot = Across()
        foot.add(None, self.fewer, self.more)
        self.body.addWidget(self.list)
        self.finder.lay_out(self.body)
        self.body.addLayout(foot)
        self.fewer.hide()
        self.more.hide()

    def _connect(self) -> None:
        self.list.row_made.connect(self._take_row)
        self.reset_all.clicked.connect(self._applied.clear)
        self.library_chip.clicked.connect(self._library_menu)
        self.sorting.clicked.connect(self.sort)
        self.finder.changed.connect(self._rebuild)
        self.shelf.changed.connect(self._kept)
        self.finder.again.clicked.connect(self._find_again)
        self.more.clicked.connect(lambda: self._show_up_to(self._limit + MORE))
        self.fewer.clicked.connect(lambda: self._show_up_to(self._few))
        self.add_command("A direction by sorting faces…", "", TIPS["sorting"], self.sort, self.sorting)
        self.add_command(
            "Factorise the styles (SeFa)", "", "Finds what the styles react to most.", self.factorise, shows=True
        )
        self.add_command("Reset every direction", "", TIPS["reset"], self.reset_all.click)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_recipe(self, recipe: Recipe) -> None:
        if recipe.directions != self._shown:
            self._shown = recipe.directions
            if not self._applied.by_vector.keys() <= {row.entry.direction.vector for row in self.rows}:
                self._rebuild()
            self._show_applied()
        self.preview.hide()

    def show_model(self, info: ModelInfo) -> None:
        self.preview.hide()
        self.finder.end()
        if self.finder.is_later_snapshot(info):
            self.info = info
            self.finder.follow(info)
            super().show_model(info)
            return
        self.desk.close()
        self._limit, self._shown = self._few, None
        self.list.clear()
        self.info = info
        self.finder.open(info)
        self._rebuild()
        super().show_model(info)

    def _find_again(self) -> None:
        """Opens what belongs to the network that is shown, as if it had just been opened."""
        info, self.info = self.info, None
        if info is not None:
            self.show_model(info)

    def refresh(self) -> None:
        if self.info is not None:
            self.finder.begin()

    def take(self, answer: Piece | Done) -> None:
        request = answer.request
        if is_of_sorting(request):
            self.desk.take(answer)
        elif isinstance(request, Strip):
            if isinstance(answer, Piece):
                self.preview.grid.show_pixels(answer.index, answer.value)
        else:
            self.finder.take(answer)

    def failed(self, answer: Failed) -> None:
        if is_of_sorting(answer.request):
            self.desk.failed(answer)
        else:
            self.finder.failed(answer)

    def hideEvent(self, event: QHideEvent) -> None:
        self.preview.hide()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.finder.search.owners:
            self.finder.give_up()
        else:
            super().keyPressEvent(event)

    def _rebuild(self) -> None:
        """Makes the rows match the wanted entries."""
        if self.info is None:
            return
        self.list.show_entries(self.shelf.wanted(self.session.recipe, self._limit), self.info)
        self.more.setVisible(len(self.shelf.entries()) > self._limit)
        self.fewer.setVisible(self._limit > self._few)
        self._shown = self.session.recipe.directions
        self._show_applied()
        self.entries_changed.emit(self.entries)

    def take_measured(self, facts: Entanglement) -> None:
        """What directions of a network change was measured: their rows say it."""
        for at, each in enumerate(facts.plan.directions):
            self._measured[facts.model, each.direction.vector, each.first, each.last] = facts.words(at)
        self._show_applied()

    def _show_applied(self) -> None:
        applied = self._applied.by_vector
        for row in self.rows:
            row.show_applied(applied.get(row.entry.direction.vector))
            self._show_measured(row)
        self.reset_all.setVisible(bool(applied))

    def _show_measured(self, row: DirectionRow) -> None:
        model = "" if self.info is None else self.info.hash
        found = [self._measured.get((model, row.entry.direction.vector, first, last)) for first, last in row.ranges]
        row.show_measured(next((words for words in found if words), ""))

    def _take_row(self, row: DirectionRow) -> None:
        row.moved.connect(lambda strength: self._apply(row, strength))
        row.ranged.connect(lambda *_: self._apply(row, row.slider.value))
        row.ranged.connect(lambda *_: self._show_measured(row))
        row.committed.connect(self.session.commit)
        row.renamed.connect(lambda name: self._rename(row, name))
        row.asked.connect(lambda word: self._do(row, word))
        row.hovered.connect(lambda on: self._preview(row) if on else self.preview.hide())
        self._show_applied()

    def _show_up_to(self, limit: int) -> None:
        self._limit = limit
        self._rebuild()

    def fit(self, spare: int) -> None:
        """Shows the eight first rows, and of those with names as many more as the pixels left below the column hold."""
        if self.list.growing or not self.list.pitch or self._limit != self._few:
            return  # rows are still to come, or somebody asked for this many
        now = min(self._few, len(self.shelf.entries()))
        few = max(FEW, min(now + spare // self.list.pitch, self.shelf.named))
        if min(few, len(self.shelf.entries())) != now:
            self._few = few
            self._show_up_to(few)

    # -- what a row asks for ------------------------------------------------------------------------------------

    def _apply(self, row: DirectionRow, strength: float) -> None:
        self._applied.set(AppliedDirection(row.entry.direction, strength, *row.range))

    def _preview(self, row: DirectionRow) -> None:
        """Shows the face at some strengths of a row's direction."""
        recipe = self.session.recipe

        def at(strength: float) -> Recipe:
            moved = AppliedDirection(row.entry.direction, strength, *row.range)
            return replace(recipe, directions=with_direction(recipe.directions, moved))

        self.preview.open(row, at)

    def set_strength(self, entry: Entry, strength: float) -> None:
        """Sets a direction that need not be on show to a strength in sigma, in a gesture that goes on."""
        row = next((each for each in self.rows if each.entry.key == entry.key), None)
        layers = row.range if row is not None else (entry.first, entry.last)
        self._applied.set(AppliedDirection(entry.direction, strength, *layers))

    def _rename(self, row: DirectionRow, name: str) -> None:
        if not name:
            return
        entry = replace(row.entry, direction=replace(row.entry.direction, name=name))
        self.shelf.keep(entry)
        self._applied.rename(entry.direction)

    def _do(self, row: DirectionRow, word: str) -> None:
        if word == "preview":
            self._preview(row)
        elif word == "sweep":
            self.sweep_wanted.emit(row.entry)
        elif word == "learn":
            self.learn_wanted.emit(row.entry.direction.name)
        elif word == "star":
            self.shelf.star(row.entry)
        elif word == "remove":
            entry, library = row.entry, self.shelf.library
            self.shelf.remove(entry)
            said = f"The direction “{entry.direction.name}” is removed from the library."
            if entry in library.entries:
                self.taken_away.emit(said, lambda: self.shelf.put_back(entry, library))

    # -- the library --------------------------------------------------------------------------------------------

    def sort(self) -> None:
        """Opens the dialog in which faces are sorted onto two piles; piles that were left come back."""
        if self.info is not None:
            self.desk.open(self.session.recipe, tuple(row.entry.direction for row in self.rows))

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return ["directions that could not be written"] if self.shelf.owes else []

    def end(self) -> None:
        """Has the last try at what the disk has refused."""
        self.shelf.end()

    def look_at(self, view: str) -> None:
        """Shows the directions of "pca", "sefa" or the "library" alone."""
        self.shelf.view, self._limit = view, self._few
        self._rebuild()
        self.finder.say(EMPTY if view == "library" and not self.shelf.entries() else "")

    def factorise(self, first: int = 0, last: int | None = None) -> None:
        """Looks for the directions that the styles of some layers react to most (SeFa), and shows them."""
        self.finder.forget_factors()
        self.look_at("sefa")
        self.finder.factorise(first, last)

    def export_library(self, path: Path) -> None:
        """Writes every kept direction to a file that other people can import."""
        self.shelf.export(path)

    def import_library(self, path: Path) -> None:
        """Adds the directions of a file; those of a network with another W are refused."""
        if self.info is not None:
            self.shelf.bring(path, self.info)

    def _kept(self, said: str) -> None:
        """The library has changed: shows it, and what there is to say about it."""
        self._rebuild()
        if said:
            self.finder.say(said)

    def _library_menu(self) -> None:
        if self.info is None:
            return
        if self._menu is not None:
            self._menu.deleteLater()  # only now: what it asked for may have been answered after it was closed
        filled = bool(self.shelf.library.entries or self.shelf.library.channels)
        menu = self._menu = DirectionMenu(self.info, self.shelf.view, filled, self)
        menu.view_chosen.connect(self.look_at)
        menu.sefa_chosen.connect(self.factorise)
        menu.labels_chosen.connect(self.labels_chosen)
        menu.import_chosen.connect(lambda path: self.import_library(Path(path)))
        menu.export_chosen.connect(lambda path: self.export_library(Path(path)))
        menu.popup(self.library_chip.mapToGlobal(QPoint(0, self.library_chip.height() + 2)))
