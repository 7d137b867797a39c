"""The dialog of the contact sheet: how many faces with the current changes, and its progress."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.field_form import field_form
from explorer.controls.progress import ProgressBar
from explorer.controls.questions import ask_to_save, unasked, with_ending
from explorer.controls.spin import Spin
from explorer.controls.text import text_label
from explorer.jobs import Answer, Done, Failed, Piece, Sheet
from explorer.work.time_left import WORTH_SAYING, TimeLeft
from stylegan_core.amounts import duration
from stylegan_core.recipe import SEEDS, Latent, Recipe

OWNER = "sheet"
KINDS = "PNG picture (*.png);;PDF page (*.pdf)"
MOST = 500


class SheetDialog(QDialog):
    """Asks for the seeds, emits the job, shows how far it is; closing the dialog cancels it.

    ``each`` is how long one picture takes to draw, 0 where nobody knows.
    """

    asked = Signal(object)  # Sheet
    cancelled = Signal(str)  # owner

    def __init__(self, recipe: Recipe, name: str, folder: str, each: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._recipe, self._name, self._folder, self._each = recipe, name, folder, each
        self._request: Sheet | None = None
        self._left = TimeLeft()
        self.setWindowTitle("Contact sheet")
        self.first = _number("First seed", 0, SEEDS - 1, recipe.latent.seed)
        self.count = _number("Pictures", 1, MOST, 24)
        self.columns = _number("Columns", 1, 24, 6)
        self._progress = ProgressBar("the contact sheet")
        self._progress.hide()
        self._says = text_label("", "muted", wraps=True)
        self._save = button("Save as…", "Asks for a PNG or PDF file and draws the sheet.", "primary")
        self._close = button("Close", "Closes this dialog; a sheet that is being drawn is given up.")
        self._save.clicked.connect(self._ask_path)
        self._close.clicked.connect(self.reject)
        self.count.valueChanged.connect(lambda _: self._say_what())
        self.finished.connect(lambda _: self.cancelled.emit(OWNER))
        self._lay_out()
        self._say_what()

    def draw_to(self, path: str) -> None:
        """Asks for the sheet: a PDF where the name ends so, else a PNG, whose name says so too."""
        named = with_ending(path, ".pdf" if path.lower().endswith(".pdf") else ".png")
        if why := unasked(path, named):
            self._says.setText(why)
            return
        seeds = range(self.first.whole, self.first.whole + self.count.whole)
        recipes = tuple(replace(self._recipe, latent=Latent(seed % SEEDS)) for seed in seeds)
        self._left = TimeLeft()
        self._request = Sheet(OWNER, recipes, self.columns.whole, named)
        self._progress.advance(0, len(recipes))
        self._progress.show()
        self._save.setEnabled(False)
        self._say_drawn(0, len(recipes))
        self.asked.emit(self._request)

    def job_done(self, answer: Answer) -> None:
        """Follows the answers to its own request."""
        if answer.request != self._request:
            return
        if isinstance(answer, Piece):
            self._progress.advance(answer.index + 1, answer.total)
            self._say_drawn(answer.index + 1, answer.total)
            return
        self._save.setEnabled(True)
        self._progress.hide()
        if isinstance(answer, Done):
            self._says.setText(f"Saved {answer.value}.")
        elif isinstance(answer, Failed):
            self._says.setText(answer.reason)

    def _say_what(self) -> None:
        """What the sheet holds, and how long that takes where it is long."""
        seconds = self._each * self.count.value()
        takes = f", about {duration(seconds)} to draw" if seconds >= WORTH_SAYING else ""
        if self._save.isEnabled():  # else it says how far it is
            self._says.setText(f"Other faces with the present changes, each drawn exactly{takes}.")

    def _say_drawn(self, done: int, total: int) -> None:
        self._says.setText(f"{done} of {total} pictures drawn{self._left.clause(done, total)}.")

    def _ask_path(self) -> None:
        ask_to_save(self, "Save the contact sheet", f"{self._name}-sheet.png", KINDS, self.draw_to, self._folder)

    def _lay_out(self) -> None:
        form = field_form((self.first, self.count, self.columns))
        foot = Across()
        foot.add(None, self._close, self._save)
        column = Down(self, 12, edges=(20, 18, 20, 16))
        column.add(text_label("Contact sheet", "headline"), self._says, form, self._progress, foot)
        self.setMinimumWidth(380)


def _number(name: str, least: int, most: int, value: int) -> Spin:
    return Spin(name, f"{name}, from {least} to {most}.", least, most, value)
