"""Questions to a person that do not stop the window: a file to open or save, a seed, a name."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QInputDialog, QWidget

from explorer.controls.text import restyle
from stylegan_core.data.picture_kinds import SUFFIXES
from stylegan_core.files.places import home, is_there
from stylegan_core.recipe import SEEDS

Chosen = TypeVar("Chosen")
PHOTO_FILES = f"Pictures ({' '.join(f'*{each}' for each in SUFFIXES)});;Every file (*)"
DATA_FILES = "Data (*.zip *.gz *ubyte *idx*);;All files (*)"


def ask_to_open(parent: QWidget, title: str, kinds: str, then: Callable[[str], object], beginning: str = "") -> None:
    """Asks for a file that exists, ``beginning`` at a folder or at another file, and hands its path to ``then``."""
    dialog = QFileDialog(parent, title, beginning, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setOption(QFileDialog.Option.HideNameFilterDetails)  # all endings of pictures are wider than a screen
    dialog.fileSelected.connect(then)
    _open(dialog)


def ask_to_save(
    parent: QWidget, title: str, name: str, kinds: str, then: Callable[[str], object], folder: str = ""
) -> None:
    """Asks for a file to write, proposing ``name`` in ``folder``, and hands its path to ``then``.

    A name without an ending gets the first one of the kind that is chosen.
    """
    dialog = _to_save(parent, title, name, kinds, folder)
    dialog.fileSelected.connect(then)
    _open(dialog)


def ask_to_save_as(
    parent: QWidget,
    title: str,
    name: str,
    kinds: Mapping[str, Chosen],
    then: Callable[[str, Chosen], object],
    folder: str = "",
    first: str = "",
) -> None:
    """As :func:`ask_to_save`, and hands what the kind stands for to ``then``, too; ``first`` is the one proposed."""

    def chosen(path: str) -> None:
        then(path, kinds.get(dialog.selectedNameFilter(), next(iter(kinds.values()))))

    dialog = _to_save(parent, title, name, ";;".join(kinds), folder)
    dialog.selectNameFilter(first if first in kinds else next(iter(kinds)))
    dialog.fileSelected.connect(chosen)
    _open(dialog)


def _to_save(parent: QWidget, title: str, name: str, kinds: str, folder: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, folder, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(_ending(kinds))
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_ending(kind)))
    dialog.selectFile(name)
    return dialog


def _ending(kinds: str) -> str:
    found = re.search(r"\*\.(\w+)", kinds)
    return found[1] if found else ""


def with_ending(path: str, ending: str) -> str:
    """The name with the ending that belongs to it, where it was typed with another or with none."""
    return path if path.lower().endswith(ending) else path + ending


def unasked(chosen: str, path: str) -> str:
    """Why ``path`` may not be written where the dialog has asked about ``chosen`` alone: one sentence, or nothing."""
    taken = path != chosen and is_there(Path(path))
    return f"{path} exists already: choose another name." if taken else ""


def ask_for_data(parent: QWidget, title: str, then: Callable[[str], object], now: str = "") -> None:
    """Asks for a folder of pictures, beginning beside the one chosen ``now``, and hands its path to ``then``.

    Without one it begins among this program's own, or where there are none at the place that was seen last.
    """
    own = home() / "data"
    beginning = Path(now).parent if now and is_there(Path(now)) else own if is_there(own) else None
    ask_for_folder(parent, title, then, str(beginning or ""))


def ask_for_folder(parent: QWidget, title: str, then: Callable[[str], object], beginning: str) -> None:
    """Asks for a folder, ``beginning`` at another one, and hands its path to ``then``."""
    dialog = QFileDialog(parent, title, beginning)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(then)
    _open(dialog)


def ask_for_seed(parent: QWidget, seed: int, then: Callable[[int], object]) -> None:
    """Asks for a seed and hands it to ``then``."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle("Seed")
    dialog.setLabelText("Seed of the source:")
    dialog.setTextValue(str(seed))
    dialog.setOkButtonText("Take it")
    dialog.textValueSelected.connect(lambda text: then(int(text) % SEEDS) if text.strip().isdecimal() else None)
    _open(dialog)


def ask_for_name(parent: QWidget, title: str, name: str, then: Callable[[str], object]) -> None:
    """Asks what something is to be called and hands it to ``then``, without blanks around it; empty for no name."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText("Name; leave it empty for none:")
    dialog.setTextValue(name)
    dialog.setOkButtonText("Name it")
    dialog.textValueSelected.connect(lambda text: then(" ".join(text.split())))
    _open(dialog)


def _open(dialog: QDialog) -> None:
    for box in dialog.findChildren(QDialogButtonBox):  # the system's own dialogs have none
        for button in box.buttons():
            if box.buttonRole(button) == QDialogButtonBox.ButtonRole.AcceptRole:
                restyle(button, "kind", "primary")
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
