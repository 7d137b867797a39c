"""What each action of the table in ``explorer.actions`` does."""

from explorer import theme
from explorer.actions import GESTURES
from explorer.dialogs.shortcuts_dialog import ShortcutsDialog
from explorer.parts import Parts
from explorer.picture.compare import Mode
from explorer.remoting import Remoting
from stylegan_core.recipe import Recipe


def connect_actions(parts: Parts, remoting: Remoting) -> None:
    """Connects every action with what it does."""
    face, window = parts.session, parts.window
    for key, slot in {
        "open": parts.dialogs.ask_file,
        "photo": parts.projecting.ask,
        "open_run": parts.dialogs.ask_run,
        "next_model": lambda: parts.documents.step(1),
        "previous_model": lambda: parts.documents.step(-1),
        "save": parts.dialogs.ask_save,
        "save_favourites": parts.dialogs.ask_favourites,
        "about": parts.dialogs.show_about,
        "sheet": parts.dialogs.show_sheet,
        "blend": parts.dialogs.show_blend,
        "undo": face.undo,
        "redo": face.redo,
        "commands": lambda: window.palette_box.ask(parts.every_action(), parts.every_place),
        "copy": parts.clipboard.copy_picture,
        "copy_recipe": parts.clipboard.copy_recipe,
        "paste_recipe": parts.clipboard.paste,
        "star": parts.history.star_current,
        "name": parts.history.name_current,
        "film": lambda: parts.below.show_strip(1 - parts.below.index),
        "film_add": parts.filming.add,
        "film_play": parts.filming.play,
        "film_save": parts.filming.ask,
        "film_music": parts.filming.ask_music,
        "film_undo": parts.reel.undo,
        "film_redo": parts.reel.redo,
        "film_favourites": parts.filming.add_favourites,
        "film_new": parts.film.clear,
        "reset": lambda: face.apply(Recipe(face.recipe.latent, label=face.recipe.label)),
        "explore": lambda: window.show_workspace(0),
        "train": lambda: window.show_workspace(1),
        "lab": lambda: window.show_workspace(2),
        "train_one": lambda: _train_one(parts),
        "shortcuts": lambda: ShortcutsDialog(parts.every_action(), GESTURES, window).open(),
        "present": parts.presenting.toggle,
        "remote": remoting.show,
        "hint": parts.hint.begin,
        "quit": window.close,
    }.items():
        parts.actions[key].triggered.connect(lambda _=False, do=slot: do())
    _connect_switches(parts)


def _connect_switches(parts: Parts) -> None:
    """Connects the actions that are on or off."""
    window, actions = parts.window, parts.actions
    for key, mode in (("wipe", Mode.WIPE), ("difference", Mode.DIFFERENCE)):
        actions[key].triggered.connect(lambda on, mode=mode: parts.picture.set_mode(mode if on else Mode.OFF))
    actions["drag"].toggled.connect(parts.drag.set_on)
    actions["smooth"].toggled.connect(parts.picture.set_smooth)
    actions["theme"].toggled.connect(lambda light: _switch_theme(parts, light))
    actions["full_screen"].toggled.connect(lambda full: window.showFullScreen() if full else window.showNormal())


def _train_one(parts: Parts) -> None:
    parts.window.show_workspace(1)
    parts.train.new_run()


def _switch_theme(parts: Parts, light: bool) -> None:
    theme.apply(parts.app, "light" if light else "dark")
    parts.settings.change(theme=theme.current().name)
