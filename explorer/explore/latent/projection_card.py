"""A photo beside the nearest picture of the network, while that is looked for and afterwards."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import IconButton, chip
from explorer.controls.literal import literal_tip
from explorer.controls.panel import allow
from explorer.controls.progress import ProgressBar
from explorer.controls.text import text_label
from explorer.controls.thumbnails import Thumbnail
from explorer.pixels import Pixels

SIDE = 84
TIPS = {
    "photo": "Your picture, cut to a square and as large as the model draws. Click to wipe between it and the face.",
    "nearest": "The nearest picture that was found. Click to come back to it.",
    "take": "Ends the search and shows the nearest face so far.",
    "cancel": "Gives the search up; the face stays as it is.",
    "compare": "Wipes between your picture and the present face, with a line to drag.",
    "close": "Puts your picture away; the face stays.",
}
NOTHING_YET = "Nothing is found yet."
NO_SEARCH = "Nothing is looked for: begin with My photo."


class ProjectionCard(QWidget):
    """Hidden until a search begins; the buttons are those of the search, and after it those of what was found."""

    taken = Signal()
    given_up = Signal()
    compared = Signal()
    returned = Signal()  # to the face that was found
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photo, self.nearest = Thumbnail(SIDE, "photo"), Thumbnail(SIDE, "nearest")
        self.number, self.unit = text_label("", "headline"), text_label("of 255 apart", "small")
        self.beside, self.words = text_label("", "small"), text_label("", "small")
        self.bar, self.where = ProgressBar("the search for a face"), text_label("", "small", wraps=True)
        self.take, self.cancel = chip("take it", TIPS["take"]), chip("cancel", TIPS["cancel"])
        self.compare, self.close_it = (
            chip("compare", TIPS["compare"]),
            IconButton("close", "Close the photo", TIPS["close"]),
        )
        self._lay_out()
        self.photo.clicked.connect(self._compare)
        self.nearest.clicked.connect(self._return)
        self.take.clicked.connect(self.taken)
        self.cancel.clicked.connect(self.given_up)
        self.compare.clicked.connect(self.compared)
        self.close_it.clicked.connect(self.closed)
        self._show_buttons(searching=False)
        self.hide()

    @property
    def searching(self) -> bool:
        """True between :meth:`begin` and :meth:`end`."""
        return not self.take.isHidden()

    def begin(self, photo: Pixels, name: str) -> None:
        """A search for uint8 [R, R, 3] begins; nobody knows yet how long it takes."""
        self.photo.show_pixels(photo)
        self.photo.setToolTip(literal_tip(f"{name}. {TIPS['photo']}"))
        self.nearest.show_pixmap(None)
        self.number.setText("…")
        self.beside.setText("")
        self.bar.wait()
        self.words.setText("Waking up …")
        self.say_where("")
        self._show_buttons(searching=True)
        self.show()

    def advance(self, done: int, total: int, left: str) -> None:
        """So much of so much is done; ``left`` says how long it still takes, where that is worth saying."""
        self.bar.advance(done, total)
        self.words.setText(left or "Looking for the nearest face …")

    def show_nearest(self, pixels: Pixels, difference: float) -> None:
        """The nearest so far, uint8 [R, R, 3], and its mean difference, 0..255."""
        self.nearest.show_pixels(pixels)
        self.number.setText(f"{difference:.1f}")
        allow(self.take, "", TIPS["take"])

    def end(self, random: float | None = None) -> None:
        """The search is over; ``random`` is how far pictures of random seeds are from the photo, where it is known."""
        self.beside.setText("" if random is None else f"random {random:.0f}")
        self._show_buttons(searching=False)

    def say_where(self, words: str) -> None:
        """In which network it is looked for, where another one is shown; empty for the one that is shown."""
        self.where.setText(words)
        self.where.setVisible(bool(words))

    def _compare(self) -> None:
        if not self.searching:
            self.compared.emit()

    def _return(self) -> None:
        if not self.searching:
            self.returned.emit()

    def _show_buttons(self, *, searching: bool) -> None:
        for each in (self.bar, self.words, self.take, self.cancel):
            each.setVisible(searching)
        for other in (self.compare, self.close_it):
            other.setVisible(not searching)
        allow(self.take, NOTHING_YET if searching else NO_SEARCH, TIPS["take"])
        allow(self.cancel, "" if searching else NO_SEARCH, TIPS["cancel"])

    def _lay_out(self) -> None:
        self.photo.setToolTip(TIPS["photo"])
        self.nearest.setToolTip(TIPS["nearest"])
        self.photo.setAccessibleName("Your picture")
        self.nearest.setAccessibleName("The nearest face")
        self.take.setAccessibleName("Take the nearest face so far")
        self.cancel.setAccessibleName("Cancel the search for a face")
        self.compare.setAccessibleName("Compare with the photo")
        self.where.hide()
        self.number.setToolTip("Mean difference of colours between your picture and the nearest, of 255.")
        self.beside.setToolTip("How far pictures of random seeds are from yours, for comparison.")
        numbers = Down(spacing=0)
        numbers.add(self.number, self.unit, self.beside, None)
        buttons = Across(spacing=4)
        buttons.add(self.compare, self.close_it, None)
        numbers.addLayout(buttons)
        head, foot = Across(spacing=8), Across(spacing=6)
        head.add(self.photo, self.nearest)
        head.addLayout(numbers, 1)
        foot.addWidget(self.words, 1)
        foot.add(self.take, self.cancel)
        column = Down(self, 6, edges=(0, 0, 0, 4))
        column.add(head, self.where, self.bar, foot)
