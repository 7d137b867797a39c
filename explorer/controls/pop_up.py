"""A menu that is made when it is asked for and gone when it is closed."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

Choice = tuple[str, Callable[[], object], bool]
"""What it says, what it does, whether it can be done now."""


def choose_once(menu: QMenu) -> None:
    """Once something is chosen, nothing else is: the second click of a double one still reaches the hidden menu."""
    menu.triggered.connect(lambda _: menu.setEnabled(False))


def pop_up(parent: QWidget, where: QPoint, *choices: Choice) -> QMenu:
    """Shows the choices at a place of the screen; returns the menu, which deletes itself when it is closed."""
    menu = QMenu(parent)
    for text, do, possible in choices:
        action = menu.addAction(text)
        action.setEnabled(possible)
        action.triggered.connect(lambda _=False, do=do: do())
    choose_once(menu)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)
    return menu
