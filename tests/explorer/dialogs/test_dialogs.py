"""The file dialogs of the window: what they ask for is settled before they open, as the system's own need it."""

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls import questions
from explorer.controls.questions import ask_to_save
from explorer.dialogs.blend_dialog import BlendDialog
from explorer.dialogs.dialogs import MODEL_FILES, Dialogs
from explorer.documents.saving import Size
from explorer.session import Session
from explorer.settings import Settings
from explorer.work.pace import Pace
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.fake_backend import info
from tests.explorer.whole_window import Make, drawn

Mode, Accept = QFileDialog.FileMode, QFileDialog.AcceptMode


class Quiet:
    """Documents, settings and a history that nothing is asked of here."""

    value = Settings()

    def __init__(self) -> None:
        self.saving = self
        self.saved: list[tuple[Any, ...]] = []

    def open(self, path: str) -> None: ...

    def favourites(self) -> tuple[Recipe, ...]:
        return (Recipe(), Recipe(psi=0.5))

    def called(self, recipe: Recipe) -> str:
        return ""

    def save(self, *asked: Any) -> None:
        self.saved.append(asked)

    save_all = save


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What every file dialog was at the moment it was opened."""
    made: list[tuple[Any, ...]] = []

    def note(dialog: QFileDialog) -> None:
        names = [name.rpartition("/")[2] for name in dialog.selectedFiles()]
        made.append((dialog.acceptMode(), dialog.fileMode(), dialog.defaultSuffix(), dialog.nameFilters(), names))
        dialog.done(0)

    monkeypatch.setattr(QFileDialog, "open", note)
    return made


@pytest.fixture
def dialogs(qtbot: QtBot) -> Dialogs:
    session, window, quiet = Session(), QWidget(), cast("Any", Quiet())
    qtbot.addWidget(window)
    session.set_model(info("one"), "one.safetensors", Recipe(Latent(7)))
    return Dialogs(window, session, quiet, quiet, quiet, quiet, quiet, Pace())


def test_the_dialog_that_saves_opens_as_one(dialogs: Dialogs, opened: list[tuple[Any, ...]]) -> None:
    dialogs.ask_save()
    (asked,) = opened
    assert asked[:3] == (Accept.AcceptSave, Mode.AnyFile, "png") and asked[4] == ["one-seed7.png"]
    assert asked[3][0] == "PNG 64 × 64, as drawn (*.png)"
    assert asked[3][-2:] == ["PNG 4096 × 4096, pixel by pixel (*.png)", "PNG 4096 × 4096, smooth (*.png)"]


@pytest.mark.parametrize("favourites", [False, True])
def test_the_kind_of_file_says_how_large_and_is_proposed_again(
    dialogs: Dialogs, monkeypatch: pytest.MonkeyPatch, favourites: bool
) -> None:
    """A face of 64² could be saved as 64² alone."""
    shown: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: shown.append(dialog))
    ask = dialogs.ask_favourites if favourites else dialogs.ask_save
    ask()
    wanted = next(kind for kind in shown[0].nameFilters() if "4096 × 4096, smooth" in kind)
    shown[0].selectNameFilter(wanted)
    shown[0].fileSelected.emit("/there/a")
    saved = cast("Any", dialogs._documents).saved
    assert saved[-1][-2:] == ("/there/a", Size(4096, smooth=True))
    assert not favourites or len(saved[-1][0]) == 2
    dialogs.ask_save()
    assert "4096 × 4096, smooth" in shown[1].selectedNameFilter()


def test_the_dialogs_that_open_know_what(dialogs: Dialogs, opened: list[tuple[Any, ...]]) -> None:
    dialogs.ask_file()
    dialogs.ask_run()
    assert opened[0][:4] == (Accept.AcceptOpen, Mode.ExistingFile, "", MODEL_FILES.split(";;"))
    assert opened[1][:2] == (Accept.AcceptOpen, Mode.Directory)


def test_a_name_without_an_ending_gets_that_of_the_chosen_kind(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact sheet that was to be a PDF became a PNG."""
    window, shown = QWidget(), []
    qtbot.addWidget(window)
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: shown.append(dialog))
    ask_to_save(window, "Save", "v1.2-sheet.png", "PNG picture (*.png);;PDF page (*.pdf);;New folder (*)", print)
    dialog: QFileDialog = shown[0]
    endings = [dialog.defaultSuffix()]
    for kind in dialog.nameFilters()[1:]:
        dialog.filterSelected.emit(kind)
        endings.append(dialog.defaultSuffix())
    assert endings == ["png", "pdf", ""]


def test_a_folder_of_pictures_is_asked_for_where_the_last_one_was(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It began in a folder that was not there, whose name could not be chosen."""
    window, begun = QWidget(), []
    qtbot.addWidget(window)
    monkeypatch.setattr(questions, "home", lambda: tmp_path)
    monkeypatch.setattr(questions, "ask_for_folder", lambda *asked: begun.append(asked[-1]))
    questions.ask_for_data(window, "Pictures", print)
    (tmp_path / "data").mkdir()
    questions.ask_for_data(window, "Pictures", print)
    (tmp_path / "mine" / "faces").mkdir(parents=True)
    questions.ask_for_data(window, "Pictures", print, str(tmp_path / "mine" / "faces"))
    assert begun == ["", str(tmp_path / "data"), str(tmp_path / "mine")]


def test_models_can_be_blended_where_the_home_takes_no_folder(start: Make, qtbot: QtBot, window_home: Path) -> None:
    """The folder that is proposed for the blend was made first, and where it could not be no dialog came."""
    explorer = start()
    drawn(explorer, qtbot)
    (window_home / "home").mkdir(exist_ok=True)
    (window_home / "home" / "models").write_text("no folder")
    explorer.dialogs.show_blend()
    dialog = explorer.window.findChild(BlendDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.reject()
