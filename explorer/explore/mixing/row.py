"""One row of mixing: where some layers come from, and by how much."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton
from explorer.controls.panel import allow
from explorer.controls.pop_up import pop_up
from explorer.controls.questions import ask_for_seed, ask_to_open
from explorer.controls.recipe_drag import dragged_file, dragged_recipe, may_hold_recipe
from explorer.controls.slider import LabelledSlider
from explorer.controls.source_words import source_words
from explorer.controls.text import text_label
from explorer.controls.thumbnails import Thumbnail
from stylegan_core.recipe import Latent, Mix, knob

THUMBNAIL = 44
_MENU = {
    "new": "New seed",
    "seed": "Seed…",
    "file": "From a saved picture…",
    "take": "Take the current face",
    "clear": "Remove",
}


class MixRow(QWidget):
    """Thumbnail of the source, weight in the band's colour, new seed, swap, lock.

    ``weighed`` follows the slider, ``committed`` ends its gesture; ``source_chosen`` carries another Latent,
    ``asked`` a word: "new", "take", "swap" or "clear"; ``picture_chosen`` the file of a saved picture.
    """

    weighed = Signal(float)
    committed = Signal()
    source_chosen = Signal(object)
    asked = Signal(str)
    picture_chosen = Signal(str)

    def __init__(self, name: str, band: str, where: str, source: Latent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source, self._where, self._reason = source, where, ""
        self.thumbnail = Thumbnail(THUMBNAIL)
        self.thumbnail.set_frame(band)
        self.weight = LabelledSlider("", knob(Mix, "weight"), 0.0, colour=band, number_width=42)
        self.weight.track.setAccessibleName(f"{name} weight")
        self.weight.number.setAccessibleName(f"{name} weight, number")
        self.caption = text_label("", "small")
        tips = self._tips(name.lower())
        self.new, self.swap = (
            IconButton("dice", f"{name} from another face", tips["new"]),
            IconButton("swap", f"Swap {name.lower()} with the face", tips["swap"]),
        )
        self.lock = IconButton("unlock", f"Lock {name.lower()}", tips["lock"], "lock")
        self._lay_out(name, band)
        self._connect(name)
        self.setAcceptDrops(True)
        self.show_mix(None, source)

    @staticmethod
    def _tips(layers: str) -> dict[str, str]:
        """What each part of the row does, in a sentence."""
        return {
            "thumbnail": f"The face the {layers} layers come from. Click for choices, or drop a face.",
            "new": f"Takes the {layers} layers from another random face.",
            "swap": f"Makes this source the face, and the face the source of {layers}.",
            "lock": f"Keeps source and weight of {layers} as they are.",
        }

    def _lay_out(self, name: str, band: str) -> None:
        title = QLabel(f'<span style="color:{theme.current().band(band).name()}">●</span>&nbsp; {name}')
        title.setFixedWidth(68)
        self._title, self._band, self._name = title, band, name
        self.caption.setMinimumWidth(10)
        below = Across(spacing=0)
        below.addWidget(self.caption, 1)
        for each in (self.new, self.swap, self.lock):
            each.setFixedSize(24, 22)
            below.addWidget(each)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(title, 0, 0, 2, 1)
        grid.addWidget(self.thumbnail, 0, 1, 2, 1)
        grid.addWidget(self.weight, 0, 2)
        grid.addLayout(below, 1, 2)
        grid.setColumnStretch(2, 1)

    def _connect(self, name: str) -> None:
        self.thumbnail.setAccessibleName(f"{name} source")
        self.thumbnail.clicked.connect(lambda: self._menu(self.mapToGlobal(self.thumbnail.geometry().bottomLeft())))
        self.thumbnail.menu_asked.connect(self._menu)
        self.weight.changing.connect(self.weighed)
        self.weight.committed.connect(lambda _: self.committed.emit())
        self.new.clicked.connect(lambda: self.asked.emit("new"))
        self.swap.clicked.connect(lambda: self.asked.emit("swap"))
        self.lock.toggled.connect(lambda _: self._allow())

    @property
    def locked(self) -> bool:
        """Whether a person keeps this row as it is."""
        return self.lock.isChecked()

    def show_mix(self, mix: Mix | None, proposed: Latent) -> None:
        """Shows a mix, or with None the source proposed for one, at weight 0."""
        self.source = mix.source if mix else proposed
        self.weight.set_value(mix.weight if mix else 0.0)
        self._write()

    def set_where(self, where: str) -> None:
        """Says at which resolutions its layers work."""
        self._where = where
        self._write()

    def set_why_not(self, reason: str) -> None:
        """Disables the row and says why, or enables it."""
        self._reason = reason
        self._allow()

    def _allow(self) -> None:
        tips = self._tips(self._name.lower())
        kept = self._reason or ("This row is locked." if self.locked else "")
        self.weight.set_why_not(kept)
        for each, part in ((self.thumbnail, "thumbnail"), (self.new, "new"), (self.swap, "swap")):
            allow(each, kept, tips[part])
        allow(self.lock, self._reason, tips["lock"])
        self.setToolTip(self._reason)

    def _write(self) -> None:
        words = " · ".join(filter(None, [self._where, source_words(self.source)]))
        self.caption.setText(
            QFontMetrics(self.caption.font()).elidedText(words, Qt.TextElideMode.ElideRight, self.caption.width())
        )
        self.caption.setToolTip(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grid.activate()
        self._write()

    def recolour(self) -> None:
        """Takes the band's colour of the theme now on screen."""
        colour = theme.current().band(self._band).name()
        self._title.setText(f'<span style="color:{colour}">●</span>&nbsp; {self._name}')

    def _menu(self, where: QPoint) -> None:
        pop_up(self, where, *((text, partial(self._choose, word), True) for word, text in _MENU.items()))

    def _choose(self, word: str) -> None:
        if word == "file":
            ask_to_open(self, "A saved picture", "Pictures saved by this program (*.png)", self.picture_chosen.emit)
        elif word == "seed":
            ask_for_seed(self, self.source.seed, lambda seed: self.source_chosen.emit(Latent(seed)))
        else:
            self.asked.emit(word)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if may_hold_recipe(event.mimeData()) and not self.locked and not self._reason:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        recipe, file = dragged_recipe(event.mimeData()), dragged_file(event.mimeData())
        if recipe is not None:
            event.acceptProposedAction()
            self.source_chosen.emit(recipe.latent)
        elif file is not None:
            event.acceptProposedAction()
            self.picture_chosen.emit(str(file))
