"""Names that people gave, letter by letter on buttons, in menus and in tooltips; for labels see text.py."""

from html import escape


def literal(name: str) -> str:
    """The text of a button or a menu that shows this name; to Qt a single & marks the letter that comes after it."""
    return name.replace("&", "&&")


def literal_tip(words: str) -> str:
    """A tooltip of words from elsewhere: what looks like HTML would be drawn as such, with pictures from any folder."""
    safe = escape(words, quote=False).replace("\n", "<br>")
    return f"<p>{safe}</p>" if "<" in words or "&" in words else words


def with_capital(words: str) -> str:
    """Words that begin a sentence; str.capitalize would write the names in it small."""
    return words[:1].upper() + words[1:]
