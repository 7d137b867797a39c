"""What a page of the Lab shows before anything is measured: one sentence, and the button that leads on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down
from explorer.controls.buttons import button
from explorer.controls.panel import allow
from explorer.controls.text import text_label

HIGH = 200  # pixels in which it is still in the middle of something


class Blank(QWidget):
    """Lies where the numbers will be; ``asked`` comes where its button is pressed."""

    asked = Signal()

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(HIGH)
        self.words, self.way = text_label(sentence, "muted", wraps=True), button("", "")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.way.clicked.connect(self.asked)
        column = Down(self, 16)
        column.addStretch(2)
        column.addWidget(self.words)
        column.addWidget(self.way, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def offer(self, text: str, tip: str, why_not: str = "") -> None:
        """What the button says and does, or why it cannot be pressed."""
        self.way.setText(text)
        self.way.setAccessibleName(text.rstrip("…"))
        allow(self.way, why_not, tip)
