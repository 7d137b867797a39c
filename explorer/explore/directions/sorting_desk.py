"""Keeps the dialog of sorting: it is opened once, and piles that were left come back."""

from explorer.controls.panel import Panel
from explorer.explore.directions.shelf import DirectionShelf
from explorer.explore.directions.sorting import FACES, SortingDialog
from explorer.jobs import Done, Failed, Piece
from stylegan_core.recipe import Direction, Recipe


class SortingDesk:
    """Asks for a panel, and puts the direction that was found on its shelf."""

    def __init__(self, panel: Panel, shelf: DirectionShelf) -> None:
        self._panel, self._shelf = panel, shelf
        self.dialog: SortingDialog | None = None

    def open(self, recipe: Recipe, others: tuple[Direction, ...]) -> None:
        """Shows the piles that were left, or begins with faces like that of a recipe beside directions of the model."""
        if self.dialog is not None and self.dialog.unfinished:
            self.dialog.show()
            self.dialog.activateWindow()
            self.dialog.go_on()
            return
        self.close()
        self.dialog = SortingDialog(recipe, others, self._panel.window())
        self.dialog.wanted.connect(self._panel.ask_anew)
        self.dialog.found.connect(self._shelf.keep)
        self.dialog.finished.connect(lambda _: self._panel.forget(FACES))
        self.dialog.show()
        self.dialog.start()

    def close(self) -> None:
        """Puts the piles away, with what is on them."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = None

    def take(self, answer: Piece | Done) -> None:
        """Hands an answer on."""
        if self.dialog is not None:
            self.dialog.take(answer)

    def failed(self, answer: Failed) -> None:
        """Hands on why there is no answer."""
        if self.dialog is not None:
            self.dialog.failed(answer)
