"""Words on the window: labels in the roles and tones of the style sheet, which show any text letter by letter."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def text_label(text: str = "", role: str = "", *, tone: str = "", wraps: bool = False) -> QLabel:
    """A label; ``role`` is "headline", "title", "muted", "small", "number" or "small-number".

    Its text may quote files and names that people gave: nothing in it is taken for markup.
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    for name, value in (("role", role), ("tone", tone)):
        if value:
            made.setProperty(name, value)
    return made


def restyle(widget: QWidget, name: str, value: str | bool) -> None:
    """Sets a property that the style sheet looks at: the tone of a sentence, the band of a name."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
