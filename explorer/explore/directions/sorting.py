"""Sorting: a person puts faces onto two piles, and from ten a side a direction is fitted."""

import random
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget

from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import button
from explorer.controls.literal import literal
from explorer.controls.on_screen import grow_as_wanted, open_as_wanted
from explorer.controls.progress import ProgressBar
from explorer.controls.recipe_drag import MIME, drag_recipe, dragged_recipe
from explorer.controls.scrolling import ScrollPage, scroll_by_keys
from explorer.controls.text import text_label
from explorer.controls.thumbnails import Thumbnail
from explorer.jobs import Done, Failed, Fit, Piece, Request, Strip
from explorer.work.time_left import TimeLeft
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Latent, Recipe

FEWEST = 10
CANDIDATES, COLUMNS = 20, 5
SIDE, PIXELS, PILED = 84, 96, 48
PILE_COLUMNS, PILE_PITCH = 3, PILED + 4
WIDE = 892  # pixels that both piles and the faces between them take side by side
SEEDS = 10_000_000
FACES, FITTED = "directions.sorting", "directions.fit"


class SortingDialog(QDialog):
    """Candidates in the middle, the pile without at the left, the pile with it at the right.

    ``wanted`` carries requests, ``found`` the fitted Entry.
    """

    wanted = Signal(object)
    found = Signal(object)

    def __init__(self, recipe: Recipe, others: tuple[Direction, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("A direction by sorting")
        self._plain, self._others = Recipe(psi=recipe.psi, label=recipe.label), others
        self._fitted: tuple[list[Latent], list[Latent]] | None = None  # the piles of which a direction was found
        self.name = QLineEdit()
        self.unchanged = button("Leave unchanged", "Directions that the new one must not move, as far as W is linear.")
        self.fit = button("Find direction", "Fits the direction from the left pile to the right one.", "primary")
        self.others = button("Other faces", "Draws other faces in place of those not yet sorted.")
        self.message, self.left = text_label("", "muted", wraps=True), text_label("", "muted")
        self.progress = ProgressBar("the search for the direction")
        self.candidates = [Candidate(self) for _ in range(CANDIDATES)]
        self._dealt = list(self.candidates)  # the one that was dealt longest ago is the first
        self._left, self._drawn = TimeLeft(), 0  # faces that were drawn since then, without a pause
        self.without_it, self.with_it = Pile("Without it"), Pile("With it")
        self._lay_out()
        self._connect()
        self._fill_menu()
        self._count()

    def start(self) -> None:
        """Asks for the first faces."""
        self._deal(range(CANDIDATES))

    def go_on(self) -> None:
        """Asks again for the faces that were not drawn yet when this was closed."""
        self._left, self._drawn = TimeLeft(), 0
        self._ask()

    @property
    def unfinished(self) -> bool:
        """Whether faces were sorted of which no direction was found yet."""
        piles = (self.with_it.latents, self.without_it.latents)
        return any(piles) and piles != self._fitted

    def take(self, answer: Piece | Done) -> None:
        """Shows an answer to one of its requests."""
        if isinstance(answer.request, Strip) and isinstance(answer, Piece):
            latent = answer.request.recipes[answer.index].latent
            for candidate in self.candidates:
                if candidate.latent == latent:
                    candidate.show_pixels(answer.value)
            self._drawn += 1
            self._say_left()
        elif isinstance(answer, Piece):
            self.progress.advance(answer.index + 1, answer.total)
        elif isinstance(answer.request, Fit) and isinstance(answer.value, Entry):
            self._show_found(answer.request, answer.value)

    def failed(self, answer: Failed) -> None:
        """Says why a request has no answer."""
        self.progress.hide()
        self.message.setText(answer.reason)
        self._count(keep_message=True)

    def sort(self, candidate: "Candidate", to_with: bool) -> None:
        """Puts a candidate onto a pile; another face takes its place."""
        if candidate.latent is None or candidate.empty:
            return
        (self.with_it if to_with else self.without_it).add(candidate.latent, candidate.pixmap)
        self._deal([self.candidates.index(candidate)])

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            open_as_wanted(self)
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower piles where all three have no room side by side."""
        super().resizeEvent(event)
        short = WIDE - event.size().width()
        columns = max(1, PILE_COLUMNS - max(0, -(-short // (2 * PILE_PITCH))))
        for pile in (self.without_it, self.with_it):
            pile.set_columns(columns)

    def _lay_out(self) -> None:
        outer, inside = Down(self, 12, edges=(14, 14, 14, 14)), QWidget()
        middle = Across(inside, 12)
        head, foot = Across(), Across()
        self.name.setPlaceholderText("Name, for example: glasses")
        self.name.setAccessibleName("Name of the direction")
        self.name.setToolTip("What the faces on the right pile have and those on the left have not.")
        head.addWidget(QLabel("Sort faces by"))
        head.addWidget(self.name, 1)
        head.addWidget(self.unchanged)
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, candidate in enumerate(self.candidates):
            grid.addWidget(candidate, at // COLUMNS, at % COLUMNS)
        middle.add(self.without_it, grid, self.with_it)
        self.progress.hide()
        foot.addWidget(self.message, 1)
        foot.add(self.left, self.others, self.fit)
        outer.addLayout(head)
        outer.addWidget(ScrollPage(inside), 1)
        outer.add(self.progress, foot)
        for each in (self.unchanged, self.others, self.fit):
            each.setAutoDefault(False)

    def _connect(self) -> None:
        self.name.textChanged.connect(lambda _: self._count())
        self.others.clicked.connect(lambda: self._deal(range(CANDIDATES)))
        self.fit.clicked.connect(self._fit)
        for pile in (self.without_it, self.with_it):
            pile.changed.connect(self._count)

    def _fill_menu(self) -> None:
        menu = self._menu = QMenu(self)
        for direction in self._others:
            menu.addAction(literal(direction.name)).setCheckable(True)
        self.unchanged.setMenu(menu)
        self.unchanged.setEnabled(bool(self._others))

    def _ask(self) -> None:
        waiting = [each.latent for each in self._dealt if each.latent is not None and each.empty]
        if waiting:
            faces = tuple(replace(self._plain, latent=latent) for latent in waiting)
            self.wanted.emit(Strip(FACES, faces, PIXELS, waited_for=True))

    def _deal(self, places: "range | list[int]") -> None:
        if not any(each.empty for each in self.candidates) or len(places) == CANDIDATES:
            self._left, self._drawn = TimeLeft(), 0
        for candidate in [self.candidates[place] for place in places]:
            candidate.deal(Latent(random.randrange(SEEDS)))
            self._dealt.remove(candidate)
            self._dealt.append(candidate)  # behind the one that is being drawn
        self._ask()

    def _say_left(self) -> None:
        """How long it takes until the last face is drawn, where that is long."""
        missing = sum(each.empty for each in self.candidates)
        self.left.setText(self._left.words(self._drawn, self._drawn + missing))

    def _count(self, keep_message: bool = False) -> None:
        fewest = min(len(self.with_it.latents), len(self.without_it.latents))
        ready = fewest >= FEWEST and bool(self.name.text().strip())
        self.fit.setEnabled(ready)
        if keep_message:
            return
        if fewest < FEWEST:
            words = "Drag faces onto the piles, or: click for the right pile, right-click for the left one"
            self.message.setText(f"{words} (keys: → and ←). At least {FEWEST} a side; more is better.")
        else:
            self.message.setText("Ready. More faces make it better." if ready else "Give it a name.")

    def _fit(self) -> None:
        actions = self._menu.actions()
        held = tuple(other for other, action in zip(self._others, actions, strict=True) if action.isChecked())
        self.progress.wait()
        self.progress.show()
        grow_as_wanted(self)
        self.message.setText("Looking for the direction …")
        self.fit.setEnabled(False)
        name = self.name.text().strip()
        piles = tuple(self.with_it.latents), tuple(self.without_it.latents)
        self.wanted.emit(Fit(FITTED, name, *piles, held, self._plain.label))

    def _show_found(self, request: Fit, entry: Entry) -> None:
        self.progress.hide()
        self._fitted = [*request.with_it], [*request.without_it]  # more may have been sorted meanwhile
        self._count()
        right = f"{100 * (entry.accuracy or 0):.0f} %"
        self.message.setText(f"“{entry.direction.name}” is in the list now: it sorts {right} of held-out faces right.")
        self.found.emit(entry)


class Candidate(Thumbnail):
    """A face that waits to be sorted."""

    def __init__(self, dialog: SortingDialog) -> None:
        super().__init__(SIDE)
        self.latent: Latent | None = None
        self._dialog = dialog
        self.setAccessibleName("Face to sort")
        self.setToolTip("Click: it has it. Right-click: it has not. Or drag it onto a pile.")
        self.clicked.connect(lambda: dialog.sort(self, True))
        self.menu_asked.connect(lambda _: dialog.sort(self, False))
        self.drag_started.connect(self._drag)

    def deal(self, latent: Latent) -> None:
        """Waits for the picture of another face."""
        self.latent = latent
        self.show_pixmap(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._dialog.sort(self, event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def _drag(self) -> None:
        if self.latent is None or self.empty:
            return
        piles, latent = (self._dialog.with_it, self._dialog.without_it), self.latent
        drag_recipe(self, Recipe(latent), self.pixmap)
        for pile in piles:
            if latent in pile.dropped:
                pile.dropped.remove(latent)
                self._dialog.sort(self, pile is self._dialog.with_it)


class Pile(QFrame):
    """Sorted faces; a click takes one off again."""

    changed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.latents: list[Latent] = []
        self.dropped: list[Latent] = []
        self._thumbnails: list[Thumbnail] = []
        self._title = title
        self._head = text_label("", "title", wraps=True)
        self._inside = QWidget()
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        area = QScrollArea()
        scroll_by_keys(area, f"Pile: {title}")
        area.setWidget(self._inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.addWidget(self._head)
        column.addWidget(area, 1)
        self._columns = 0
        self.set_columns(PILE_COLUMNS)
        self.setAcceptDrops(True)
        self.setAccessibleName(title)
        self._write()

    def set_columns(self, columns: int) -> None:
        """How many faces lie side by side."""
        if columns != self._columns:
            self._columns = columns
            self.setFixedWidth(columns * PILE_PITCH + 42)
            self._place()

    def add(self, latent: Latent, pixmap: QPixmap | None) -> None:
        """Puts a face onto the pile."""
        thumbnail = Thumbnail(PILED)
        thumbnail.show_pixmap(pixmap)
        thumbnail.setAccessibleName(f"Seed {latent.seed}")
        thumbnail.setToolTip("Takes this face off the pile.")
        thumbnail.clicked.connect(lambda: self._remove(latent, thumbnail))
        self.latents.append(latent)
        self._thumbnails.append(thumbnail)
        self._arrange()

    def _remove(self, latent: Latent, thumbnail: Thumbnail) -> None:
        self.latents.remove(latent)
        self._thumbnails.remove(thumbnail)
        discard(thumbnail)
        self._arrange()

    def _arrange(self) -> None:
        self._place()
        self._write()
        self.changed.emit()

    def _place(self) -> None:
        for at, thumbnail in enumerate(self._thumbnails):
            self._grid.addWidget(thumbnail, at // self._columns, at % self._columns)

    def _write(self) -> None:
        number = len(self.latents)
        self._head.setText(f"{self._title}: {number}" + (f" of {FEWEST}" if number < FEWEST else ""))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        recipe = dragged_recipe(event.mimeData())
        if recipe is not None:
            event.acceptProposedAction()
            self.dropped.append(recipe.latent)


def is_of_sorting(request: Request) -> bool:
    """Whether a request was the dialog's own."""
    return request.owner in (FACES, FITTED)
