"""The actions of the window: name, key, icon and one sentence each, in one table."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

ON_PICTURE, ON_CONTROLS, PRESENTING = "On the picture", "On sliders and pictures", "While presenting"
FACE, FILM, FILES, WINDOW = "Face", "Film", "Models and files", "Window"
GESTURES = (
    (ON_PICTURE, "drag", "Move between neighbouring faces; with Shift the whole picture of a StyleGAN3"),
    (ON_PICTURE, "hold B", "See the picture before the last change"),
    (ON_PICTURE, "arrows", "Move the line of the wipe; Delete puts it in the middle"),
    (ON_PICTURE, "drag in Drag points (D)", "Put a handle on the face and pull it; Shift moves the handle alone"),
    (ON_PICTURE, "arrows, Delete, Insert", "Move the target of a handle, take it away, put another, in Drag points"),
    (ON_PICTURE, "drag after Find channels (T)", "Draw the place that is to change; arrows move it, Return takes it"),
    (ON_PICTURE, "drop a file", "Open a model, a run, a saved picture or a film, or find the face of any picture"),
    (ON_CONTROLS, "type a number", "Set a slider, also beyond its range"),
    (ON_CONTROLS, "double-click", "Reset a slider; choose every layer of a layer strip"),
    (ON_CONTROLS, "drag with Shift or Ctrl", "Move a slider ten times as finely"),
    (ON_CONTROLS, "wheel", "Turn the slider that has the focus, in tens with Shift"),
    (ON_CONTROLS, "arrows, Page Up, Page Down", "Move the slider that has the focus"),
    (ON_CONTROLS, "Delete", "Reset the slider that has the focus"),
    (ON_CONTROLS, "F2", "Name the picture of the history, or rename the slider, clicked last or with the focus"),
    (ON_CONTROLS, "right-click", "More for pictures and thumbnails; on a slider: learn remote control"),
    (ON_CONTROLS, "Return on a channel", "See it large in the Lab; Escape goes back, left and right step on"),
    (PRESENTING, "arrows, Home, 1 to 9", "Go to the favourites"),
    (PRESENTING, "C, F1", "Switch the caption; list the keys"),
    (PRESENTING, "full stop, Escape", "Blacken the picture; leave"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    text: str
    shortcut: str
    icon: str
    tip: str
    checkable: bool = False


_TABLE = (
    _Row(
        "open",
        "Open…",
        "Ctrl+O",
        "folder",
        "Opens a model, a picture saved by this program, or any other to find its face.",
    ),
    _Row("photo", "My photo…", "Ctrl+Shift+P", "picture", "Looks for the face nearest to a picture of yours."),
    _Row("open_run", "Open run…", "Ctrl+Shift+O", "folder", "Opens the folder of a training run."),
    _Row("about", "About this model", "Ctrl+I", "", "Shows where the model comes from and what it was trained on."),
    _Row("blend", "Blend models…", "Ctrl+Shift+M", "", "Makes a model between the open one and another."),
    _Row("next_model", "Next model", "Ctrl+PgDown", "", "Shows the same face in the next model of the box or set."),
    _Row("previous_model", "Previous model", "Ctrl+PgUp", "", "Shows the same face in the model before."),
    _Row(
        "save",
        "Save picture…",
        "Ctrl+S",
        "save",
        "Draws the picture exactly and saves it in any size, its recipe inside.",
    ),
    _Row("save_favourites", "Save favourites…", "", "", "Draws every starred picture of this model and saves them."),
    _Row("undo", "Undo", "Ctrl+Z", "undo", "Takes the last change back."),
    _Row("redo", "Redo", "Ctrl+Shift+Z", "redo", "Makes the change again that was taken back."),
    _Row("commands", "Commands", "Ctrl+K", "search", "Finds any command, slider or panel by its name."),
    _Row("copy", "Copy picture", "Ctrl+C", "copy", "Copies the exact picture."),
    _Row("copy_recipe", "Copy recipe", "Ctrl+Shift+C", "", "Copies the recipe of the picture as text."),
    _Row("paste_recipe", "Paste", "Ctrl+V", "", "Shows the recipe that was copied, or looks for a copied picture."),
    _Row("star", "Star this picture", "Ctrl+D", "star", "Keeps this picture among the favourites of the history."),
    _Row("name", "Name this picture…", "", "", "Gives this picture a name, and makes it a favourite."),
    _Row("reset", "Reset all changes to this face", "Ctrl+0", "reset", "Keeps the face, resets everything else."),
    _Row("film", "History or film", "F", "", "Shows the film below the picture, or the history again."),
    _Row("film_add", "Add to the film", "K", "plus", "Makes the picture that is shown a picture of the film."),
    _Row("film_play", "Play the film", "P", "play", "Plays the film in the picture, or stops it."),
    _Row("film_save", "Save film…", "Ctrl+Shift+F", "", "Draws the film exactly and writes mp4, GIF or PNG frames."),
    _Row("film_music", "Film to music…", "", "", "Sets the film to the beats of a sound file."),
    _Row("film_undo", "Undo the last change of the film", "Ctrl+Alt+Z", "", "Takes the last change of the film back."),
    _Row("film_redo", "Redo the last change of the film", "", "", "Makes the change of the film again."),
    _Row("film_favourites", "Add the favourites to the film", "", "", "Every starred picture of this model."),
    _Row("film_new", "New film", "", "", "Puts the film away and begins another."),
    _Row("sheet", "Contact sheet…", "Ctrl+Shift+S", "grid", "Draws many faces with the present changes on one page."),
    _Row("wipe", "Wipe between before and now", "Ctrl+B", "", "Shows the last change with a line to drag.", True),
    _Row("difference", "Map of the last change", "Ctrl+Shift+B", "", "Shows where the last change acts.", True),
    _Row("drag", "Drag points", "D", "", "Puts handles on the picture; the face follows where they go.", True),
    _Row("smooth", "Smooth enlargement", "", "", "Enlarges small pictures smoothly, not pixel by pixel.", True),
    _Row("theme", "Light theme", "", "sun", "Switches between the dark and the light theme.", True),
    _Row("explore", "Explore", "Ctrl+1", "", "Goes to the faces."),
    _Row("train", "Train", "Ctrl+2", "", "Goes to the training runs."),
    _Row("lab", "Lab", "Ctrl+3", "", "Goes to what each layer does."),
    _Row("train_one", "Train a model…", "Ctrl+N", "", "Begins a training run of a new model."),
    _Row("full_screen", "Full screen", "F11", "", "Fills the whole screen, or no longer.", True),
    _Row("present", "Present", "F5", "", "Shows the picture alone on the whole screen, with a caption."),
    _Row("remote", "Remote control…", "Ctrl+R", "", "Lets OSC programs and MIDI controllers steer the window."),
    _Row("shortcuts", "Keyboard and mouse", "F1", "help", "Lists every key and gesture."),
    _Row("hint", "First steps", "", "", "Shows the three hints of the first start again."),
    _Row("quit", "Quit", "Ctrl+Q", "", "Closes the window; the history is kept."),
)


_GROUPS = {
    FILM: ("film",),
    FILES: (
        "open",
        "photo",
        "about",
        "blend",
        "next_model",
        "previous_model",
        "save",
        "sheet",
        "copy",
        "paste",
        "train_one",
    ),
    WINDOW: ("explore", "train", "lab", "commands", "full_screen", "present", "remote", "shortcuts", "quit"),
}


def _group(key: str) -> str:
    """Under which head of the list of keys an action stands; what none claims is about the face."""
    return next((name for name, keys in _GROUPS.items() if key in keys or key.partition("_")[0] in keys), FACE)


def group_of(action: QAction) -> str:
    """That of any action; those of panels, which do not say, are about the face."""
    return action.property("group") or FACE


def make_actions(parent: QObject) -> dict[str, QAction]:
    """Every action by its key; nothing is connected yet."""
    made = {}
    for row in _TABLE:
        action = QAction(row.text, parent)
        action.setShortcut(QKeySequence(row.shortcut))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{row.tip} ({keys})" if keys else row.tip)
        action.setCheckable(row.checkable)
        action.setData(row.icon)
        action.setProperty("group", _group(row.key))
        made[row.key] = action
    made["redo"].setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
    return made
