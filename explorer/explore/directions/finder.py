"""What looks for directions, PCA, SeFa and the labels of data: how far they are, what they bring, how they end."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.panel import Asking
from explorer.controls.search_row import SearchRow
from explorer.controls.text import text_label
from explorer.explore.directions.shelf import DirectionShelf
from explorer.jobs import Done, Failed, Pca, Piece, Sefa
from stylegan_core.amounts import counted
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Library
from stylegan_core.run.stems import kimg_words, of_one_run

PCA, SEFA = "directions.pca", "directions.sefa"
LABELS = "directions.labels"  # a search of another process
AGAIN = "Looks for the directions of the snapshot that is shown now, and opens its library."
ONCE_MORE = "Begins the search that was given up again."


class DirectionFinder(QObject):
    """Fills the shelf of a panel, whose network it looks through; its widgets are put into the panel's body."""

    changed = Signal()  # the shelf holds others
    labels_dropped = Signal()  # the search in the labels is given up

    def __init__(self, panel: Asking, shelf: DirectionShelf) -> None:
        super().__init__(panel)
        self._panel, self._shelf = panel, shelf
        self._found_in = Path()  # the file of the network that the directions belong to
        self.message, self.search = text_label("", "small", wraps=True), SearchRow("search for directions")
        self.again = chip("find again", AGAIN)
        self.search.given_up.connect(self.give_up)

    def lay_out(self, body: Down) -> None:
        """Adds what it says and offers below the sliders."""
        offered = Across()
        offered.add(self.again, None)
        body.addWidget(self.message)
        body.addLayout(offered)
        body.addWidget(self.search)
        self.message.hide()
        self.again.hide()

    def say(self, words: str) -> None:
        """One sentence below the sliders; without one, what is wrong with the library, if anything is."""
        self.message.setText(words or self._shelf.trouble)
        self.message.setVisible(bool(self.message.text()))

    # -- the network that is looked through -----------------------------------------------------------------------

    def is_later_snapshot(self, info: ModelInfo) -> bool:
        """Whether the directions that are here were found in another snapshot of the same run and still fit."""
        here, before = Path(self._panel.session.model_path), self._panel.info
        fits = before is not None and before.w_dim == info.w_dim and bool(self._shelf.found)
        return fits and here != self._found_in and of_one_run(here, self._found_in)

    def follow(self, info: ModelInfo) -> None:
        """Keeps what was found for a later snapshot, and offers to look anew."""
        self._shelf.follow(info)
        self.again.setToolTip(AGAIN)
        self.again.show()
        self.say(f"Found at {kimg_words(self._found_in)}, and kept while the model learns on.")

    def open(self, info: ModelInfo) -> None:
        """Begins with the library of the panel's network; nothing of the one before is left."""
        self.again.hide()
        self._found_in = Path(self._panel.session.model_path)
        self._shelf.open(info)
        self._shelf.view = self._unasked
        self.say("")

    @property
    def _unasked(self) -> str:
        """What looks for directions unasked; where the code itself is W, every direction of it differs the same."""
        info = self._panel.info
        return "sefa" if info is not None and info.why_not("styles") else "pca"

    # -- searches of the renderer ---------------------------------------------------------------------------------

    def begin(self) -> None:
        """Looks for directions unasked, unless that was done."""
        if self._unasked in self._shelf.found:
            return
        if self._unasked == "pca":
            self._look(Pca(PCA), "Looking for the directions in which faces differ most …")
        else:
            self._look(Sefa(SEFA), "Looking for the directions the first layer reacts to most …")

    def forget_factors(self) -> None:
        """What SeFa found is not wanted any more."""
        self._shelf.found.pop("sefa", None)
        self._panel.forget(SEFA)

    def factorise(self, first: int, last: int | None) -> None:
        """Looks for the directions that the styles of some layers react to most (SeFa)."""
        self._look(Sefa(SEFA, first, last), "Looking for the directions the styles react to most …")

    def _look(self, request: Pca | Sefa, words: str) -> None:
        if self._panel.ask(request):
            self.say(words)
            self.search.begin(request.owner)

    def take(self, answer: Piece | Done) -> None:
        """How far a search is, or what it has brought."""
        if isinstance(answer, Piece):
            self.search.advance(answer.index + 1, answer.total)
        else:
            self._shelf.found["pca" if isinstance(answer.request, Pca) else "sefa"] = answer.value
            self.search.end(answer.request.owner)
            self.say("")
            self.changed.emit()

    def failed(self, answer: Failed) -> None:
        """Why a search has brought nothing."""
        self.search.end(answer.request.owner)
        self.say(answer.reason)
        self._shelf.found.setdefault("pca" if isinstance(answer.request, Pca) else "sefa", ())

    def give_up(self) -> None:
        """Ends the searches that go on; what was there before is shown, and the first search can be begun again."""
        for owner, source in ((PCA, "pca"), (SEFA, "sefa")):
            if owner in self.search.owners:
                self._panel.forget(owner)
                self._shelf.found.setdefault(source, ())
        self.end()
        if not self._shelf.entries():
            self._shelf.view = self._unasked
        self.changed.emit()
        self.say("The search was given up.")
        self.again.setToolTip(ONCE_MORE)
        self.again.setVisible(not self._shelf.found.get(self._unasked))

    def end(self) -> None:
        """No search goes on any more; that in the labels is called off."""
        if LABELS in self.search.owners:
            self.search.end(LABELS)
            self.labels_dropped.emit()
        self.search.end(PCA, SEFA)

    # -- directions with the names of labels, which another process looks for -------------------------------------

    def begin_labels(self, data: str) -> None:
        """The labels of a data set are being looked at."""
        self.say(f"Learning what the labels of {data} mean …")
        self.search.begin(LABELS)

    def labels_advanced(self, done: int, total: int, left: str) -> None:
        """So much of so much is done; ``left`` says how long it still takes, where that is worth saying."""
        self.search.advance(done, total)
        if left:
            self.say(f"Looking for the directions of the labels, {left} …")

    def labels_found(self, path: Path, data: str) -> None:
        """The library that was found is there: what has a new name is put into this one."""
        try:
            found = Library.load(path).entries
        except (OSError, ValueError) as error:
            self.labels_failed(str(error))
            return
        self.search.end(LABELS)
        self.say("")
        self._shelf.learn(found, lambda number: _told(number, len(found) - number, data))

    def labels_failed(self, sentence: str) -> None:
        """There are none, for this reason."""
        self.search.end(LABELS)
        self.say(sentence)


def _told(new: int, known: int, data: str) -> str:
    """What a search in the labels of a data set has brought."""
    if not new and not known:
        return f"None of the labels of {data} changes enough along any direction."
    if not new:
        return f"Every direction found in the labels of {data} has a name that is there already."
    rest = f" {known} more have names that are there already." if known else ""
    return f"{counted(new, 'direction')} found in the labels of {data}.{rest}"
