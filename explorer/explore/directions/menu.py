"""The menu of the directions' library: where the sliders come from, and exchange with other people."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from explorer.controls.questions import DATA_FILES, ask_for_data, ask_to_open, ask_to_save
from stylegan_core.info import ModelInfo

FILES = "Directions (*.json)"
LABELS = "Learns what the labels mean from the pictures, and finds the direction along which each one changes."
NO_PCA = "The codes of this model differ equally in every direction, so no component is a principal one."
VIEWS = {"pca": "Principal components of W (PCA)", "library": "My library only"}


def ask_for_folder(parent: QWidget, then: Callable[[str], object]) -> None:
    """Asks for a folder of pictures with labels."""
    ask_for_data(parent, "Pictures with labels", then)


def ask_for_packed(parent: QWidget, then: Callable[[str], object]) -> None:
    """Asks for a data set in one file."""
    ask_to_open(parent, "Pictures with labels", DATA_FILES, then)


class DirectionMenu(QMenu):
    """``view_chosen`` carries "pca" or "library"; ``sefa_chosen`` the first and the last layer, None for all."""

    view_chosen = Signal(str)
    sefa_chosen = Signal(int, object)
    labels_chosen = Signal(str)  # path of a data set
    import_chosen = Signal(str)  # path
    export_chosen = Signal(str)  # path

    def __init__(self, info: ModelInfo, view: str, filled: bool, parent: QWidget) -> None:
        super().__init__(parent)
        for name, text in VIEWS.items():
            action = self.addAction(text, partial(self.view_chosen.emit, name))
            action.setCheckable(True)
            action.setChecked(name == view)
            if name == "pca" and info.why_not("styles"):
                action.setEnabled(False)
                action.setToolTip(NO_PCA)
        self.setToolTipsVisible(True)
        self.addSeparator()
        self.addAction("Factorise the styles (SeFa)", lambda: self.sefa_chosen.emit(0, None))
        for band in info.bands:
            if band.layers and info.num_layers > 1:
                ends = band.layers[0], band.layers[-1]
                self.addAction(f"SeFa of {band.name}, {band.resolutions}", partial(self.sefa_chosen.emit, *ends))
        self.addSeparator()
        for text, ask in (("folder", ask_for_folder), ("zip or idx file", ask_for_packed)):
            action = self.addAction(f"From the labels of a {text}…", partial(ask, parent, self.labels_chosen.emit))
            action.setToolTip(LABELS)
            if reason := info.why_not("styles"):
                action.setEnabled(False)
                action.setToolTip(reason)
        self.addSeparator()
        self.addAction("Import…", lambda: ask_to_open(parent, "Import directions", FILES, self.import_chosen.emit))
        self.addAction(
            "Export…",
            lambda: ask_to_save(parent, "Export directions", "directions.json", FILES, self.export_chosen.emit),
        ).setEnabled(filled)
