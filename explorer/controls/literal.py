"""Names that people gave, letter by letter on buttons, in menus and in tooltips; for labels see text.py."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from stylegan_core.files.names import one_line

WIDEST = 420  # pixels of a name in a menu, which would be as wide as the screen


def literal(name: str) -> str:
    """The text of a button or a menu that shows this name; to Qt a single & marks the letter that comes after it."""
    return name.replace("&", "&&")


def in_menu(menu: QMenu, name: str) -> str:
    """The text of an entry that shows this name, its middle left out where it is very long."""
    return literal(menu.fontMetrics().elidedText(one_line(name), Qt.TextElideMode.ElideMiddle, WIDEST))


def literal_tip(words: str) -> str:
    """A tooltip of words from elsewhere: what looks like HTML would be drawn as such, with pictures from any folder."""
    safe = escape(words, quote=False).replace("\n", "<br>")
    return f"<p>{safe}</p>" if "<" in words or "&" in words else words


def with_capital(words: str) -> str:
    """Words that begin a sentence; str.capitalize would write the names in it small."""
    return words[:1].upper() + words[1:]
