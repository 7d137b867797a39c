"""The dialogs of the whole window: files, the contact sheet, the model's card; none of them blocks its thread."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.bundled import known_networks
from explorer.controls.questions import PHOTO_FILES, ask_for_folder, ask_to_open, ask_to_save_as
from explorer.dialogs.about_dialog import AboutDialog, card_of
from explorer.dialogs.blend_dialog import BlendDialog
from explorer.dialogs.sheet_dialog import SheetDialog
from explorer.documents.documents import Documents
from explorer.documents.saving import Size
from explorer.engine import Engine
from explorer.history.entries import Entries
from explorer.problem import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.work.background import Background
from explorer.work.pace import Pace
from stylegan_core.files.places import home

MODEL_FILES = f"Models and saved pictures (*.safetensors *.pkl *.pt *.pth *.model *.png);;{PHOTO_FILES}"


class Dialogs:
    """Open a file, open a run, save the picture, make a contact sheet, read the model's card."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: SettingsKeeper,
        documents: Documents,
        entries: Entries,
        engine: Engine,
        disk: Background,
        pace: Pace,
    ) -> None:
        self._window, self._session = window, session
        self._settings, self._documents = settings, documents
        self._entries, self._engine, self._disk, self._pace = entries, engine, disk, pace
        self._size = Size()  # what was chosen last

    def ask_file(self) -> None:
        """Asks for a model or a saved picture, and opens it."""
        title, folder = "Open a model or a saved picture", self._settings.value.save_folder
        ask_to_open(self._window, title, MODEL_FILES, self._documents.open, folder)

    def ask_run(self) -> None:
        """Asks for the folder of a run, and opens it."""
        ask_for_folder(self._window, "Open a run folder", self._documents.open, str(home() / "runs"))

    def ask_save(self) -> None:
        """Asks where to save the picture and how large, and saves it."""
        info = self._session.info
        if info is None:
            self._documents.said.emit(Problem("There is no picture to save yet: open a model with Ctrl+O."), "bad")
            return
        name = f"{info.name}-seed{self._session.recipe.latent.seed}.png"
        self._ask_size("Save the picture", name, "PNG {} (*.png)", info.resolution, self._documents.saving.save)

    def ask_favourites(self) -> None:
        """Asks where to save every favourite of this network and how large, and saves them, numbered and named."""
        info, recipes = self._session.info, self._entries.favourites()
        if info is None or not recipes:
            reason = "There are no favourites of this model yet: star a picture with Ctrl+D."
            self._documents.said.emit(Problem(reason), "bad")
            return
        title, name = f"Save {len(recipes)} favourites into a new folder", f"{info.name}-favourites"
        save_all, names = self._documents.saving.save_all, [self._entries.called(recipe) for recipe in recipes]
        kind = "New folder of PNG {} (*)"
        self._ask_size(title, name, kind, info.resolution, lambda path, size: save_all(recipes, names, path, size))

    def _ask_size(self, title: str, name: str, kind: str, resolution: int, then: Callable[[str, Size], object]) -> None:
        """A file dialog whose kinds of file are sizes; the one that was taken last is proposed."""

        def chosen(path: str, size: Size) -> None:
            self._size = size
            then(path, size)

        kinds = {kind.format(words): size for words, size in Size.choices(resolution).items()}
        first = next((words for words, size in kinds.items() if size == self._size), "")
        ask_to_save_as(self._window, title, name, kinds, chosen, self._settings.value.save_folder, first)

    def show_sheet(self) -> None:
        """Asks what a contact sheet with the current edits should hold."""
        info = self._session.info
        if info is None:
            return
        folder, each = self._settings.value.save_folder, self._pace.exact
        dialog = SheetDialog(self._session.recipe, info.name, folder, each, self._window)
        self._open(dialog)

    def show_blend(self) -> None:
        """Blends the open network with another, and opens what was made."""
        info = self._session.info
        if info is None:
            return
        others = [pair for pair in known_networks(self._settings.value.recent) if pair[1] != self._session.model_path]
        folder = str(home() / "models")
        with suppress(OSError):  # what cannot be written there is said when somebody saves
            Path(folder).mkdir(parents=True, exist_ok=True)
        dialog = BlendDialog(self._session.recipe, info, others, folder, self._window)
        dialog.made.connect(lambda path: self._documents.open(path, ask=False))
        self._open(dialog)
        dialog.begin()

    def _open(self, dialog: SheetDialog | BlendDialog) -> None:
        """Opens a dialog that has pictures drawn: what it asks for is asked, and the answers come to it."""
        dialog.asked.connect(self._engine.run)
        dialog.cancelled.connect(self._engine.cancel)
        self._engine.answered.connect(dialog.job_done)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_about(self) -> None:
        """Shows the card of the model."""
        info, path = self._session.info, self._session.model_path
        if info is not None:
            self._disk.do(
                lambda: card_of(info, path),
                lambda text: AboutDialog(text, Path(path).parent, self._window).open(),
                lambda error: self._documents.said.emit(Problem(str(error)), "bad"),
            )
