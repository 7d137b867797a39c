"""The paper's mixing matrix (figure 3): each row's face with coarse, middle or fine layers of each column's face."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import Segments, button
from explorer.controls.on_screen import open_as_wanted
from explorer.controls.questions import ask_to_save, unasked, with_ending
from explorer.controls.scrolling import ScrollPage
from explorer.controls.seed_field import short_seed
from explorer.controls.source_words import source_words
from explorer.controls.text import text_label
from explorer.controls.thumbnails import Thumbnail
from explorer.controls.yielding import YieldingRow, hides
from explorer.jobs import Done, Failed, Matrix, Piece, Request, Sheet, Strip
from explorer.work.time_left import TimeLeft
from stylegan_core.bands import NAMES
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Latent, Recipe

ROWS, COLUMNS = 4, 6
SHOWN, SIDE = 84, 128  # logical pixels on screen, pixels asked for
CAPTION = 12  # letters that fit below a picture
REST = 150  # milliseconds after the last change before the pictures are asked for anew
EDGES, CELLS, EXPORT = OWNERS = "mixing.matrix.edges", "mixing.matrix.cells", "mixing.matrix.export"
GO_ON = "Click a cell to go on from it."
DRAWING = "The pictures are being drawn, as drafts at first. "
DRAFTS = "Some cells are drafts; exact ones are being drawn. "
EXPORT_TEXT, EXPORT_TIP = (
    "Export…",
    "Draws the matrix exactly at full size, with its seeds, and saves it with its recipes.",
)


class MatrixDialog(QDialog):
    """Rows and columns of seeds, the band that comes from the column, and a click that takes a cell.

    ``wanted`` carries requests, ``given_up`` the owner of one that is not wanted any more; ``chosen`` the Latent of the
    row, that of the column, and the band's name.
    """

    wanted = Signal(object)
    given_up = Signal(str)
    chosen = Signal(object, object, str)

    def __init__(self, recipe: Recipe, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mixing matrix")
        self._recipe, self._info = recipe, info
        self._rows = [recipe.latent, *_seeds(ROWS - 1)]
        self._columns = _seeds(COLUMNS)
        self._edges = [Thumbnail(SHOWN, "seed", self) for _ in range(ROWS + COLUMNS)]
        self._cells = [Thumbnail(SHOWN, parent=self) for _ in range(ROWS * COLUMNS)]
        self.band = Segments(
            [name.capitalize() for name in NAMES], [f"Takes the {name} layers from the column." for name in NAMES]
        )
        self._unfinished = {EDGES, CELLS}  # owners whose exact pictures are still to come
        self._exporting: Sheet | None = None
        self._left = TimeLeft()
        self._until, self._lacked = TimeLeft(), len(self._edges) + len(self._cells)  # pictures that were missing then
        self._said = ""  # how the last export ended or why there are no pictures, until something else is asked
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.start)
        self.message = text_label("", "muted", wraps=True)
        self.export = button(EXPORT_TEXT, EXPORT_TIP)
        self._lay_out()

    @property
    def exporting(self) -> bool:
        """Whether the matrix is being written to a file."""
        return self._exporting is not None

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            open_as_wanted(self)
        super().showEvent(event)

    def follow(self, recipe: Recipe) -> None:
        """Shows the same rows and columns with what else has changed: psi, directions, noise, class."""
        if replace(recipe, latent=self._recipe.latent, mixes=self._recipe.mixes) == self._recipe or self.isHidden():
            return
        self._recipe = recipe
        for thumbnail in (*self._edges, *self._cells):
            thumbnail.set_stale()
        self._rest.start()

    def start(self) -> None:
        """Asks for all pictures."""
        faces = [replace(self._recipe, latent=latent, mixes=()) for latent in (*self._rows, *self._columns)]
        self._unfinished.add(EDGES)
        for thumbnail in self._edges:
            thumbnail.set_stale()
        self.wanted.emit(Strip(EDGES, tuple(faces), SIDE, refine=True))
        self._fill()

    def take(self, answer: Piece | Done) -> None:
        """Shows an answer to one of its requests: each picture comes twice, as a draft and drawn exactly."""
        if answer.request.owner == EXPORT:
            self._take_export(answer)
        elif isinstance(answer, Done):
            self._unfinished.discard(answer.request.owner)
            self._show_progress()
        else:
            thumbnails = self._edges if isinstance(answer.request, Strip) else self._cells
            thumbnails[answer.index].show_pixels(answer.value)
            self._show_progress()

    def failed(self, answer: Failed) -> None:
        """Says why there are no pictures."""
        if answer.request.owner == EXPORT:
            self._exported(answer.reason)
        else:
            self._said = answer.reason
            self._show_progress()

    def _fill(self) -> None:
        for thumbnail in self._cells:
            thumbnail.set_stale()
        self._said = ""
        self._name()
        self._unfinished.add(CELLS)
        self._until, self._lacked = TimeLeft(), self._missing()
        self._show_progress()
        self.wanted.emit(self._request())

    def _request(self) -> Matrix:
        rows = tuple(replace(self._recipe, latent=latent, mixes=()) for latent in self._rows)
        columns = tuple(replace(self._recipe, latent=latent, mixes=()) for latent in self._columns)
        return Matrix(CELLS, rows, columns, NAMES[self.band.index], SIDE)

    def _name(self) -> None:
        """Every picture says which seeds it was drawn from."""
        rows, columns = ([source_words(latent) for latent in latents] for latents in (self._rows, self._columns))
        names = [(f"Row {at}", words) for at, words in enumerate(rows, 1)]
        names += [(f"Column {at}", words) for at, words in enumerate(columns, 1)]
        for edge, (name, words) in zip(self._edges, names, strict=True):
            edge.set_caption(words if len(words) <= CAPTION else words.replace("seed ", ""))
            _describe(edge, f"{name}: {words}")
        band = NAMES[self.band.index]
        for at, cell in enumerate(self._cells):
            row, column = divmod(at, COLUMNS)
            mixed = f"{rows[row]} with the {band} layers of {columns[column]}"
            _describe(cell, f"Row {row + 1}, column {column + 1}: {mixed}")

    def _show_progress(self) -> None:
        if self._exporting is None:
            going_on = (self._going_on() if self._missing() else DRAFTS) if self._unfinished else ""
            self.message.setText(self._said or going_on + GO_ON)

    def _missing(self) -> int:
        return sum(each.empty or each.stale for each in (*self._edges, *self._cells))

    def _going_on(self) -> str:
        """That pictures are drawn, and where it takes long, how long yet."""
        left = self._until.words(self._lacked - self._missing(), self._lacked)
        return f"{self._lacked - self._missing()} of {self._lacked} pictures drawn, {left}. " if left else DRAWING

    def _lay_out(self) -> None:
        outer, head, inside = Down(self, 12, edges=(14, 14, 14, 14)), YieldingRow(), QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for at, thumbnail in enumerate((*self._edges, *self._cells)):
            column, row = _place(at)
            grid.addWidget(thumbnail, row, column, Qt.AlignmentFlag.AlignTop)
        corner = text_label("row's face,\ncolumn's\nlayers", "small")
        corner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(corner, 0, 0)
        rows = button("New rows", "Draws other faces for the rows.")
        columns = button("New columns", "Draws other faces for the columns.")
        title = QLabel("From the column:")
        head.row.setSpacing(12)
        head.row.add(title, self.band, None, rows, columns, self.export)
        head.yield_by(hides(title))
        self._show_progress()
        outer.addWidget(head)
        outer.addWidget(ScrollPage(inside), 1)
        outer.addWidget(self.message)
        self._edges[0].setFocus()
        rows.clicked.connect(lambda: self._redraw(rows=_seeds(ROWS)))
        columns.clicked.connect(lambda: self._redraw(columns=_seeds(COLUMNS)))
        self.export.clicked.connect(self._export)
        self.band.chosen.connect(lambda _: self._fill())
        for band in self._info.bands:
            self.band.enable(NAMES.index(band.name), bool(band.layers))
        for at, thumbnail in enumerate(self._cells):
            thumbnail.clicked.connect(lambda _=False, at=at: self._choose(at))

    def _redraw(self, rows: list[Latent] | None = None, columns: list[Latent] | None = None) -> None:
        self._rows, self._columns = rows or self._rows, columns or self._columns
        self.start()

    def _choose(self, cell: int) -> None:
        row, column = divmod(cell, COLUMNS)
        self.chosen.emit(self._rows[row], self._columns[column], NAMES[self.band.index])
        self.message.setText(f"Row {row + 1}, column {column + 1} is the current face.")

    def _export(self) -> None:
        if self._exporting is None:
            ask_to_save(self, "Export the matrix", "matrix.png", "Pictures (*.png)", self.export_to)
        else:
            self.given_up.emit(EXPORT)
            self._exported("The export was given up.")

    def export_to(self, path: str) -> None:
        """Asks for the whole matrix, exact and at the network's own resolution, with its seeds, in one picture."""
        named = with_ending(path, ".png")
        if why := unasked(path, named):
            self.message.setText(why)
            return
        self.given_up.emit(EXPORT)  # what was asked before, so that the same may be asked again
        asked = self._request()
        faces = zip(asked.rows, self._rows, strict=True)
        recipes: list[Recipe | None] = [None, *asked.columns]
        captions = [f"{asked.band} layers\nof the column", *map(source_words, self._columns)]
        for at, (recipe, latent) in enumerate(faces):
            recipes += [recipe, *asked.cells[at * COLUMNS : (at + 1) * COLUMNS]]
            captions += [source_words(latent), *[""] * COLUMNS]
        self._exporting = Sheet(EXPORT, tuple(recipes), COLUMNS + 1, named, tuple(captions), 0, asked.rows[0])
        self._left = TimeLeft()
        self.message.setText("Drawing the matrix at full size …")
        self.export.setText("Cancel")
        self.export.setToolTip("Gives the export up; nothing is written.")
        self.wanted.emit(self._exporting)

    def _take_export(self, answer: Piece | Done) -> None:
        if answer.request != self._exporting:
            return
        if isinstance(answer, Done):
            self._exported(f"Saved {answer.value}.")
            return
        done = answer.index + 1
        left = self._left.clause(done, answer.total)
        self.message.setText(f"{done} of {answer.total} pictures drawn{left}.")

    def _exported(self, said: str) -> None:
        self._exporting = None
        self.export.setText(EXPORT_TEXT)
        self.export.setToolTip(EXPORT_TIP)
        self._said = said
        self.message.setText(said)


def _place(at: int) -> tuple[int, int]:
    """(column, row) in the grid of an edge or a cell."""
    if at < ROWS:
        return 0, 1 + at
    if at < ROWS + COLUMNS:
        return 1 + at - ROWS, 0
    row, column = divmod(at - ROWS - COLUMNS, COLUMNS)
    return 1 + column, 1 + row


def _describe(thumbnail: Thumbnail, words: str) -> None:
    thumbnail.setAccessibleName(words)
    thumbnail.setToolTip(words + ".")


def _seeds(count: int) -> list[Latent]:
    return [Latent(short_seed()) for _ in range(count)]


def is_of_matrix(request: Request) -> bool:
    """Whether a request was the matrix's own."""
    return request.owner in OWNERS
