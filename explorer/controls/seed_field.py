"""The field of a seed, and new seeds."""

import random

from PySide6.QtCore import QRegularExpression, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QRegularExpressionValidator, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyleOptionFrame, QWidget

from explorer import theme
from explorer.controls.field import Field
from explorer.controls.slider import REST
from explorer.work.soon import soon
from stylegan_core.recipe import SEEDS, Latent, knob

SEED_TIP = f"{knob(Latent, 'seed').meaning} Type one, or step with the up and down keys."
SHORT_SEEDS = 100_000


def short_seed() -> int:
    """A random seed, short enough to be said aloud."""
    return random.randrange(SHORT_SEEDS)


class SeedField(Field):
    """A seed: ``chosen`` by typing, or ``stepped`` to with up and down; ``rested`` comes 400 ms after the last step.

    While it has the focus it holds the bare number; otherwise it says in words where the face comes from.
    """

    chosen = Signal(object)  # an int, but Qt's own ends at 2³¹
    stepped = Signal(object)
    rested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "mono")
        self.setFont(theme.mono())
        self._latent = Latent()
        self.setAccessibleName("Seed")
        self.setToolTip(SEED_TIP)
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9 ]{0,12}"), self))
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.rested)

    def show_seed(self, latent: Latent) -> None:
        """Shows where the face comes from, unless a person is typing."""
        self._latent = latent
        if not (self.hasFocus() and self.isModified()):
            self.write()

    def write(self) -> None:
        room, measure = self._room(), self.fontMetrics()
        fitting = [words for words in in_words(self._latent) if measure.horizontalAdvance(words) <= room]
        words = fitting[0] if fitting else in_words(self._latent)[-1]
        self.setText(str(self._latent.seed) if self.hasFocus() else words)
        self.setCursorPosition(0)
        self.setModified(False)

    def _room(self) -> int:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        return inside.width() - 4  # what QLineEdit keeps free beside its text

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.hasFocus():
            self.write()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.write()
        soon(self, self.selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self.setModified(False)
            self.stepped.emit((self._latent.seed + step) % SEEDS)
            self._rest.start()
        else:
            super().keyPressEvent(event)

    def take(self) -> None:
        digits = self.text().replace(" ", "")
        if self.isModified() and digits:
            self.setModified(False)
            self.chosen.emit(int(digits) % SEEDS)


def in_words(latent: Latent) -> tuple[str, ...]:
    """Where a face comes from, the most telling words first, shorter ones for a field with less room after them."""
    if latent.w is not None:
        return ("stored face",)
    seed, x, y = latent.seed, latent.x, latent.y
    if not x and not y:
        return f"seed {seed}", str(seed)
    fine = f"{x:+.2f} {y:+.2f}"
    return f"seed {seed}  {fine}", f"{seed}  {fine}", f"{seed} {x:+.1f} {y:+.1f}", f"{seed} {x:+.0f} {y:+.0f}"
