"""Names that people gave, letter by letter on buttons and in menus."""


def literal(name: str) -> str:
    """The text of a button or a menu that shows this name; to Qt a single & marks the letter that comes after it."""
    return name.replace("&", "&&")
