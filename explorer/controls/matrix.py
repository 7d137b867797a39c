"""The paper's mixing matrix (figure 3): each row's face with coarse, middle or fine layers of each column's face."""

import random
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.controls.asking import ask_to_save
from explorer.controls.chips import Segments, button
from explorer.controls.panel import allow
from explorer.controls.thumbnails import Thumbnail
from explorer.jobs import Done, Failed, Matrix, Piece, Request, Strip
from stylegan_core.bands import NAMES, bands
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Latent, Recipe

ROWS, COLUMNS = 4, 6
SHOWN, SIDE = 84, 128  # logical pixels on screen, pixels asked for and exported
SEEDS = 100_000
EDGES, CELLS = OWNERS = "mixing.matrix.edges", "mixing.matrix.cells"
GO_ON = "Click a cell to go on from it."


class MatrixDialog(QDialog):
    """Rows and columns of seeds, the band that comes from the column, and a click that takes a cell.

    ``wanted`` carries requests; ``chosen`` the Latent of the row, that of the column, and the band's name.
    """

    wanted = Signal(object)
    chosen = Signal(object, object, str)

    def __init__(self, recipe: Recipe, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mixing matrix")
        self._recipe, self._info = recipe, info
        self._rows = [recipe.latent, *_seeds(ROWS - 1)]
        self._columns = _seeds(COLUMNS)
        self._pieces: dict[int, QImage] = {}
        self._edges = [
            self._thumbnail(f"Row {at + 1}" if at < ROWS else f"Column {at - ROWS + 1}") for at in range(ROWS + COLUMNS)
        ]
        self._cells = [
            self._thumbnail(f"Row {at // COLUMNS + 1}, column {at % COLUMNS + 1}") for at in range(ROWS * COLUMNS)
        ]
        self.band = Segments(
            [name.capitalize() for name in NAMES], [f"Takes the {name} layers from the column." for name in NAMES]
        )
        self._unfinished = set(OWNERS)  # owners whose exact pictures are still to come
        self.message = QLabel()
        self.export = button("Export …", "")
        self._lay_out()

    def start(self) -> None:
        """Asks for all pictures."""
        faces = [replace(self._recipe, latent=latent, mixes=()) for latent in (*self._rows, *self._columns)]
        self._unfinished.add(EDGES)
        self.wanted.emit(Strip(EDGES, tuple(faces), SIDE, refine=True))
        self._fill()

    def take(self, answer: Piece | Done) -> None:
        """Shows an answer to one of its requests: each picture comes twice, as a draft and drawn exactly."""
        if isinstance(answer, Done):
            self._unfinished.discard(answer.request.owner)
            self._show_progress()
            return
        is_edge = isinstance(answer.request, Strip)
        thumbnail = (self._edges if is_edge else self._cells)[answer.index]
        thumbnail.show_pixels(answer.value)
        if thumbnail.pixmap is not None:
            self._pieces[answer.index if is_edge else ROWS + COLUMNS + answer.index] = thumbnail.pixmap.toImage()

    def failed(self, answer: Failed) -> None:
        """Says why there are no pictures."""
        self.message.setText(answer.reason)

    def picture(self) -> QImage:
        """The whole matrix as one picture, columns above, rows at the left."""
        gap = SIDE // 16
        made = QImage(
            QSize((COLUMNS + 1) * (SIDE + gap) + gap, (ROWS + 1) * (SIDE + gap) + gap), QImage.Format.Format_RGB888
        )
        made.fill(QColor("white"))
        painter = QPainter(made)
        for place, piece in self._pieces.items():
            column, row = _place(place)
            painter.drawImage(gap + column * (SIDE + gap), gap + row * (SIDE + gap), piece.scaled(SIDE, SIDE))
        painter.end()
        return made

    def _fill(self) -> None:
        for thumbnail in self._cells:
            thumbnail.set_stale()
        rows = tuple(replace(self._recipe, latent=latent, mixes=()) for latent in self._rows)
        columns = tuple(replace(self._recipe, latent=latent, mixes=()) for latent in self._columns)
        self._unfinished.add(CELLS)
        self._show_progress()
        self.wanted.emit(Matrix(CELLS, rows, columns, NAMES[self.band.index], SIDE))

    def _show_progress(self) -> None:
        """What is exported is exact, so it waits until every picture is."""
        drafts = bool(self._unfinished)
        self.message.setText(f"Some cells are drafts; exact ones are being drawn. {GO_ON}" if drafts else GO_ON)
        allow(self.export, "Every cell must be exact first; wait a moment." if drafts else "", "Saves the matrix.")

    def _thumbnail(self, name: str) -> Thumbnail:
        made = Thumbnail(SHOWN, parent=self)
        made.setAccessibleName(name)
        made.setToolTip(name + ".")
        return made

    def _lay_out(self) -> None:
        outer, head, grid = QVBoxLayout(self), QHBoxLayout(), QGridLayout()
        outer.setContentsMargins(14, 14, 14, 14)
        outer.setSpacing(12)
        grid.setSpacing(6)
        for at, thumbnail in enumerate((*self._edges, *self._cells)):
            column, row = _place(at)
            grid.addWidget(thumbnail, row, column)
        corner = QLabel("row's face,\ncolumn's\nlayers")
        corner.setProperty("role", "small")
        corner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(corner, 0, 0)
        rows = button("New rows", "Draws other faces for the rows.")
        columns = button("New columns", "Draws other faces for the columns.")
        head.addWidget(QLabel("From the column:"))
        for each in (self.band, rows, columns, self.export):
            head.addWidget(each)
        head.insertStretch(2, 1)
        self.message.setProperty("role", "muted")
        self._show_progress()
        outer.addLayout(head)
        outer.addLayout(grid)
        outer.addWidget(self.message)
        rows.clicked.connect(lambda: self._redraw(rows=_seeds(ROWS)))
        columns.clicked.connect(lambda: self._redraw(columns=_seeds(COLUMNS)))
        self.export.clicked.connect(self._export)
        self.band.chosen.connect(lambda _: self._fill())
        for band in bands(self._info.resolution):
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
        ask_to_save(self, "Export the matrix", "matrix.png", "Pictures (*.png)", self._save)

    def _save(self, path: str) -> None:
        saved = self.picture().save(path)
        self.message.setText(f"Saved {path}." if saved else f"{path} cannot be written: choose another folder.")


def _place(at: int) -> tuple[int, int]:
    """(column, row) in the grid of an edge or a cell."""
    if at < ROWS:
        return 0, 1 + at
    if at < ROWS + COLUMNS:
        return 1 + at - ROWS, 0
    row, column = divmod(at - ROWS - COLUMNS, COLUMNS)
    return 1 + column, 1 + row


def _seeds(count: int) -> list[Latent]:
    return [Latent(random.randrange(SEEDS)) for _ in range(count)]


def is_of_matrix(request: Request) -> bool:
    """Whether a request was the matrix's own."""
    return request.owner in OWNERS
