"""The dialogs that ask for a file; none of them blocks the window's thread."""

from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.documents import Documents
from explorer.jobs import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper

MODEL_FILES = "Models and saved pictures (*.safetensors *.pkl *.pt *.pth *.model *.png);;Every file (*)"


class FileDialogs:
    """Open a file, open a run, save the picture."""

    def __init__(self, window: QWidget, session: Session, settings: SettingsKeeper, documents: Documents) -> None:
        self._window, self._session = window, session
        self._settings, self._documents = settings, documents

    def ask_file(self) -> None:
        """Asks for a model or a saved picture, and opens it."""
        dialog = self._ask(QFileDialog.FileMode.ExistingFile, "Open a model or a saved picture", self._documents.open)
        dialog.setNameFilter(MODEL_FILES)

    def ask_run(self) -> None:
        """Asks for the folder of a run, and opens it."""
        self._ask(QFileDialog.FileMode.Directory, "Open a run", self._documents.open)

    def ask_save(self) -> None:
        """Asks where to save the picture, and saves it."""
        info = self._session.info
        if info is None:
            self._documents.said.emit(Problem("There is no picture to save yet: open a model with Ctrl+O."), "bad")
            return
        dialog = self._ask(QFileDialog.FileMode.AnyFile, "Save the picture", self._documents.save)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setNameFilter("PNG picture with its recipe (*.png)")
        dialog.selectFile(f"{info.name}-seed{self._session.recipe.latent.seed}.png")

    def _ask(self, mode: QFileDialog.FileMode, title: str, then: Callable[[str], None]) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._settings.value.save_folder)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog
