"""What each action of the table in ``explorer.actions`` does."""

from typing import TYPE_CHECKING

from explorer import theme
from explorer.actions import GESTURES
from explorer.controls.compare import Mode
from explorer.controls.shortcuts_dialog import ShortcutsDialog
from stylegan_core.recipe import Recipe

if TYPE_CHECKING:
    from explorer.app import Explorer


def connect_actions(explorer: "Explorer") -> None:
    """Connects every action with what it does."""
    face, window = explorer.session, explorer.window
    for key, slot in {
        "open": explorer.dialogs.ask_file,
        "photo": explorer.projecting.ask,
        "open_run": explorer.dialogs.ask_run,
        "next_model": lambda: explorer.documents.step(1),
        "previous_model": lambda: explorer.documents.step(-1),
        "save": explorer.dialogs.ask_save,
        "about": explorer.dialogs.show_about,
        "sheet": explorer.dialogs.show_sheet,
        "undo": face.undo,
        "redo": face.redo,
        "commands": lambda: window.palette_box.ask(explorer.every_action()),
        "copy": explorer.clipboard.copy_picture,
        "copy_recipe": explorer.clipboard.copy_recipe,
        "paste_recipe": explorer.clipboard.paste,
        "star": explorer.history.star_current,
        "film": lambda: explorer.below.show_strip(1 - explorer.below.index),
        "film_add": explorer.filming.add,
        "film_play": explorer.filming.play,
        "film_save": explorer.filming.ask,
        "film_undo": explorer.reel.undo,
        "film_redo": explorer.reel.redo,
        "film_favourites": explorer.filming.add_favourites,
        "film_new": explorer.film.clear,
        "reset": lambda: face.apply(Recipe(face.recipe.latent, label=face.recipe.label)),
        "explore": lambda: window.show_workspace(0),
        "train": lambda: window.show_workspace(1),
        "lab": lambda: window.show_workspace(2),
        "train_one": lambda: _train_one(explorer),
        "shortcuts": lambda: ShortcutsDialog(explorer.every_action(), GESTURES, window).open(),
        "present": explorer.presenting.toggle,
        "remote": explorer.remoting.show,
        "hint": explorer.hint.begin,
        "quit": window.close,
    }.items():
        explorer.actions[key].triggered.connect(lambda _=False, do=slot: do())
    _connect_switches(explorer)


def _connect_switches(explorer: "Explorer") -> None:
    """Connects the actions that are on or off."""
    window, actions = explorer.window, explorer.actions
    for key, mode in (("wipe", Mode.WIPE), ("difference", Mode.DIFFERENCE)):
        actions[key].triggered.connect(lambda on, mode=mode: explorer.picture.set_mode(mode if on else Mode.OFF))
    actions["drag"].toggled.connect(explorer.drag.set_on)
    actions["smooth"].toggled.connect(explorer.picture.set_smooth)
    actions["theme"].toggled.connect(lambda light: _switch_theme(explorer, light))
    actions["full_screen"].toggled.connect(lambda full: window.showFullScreen() if full else window.showNormal())


def _train_one(explorer: "Explorer") -> None:
    explorer.window.show_workspace(1)
    explorer.train.new_run()


def _switch_theme(explorer: "Explorer", light: bool) -> None:
    theme.apply(explorer.app, "light" if light else "dark")
    explorer.settings.change(theme=theme.current().name)
